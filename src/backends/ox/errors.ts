import { BackendError, type BackendErrorKind } from '../types.ts';

/** The answer envelope of every call (ox-http-api 1.2). */
export interface OxEnvelope {
  readonly data?: unknown;
  readonly timestamp?: number;
  readonly error?: string;
  readonly error_desc?: string;
  readonly code?: string;
  readonly categories?: string | readonly string[];
  /** Of category TRUNCATED: columns with their sizes (ox-http-api 1.2). */
  readonly problematic?: unknown;
}

/** A text is longer than its column. */
export class TooLong extends BackendError {
  /** The greatest lengths, by the number of the column. */
  readonly columns: ReadonlyMap<number, number>;

  constructor(message: string, code: string | undefined, columns: ReadonlyMap<number, number>) {
    super('refused', message, code);
    this.columns = columns;
  }
}

function columnsOf(problematic: unknown): Map<number, number> {
  const columns = new Map<number, number>();
  for (const one of Array.isArray(problematic) ? problematic : []) {
    const { id, max_size } = (one ?? {}) as { id?: unknown; max_size?: unknown };
    if (typeof id === 'number' && typeof max_size === 'number') columns.set(id, max_size);
  }
  return columns;
}

/** Codes that say more than their category (ox-error-codes). */
const byCode: Readonly<Record<string, BackendErrorKind>> = {
  'LGI-0006': 'auth',
  'MSG-0032': 'notFound',
  'IMAP-1002': 'notFound',
  'FLD-0003': 'notFound',
  'FLD-0008': 'notFound',
  'CON-0125': 'notFound',
  'CON-0174': 'notFound',
  'CAL-4040': 'notFound',
  'CAL-4041': 'notFound',
  'CAL-4042': 'notFound',
  'TSK-0019': 'notFound',
  'TSK-0048': 'notFound',
  'FLD-0009': 'conflict',
  'FLD-1022': 'conflict',
};

const byCategory: Readonly<Record<string, BackendErrorKind>> = {
  USER_INPUT: 'refused',
  CONFIGURATION: 'refused',
  PERMISSION_DENIED: 'denied',
  TRY_AGAIN: 'unavailable',
  SERVICE_DOWN: 'unavailable',
  CONNECTIVITY: 'unavailable',
  ERROR: 'unavailable',
  CONFLICT: 'conflict',
  CAPACITY: 'refused',
  TRUNCATED: 'refused',
};

/**
 * The mail has left and only its copy is missing from the sent folder, for want of quota (42) or another reason (43):
 * what Open-Xchange throws after the mail server took the mail. Judged by the code alone: 42 is of category CAPACITY, and
 * so was 43 in OX6, which is a WARNING since (the codes of the server's mail module).
 */
export const isSentWithoutCopy = (code: string | undefined): boolean => code === 'MSG-0042' || code === 'MSG-0043';

/** The session is gone: log in again and repeat (ox-http-api 2.3). */
export const isSessionLost = (envelope: OxEnvelope): boolean =>
  envelope.code === 'SES-0203' ||
  envelope.code === 'SES-0205' ||
  envelope.code === 'SES-0206' ||
  envelope.code === 'SES-0201';

/** The failure that an envelope stands for, or undefined: a WARNING beside data is none. */
export function failureOf(envelope: OxEnvelope): BackendError | undefined {
  if (envelope.error === undefined && envelope.code === undefined) return undefined;
  const categories = typeof envelope.categories === 'string' ? [envelope.categories] : (envelope.categories ?? []);
  if (categories.includes('WARNING')) return undefined;
  const kind = byCode[envelope.code ?? ''] ?? byCategory[categories[0] ?? ''] ?? 'unavailable';
  const message = `Open-Xchange: ${envelope.error_desc ?? envelope.error ?? 'error'}`;
  if (categories[0] === 'TRUNCATED') return new TooLong(message, envelope.code, columnsOf(envelope.problematic));
  return new BackendError(kind, message, envelope.code);
}
