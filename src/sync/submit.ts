import { BackendError, type RemoteEnvelope } from '../backends/index.ts';
import { writeMime } from '../formats/index.ts';
import { fileTimeFromMs, getString, PidTag, type PropertyBag, setProperty } from '../mapi/index.ts';
import type { Message, OutboxRow } from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { noFlags } from './flags.ts';
import { writeBase } from './links.ts';

const sendingNote = 'sending';
const mfSubmitted = 0x4;
const mfUnsent = 0x8;

/**
 * Sends one submitted message exactly once. The note stands before the call; an attempt that finds it looks among the
 * newest mails of the backend's sent folder for the Message-ID before it sends again. A refusal becomes a
 * non-delivery report in the inbox, and the message stays in its folder as a draft.
 */
export async function submitMessage(account: SyncAccount, row: OutboxRow): Promise<void> {
  const { mailbox, backend } = account;
  const message = await mailbox.messageByKey(row.objectKey);
  if (!message || message.deleted !== undefined || (message.flags & mfSubmitted) === 0) {
    await mailbox.sync.finishOutbox(row);
    return;
  }
  const sentFolder = account.tree.find((folder) => folder.role === 'sent')?.id;
  const messageId = getString(message.properties, PidTag.InternetMessageId);

  let copy = row.note === sendingNote ? await findSent(account, sentFolder, messageId) : undefined;
  if (!copy) {
    const content = await mailbox.content(message);
    if (row.note !== sendingNote) await mailbox.sync.noteOutbox(row, sendingNote);
    try {
      await backend.mail.send(writeMime(content, { bcc: true }));
    } catch (error) {
      if (!(error instanceof BackendError) || !['refused', 'denied', 'notFound'].includes(error.kind)) throw error;
      await reportFailure(account, row, message, error);
      return;
    }
    copy = await findSent(account, sentFolder, messageId).catch(() => undefined);
  }
  await settle(account, row, message, copy, sentFolder);
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
  copy: RemoteEnvelope | undefined,
  sentFolder: string | undefined,
): Promise<void> {
  const { mailbox } = account;
  const { sync } = mailbox;
  await mailbox.transaction(async () => {
    const saved = await mailbox.saveMessage(
      { id: message.id, folderId: message.folderId, flags: message.flags & ~(mfSubmitted | mfUnsent), read: true },
      fromBackend,
    );
    const earlier = await sync.link(message.key);
    if (copy && sentFolder !== undefined) {
      const taken = await sync.linkByRemoteId(sentFolder, copy.id);
      // A look at the folder was faster than the answer to sending: what it took is this message.
      if (taken && taken.key !== message.key) await forget(account, taken.key);
      await sync.setLink({
        key: message.key,
        remoteFolder: sentFolder,
        remoteId: copy.id,
        base: writeBase({ flags: { ...noFlags, ...copy.flags } }),
      });
    }
    const sentItems = mailbox.specialFolder('sentItems');
    const target = row.sentFolderId === undefined ? sentItems : row.sentFolderId;
    // Sent Items is where the backend has its copy; anywhere else is a change that the backend has to follow.
    const origin = target === sentItems && !earlier ? fromBackend : ({ kind: 'client' } as const);
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
      { id: message.id, folderId: message.folderId, flags: (message.flags & ~mfSubmitted) | mfUnsent },
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
