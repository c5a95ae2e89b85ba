import { BackendError, type RemoteEnvelope } from '../backends/index.ts';
import { writeMime } from '../formats/index.ts';
import { fileTimeFromMs, getString, PidTag, type PropertyBag, setProperty } from '../mapi/index.ts';
import { type Message, mf, type OutboxRow } from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { stillUnderWay } from './attempt.ts';
import { contentDigest } from './content-digest.ts';
import { noFlags } from './flags.ts';
import { isVoid, writeBase } from './links.ts';
import { takeFlags } from './pull-folder.ts';
import { ignoreMissing, Waiting } from './waiting.ts';

/** Notes: `sending <ms>` before the call; `sent` once the backend said so: from then on it is never sent again. */
const sentNote = 'sent';
const sendingNote = (at: number): string => `sending ${at}`;
const sendingSince = (note: string | undefined): number | undefined => {
  const match = /^sending (\d+)$/.exec(note ?? '');
  return match ? Number(match[1]) : undefined;
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

  const since = sendingSince(row.note);
  const content = await mailbox.content(message);
  let copy = row.note ? await findSent(account, sentFolder, messageId) : undefined;
  if (!copy && row.note !== sentNote) {
    if (since !== undefined) stillUnderWay(account, { at: since });
    await mailbox.sync.noteOutbox(row, sendingNote(account.clock()));
    try {
      await backend.mail.send(writeMime(content, { bcc: true }));
    } catch (error) {
      if (!(error instanceof BackendError) || !['refused', 'denied', 'notFound'].includes(error.kind)) throw error;
      await reportFailure(account, row, message, error);
      return;
    }
    await mailbox.sync.noteOutbox(row, sentNote);
    copy = await findSent(account, sentFolder, messageId);
  }
  // The draft that it was goes while the link still names it: after a crash in between it is gone already.
  const isCopy = copy !== undefined && draft?.remoteFolder === sentFolder && draft?.remoteId === copy.id;
  if (draft && !isCopy) {
    await ignoreMissing(() => backend.mail.remove(draft.remoteFolder, [draft.remoteId], true));
    if (!copy) await mailbox.sync.removeLink(message.key);
  }
  await settle(account, row, message, copy && { ...copy, digest: await contentDigest(content) }, sentFolder);
}

async function findSent(
  account: SyncAccount,
  sentFolder: string | undefined,
  messageId: string | undefined,
): Promise<RemoteEnvelope | undefined> {
  if (!account.backend.mail.storesSent || sentFolder === undefined || messageId === undefined) return undefined;
  return (await account.backend.mail.findByHeader(sentFolder, 'Message-ID', messageId))[0];
}

/** The sent message takes its place, tied to the copy that the backend keeps; one transaction with the outbox row. */
async function settle(
  account: SyncAccount,
  row: OutboxRow,
  message: Message,
  copy: (RemoteEnvelope & { readonly digest: string }) | undefined,
  sentFolder: string | undefined,
): Promise<void> {
  const { mailbox, backend } = account;
  const { sync } = mailbox;
  await mailbox.transaction(async () => {
    const saved = await mailbox.saveMessage(
      { id: message.id, folderId: message.folderId, flags: message.flags & ~(mf.submitted | mf.unsent), read: true },
      fromBackend,
    );
    if (copy && sentFolder !== undefined) {
      const taken = await sync.linkByRemoteId(sentFolder, copy.id);
      // A look at the folder was faster than the answer to sending: what it took is this message.
      if (taken && taken.key !== message.key) await forget(account, taken.key);
      // What somebody set on the copy since it was sent is taken, not taken away.
      const base = writeBase({
        flags: { ...noFlags, seen: copy.flags.seen },
        contentDigest: copy.digest,
        size: copy.size,
      });
      const link = { key: message.key, remoteFolder: sentFolder, remoteId: copy.id, base };
      await takeFlags(account, link, copy.flags);
    }
    const sentItems = mailbox.specialFolder('sentItems');
    const target = row.sentFolderId === undefined ? sentItems : row.sentFolderId;
    // Sent Items is where the backend has its copy; anywhere else is a change that the backend has to follow.
    const kept = backend.mail.storesSent && sentFolder !== undefined;
    const origin = target === sentItems && kept ? fromBackend : ({ kind: 'client' } as const);
    if (target === null) await mailbox.deleteMessages(message.folderId, [saved.id], { hard: true }, { kind: 'client' });
    else if (target !== message.folderId) await mailbox.moveMessages(message.folderId, [saved.id], target, origin);
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
