import type { MailFlags } from '../backends/index.ts';
import { writeMime } from '../formats/index.ts';
import {
  ContentUnavailable,
  type Message,
  type MessageContent,
  type MessageKey,
  type MessageLink,
  mf,
  type OutboxRow,
} from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { readAttempt, settleAttempt, writeAttempt } from './attempt.ts';
import { contentDigest } from './content-digest.ts';
import { localChanges, localFlag, noFlags } from './flags.ts';
import { isVoid, readMessageBase, writeBase } from './links.ts';
import { moveMail } from './move-mail.ts';
import { oxbowIdOf } from './oxbow-id.ts';
import { takeFlags } from './pull-folder.ts';
import { linkOf, remoteFolderOf } from './push-folder.ts';
import { releaseAt } from './release.ts';
import { ignoreMissing, unlessMissing, Waiting } from './waiting.ts';

/** Header that finds a stored mail again, see oxbow-id.ts. */
const idHeader = 'X-Oxbow-Id';

/**
 * Brings the backend in step with one message that a client created, changed, moved or deleted, and takes the row out of
 * the outbox. Each step can be repeated: what was done already is found by the link, or by what attempt.ts noted. False
 * when there was nothing to do: then the row is left to the caller.
 */
export async function pushMessage(account: SyncAccount, row: OutboxRow): Promise<boolean> {
  const { sync } = account.mailbox;
  const message = await account.mailbox.messageByKey(row.objectKey);
  const link = await settleAttempt(account, row, message, await sync.link(row.objectKey));
  if (link && isVoid(link)) throw new Waiting('the folder is about to be read anew');
  let done = readAttempt(row.note) !== undefined;
  if (!message) {
    done ||= link !== undefined;
    if (link) await removeRemote(account, link);
  } else if (!message.associated && (message.flags & mf.submitted) === 0) {
    const target = await remoteFolderOf(account, message.folderId);
    if (target !== undefined) {
      // What is written anew is stored where it belongs at once: one step less that can be interrupted.
      const stored =
        (!link || message.contentState === 'local') && (await storeRemote(account, row, message, target, link));
      const moves = link !== undefined && !stored && link.remoteFolder !== target;
      if (link && moves) await moveMail(account, row, message, link, target);
      done ||= stored || moves;
      if (link) done = (await pushFlags(account, message.key)) || done;
    }
  }
  if (done) await sync.finishOutbox(row);
  return done;
}

async function removeRemote(account: SyncAccount, link: MessageLink): Promise<void> {
  const { mailbox, backend } = account;
  const removed = await ignoreMissing(() => backend.mail.remove(link.remoteFolder, [link.remoteId], true));
  // The folder is not there: renamed elsewhere, and the mail in it, until the tree has shown that it is gone.
  if (!removed && (await linkOf(account, link.remoteFolder)))
    throw new Waiting('the folder was deleted or renamed elsewhere');
  await mailbox.sync.removeLink(link.key);
}

/**
 * Stores a message whose content is held here; an older copy is replaced. False when the backend has just this content.
 */
async function storeRemote(
  account: SyncAccount,
  row: OutboxRow,
  message: Message,
  target: string,
  link: MessageLink | undefined,
): Promise<boolean> {
  const { mailbox, backend } = account;
  let content: MessageContent;
  try {
    content = await mailbox.content(message);
  } catch (error) {
    if (!(error instanceof ContentUnavailable) || link || message.contentState === 'local') throw error;
    // Deleted elsewhere while a client changed it here, and its content is nowhere any more.
    account.log.info({ message: message.key }, 'a changed mail was deleted on the backend');
    await mailbox.deleteMessages(message.folderId, [message.id], { hard: false }, fromBackend);
    return true;
  }
  const digest = await contentDigest(content);
  if (link && readMessageBase(link).contentDigest === digest) return false;
  if (link) await readFlags(account, link);

  const flags = await flagsNow(account, message);
  const oxbowId = oxbowIdOf(mailbox, message.key, digest);
  const attempt = { kind: 'store', folderId: message.folderId, oxbowId, digest, flags, at: account.clock() } as const;
  await mailbox.sync.noteOutbox(row, writeAttempt(attempt));
  const source = writeMime(content, { bcc: true, headers: { [idHeader]: oxbowId } });
  const id = await unlessMissing(() => backend.mail.append(target, source, flags, undefined));
  if (id === undefined) throw new Waiting('the folder was deleted or renamed elsewhere');
  // The old copy goes while the link still names it: after a crash in between the attempt is settled.
  if (link) await ignoreMissing(() => backend.mail.remove(link.remoteFolder, [link.remoteId], true));
  await mailbox.sync.setLink({
    key: message.key,
    remoteFolder: target,
    remoteId: id,
    base: writeBase({ flags, contentDigest: digest }),
    releaseAt: releaseAt(account),
  });
  return true;
}

/** What somebody set on a mail that is about to be replaced. Throws Waiting when it is not there any more. */
async function readFlags(account: SyncAccount, link: MessageLink): Promise<void> {
  const { mail } = account.backend;
  const [envelope] = (await unlessMissing(() => mail.envelopes(link.remoteFolder, [link.remoteId]))) ?? [];
  if (!envelope) throw new Waiting('the mail was moved or deleted elsewhere');
  await account.mailbox.transaction(() => takeFlags(account, link, envelope.flags));
}

async function pushFlags(account: SyncAccount, key: MessageKey): Promise<boolean> {
  const { mailbox, backend } = account;
  const link = await mailbox.sync.link(key);
  const message = await mailbox.messageByKey(key);
  if (!link || !message) return false;
  const base = readMessageBase(link);
  const changes: { -readonly [K in keyof MailFlags]?: MailFlags[K] } = localChanges(message, base.flags);
  // Whether these came through nobody knows, so they are said again.
  if (base.intended?.seen !== undefined) changes.seen = localFlag.seen(message);
  if (base.intended?.flagged !== undefined) changes.flagged = localFlag.flagged(message);
  if (Object.keys(changes).length === 0) return false;
  await mailbox.sync.setLink({ ...link, base: writeBase({ ...base, intended: { ...base.intended, ...changes } }) });
  const found = await ignoreMissing(() => backend.mail.setFlags(link.remoteFolder, link.remoteId, changes));
  if (!found) throw new Waiting('the mail was moved or deleted elsewhere');
  const { intended: _, ...rest } = base;
  await mailbox.sync.setLink({ ...link, base: writeBase({ ...rest, flags: { ...base.flags, ...changes } }) });
  return true;
}

async function flagsNow({ mailbox }: SyncAccount, before: Message): Promise<MailFlags> {
  const message = (await mailbox.messageByKey(before.key)) ?? before;
  const link = await mailbox.sync.link(before.key);
  const base = link ? readMessageBase(link).flags : noFlags;
  return { ...base, ...localChanges(message, base), draft: (message.flags & mf.unsent) !== 0 };
}
