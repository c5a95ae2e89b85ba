import { calendarCodes } from './codes/calendar.ts';
import { contactCodes } from './codes/contacts.ts';
import { taskCodes } from './codes/tasks.ts';

/** Categories of an Open-Xchange error and their numbers (reference 1.3). */
export const categories = {
  USER_INPUT: 1,
  CONFIGURATION: 2,
  PERMISSION_DENIED: 3,
  TRY_AGAIN: 4,
  SERVICE_DOWN: 5,
  CONNECTIVITY: 6,
  ERROR: 8,
  CONFLICT: 9,
  CAPACITY: 11,
  TRUNCATED: 12,
  WARNING: 13,
} as const;

export type Category = keyof typeof categories;

/** Code: category, English text, German text. */
export type Codes = Readonly<Record<string, readonly [Category, string, string]>>;

const codes: Codes = {
  ...contactCodes,
  ...taskCodes,
  ...calendarCodes,
  'SVL-0001': ['ERROR', 'Unknown action', 'Unbekannte Aktion'],
  'SVL-0002': ['ERROR', 'Missing parameter', 'Ein Parameter fehlt'],
  'SVL-0004': ['ERROR', 'Invalid parameter', 'Ungültiger Parameter'],
  'SVL-0007': ['ERROR', 'Unknown module', 'Unbekanntes Modul'],
  'SVL-0009': ['ERROR', 'JSON could not be read', 'JSON konnte nicht gelesen werden'],
  'SVL-0010': ['ERROR', 'Parameter value cannot be used', 'Der Wert eines Parameters ist nicht verwendbar'],
  'SVL-0011': ['ERROR', 'Unexpected error', 'Unerwarteter Fehler'],
  'SVL-0015': ['PERMISSION_DENIED', 'Action is disabled', 'Die Aktion ist abgeschaltet'],
  'SVL-0016': ['PERMISSION_DENIED', 'No access to module', 'Kein Zugriff auf das Modul'],
  'SVL-0017': ['CONFLICT', 'Object was changed in the meantime', 'Das Objekt wurde inzwischen geändert'],
  'SVL-0019': ['TRY_AGAIN', 'Too many requests', 'Zu viele Anfragen'],
  'SVL-0020': ['ERROR', 'Bad request', 'Fehlerhafte Anfrage'],
  'SVL-0021': ['ERROR', 'Unknown action in module', 'Unbekannte Aktion in diesem Modul'],
  'SVL-0023': ['ERROR', 'Request body is missing', 'Der Inhalt der Anfrage fehlt'],
  'SVL-0028': ['ERROR', 'Invalid request body', 'Ungültiger Inhalt der Anfrage'],
  'SVL-0030': ['ERROR', 'Parameter must not be part of the URL', 'Der Parameter darf nicht in der URL stehen'],
  'SES-0007': ['ERROR', 'Maximum number of sessions reached', 'Zu viele Sitzungen'],
  'SES-0201': ['ERROR', 'Parameter session is missing', 'Der Parameter session fehlt'],
  'SES-0203': ['TRY_AGAIN', 'Your session has expired', 'Ihre Sitzung ist abgelaufen'],
  'SES-0204': ['TRY_AGAIN', 'Context is locked', 'Der Kontext ist gesperrt'],
  'SES-0205': ['PERMISSION_DENIED', 'Client address changed', 'Die Adresse des Clients hat sich geändert'],
  'SES-0206': ['TRY_AGAIN', 'Session secret does not match', 'Das Sitzungsgeheimnis passt nicht'],
  'LGI-0006': ['USER_INPUT', 'The user name or password is incorrect', 'Benutzername oder Passwort ist falsch'],
  'FLD-0002': ['PERMISSION_DENIED', 'No access to module', 'Kein Zugriff auf das Modul'],
  'FLD-0003': ['PERMISSION_DENIED', 'Folder is not visible', 'Der Ordner ist nicht sichtbar'],
  'FLD-0005': ['PERMISSION_DENIED', 'No write access to public folders', 'Kein Schreibzugriff auf öffentliche Ordner'],
  'FLD-0006': ['PERMISSION_DENIED', 'No permission to create subfolders', 'Unterordner dürfen nicht angelegt werden'],
  'FLD-0007': ['USER_INPUT', 'Missing attribute', 'Ein Attribut fehlt'],
  'FLD-0008': ['ERROR', 'Folder does not exist', 'Der Ordner existiert nicht'],
  'FLD-0009': ['CONFLICT', 'Folder was changed meanwhile', 'Der Ordner wurde inzwischen geändert'],
  'FLD-0010': ['PERMISSION_DENIED', 'Not the administrator of the folder', 'Sie verwalten diesen Ordner nicht'],
  'FLD-0011': [
    'PERMISSION_DENIED',
    'Default folder may not be renamed',
    'Standardordner können nicht umbenannt werden',
  ],
  'FLD-0012': ['CONFLICT', 'Duplicate folder name', 'Ein Ordner mit diesem Namen existiert bereits'],
  'FLD-0013': ['USER_INPUT', 'Folder type not allowed there', 'Dieser Ordnertyp ist dort nicht erlaubt'],
  'FLD-0014': ['USER_INPUT', 'Module not allowed there', 'Dieses Modul ist dort nicht erlaubt'],
  'FLD-0015': ['USER_INPUT', 'A private folder has one administrator only', 'Private Ordner haben nur einen Verwalter'],
  'FLD-0016': ['USER_INPUT', 'No group administrator on a private folder', 'Gruppen verwalten keine privaten Ordner'],
  'FLD-0017': [
    'USER_INPUT',
    'Only the owner administers a private folder',
    'Nur der Besitzer verwaltet private Ordner',
  ],
  'FLD-0018': ['USER_INPUT', 'At least one administrator is needed', 'Es muss mindestens einen Verwalter geben'],
  'FLD-0020': ['ERROR', 'Folder cannot be moved there', 'Der Ordner kann nicht dorthin verschoben werden'],
  'FLD-0021': ['PERMISSION_DENIED', 'Default folder may not be moved', 'Standardordner können nicht verschoben werden'],
  'FLD-0030': ['PERMISSION_DENIED', 'Shared folder may not be deleted', 'Freigegebene Ordner sind nicht löschbar'],
  'FLD-0031': ['PERMISSION_DENIED', 'Default folder may not be deleted', 'Standardordner können nicht gelöscht werden'],
  'FLD-0032': ['PERMISSION_DENIED', 'Folder holds foreign objects', 'Der Ordner enthält fremde Objekte'],
  'FLD-0044': ['USER_INPUT', 'Invalid permission entity', 'Unbekannter Benutzer in den Berechtigungen'],
  'FLD-0092': ['USER_INPUT', 'Unsupported character in name', 'Der Name enthält ein unerlaubtes Zeichen'],
  'FLD-1012': ['ERROR', 'Invalid content type', 'Ungültiger Inhaltstyp'],
  'FLD-1014': ['CONFLICT', 'A folder with an equal name exists', 'Ein gleichnamiger Ordner existiert bereits'],
  'FLD-1019': ['ERROR', 'Missing parameter', 'Ein Parameter fehlt'],
  'FLD-1022': ['CONFLICT', 'Folder was changed meanwhile', 'Der Ordner wurde inzwischen geändert'],
  'FLD-1029': ['PERMISSION_DENIED', 'No permission to create subfolders', 'Unterordner dürfen nicht angelegt werden'],
  'FLD-1033': ['USER_INPUT', 'Reserved folder name', 'Dieser Name ist reserviert'],
  'ATT-0001': ['CAPACITY', 'Attachment is too large', 'Der Anhang ist zu groß'],
  'ATT-0401': ['USER_INPUT', 'Attachment must have a file', 'Zum Anhang fehlt die Datei'],
  'ATT-0405': ['USER_INPUT', 'Attachment not found', 'Der Anhang wurde nicht gefunden'],
  'MSG-0032': ['USER_INPUT', 'Message not found', 'Die E-Mail wurde nicht gefunden'],
  'MSG-0039': ['CAPACITY', 'Trash is over quota', 'Der Papierkorb ist voll'],
  'MSG-0042': ['CAPACITY', 'Sent, but no copy could be stored', 'Gesendet, aber keine Kopie abgelegt'],
  'MSG-0043': ['WARNING', 'Sent, but no copy was stored', 'Gesendet, aber keine Kopie abgelegt'],
  'MSG-0048': ['ERROR', 'Flag is not a power of two', 'Die Markierung ist keine Zweierpotenz'],
  'MSG-0050': ['PERMISSION_DENIED', 'Folder does not hold messages', 'Der Ordner enthält keine E-Mails'],
  'MSG-0056': ['USER_INPUT', 'From is not an address of the user', 'Die Absenderadresse gehört Ihnen nicht'],
  'RES-0010': ['USER_INPUT', 'Resource not found', 'Die Ressource wurde nicht gefunden'],
  'GRP-0015': ['USER_INPUT', 'Group not found', 'Die Gruppe wurde nicht gefunden'],
  'USR-0010': ['USER_INPUT', 'User not found', 'Der Benutzer wurde nicht gefunden'],
};

/** An application error: answered with HTTP 200 and the error envelope. */
export class OxError extends Error {
  readonly code: string;
  /** Where its texts are: the code, with a word where one code has two meanings. */
  readonly key: string;
  readonly category: Category;
  /** Further members of the envelope, as `problematic`. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(key: string, detail?: string, extra: Readonly<Record<string, unknown>> = {}) {
    const text = codes[key]?.[1] ?? 'Error';
    super(detail === undefined ? text : `${text}: ${detail}`);
    this.name = 'OxError';
    this.key = key;
    this.code = key.split(' ', 1)[0]!;
    this.category = codes[key]?.[0] ?? 'ERROR';
    this.extra = extra;
  }
}

let errorCount = 0;

/** The members of the error envelope (reference 1.3); `locale` as de_DE decides the language of `error`. */
export function errorMembers(error: OxError, locale: string | undefined): Record<string, unknown> {
  const texts = codes[error.key];
  errorCount += 1;
  return {
    error: locale?.startsWith('de') ? (texts?.[2] ?? 'Unerwarteter Fehler') : (texts?.[1] ?? 'Unexpected error'),
    error_params: [],
    error_id: `${-1184503921}-${errorCount}`,
    error_desc: error.message,
    code: error.code,
    categories: error.category,
    category: categories[error.category],
    ...error.extra,
  };
}
