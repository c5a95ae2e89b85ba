import type { Core } from '../core.ts';
import type { MailAddress } from '../mime/index.ts';
import {
  addressesOf,
  dateOf,
  decodeText,
  firstValue,
  isAttachment,
  leaves,
  parseMail,
  splitHeader,
} from '../mime/index.ts';
import { mailFlag } from './flags.ts';
import { type MailFolder, mailFolderById, noteMailChange } from './folder.ts';

/** Addresses of a mail as the columns show them. */
export interface Envelope {
  readonly from: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly contentType: string;
  readonly notifyTo?: string;
}

export interface Mail {
  readonly folder: number;
  readonly uid: number;
  readonly content: number;
  readonly received: number;
  readonly flags: number;
  readonly color: number;
  /** JSON array, or null. */
  readonly keywords: string | null;
  /** Reference to the mail this one answers (msg_ref). */
  readonly reference: string | null;
}

/** Stores the unchanging part; returns its number for `placeMail`. */
export function storeContent(core: Core, raw: Buffer): number {
  const { header } = splitHeader(raw);
  const root = parseMail(raw);
  const { fields } = root;
  const envelope: Envelope = {
    from: addressesOf(fields, 'from'),
    to: addressesOf(fields, 'to'),
    cc: addressesOf(fields, 'cc'),
    bcc: addressesOf(fields, 'bcc'),
    contentType: root.contentType,
    notifyTo: firstValue(fields, 'disposition-notification-to'),
  };
  return core.db.run(
    `INSERT INTO content (message_id, subject, sent, size, attachment, priority, envelope, header, raw)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    firstValue(fields, 'message-id')?.trim() ?? null,
    decodeText(firstValue(fields, 'subject') ?? ''),
    dateOf(fields) ?? null,
    raw.length,
    leaves(root).some(isAttachment) ? 1 : 0,
    priorityOf(firstValue(fields, 'x-priority'), firstValue(fields, 'importance')),
    JSON.stringify(envelope),
    header,
    raw,
  ).id;
}

function priorityOf(priority: string | undefined, importance: string | undefined): number {
  const digit = /^\s*([1-5])/.exec(priority ?? '')?.[1];
  if (digit) return Number(digit);
  return importance?.trim().toLowerCase() === 'high' ? 1 : importance?.trim().toLowerCase() === 'low' ? 5 : 3;
}

export interface Placement {
  readonly flags?: number;
  readonly color?: number;
  readonly keywords?: string | null;
  readonly reference?: string | null;
  readonly received: number;
}

/** Puts a content into a folder under the folder's next UID, which is returned. */
export function placeMail(core: Core, folder: MailFolder, content: number, placement: Placement): number {
  const { next } = core.db.get<{ next: number }>(
    'UPDATE mail_folder SET next = next + 1 WHERE id = ? RETURNING next',
    folder.id,
  )!;
  const uid = next - 1;
  core.db.run(
    'INSERT INTO mail (folder, uid, content, received, flags, color, keywords, reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    folder.id,
    uid,
    content,
    placement.received,
    placement.flags ?? 0,
    placement.color ?? 0,
    placement.keywords ?? null,
    placement.reference ?? null,
  );
  noteMailChange(core, folder);
  return uid;
}

export function findMail(core: Core, folder: MailFolder, uid: number): Mail | undefined {
  return core.db.get<Mail>('SELECT * FROM mail WHERE folder = ? AND uid = ?', folder.id, uid);
}

/** The UID of an id of a request; undefined when it cannot be one. */
export function uidOf(id: unknown): number | undefined {
  const text = String(id);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export function readRaw(core: Core, mail: { readonly content: number }): Buffer {
  const { raw } = core.db.get<{ raw: Uint8Array }>('SELECT raw FROM content WHERE id = ?', mail.content)!;
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
}

/** Flags as they become: set and cleared bits, color; what is left out stays. */
export function changeMail(
  core: Core,
  folder: MailFolder,
  mail: Mail,
  change: { set?: number; clear?: number; color?: number },
): void {
  const flags = (mail.flags | (change.set ?? 0)) & ~(change.clear ?? 0);
  const color = change.color ?? mail.color;
  if (flags === mail.flags && color === mail.color) return;
  core.db.run('UPDATE mail SET flags = ?, color = ? WHERE folder = ? AND uid = ?', flags, color, folder.id, mail.uid);
  noteMailChange(core, folder);
}

/** Copies a mail with its marks; returns the new UID. */
export function copyMail(core: Core, mail: Mail, target: MailFolder): number {
  return placeMail(core, target, mail.content, { ...mail, flags: mail.flags & ~mailFlag.recent });
}

/** Moves a mail: a new UID in the target, as IMAP does it. */
export function moveMail(core: Core, folder: MailFolder, mail: Mail, target: MailFolder): number {
  const uid = copyMail(core, mail, target);
  removeMail(core, folder, mail.uid);
  return uid;
}

export function removeMail(core: Core, folder: MailFolder, uid: number): void {
  core.db.run('DELETE FROM mail WHERE folder = ? AND uid = ?', folder.id, uid);
  noteMailChange(core, folder);
}

/** Whether the folder is the trash or lies in it. */
export function inTrash(core: Core, folder: MailFolder): boolean {
  let at: MailFolder | undefined = folder;
  while (at) {
    if (at.standard === 12) return true;
    at = at.parent === null ? undefined : mailFolderById(core, at.parent);
  }
  return false;
}
