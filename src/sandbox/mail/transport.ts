import type { Core } from '../core.ts';
import { addressesOf, dateOf, firstValue, headerOf, splitHeader } from '../mime/index.ts';
import { membersOf, type Person, personByAddress } from '../people/person.ts';
import { mailDate } from '../time.ts';
import { bounceMail } from './bounce.ts';
import { type MailFolder, standardMailFolder } from './folder.ts';
import { placeMail, storeContent } from './store.ts';

/**
 * Brings a mail to its recipients, inside the running transaction: people of the context get it into their inbox, each
 * once; members of a group likewise; other domains go to the table `outgoing`; an unknown local address comes back to
 * the sender as a bounce.
 */
export function deliverMail(core: Core, raw: Buffer, sender: string, recipients: readonly string[]): void {
  const inboxes = new Map<number, MailFolder>();
  const unknown: string[] = [];
  const wanted = new Set(recipients.map((recipient) => recipient.trim().toLowerCase()).filter(Boolean));
  const outgoing = withoutFields(raw, ['bcc']);
  for (const recipient of wanted) {
    if (!core.context.domains.includes(recipient.slice(recipient.lastIndexOf('@') + 1))) {
      core.db.run(
        'INSERT INTO outgoing (stamp, sender, recipient, raw) VALUES (?, ?, ?, ?)',
        core.stamps.next(),
        sender,
        recipient,
        outgoing,
      );
      continue;
    }
    const owners = mailboxesOf(core, recipient);
    if (!owners) unknown.push(recipient);
    for (const owner of owners ?? []) inboxes.set(owner, standardMailFolder(core, owner, 7));
  }
  if (inboxes.size > 0) {
    const received = core.stamps.next();
    const content = storeContent(core, traced(core, outgoing, sender, received));
    for (const inbox of inboxes.values()) placeMail(core, inbox, content, { received });
  }
  if (unknown.length > 0 && sender !== '') bounce(core, raw, sender, unknown);
}

/** People behind a local address; undefined: nobody has it. Resources take mail and keep none. */
function mailboxesOf(core: Core, address: string): number[] | undefined {
  const entries = core.db.all<{ kind: string; entity: number }>(
    'SELECT kind, entity FROM address WHERE address = ?',
    address,
  );
  if (entries.length === 0) return undefined;
  return entries.flatMap(({ kind, entity }) => {
    if (kind === 'person') return [entity];
    return kind === 'group' ? membersOf(core, entity) : [];
  });
}

function bounce(core: Core, raw: Buffer, sender: string, unknown: readonly string[]): void {
  const person = personByAddress(core, sender);
  const mail = bounceMail(raw, sender, unknown, core.context.domains[0]!, core.stamps.next());
  // A bounce has no sender, so it can never bounce itself.
  deliverMail(core, mail, '', [person?.address ?? sender]);
}

function traced(core: Core, raw: Buffer, sender: string, received: number): Buffer {
  const head = `Return-Path: <${sender}>\r\nReceived: from localhost by mail.${core.context.domains[0]} with LMTP id ${received.toString(36)};\r\n\t${mailDate(received)}\r\n`;
  return Buffer.concat([Buffer.from(head), raw]);
}

/** The mail without these header fields (lower case), with their continuation lines. */
function withoutFields(raw: Buffer, names: readonly string[]): Buffer {
  const { header } = splitHeader(raw);
  const text = header.toString('latin1');
  const kept = text.replace(/^([!-9;-~]+)[ \t]*:.*(?:\r?\n[ \t].*)*(?:\r?\n|$)/gm, (field, name: string) =>
    names.includes(name.toLowerCase()) ? '' : field,
  );
  return kept.length === text.length ? raw : Buffer.concat([Buffer.from(kept, 'latin1'), raw.subarray(header.length)]);
}

/** What a mail needs before it leaves: a Message-ID and a Date. */
export function completed(core: Core, raw: Buffer): Buffer {
  const fields = headerOf(raw);
  let head = '';
  if (!firstValue(fields, 'message-id'))
    head += `Message-ID: <${core.stamps.next()}.ox@${core.context.domains[0]}>\r\n`;
  if (dateOf(fields) === undefined) head += `Date: ${mailDate(core.stamps.now())}\r\n`;
  return head === '' ? raw : Buffer.concat([Buffer.from(head), raw]);
}

/** All addresses of To, Cc and Bcc. */
export function recipientsOf(raw: Buffer): string[] {
  const fields = headerOf(raw);
  return ['to', 'cc', 'bcc'].flatMap((name) => addressesOf(fields, name)).map(([, address]) => address);
}

/** Sends a mail for a person and keeps exactly one copy in Sent; returns where the copy is. */
export function sendMail(
  core: Core,
  person: Person,
  raw: Buffer,
  reference?: string,
): { folder: MailFolder; uid: number } {
  const mail = completed(core, raw);
  const sent = standardMailFolder(core, person.id, 10);
  const received = core.stamps.next();
  const uid = placeMail(core, sent, storeContent(core, mail), { flags: 32, received, reference: reference ?? null });
  deliverMail(
    core,
    mail,
    addressesOf(headerOf(mail), 'from')[0]?.[1].toLowerCase() ?? person.address,
    recipientsOf(mail),
  );
  return { folder: sent, uid };
}
