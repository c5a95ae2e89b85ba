import { BackendError, type MailFlags } from '../backends/index.ts';
import { writeMime } from '../formats/index.ts';
import {
  fileTimeFromMs,
  fileTimeToMs,
  getBigint,
  getString,
  PidTag,
  type PropertyBag,
  setProperty,
} from '../mapi/index.ts';
import { type Message, mf, type OutboxRow } from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { stillUnderWay } from './attempt.ts';
import { contentDigest } from './content-digest.ts';
import { noFlags } from './flags.ts';
import { isInvitedByBackend } from './items/invitations.ts';
import { isVoid, readMessageBase, writeBase } from './links.ts';
import { takeFlags } from './pull-folder.ts';
import { releaseAt } from './release.ts';
import { ignoreMissing, Waiting } from './waiting.ts';

/** Notes: `sending <ms>` before the call; `sent <ms>` once the backend said so: from then on it is never sent again. */
const noteAt = (what: 'sending' | 'sent', at: number): string => `${what} ${at}`;
const noted = (what: 'sending' | 'sent', note: string | undefined): { at: number } | undefined => {
  const match = /^(sending|sent) (\d+)$/.exec(note ?? '');
  return match?.[1] === what ? { at: Number(match[2]) } : undefined;
};

/**
 * Sends one submitted message exactly once. The note stands before the call; an attempt that finds it looks among the
 * newest mails of the backend's sent folder for the Message-ID before it sends again. A refusal becomes a
 * non-delivery report in the inbox, and the message stays in its folder as a draft.
 */
export async function submitMessage(account: SyncAccount, row: OutboxRow): Promise<void> {
  const { mailbox, backend } = account;
  const message = await mailbox.messageByKey(row.objectKey);
  if (!message || (message.flags & mf.submitted) === 0) {
    await mailbox.sync.finishOutbox(row);
    return;
  }
  const draft = await mailbox.sync.link(message.key);
  if (draft && isVoid(draft)) throw new Waiting('the folder is about to be read anew');
  const sentFolder = account.tree.find((folder) => folder.role === 'sent')?.id;
  const messageId = getString(message.properties, PidTag.InternetMessageId);

  const sending = noted('sending', row.note);
  let sent = noted('sent', row.note);
  const content = await mailbox.content(message);
  if (!sending && !sent && (await isInvitedByBackend(account, content, submittedAt(message)))) {
    account.log.info({ message: message.key }, 'the backend sent this invitation itself');
    if (draft) await ignoreMissing(() => backend.mail.remove(draft.remoteFolder, [draft.remoteId], true));
    if (draft) await mailbox.sync.removeLink(message.key);
    await settle(account, row, message, undefined, false, await contentDigest(content));
    return;
  }
  let copy = row.note ? await findSent(account, sentFolder, messageId) : undefined;
  if (!copy && !sent) {
    if (sending) stillUnderWay(account, sending);
    // Somebody may have moved the copy of what was sent.
    if (sending && messageId !== undefined) copy = await findElsewhere(account, message, messageId);
  }
  if (!copy && !sent) {
    await mailbox.sync.noteOutbox(row, noteAt('sending', account.clock()));
    try {
      await backend.mail.send(writeMime(content, { bcc: true }));
    } catch (error) {
      if (!(error instanceof BackendError) || !['refused', 'denied', 'notFound'].includes(error.kind)) throw error;
      await reportFailure(account, row, message, error);
      return;
    }
    sent = { at: account.clock() };
    await mailbox.sync.noteOutbox(row, noteAt('sent', sent.at));
    copy = await findSent(account, sentFolder, messageId);
  }
  const kept = backend.mail.storesSent && sentFolder !== undefined;
  if (!copy && kept && sent && messageId !== undefined) {
    // The backend could not store a copy, or somebody moved or deleted it at once.
    stillUnderWay(account, sent);
    copy = await findElsewhere(account, message, messageId);
  }
  // The draft that it was goes while the link still names it: after a crash in between it is gone already.
  const isCopy = copy !== undefined && draft?.remoteFolder === copy.folder && draft?.remoteId === copy.id;
  if (draft && !isCopy) {
    await ignoreMissing(() => backend.mail.remove(draft.remoteFolder, [draft.remoteId], true));
    if (!copy) await mailbox.sync.removeLink(message.key);
  }
  // A mail without Message-ID cannot be found, but it is there.
  const isKept = copy !== undefined || (kept && messageId === undefined);
  await settle(account, row, message, copy, isKept, await contentDigest(content));
}

/** When a client submitted a message, ms since 1970; long ago when it does not say. */
const submittedAt = (message: Message): number =>
  fileTimeToMs(getBigint(message.properties, PidTag.ClientSubmitTime) ?? 0n);

/** What is done in a person's name and has to be brought to the backend. */
const client = { kind: 'client' } as const;

/** The backend's copy of a mail that was sent. */
interface SentCopy {
  readonly folder: string;
  readonly id: string;
  readonly flags: MailFlags;
  readonly size: number | undefined;
}

async function findSent(
  account: SyncAccount,
  folder: string | undefined,
  messageId: string | undefined,
): Promise<SentCopy | undefined> {
  if (!account.backend.mail.storesSent || folder === undefined || messageId === undefined) return undefined;
  const [mail] = await account.backend.mail.findByHeader(folder, 'Message-ID', messageId);
  return mail && { folder, id: mail.id, flags: mail.flags, size: mail.size };
}

/** The copy where a look at the folders found it; not another copy of the draft. */
async function findElsewhere(
  { mailbox }: SyncAccount,
  message: Message,
  messageId: string,
): Promise<SentCopy | undefined> {
  for (const link of await mailbox.sync.linkedByMessageId(messageId)) {
    const { flags, size } = readMessageBase(link);
    if (link.key !== message.key && !isVoid(link) && !flags.draft)
      return { folder: link.remoteFolder, id: link.remoteId, flags, size };
  }
  return undefined;
}

/**
 * The sent message takes its place, tied to the copy that the backend keeps; one transaction with the outbox row. What
 * the backend does not keep is stored there as any other message.
 */
async function settle(
  account: SyncAccount,
  row: OutboxRow,
  message: Message,
  copy: SentCopy | undefined,
  isKept: boolean,
  digest: string,
): Promise<void> {
  const { mailbox } = account;
  const { sync } = mailbox;
  await mailbox.transaction(async () => {
    const saved = await mailbox.saveMessage(
      { id: message.id, folderId: message.folderId, flags: message.flags & ~(mf.submitted | mf.unsent), read: true },
      isKept ? fromBackend : client,
    );
    const sentItems = mailbox.specialFolder('sentItems');
    const target = row.sentFolderId === undefined ? sentItems : row.sentFolderId;
    let place = target;
    if (copy) {
      const taken = await sync.linkByRemoteId(copy.folder, copy.id);
      // A look at the folder was faster than the answer to sending: what it took is this message.
      if (taken && taken.key !== message.key) {
        const other = await mailbox.messageByKey(taken.key);
        if (other && target === sentItems) place = other.folderId;
        await forget(account, taken.key);
      }
      // What somebody set on the copy since it was sent is taken, not taken away.
      const base = { flags: { ...noFlags, seen: copy.flags.seen }, contentDigest: digest };
      const link = { key: message.key, remoteFolder: copy.folder, remoteId: copy.id, releaseAt: releaseAt(account) };
      const size = copy.size === undefined ? {} : { size: copy.size };
      await takeFlags(account, { ...link, base: writeBase({ ...base, ...size }) }, copy.flags);
    }
    // Where the backend has its copy is no change; anywhere else is one that the backend has to follow.
    const origin = isKept && target === sentItems ? fromBackend : client;
    if (place === null) await mailbox.deleteMessages(message.folderId, [saved.id], { hard: true }, client);
    else if (place !== message.folderId) await mailbox.moveMessages(message.folderId, [saved.id], place, origin);
    await sync.finishOutbox(row);
  });
  account.log.debug({ message: message.key }, 'sent');
}

async function forget({ mailbox }: SyncAccount, key: number): Promise<void> {
  const message = await mailbox.messageByKey(key);
  await mailbox.sync.removeLink(key);
  if (message) await mailbox.deleteMessages(message.folderId, [message.id], { hard: true }, fromBackend);
}

async function reportFailure(
  account: SyncAccount,
  row: OutboxRow,
  message: Message,
  error: BackendError,
): Promise<void> {
  const { mailbox } = account;
  const subject = getString(message.properties, PidTag.Subject) ?? '';
  const now = fileTimeFromMs(account.clock());
  const report: PropertyBag = new Map();
  setProperty(report, PidTag.MessageClass, 'REPORT.IPM.Note.NDR');
  setProperty(report, PidTag.Subject, `Undeliverable: ${subject}`);
  setProperty(report, PidTag.SenderName, 'Oxbow');
  setProperty(report, PidTag.SentRepresentingName, 'Oxbow');
  setProperty(report, PidTag.MessageDeliveryTime, now);
  setProperty(report, PidTag.ClientSubmitTime, now);
  setProperty(
    report,
    PidTag.Body,
    `Your message "${subject}" could not be sent.\r\n\r\nThe mail server said: ${error.message}` +
      `${error.code ? ` (${error.code})` : ''}\r\n\r\nThe message is still where you sent it from; it can be changed and sent again.\r\n`,
  );
  await mailbox.transaction(async () => {
    await mailbox.saveMessage(
      { id: message.id, folderId: message.folderId, flags: (message.flags & ~mf.submitted) | mf.unsent },
      fromBackend,
    );
    await mailbox.saveMessage(
      { folderId: mailbox.specialFolder('inbox'), set: report, read: false, newMail: true },
      fromBackend,
    );
    await mailbox.sync.finishOutbox(row);
  });
  account.log.warn({ message: message.key, code: error.code }, 'the backend refused to send a message');
}
