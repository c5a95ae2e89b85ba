import { createHash } from 'node:crypto';
import { BackendError, type MailFlags } from '../backends/index.ts';
import { writeMime } from '../formats/index.ts';
import { getString, PidTag } from '../mapi/index.ts';
import type { Message, MessageContent, MessageLink, OutboxRow } from '../store/index.ts';
import type { SyncAccount } from './account.ts';
import { localChanges, noFlags } from './flags.ts';
import { readMessageBase, writeBase } from './links.ts';
import { oxbowIdOf } from './oxbow-id.ts';

const mfUnsent = 0x8;
const mfSubmitted = 0x4;

/** Header that finds a stored mail again, see oxbow-id.ts. */
const idHeader = 'X-Oxbow-Id';

/**
 * Brings the backend in step with one message that a client created, changed, moved or deleted, and takes the row out of
 * the outbox. Each step can be repeated: what was done already is found by the link, or by the X-Oxbow-Id.
 */
export async function pushMessage(account: SyncAccount, row: OutboxRow): Promise<void> {
  const { sync } = account.mailbox;
  const message = await account.mailbox.messageByKey(row.objectKey);
  let link = await sync.link(row.objectKey);
  if (!message || message.deleted !== undefined) {
    if (link) await removeRemote(account, link);
  } else {
    const target = (await sync.folderLink(message.folderId))?.remoteId;
    if (target !== undefined && !message.associated && (message.flags & mfSubmitted) === 0) {
      if (link && link.remoteFolder !== target) link = await moveRemote(account, message, link, target);
      if (!link) await storeRemote(account, row, message, target, undefined);
      else {
        if (message.contentState === 'local') await storeRemote(account, row, message, target, link);
        await pushFlags(account, message);
      }
    }
  }
  await sync.finishOutbox(row);
}

async function removeRemote(account: SyncAccount, link: MessageLink): Promise<void> {
  await ignoreMissing(() => account.backend.mail.remove(link.remoteFolder, [link.remoteId], true));
  await account.mailbox.sync.removeLink(link.key);
}

/** Undefined when the mail is nowhere to be found any more: then it has to be stored anew. */
async function moveRemote(
  account: SyncAccount,
  message: Message,
  link: MessageLink,
  target: string,
): Promise<MessageLink | undefined> {
  const { mailbox, backend } = account;
  let id: string | undefined;
  try {
    id = await backend.mail.move(link.remoteFolder, link.remoteId, target);
  } catch (error) {
    if (!(error instanceof BackendError && error.kind === 'notFound')) throw error;
    // Moved by an earlier attempt whose answer was lost, or gone.
  }
  id ??= await findMoved(account, message, target);
  if (id === undefined) {
    await mailbox.sync.removeLink(link.key);
    return undefined;
  }
  const moved = { ...link, remoteFolder: target, remoteId: id };
  await mailbox.sync.setLink(moved);
  return moved;
}

async function findMoved(account: SyncAccount, message: Message, target: string): Promise<string | undefined> {
  const messageId = getString(message.properties, PidTag.InternetMessageId);
  if (messageId === undefined) return undefined;
  for (const found of await account.backend.mail.findByHeader(target, 'Message-ID', messageId))
    if (!(await account.mailbox.sync.linkByRemoteId(target, found.id))) return found.id;
  return undefined;
}

/** Stores a message whose content is held here, unless the backend has just this content; an older copy is replaced. */
async function storeRemote(
  account: SyncAccount,
  row: OutboxRow,
  message: Message,
  target: string,
  link: MessageLink | undefined,
): Promise<void> {
  const { mailbox, backend } = account;
  const content = await mailbox.content(message);
  const digest = await contentDigest(content);
  const base = link && readMessageBase(link);
  if (base?.contentDigest === digest) return;

  const flags = flagsOf(message, base?.flags ?? noFlags);
  const oxbowId = oxbowIdOf(mailbox, message.key, digest);
  // The note stands before the call: a second attempt looks first whether the first one came through.
  const earlier = row.note === oxbowId ? await findByOxbowId(account, target, oxbowId) : undefined;
  if (earlier === undefined && row.note !== oxbowId) await mailbox.sync.noteOutbox(row, oxbowId);
  const id =
    earlier ??
    (await backend.mail.append(
      target,
      writeMime(content, { bcc: true, headers: { [idHeader]: oxbowId } }),
      flags,
      undefined,
    ));
  await mailbox.sync.setLink({
    key: message.key,
    remoteFolder: target,
    remoteId: id,
    base: writeBase({ flags, contentDigest: digest }),
  });
  if (link) await ignoreMissing(() => backend.mail.remove(link.remoteFolder, [link.remoteId], true));
}

async function findByOxbowId(account: SyncAccount, folder: string, oxbowId: string): Promise<string | undefined> {
  return (await account.backend.mail.findByHeader(folder, idHeader, oxbowId))[0]?.id;
}

async function pushFlags(account: SyncAccount, message: Message): Promise<void> {
  const { mailbox, backend } = account;
  const link = await mailbox.sync.link(message.key);
  if (!link) return;
  const base = readMessageBase(link);
  const changes = localChanges(message, base.flags);
  if (Object.keys(changes).length === 0) return;
  await ignoreMissing(() => backend.mail.setFlags(link.remoteFolder, link.remoteId, changes));
  await mailbox.sync.setLink({ ...link, base: writeBase({ ...base, flags: { ...base.flags, ...changes } }) });
}

function flagsOf(message: Message, base: MailFlags): MailFlags {
  return { ...base, ...localChanges(message, base), draft: (message.flags & mfUnsent) !== 0 };
}

/** Digest of a message as it would be written: equal content, equal digest. */
async function contentDigest(content: MessageContent): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of writeMime(content, { bcc: true, boundary: 'digest' })) hash.update(chunk);
  return hash.digest('hex').slice(0, 16);
}

/** What is gone needs no more changing; the next look at the folder tells the rest. */
export async function ignoreMissing(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof BackendError && error.kind === 'notFound')) throw error;
  }
}
