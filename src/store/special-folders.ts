import type { FolderRole } from './types.ts';

/** Languages in which new special folders can be named; the order of the name columns below. */
const languages = ['en', 'de', 'fr', 'es', 'it', 'nl'] as const;

export interface SpecialFolder {
  readonly role: FolderRole;
  /** Undefined for the root. */
  readonly parent: FolderRole | undefined;
  readonly type: 'root' | 'generic' | 'search';
  /** PidTagContainerClass. */
  readonly containerClass?: string;
  /** One name for all languages, or one for each of {@link languages}. */
  readonly names: readonly string[];
}

const folder = (
  role: FolderRole,
  parent: FolderRole | undefined,
  containerClass: string | undefined,
  ...names: string[]
): SpecialFolder => ({
  role,
  parent,
  type: parent === undefined ? 'root' : role === 'spoolerQueue' ? 'search' : 'generic',
  containerClass,
  names,
});

/** The folders of a new mailbox, parents first (MS-OXOSFLD 2.2.1, MS-OXCSTOR 3.2.5.1.1). */
// biome-ignore format: a table
export const specialFolders: readonly SpecialFolder[] = [
  folder('root', undefined, undefined, 'Mailbox root'),
  folder('deferredAction', 'root', undefined, 'Deferred Action'),
  folder('spoolerQueue', 'root', undefined, 'Spooler Queue'),
  folder('ipmSubtree', 'root', undefined, 'Top of Information Store'),
  folder('inbox', 'ipmSubtree', 'IPF.Note', 'Inbox', 'Posteingang', 'Boîte de réception', 'Bandeja de entrada', 'Posta in arrivo', 'Postvak IN'),
  folder('outbox', 'ipmSubtree', 'IPF.Note', 'Outbox', 'Postausgang', 'Boîte d’envoi', 'Bandeja de salida', 'Posta in uscita', 'Postvak UIT'),
  folder('sentItems', 'ipmSubtree', 'IPF.Note', 'Sent Items', 'Gesendete Elemente', 'Éléments envoyés', 'Elementos enviados', 'Posta inviata', 'Verzonden items'),
  folder('deletedItems', 'ipmSubtree', 'IPF.Note', 'Deleted Items', 'Gelöschte Elemente', 'Éléments supprimés', 'Elementos eliminados', 'Posta eliminata', 'Verwijderde items'),
  folder('commonViews', 'root', undefined, 'Common Views'),
  folder('schedule', 'root', undefined, 'Schedule'),
  folder('finder', 'root', undefined, 'Finder'),
  folder('views', 'root', undefined, 'Views'),
  folder('shortcuts', 'root', undefined, 'Shortcuts'),
  folder('calendar', 'ipmSubtree', 'IPF.Appointment', 'Calendar', 'Kalender', 'Calendrier', 'Calendario', 'Calendario', 'Agenda'),
  folder('contacts', 'ipmSubtree', 'IPF.Contact', 'Contacts', 'Kontakte', 'Contacts', 'Contactos', 'Contatti', 'Contactpersonen'),
  folder('journal', 'ipmSubtree', 'IPF.Journal', 'Journal', 'Journal', 'Journal', 'Diario', 'Diario', 'Logboek'),
  folder('notes', 'ipmSubtree', 'IPF.StickyNote', 'Notes', 'Notizen', 'Notes', 'Notas', 'Note', 'Notities'),
  folder('tasks', 'ipmSubtree', 'IPF.Task', 'Tasks', 'Aufgaben', 'Tâches', 'Tareas', 'Attività', 'Taken'),
  folder('drafts', 'ipmSubtree', 'IPF.Note', 'Drafts', 'Entwürfe', 'Brouillons', 'Borradores', 'Bozze', 'Concepten'),
  folder('junkEmail', 'ipmSubtree', 'IPF.Note', 'Junk Email', 'Junk-E-Mail', 'Courrier indésirable', 'Correo no deseado', 'Posta indesiderata', 'Ongewenste e-mail'),
  folder('syncIssues', 'ipmSubtree', 'IPF.Note', 'Sync Issues', 'Synchronisierungsprobleme', 'Problèmes de synchronisation', 'Problemas de sincronización', 'Problemi di sincronizzazione', 'Synchronisatieproblemen'),
  folder('conflicts', 'syncIssues', 'IPF.Note', 'Conflicts', 'Konflikte', 'Conflits', 'Conflictos', 'Conflitti', 'Conflicten'),
  folder('localFailures', 'syncIssues', 'IPF.Note', 'Local Failures', 'Lokale Fehler', 'Défaillances locales', 'Errores locales', 'Errori locali', 'Lokale fouten'),
  folder('serverFailures', 'syncIssues', 'IPF.Note', 'Server Failures', 'Serverfehler', 'Échecs du serveur', 'Errores del servidor', 'Errori del server', 'Serverfouten'),
  folder('freebusyData', 'root', undefined, 'Freebusy Data'),
];

/** The name of a special folder in a language given as `de` or `de_DE`; English for those not known. */
export function specialFolderName(special: SpecialFolder, locale: string | undefined): string {
  const language = languages.indexOf((locale ?? '').slice(0, 2).toLowerCase() as (typeof languages)[number]);
  return special.names[Math.max(0, language)] ?? special.names[0]!;
}
