import type { MailFlags, RemoteEnvelope, RemoteFolderStatus, RemoteMessageState } from '../backends/index.ts';
import { envelopeProperties } from '../formats/index.ts';
import { getString, PidTag, setProperty } from '../mapi/index.ts';
import {
  batches,
  type FolderId,
  type Message,
  type MessageKey,
  type MessageLink,
  mf,
  type NewMessage,
} from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { readAttempt, storeAttemptOf, writeAttempt } from './attempt.ts';
import { contentDigest } from './content-digest.ts';
import { flagProperties, localChanges, remoteChanges, shownFlags } from './flags.ts';
import { isItemFolder } from './items/links.ts';
import { syncLimits } from './limits.ts';
import {
  type FolderCursor,
  type MessageBase,
  readCursor,
  readMessageBase,
  voided,
  writeBase,
  writeCursor,
} from './links.ts';
import { isSameVersion, messageOfOxbowId, ownKeyOf } from './oxbow-id.ts';
import { releaseAt } from './release.ts';
import { unlessMissing } from './waiting.ts';

/** What one look at a folder found, before anything is changed. */
export interface FolderNews {
  readonly folderId: FolderId;
  readonly remoteFolder: string;
  readonly cursor: FolderCursor;
  /** Ids that no link has, newest first, and their envelopes as far as they were read already. */
  readonly unknown: readonly string[];
  readonly envelopes: ReadonlyMap<string, RemoteEnvelope>;
  /** Links whose flags differ from the base. */
  readonly changed: readonly { readonly link: MessageLink; readonly flags: MailFlags }[];
  /** Links whose mail is missing from this whole listing for the first time: moved, or about to be believed gone. */
  readonly missing: readonly MessageLink[];
  /** Links whose mail is gone: missing from two whole listings in a row. */
  readonly vanished: readonly MessageLink[];
  /** The folder was never read before: what is in it is not new mail. */
  readonly first: boolean;
}

/**
 * Looks at one folder whose status is given and tells what is new against its cursor; undefined when nothing is. Costs
 * one `newest` call when only new mail came in, however large the folder is; otherwise a whole listing.
 */
export async function lookAtFolder(
  account: SyncAccount,
  folderId: FolderId,
  remoteFolder: string,
  status: RemoteFolderStatus,
  fullDue: (cursor: FolderCursor) => boolean,
): Promise<FolderNews | undefined> {
  const { sync } = account.mailbox;
  const cursor = readCursor(await sync.cursor(remoteFolder));
  const same = cursor !== undefined && cursor.validity === status.validity;
  // What is missing is looked for again at once, unless it waits for somebody's word.
  const unsettled = (cursor?.missing?.length ?? 0) > 0 && !account.brakes.has(folderId);
  if (same && !fullDue(cursor) && !unsettled) {
    if (cursor.next === status.next && cursor.total === status.total && cursor.unread === status.unread)
      return undefined;
    const quick = await lookAtNewest(account, folderId, remoteFolder, status, cursor);
    if (quick) return quick;
  }
  return lookAtAll(account, folderId, remoteFolder, status, cursor);
}

/** The difference as far as the newest mails explain all of it; undefined when they do not. */
async function lookAtNewest(
  account: SyncAccount,
  folderId: FolderId,
  remoteFolder: string,
  status: RemoteFolderStatus,
  cursor: FolderCursor,
): Promise<FolderNews | undefined> {
  const arrived = status.total - cursor.total;
  if (arrived < 0 || arrived > syncLimits.peek / 2) return undefined;
  const newest = await account.backend.mail.newest(remoteFolder, syncLimits.peek);
  const envelopes = new Map<string, RemoteEnvelope>();
  const changed: { link: MessageLink; flags: MailFlags }[] = [];
  let unread = cursor.unread;
  for (const envelope of newest) {
    const link = await account.mailbox.sync.linkByRemoteId(remoteFolder, envelope.id);
    if (!link) {
      envelopes.set(envelope.id, envelope);
      if (!envelope.flags.seen) unread += 1;
      continue;
    }
    const base = readMessageBase(link);
    if (base.flags.seen !== envelope.flags.seen) unread += envelope.flags.seen ? -1 : 1;
    if (differs(envelope.flags, base)) changed.push({ link, flags: envelope.flags });
  }
  if (envelopes.size !== arrived || unread !== status.unread) return undefined;
  return {
    folderId,
    remoteFolder,
    cursor: { ...cursor, next: status.next, total: status.total, unread: status.unread },
    unknown: [...envelopes.keys()],
    envelopes,
    changed,
    missing: [],
    vanished: [],
    first: false,
  };
}

async function lookAtAll(
  account: SyncAccount,
  folderId: FolderId,
  remoteFolder: string,
  status: RemoteFolderStatus,
  known: FolderCursor | undefined,
): Promise<FolderNews> {
  const states = await account.backend.mail.states(remoteFolder);
  const cursor = known?.validity === status.validity ? known : undefined;
  if (known && !cursor) await voidIds(account, remoteFolder);
  const links = new Map((await account.mailbox.sync.links(remoteFolder)).map((link) => [link.remoteId, link]));
  const unknown: RemoteMessageState[] = [];
  const changed: { link: MessageLink; flags: MailFlags }[] = [];
  for (const state of states) {
    const link = links.get(state.id);
    links.delete(state.id);
    if (!link) unknown.push(state);
    else if (differs(state.flags, readMessageBase(link))) changed.push({ link, flags: state.flags });
  }
  const missedBefore = new Set(cursor?.missing);
  const missing = [...links.values()].filter((link) => !missedBefore.has(link.remoteId));
  const vanished = [...links.values()].filter((link) => missedBefore.has(link.remoteId));
  // Newest first: ids rise with arrival where they are numbers.
  unknown.sort((a, b) => Number(b.id) - Number(a.id));
  return {
    folderId,
    remoteFolder,
    cursor: {
      validity: status.validity,
      next: status.next,
      total: status.total,
      unread: status.unread,
      listedAt: account.clock(),
      ...(missing.length > 0 ? { missing: missing.map((link) => link.remoteId) } : {}),
    },
    unknown: unknown.map((state) => state.id),
    envelopes: new Map(),
    changed,
    missing,
    vanished,
    first: known === undefined,
  };
}

const differs = (flags: MailFlags, base: MessageBase): boolean =>
  Object.keys(remoteChanges(flags, base.flags, base.intended)).length > 0;

/**
 * Another UIDVALIDITY voids all ids. The links stay, as missing ones: their mails are recognised by Message-ID under
 * the new ids, as if they had been moved, and what a client changed meanwhile waits for that.
 */
async function voidIds(account: SyncAccount, remoteFolder: string): Promise<void> {
  account.log.warn({ folder: remoteFolder }, 'UIDVALIDITY changed; the folder is read anew');
  await account.mailbox.transaction(async () => {
    for (const link of await account.mailbox.sync.links(remoteFolder)) await account.mailbox.sync.setLink(voided(link));
  });
}

/** Mails that are no longer where their links say and may turn up elsewhere: by Message-ID and by message key. */
export type Vanished = Map<string | number, Gone[]>;

interface Gone {
  readonly link: MessageLink;
  readonly message: Message;
  /** It turned up again. */
  found: boolean;
}

async function addVanished({ mailbox }: SyncAccount, vanished: Vanished, link: MessageLink): Promise<void> {
  const message = await mailbox.messageByKey(link.key);
  if (!message || vanished.has(message.key)) return;
  // We may have taken this mail away ourselves, for a new version whose storing is not settled: then what turns up with
  // its name is a copy, and would be taken away in its place.
  const attempt = readAttempt(await mailbox.sync.noteOf(link.key));
  if (attempt?.kind === 'store' && attempt.digest !== readMessageBase(link).contentDigest) return;
  const gone: Gone = { link, message, found: false };
  vanished.set(message.key, [gone]);
  const id = getString(message.properties, PidTag.InternetMessageId);
  if (id === undefined) return;
  const same = vanished.get(id);
  if (same) same.push(gone);
  else vanished.set(id, [gone]);
}

/** Collects what is missing. */
export async function collectVanished(account: SyncAccount, news: readonly FolderNews[]): Promise<Vanished> {
  const found: Vanished = new Map();
  for (const { missing, vanished } of news)
    for (const link of [...missing, ...vanished]) await addVanished(account, found, link);
  return found;
}

/**
 * A mail that is new here may have left a folder that was looked at before, or was not looked at: known mails with its
 * Message-ID or X-Oxbow-Id are asked for, and those that are not where they were join `vanished`.
 */
async function lookForMoved(
  account: SyncAccount,
  envelopes: readonly RemoteEnvelope[],
  vanished: Vanished,
): Promise<void> {
  const { mailbox, backend } = account;
  const known = await knownMessageIds(account, envelopes);
  for (const { messageId, oxbowId } of envelopes) {
    const key = ownKeyOf(mailbox, oxbowId);
    const own = key === undefined ? undefined : await mailbox.sync.link(key);
    const links = messageId && known.has(messageId) ? await mailbox.sync.linkedByMessageId(messageId) : [];
    for (const link of own ? [own, ...links.filter((other) => other.key !== own.key)] : links) {
      if (vanished.has(link.key)) continue;
      const there = await unlessMissing(() => backend.mail.envelopes(link.remoteFolder, [link.remoteId]));
      if (!there?.length) await addVanished(account, vanished, link);
    }
  }
}

/** Which Message-IDs of these mails the mailbox has: in a first read hardly any, so the rest need not be asked for singly. */
const knownMessageIds = (account: SyncAccount, envelopes: readonly RemoteEnvelope[]): Promise<Set<string>> =>
  account.mailbox.sync.knownMessageIds(envelopes.flatMap(({ messageId }) => messageId ?? []));

/** The known mail that this one is, unless it is another version of it. */
function recognise(account: SyncAccount, vanished: Vanished, envelope: RemoteEnvelope): Gone | undefined {
  const key = ownKeyOf(account.mailbox, envelope.oxbowId);
  const candidates = [
    ...(key === undefined ? [] : (vanished.get(key) ?? [])),
    ...(envelope.messageId === undefined ? [] : (vanished.get(envelope.messageId) ?? [])),
  ];
  return candidates.find(({ found, link }) => !found && isSameVersion(account.mailbox, link, envelope));
}

/** Takes what is new of one folder into the store, newest first, a bounded batch a transaction. */
export async function ingest(account: SyncAccount, news: FolderNews, vanished: Vanished): Promise<void> {
  const { mailbox } = account;
  for (const { link, flags } of news.changed) await mailbox.transaction(() => takeFlags(account, link, flags));
  for (const ids of batches(news.unknown, syncLimits.ingestBatch)) {
    const missing = ids.filter((id) => !news.envelopes.has(id));
    const read = missing.length > 0 ? await account.backend.mail.envelopes(news.remoteFolder, missing) : [];
    const envelopes = [...ids.flatMap((id) => news.envelopes.get(id) ?? []), ...read];
    await followAttempts(account, news.folderId, envelopes);
    await lookForMoved(account, envelopes, vanished);
    const taken = await mailbox.transaction(async () => {
      if (!(await mailbox.folder(news.folderId))) return false;
      await takeMails(account, news, envelopes, vanished);
      return true;
    });
    // A client deleted the folder meanwhile; the push of that looks at what is in it.
    if (!taken) return;
  }
  await mailbox.sync.setCursor(news.remoteFolder, writeCursor(news.cursor));
}

/** What an attempt stored was moved by somebody before the answer was heard: there the attempt finds it. */
async function followAttempts(
  account: SyncAccount,
  folderId: FolderId,
  envelopes: readonly RemoteEnvelope[],
): Promise<void> {
  const { mailbox, backend } = account;
  for (const mail of envelopes) {
    const attempt = await storeAttemptOf(account, mail);
    if (!attempt || attempt.folderId === folderId) continue;
    const folder = (await mailbox.sync.folderLink(attempt.folderId))?.remoteId;
    const { oxbowId } = attempt;
    const there = folder && (await unlessMissing(() => backend.mail.findByHeader(folder, 'X-Oxbow-Id', oxbowId)));
    if (there?.length) continue;
    const key = ownKeyOf(mailbox, oxbowId)!;
    await mailbox.transaction(async () => {
      if (!(await mailbox.folder(folderId))) return;
      const message = await mailbox.messageByKey(key);
      if (message?.folderId === attempt.folderId)
        await mailbox.moveMessages(message.folderId, [message.id], folderId, fromBackend);
      await mailbox.sync.noteOutbox({ kind: 'message', objectKey: key }, writeAttempt({ ...attempt, folderId }));
    });
  }
}

/** Takes a batch of mails. Only in a transaction. */
async function takeMails(
  account: SyncAccount,
  news: FolderNews,
  envelopes: readonly RemoteEnvelope[],
  vanished: Vanished,
): Promise<void> {
  const { mailbox } = account;
  const { remoteFolder, folderId } = news;
  const linked = await mailbox.sync.linkedRemoteIds(
    remoteFolder,
    envelopes.map(({ id }) => id),
  );
  const known = await knownMessageIds(account, envelopes);
  const unknown: RemoteEnvelope[] = [];
  for (const envelope of envelopes) {
    if (linked.has(envelope.id)) continue;
    linked.add(envelope.id);
    if (!(await takeKnown(account, news, envelope, vanished, known))) unknown.push(envelope);
  }
  const saved = await mailbox.createMessages(
    folderId,
    unknown.map((envelope) => newMessage(envelope, news.first)),
    fromBackend,
  );
  await mailbox.sync.setLink(
    ...unknown.map((envelope, index) => ({
      key: saved[index]!.key,
      remoteFolder,
      remoteId: envelope.id,
      base: writeBase({ flags: envelope.flags, size: envelope.size }),
    })),
  );
}

/** Links a mail of which the mailbox has the message already. False when it has none. */
async function takeKnown(
  account: SyncAccount,
  news: FolderNews,
  envelope: RemoteEnvelope,
  vanished: Vanished,
  known: ReadonlySet<string>,
): Promise<boolean> {
  const { mailbox } = account;
  const { sync } = mailbox;
  const { remoteFolder, folderId } = news;
  const tie = async (message: Message, digest?: string): Promise<true> => {
    const { key } = message;
    // Without a base nothing tells who changed a flag: what a client did and still waits here holds, else what is there.
    const flags = (await sync.isPending(key)) ? envelope.flags : { ...envelope.flags, ...shownFlags(message) };
    const base = writeBase({ flags, ...(digest ? { contentDigest: digest } : { size: envelope.size }) });
    const link = { key, remoteFolder, remoteId: envelope.id, base, ...(digest && { releaseAt: releaseAt(account) }) };
    await takeFlags(account, link, envelope.flags);
    return true;
  };

  // Stored from here by a call whose answer was lost. The push settles that as long as its row is there.
  const key = ownKeyOf(mailbox, envelope.oxbowId);
  if (key !== undefined) {
    if (await storeAttemptOf(account, envelope)) return true;
    const own = await messageOfOxbowId(mailbox, envelope.oxbowId);
    if (own && !(await sync.link(own.message.key))) return tie(own.message, own.contentDigest);
  }

  // Moved on the backend: the same message, with all that only we keep of it.
  const moved = recognise(account, vanished, envelope);
  if (moved) {
    moved.found = true;
    const { key, remoteFolder: from } = moved.link;
    account.log.debug({ message: key, from, to: remoteFolder, id: envelope.id }, 'a mail was moved');
    if (moved.message.folderId !== folderId)
      await mailbox.moveMessages(moved.message.folderId, [moved.message.id], folderId, fromBackend);
    await takeFlags(account, { ...moved.link, remoteFolder, remoteId: envelope.id }, envelope.flags);
    return true;
  }
  // Sent from here; the backend keeps the copy.
  if (envelope.messageId !== undefined && known.has(envelope.messageId))
    for (const sent of await sync.unlinkedByMessageId(folderId, envelope.messageId))
      if (!(await sync.isPending(sent.key))) return tie(sent);

  return false;
}

/** A message whose content stays on the backend. `first`: what is in a folder that was never read is not new mail. */
function newMessage(envelope: RemoteEnvelope, first: boolean): NewMessage {
  const { set } = flagProperties(
    remoteChanges(envelope.flags, { ...envelope.flags, flagged: false, answered: false, forwarded: false }),
  );
  const { properties, recipients } = envelopeProperties(envelope);
  for (const [tag, value] of properties) setProperty(set, tag, value);
  return {
    set,
    recipients,
    read: envelope.flags.seen,
    flags: envelope.flags.draft ? mf.unsent : 0,
    remoteContent: { size: envelope.size, hasAttachments: envelope.hasAttachments },
    newMail: !first && !envelope.flags.seen,
  };
}

/** Merges flags three ways: what changed on the backend wins over the same flag changed here; the rest stays. Only in a transaction. */
export async function takeFlags(account: SyncAccount, link: MessageLink, flags: MailFlags): Promise<void> {
  const { mailbox } = account;
  const base = readMessageBase(link);
  const message = await mailbox.messageByKey(link.key);
  if (message) {
    const changes = remoteChanges(flags, base.flags, base.intended);
    const here = localChanges(message, base.flags);
    const { set, remove } = flagProperties(changes);
    const read = changes.seen ?? here.seen ?? message.read;
    if (set.size > 0 || remove.length > 0)
      await mailbox.saveMessage({ id: message.id, folderId: message.folderId, set, remove }, fromBackend);
    if (read !== message.read) await mailbox.setReadState(message.folderId, [message.id], read, fromBackend);
  }
  await mailbox.sync.setLink({ ...link, base: writeBase({ ...base, flags }) });
}

/**
 * Deletes what vanished and did not turn up elsewhere; only when the look was at every folder that there is
 * (`everywhere`), since a mail may have been moved into one that is new, or whose deletion is under way.
 *
 * The brake: when more than half of a folder with over 20 mails would go at once, nothing goes until somebody says so.
 * Emptied trash and junk folders are what people do every day; there the mails stay recoverable and no brake applies.
 */
export async function removeVanished(
  account: SyncAccount,
  news: FolderNews,
  brakeApplies: boolean,
  everywhere: boolean,
): Promise<void> {
  const { mailbox } = account;
  const gone: MessageLink[] = [];
  for (const link of news.vanished) {
    const now = await mailbox.sync.link(link.key);
    if (now?.remoteFolder === link.remoteFolder && now.remoteId === link.remoteId) gone.push(link);
  }
  if (news.missing.length > 0 || (gone.length > 0 && !everywhere)) account.lookWanted = true;
  if (!everywhere) return keepMissing(account, news, gone);
  const known = news.cursor.total + gone.length;
  if (brakeApplies && known > syncLimits.brakeFrom && gone.length * 2 > known) {
    account.brakes.set(news.folderId, { folder: news.remoteFolder, vanished: gone.length, of: known });
    account.log.warn(
      { folder: news.remoteFolder, vanished: gone.length, of: known },
      'more than half of a folder vanished; nothing is deleted until this is confirmed',
    );
    // So that a confirmation finds them again.
    await keepMissing(account, news, gone);
    return;
  }
  account.brakes.delete(news.folderId);
  for (const links of batches(gone, syncLimits.ingestBatch))
    await mailbox.transaction(async () => {
      for (const link of links) await takeDeletion(account, link);
    });
}

/**
 * Deletes messages whose mails were in a folder that is gone, and that two looks in a row at every other folder did not
 * find there. `before`: their keys at the last look.
 */
export async function removeStray(account: SyncAccount, before: Set<MessageKey>): Promise<void> {
  const { mailbox } = account;
  const known = new Set((await mailbox.sync.folderLinks()).map(({ remoteId }) => remoteId));
  const stray: MessageLink[] = [];
  for (const folder of await mailbox.sync.linkedFolders())
    if (!known.has(folder) && !isItemFolder(folder)) stray.push(...(await mailbox.sync.links(folder)));
  for (const link of stray) if (before.has(link.key)) await mailbox.transaction(() => takeDeletion(account, link));
  const fresh = stray.filter(({ key }) => !before.has(key));
  before.clear();
  for (const { key } of fresh) before.add(key);
  if (fresh.length > 0) account.lookWanted = true;
}

/** What vanished is kept in mind as missing and is looked for again. */
async function keepMissing({ mailbox }: SyncAccount, news: FolderNews, gone: readonly MessageLink[]): Promise<void> {
  const missing = [...(news.cursor.missing ?? []), ...gone.map((link) => link.remoteId)];
  await mailbox.sync.setCursor(news.remoteFolder, writeCursor({ ...news.cursor, missing }));
}

/** Deletes a message whose mail is gone. Only in a transaction. */
export async function takeDeletion(account: SyncAccount, link: MessageLink): Promise<void> {
  const { mailbox } = account;
  const message = await mailbox.messageByKey(link.key);
  const gone = message !== undefined && !(await outlives(account, link, message));
  account.log.debug({ message: link.key, folder: link.remoteFolder, id: link.remoteId, gone }, 'a mail vanished');
  if (gone) await mailbox.deleteMessages(message.folderId, [message.id], { hard: false }, fromBackend);
  await mailbox.sync.removeLink(link.key);
}

/** What a client wrote, or hands over for sending, is not lost because the mail that it was is deleted elsewhere. */
async function outlives({ mailbox }: SyncAccount, link: MessageLink, message: Message): Promise<boolean> {
  if ((message.flags & mf.submitted) !== 0) return true;
  if (message.contentState !== 'local' || !(await mailbox.sync.isPending(link.key))) return false;
  return readMessageBase(link).contentDigest !== (await contentDigest(await mailbox.content(message)));
}
