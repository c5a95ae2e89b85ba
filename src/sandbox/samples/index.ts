import type { Core } from '../core.ts';
import { mailFlag } from '../mail/flags.ts';
import { insertMailFolder, type MailFolder, mailFolderByPath } from '../mail/folder.ts';
import { placeMail, storeContent } from '../mail/store.ts';
import { buildMail } from '../mime/build.ts';
import type { Person } from '../people/person.ts';
import { conversations } from './conversations.ts';
import type { Conversation, Line, Who } from './script.ts';
import { singles } from './singles.ts';

const hour = 3_600_000;

interface Placing {
  readonly owner: Person;
  readonly path: string;
  readonly content: number;
  readonly received: number;
  readonly flags: number;
  readonly color: number;
}

/**
 * Gives these people mailboxes as of some months of work, up to now. Conversations are between each three of them, so
 * the same mail lies in Sent of one and in the inbox of the others. The same people at the same time get the same mails.
 */
export function fillSampleMailboxes(core: Core, people: readonly Person[]): void {
  const now = core.stamps.now();
  const placings: Placing[] = [];
  for (let at = 0; at < people.length; at += 3) {
    const trio = [people[at]!, people[at + 1], people[at + 2]];
    conversations.forEach((conversation, index) => {
      placings.push(...playConversation(core, conversation, `${at}-${index}`, trio, now));
    });
  }
  people.forEach((person, index) => {
    placings.push(...placeSingles(core, person, index, now));
  });
  // In the order of arrival, as UIDs rise with time.
  placings.sort((one, other) => one.received - other.received);
  const folders = new Map<string, MailFolder>();
  for (const { owner, path, content, received, flags, color } of placings) {
    const key = `${owner.id} ${path}`;
    const folder = folders.get(key) ?? folderAt(core, owner, path);
    folders.set(key, folder);
    placeMail(core, folder, content, { received, flags, color });
  }
}

const addressOf = (person: Person): string => `${person.displayName} <${person.address}>`;

function playConversation(
  core: Core,
  conversation: Conversation,
  key: string,
  trio: readonly (Person | undefined)[],
  now: number,
): Placing[] {
  const { lines, subject, folder = 'INBOX' } = conversation;
  const isThere = (who: Who) => typeof who === 'string' || trio[who] !== undefined;
  const nameOf = (who: Who) => (typeof who === 'string' ? who : addressOf(trio[who]!));
  const placings: Placing[] = [];
  const ids: string[] = [];
  let previous: Buffer | undefined;
  lines.forEach((line, index) => {
    if (!isThere(line.from)) return;
    const date = now - Math.round(line.hoursAgo * hour);
    const sender = nameOf(line.from);
    const domain = sender.slice(sender.lastIndexOf('@') + 1, -1);
    const messageId = `<sample-${key}-${index}@${domain}>`;
    const isAnswer = ids.length > 0 && !line.forward;
    const raw = buildMail({
      from: sender,
      to: line.to.filter(isThere).map(nameOf),
      cc: line.cc?.filter(isThere).map(nameOf),
      subject: index === 0 ? subject : `${line.forward ? 'Fwd' : 'Re'}: ${subject}`,
      messageId,
      date,
      ...(isAnswer ? { inReplyTo: ids.at(-1)!, references: [...ids] } : {}),
      text: line.text,
      ...(line.html === undefined ? {} : { html: line.html }),
      ...(line.files ? { files: line.files } : {}),
      ...(line.forward && previous ? { embedded: previous } : {}),
      ...(line.priority ? { headers: { 'X-Priority': String(line.priority) } } : {}),
    });
    ids.push(messageId);
    previous = raw;
    const content = storeContent(core, raw);
    const place = (who: Who, path: string, flags: number, color = 0) => {
      const owner = typeof who === 'string' ? undefined : trio[who];
      if (owner) placings.push({ owner, path, content, received: date, flags, color });
    };
    place(line.from, 'Sent', mailFlag.seen);
    for (const who of [...line.to, ...(line.cc ?? [])])
      place(who, folder, marksOf(line, who, lines[index + 1]), line.color);
  });
  return placings;
}

/** Answered and forwarded follow from who writes next. */
function marksOf(line: Line, who: Who, next: Line | undefined): number {
  let flags = line.unread ? 0 : mailFlag.seen;
  if (line.flagged) flags |= mailFlag.flagged;
  if (next?.from === who) flags |= next.forward ? mailFlag.forwarded : mailFlag.answered;
  return flags;
}

function placeSingles(core: Core, person: Person, index: number, now: number): Placing[] {
  const [firstName = person.login] = person.displayName.split(' ');
  return singles(firstName, (index % 7) * 2).map((single, number) => {
    const date = now - Math.round(single.hoursAgo * hour);
    const isMine = single.from === 'me';
    const raw = buildMail({
      from: isMine ? addressOf(person) : single.from,
      to: single.to ?? [addressOf(person)],
      subject: single.subject,
      messageId: `<single-${index}-${number}@${isMine ? person.address.split('@')[1] : 'outside.example'}>`,
      date,
      text: single.text,
      ...(single.html === undefined ? {} : { html: single.html }),
      ...(single.headers ? { headers: single.headers } : {}),
    });
    let flags = single.unread ? 0 : mailFlag.seen;
    if (single.flagged) flags |= mailFlag.flagged;
    if (single.draft) flags |= mailFlag.draft;
    return {
      owner: person,
      path: single.folder,
      content: storeContent(core, raw),
      received: date,
      flags,
      color: single.color ?? 0,
    };
  });
}

/** The folder of a path, made with its parents where it is missing. */
function folderAt(core: Core, owner: Person, path: string): MailFolder {
  const there = mailFolderByPath(core, owner.id, path);
  if (there) return there;
  const slash = path.lastIndexOf('/');
  const parent = slash < 0 ? undefined : folderAt(core, owner, path.slice(0, slash));
  return insertMailFolder(core, owner.id, parent, path.slice(slash + 1));
}
