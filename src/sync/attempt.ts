import type { MailFlags, RemoteEnvelope } from '../backends/index.ts';
import { getString, PidTag } from '../mapi/index.ts';
import type { FolderId, Message, MessageLink, OutboxRow } from '../store/index.ts';
import type { SyncAccount } from './account.ts';
import { syncLimits } from './limits.ts';
import { readMessageBase, writeBase } from './links.ts';
import { isSameVersion, ownKeyOf, oxbowIdOf } from './oxbow-id.ts';
import { releaseAt } from './release.ts';
import { ignoreMissing, unlessMissing, Waiting } from './waiting.ts';

/**
 * A call that cannot be repeated blindly, noted on the outbox row before it is made. As long as the note stands nobody
 * knows whether the backend carried the call out.
 */
export type Attempt = StoreAttempt | MoveAttempt;

interface StoreAttempt {
  readonly kind: 'store';
  /** The local folder: ids of remote ones change when they are renamed. */
  readonly folderId: FolderId;
  readonly oxbowId: string;
  readonly digest: string;
  readonly flags: MailFlags;
  /** ms since 1970. */
  readonly at: number;
}

interface MoveAttempt {
  readonly kind: 'move';
  readonly id: string;
  readonly to: FolderId;
  readonly at: number;
}

export const writeAttempt = (attempt: Attempt): string => JSON.stringify(attempt);
export const readAttempt = (note: string | undefined): Attempt | undefined => (note ? JSON.parse(note) : undefined);

/** The attempt that stored a mail, as long as nobody heard of its outcome. */
export async function storeAttemptOf(
  { mailbox }: SyncAccount,
  mail: RemoteEnvelope,
): Promise<StoreAttempt | undefined> {
  const key = ownKeyOf(mailbox, mail.oxbowId);
  const attempt = key === undefined ? undefined : readAttempt(await mailbox.sync.noteOf(key));
  return attempt?.kind === 'store' && attempt.oxbowId === mail.oxbowId ? attempt : undefined;
}

/**
 * Finds out what became of an attempt whose answer never came, and brings the link in step with it. Returns the link as
 * it is now. Throws Waiting while the call may still be under way.
 */
export async function settleAttempt(
  account: SyncAccount,
  row: OutboxRow,
  message: Message | undefined,
  link: MessageLink | undefined,
): Promise<MessageLink | undefined> {
  const attempt = readAttempt(row.note);
  if (!attempt) return link;
  const settled =
    attempt.kind === 'store'
      ? await settleStore(account, row, link, attempt)
      : await settleMove(account, message, link, attempt);
  await account.mailbox.sync.noteOutbox(row, '');
  return settled;
}

async function settleStore(
  account: SyncAccount,
  row: OutboxRow,
  link: MessageLink | undefined,
  attempt: StoreAttempt,
): Promise<MessageLink | undefined> {
  const { sync } = account.mailbox;
  const mail = account.backend.mail;
  const folder = (await sync.folderLink(attempt.folderId))?.remoteId;
  const isThisVersion = link !== undefined && readMessageBase(link).contentDigest === attempt.digest;
  // The answer came after all. A copy elsewhere of the same content, as of what was sent, says nothing of this one.
  if (isThisVersion && link.remoteFolder === folder) return link;
  const found = folder && (await findUnlinked(account, folder, 'X-Oxbow-Id', attempt.oxbowId));
  if (!found) {
    stillUnderWay(account, attempt);
    return link;
  }
  // The message is tied to something else by now, as to the copy of what was sent.
  if (isThisVersion) {
    await ignoreMissing(() => mail.remove(folder, [found], true));
    return link;
  }
  if (link) await ignoreMissing(() => mail.remove(link.remoteFolder, [link.remoteId], true));
  const { digest, flags } = attempt;
  const settled = {
    key: row.objectKey,
    remoteFolder: folder,
    remoteId: found,
    base: writeBase({ flags, contentDigest: digest }),
    releaseAt: releaseAt(account),
  };
  await sync.setLink(settled);
  return settled;
}

async function settleMove(
  account: SyncAccount,
  message: Message | undefined,
  link: MessageLink | undefined,
  attempt: MoveAttempt,
): Promise<MessageLink | undefined> {
  const to = (await account.mailbox.sync.folderLink(attempt.to))?.remoteId;
  if (!link || !to || link.remoteId !== attempt.id || link.remoteFolder === to) return link;
  const there = await unlessMissing(() => account.backend.mail.envelopes(link.remoteFolder, [link.remoteId]));
  if (there?.length) {
    stillUnderWay(account, attempt);
    return link;
  }
  const found = await findMoved(account, message, link, to);
  if (found === undefined) return link;
  const moved = { ...link, remoteFolder: to, remoteId: found };
  await account.mailbox.sync.setLink(moved);
  return moved;
}

/**
 * A request that left before a crash may reach the backend after the restart, and what it made may be moved by somebody
 * else at once. So an attempt has only failed when its effect was nowhere in a whole look at the folders that began
 * after the request was dead. Throws Waiting until then.
 */
export function stillUnderWay(account: SyncAccount, attempt: { readonly at: number }): void {
  const until = attempt.at + syncLimits.settleMs;
  if (account.clock() < until) throw new Waiting('an earlier attempt may still be under way', until);
  if (account.lookedSince >= until) return;
  account.lookWanted = true;
  throw new Waiting('what an earlier attempt did is looked for first');
}

/** Id of a message's mail in the folder that it was moved to by a call whose answer was lost. */
export async function findMoved(
  account: SyncAccount,
  message: Message | undefined,
  link: MessageLink,
  target: string,
): Promise<string | undefined> {
  const digest = readMessageBase(link).contentDigest;
  if (digest !== undefined) {
    const found = await findUnlinked(account, target, 'X-Oxbow-Id', oxbowIdOf(account.mailbox, link.key, digest));
    if (found !== undefined) return found;
  }
  const messageId = message && getString(message.properties, PidTag.InternetMessageId);
  if (messageId === undefined) return undefined;
  return findUnlinked(account, target, 'Message-ID', messageId, (mail) => isSameVersion(account.mailbox, link, mail));
}

async function findUnlinked(
  account: SyncAccount,
  folder: string,
  header: 'Message-ID' | 'X-Oxbow-Id',
  value: string,
  fits: (mail: RemoteEnvelope) => boolean = () => true,
): Promise<string | undefined> {
  const all = (await unlessMissing(() => account.backend.mail.findByHeader(folder, header, value))) ?? [];
  for (const mail of all)
    if (fits(mail) && !(await account.mailbox.sync.linkByRemoteId(folder, mail.id))) return mail.id;
  return undefined;
}
