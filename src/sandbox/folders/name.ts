import { OxError } from '../errors.ts';
import { limits } from '../limits.ts';

/** A title as it may be stored. FLD-0007 empty, FLD-0092 characters that cannot be. */
export function checkTitle(value: unknown, isMail: boolean): string {
  if (typeof value !== 'string' || value.trim() === '') throw new OxError('FLD-0007', 'title');
  const title = value.trim();
  const bad = isMail ? /[\p{Cc}/*%]/u : /\p{Cc}/u;
  if (title.length > limits.folderNameLength || bad.test(title)) throw new OxError('FLD-0092', title.slice(0, 80));
  return title;
}

/** FLD-1033: a name that mail folders directly below the account may not have. */
export function checkTopMailTitle(title: string): void {
  if (title.toLowerCase() === 'inbox' || title === 'shared') throw new OxError('FLD-1033', title);
}
