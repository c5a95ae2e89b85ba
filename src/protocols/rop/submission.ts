import { randomUUID } from 'node:crypto';
import { recipientAddress } from '../../formats/index.ts';
import {
  addressBookEntryId,
  ec,
  exSearchKey,
  fileTimeNow,
  fileTimeToMs,
  getBigint,
  getBinary,
  getBoolean,
  getNumber,
  getString,
  MapiError,
  oneOffEntryId,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type PropertyValue,
  parseEntryId,
  smtpSearchKey,
} from '../../mapi/index.ts';
import { type DirectoryEntry, type FolderId, type Mailbox, type MessageId, mf } from '../../store/index.ts';
import type { RopContext } from './context.ts';
import { saveMessage } from './handlers/save-changes-message.ts';
import { folderIdOf } from './object-ids.ts';
import type { MessageObject } from './objects.ts';

/** Recipients of one message; Exchange's default. */
const recipientLimit = 5000;
/** PidTagSentMailSvrEID (MS-OXOMSG 2.2.3.10): 1, then FID. */
const sentMailServerId = 0x674000fb;

/**
 * Hands a message to the outbox: checks it, fills in what the server owes it (MS-OXOMSG 3.2.4.1), saves what is pending
 * on the handle and submits, all in one transaction. Errors: ecAccessDenied, ecNotSupported, ecSubmitted,
 * ecNoRecipients, ecTooManyRecips, ecAmbiguousRecip.
 */
export async function submit(context: RopContext, message: MessageObject): Promise<void> {
  const { mailbox, origin } = context;
  await check(context, message);
  const { draft } = message;
  const bag = await draft.properties();
  const sentFolderId = await sentFolderOf(mailbox, bag);
  const notBefore = deferredUntil(bag);
  for (const [tag, value] of await submitProperties(context, bag)) draft.setProperty(tag, value);
  if (draft.stored === undefined) draft.read = true;
  const undo = draft.remember();
  const { messageId, folderId } = message;
  try {
    await mailbox.transaction(async () => {
      await saveMessage(context, message, true);
      if (message.messageId === undefined) throw new MapiError(ec.notFound);
      const id = await takeTargetId(context, message, message.messageId, getBinary(bag, PidTag.TargetEntryId));
      await mailbox.setReadState(message.folderId, [id], true, origin);
      await mailbox.submitMessage(id, { sentFolderId, ...(notBefore === undefined ? {} : { notBefore }) }, origin);
    });
  } catch (error) {
    undo();
    message.messageId = messageId;
    message.folderId = folderId;
    throw error;
  }
  if (message.messageId !== undefined) {
    draft.stored = (await mailbox.message(message.messageId)) ?? draft.stored;
  }
}

async function check(context: RopContext, message: MessageObject): Promise<void> {
  const { draft } = message;
  if (context.session.identity.address !== context.mailbox.address) throw new MapiError(ec.accessDenied);
  if (draft.attachment !== undefined || draft.associated) throw new MapiError(ec.notSupported);
  if (!message.writable) throw new MapiError(ec.accessDenied);
  if (((draft.stored?.flags ?? 0) & mf.submitted) !== 0) throw new MapiError(ec.submitted);
  const recipients = await draft.recipients();
  if (recipients.length === 0) throw new MapiError(ec.noRecipients);
  if (recipients.length > recipientLimit) throw new MapiError(ec.tooManyRecips);
  for (const recipient of recipients) {
    // What mail cannot be addressed to: somebody of another address book, a list that the client did not expand.
    if (!recipientAddress(recipient)?.address) throw new MapiError(ec.ambiguousRecip);
  }
}

/** Where the message goes when it was sent; null to delete it. */
async function sentFolderOf(mailbox: Mailbox, bag: PropertyBag): Promise<FolderId | null> {
  const target = entryFolder(mailbox, getBinary(bag, PidTag.TargetEntryId));
  if (target !== undefined && (await mailbox.folder(target)) !== undefined) return target;
  if (getBoolean(bag, PidTag.DeleteAfterSubmit)) return null;
  const serverId = bag.get(sentMailServerId);
  const wanted =
    entryFolder(mailbox, getBinary(bag, PidTag.SentMailEntryId)) ??
    (serverId instanceof Uint8Array && serverId.length >= 9 && serverId[0] === 1
      ? await folderIdOf(mailbox, Buffer.from(serverId).readBigUInt64LE(1))
      : undefined);
  if (wanted !== undefined && (await mailbox.folder(wanted)) !== undefined) return wanted;
  return mailbox.specialFolder('sentItems');
}

/**
 * A cached-mode client tells by PidTagTargetEntryId under which id it keeps the message (MS-OXCFXICS
 * 3.3.4.3.3.2.1.2): under that one it finds the message here, and moves it to Sent Items instead of uploading it again.
 * Returns the message's id; the one that it had when it cannot have the other.
 */
async function takeTargetId(
  context: RopContext,
  message: MessageObject,
  id: MessageId,
  target: Uint8Array | undefined,
): Promise<MessageId> {
  const { mailbox, origin } = context;
  const wanted = target === undefined ? undefined : parseEntryId(target);
  if (wanted?.kind !== 'message' || wanted.replicaGuid !== mailbox.replicaGuid) return id;
  const folderId = entryFolder(mailbox, target);
  if (folderId === undefined || wanted.counter === id || (await mailbox.folder(folderId)) === undefined) return id;
  const identities = new Map([[id, { newId: wanted.counter, keepVersion: true }]]);
  try {
    const { ids } = await mailbox.moveMessages(message.folderId, [id], folderId, origin, identities);
    message.messageId = ids.get(id) ?? id;
    message.folderId = folderId;
    return message.messageId;
  } catch (error) {
    // An id that is in use or was never given out.
    if (error instanceof MapiError && error.code === ec.invalidParam) return id;
    throw error;
  }
}

/** The folder that an entry id of a folder or message of this mailbox names. */
function entryFolder(mailbox: Mailbox, bytes: Uint8Array | undefined): FolderId | undefined {
  if (bytes === undefined) return undefined;
  const id = parseEntryId(bytes);
  if (id.kind === 'folder' && id.replicaGuid === mailbox.replicaGuid) return id.counter;
  if (id.kind === 'message' && id.folderReplicaGuid === mailbox.replicaGuid) return id.folderCounter;
  return undefined;
}

/** Minutes, hours, days, weeks: PidTagDeferredSendUnits, in ms. */
const deferredUnits = [60_000, 3_600_000, 86_400_000, 604_800_000];

/** Deferred delivery, in ms since 1970 (MS-OXOMSG 2.2.3.6, 2.2.3.7). */
function deferredUntil(bag: PropertyBag): number | undefined {
  const time = getBigint(bag, PidTag.DeferredSendTime);
  if (time !== undefined) return fileTimeToMs(time);
  const number = getNumber(bag, PidTag.DeferredSendNumber);
  const unit = deferredUnits[getNumber(bag, PidTag.DeferredSendUnits) ?? 0];
  return number === undefined || number <= 0 || unit === undefined ? undefined : Date.now() + number * unit;
}

/** A person as sender or represented one. */
interface Person {
  readonly name: string;
  readonly type: string;
  readonly address: string;
  readonly smtpAddress: string;
  readonly entryId: Uint8Array;
  readonly searchKey: Uint8Array;
}

const addressBookPerson = (name: string, dn: string, smtpAddress: string): Person => ({
  name,
  type: 'EX',
  address: dn,
  smtpAddress,
  entryId: addressBookEntryId(dn),
  searchKey: exSearchKey(dn),
});

const internetPerson = (name: string, address: string): Person => ({
  name,
  type: 'SMTP',
  address,
  smtpAddress: address,
  entryId: oneOffEntryId({ displayName: name, addressType: 'SMTP', address }),
  searchKey: smtpSearchKey(address),
});

const senderTags = {
  name: PidTag.SenderName,
  type: PidTag.SenderAddressType,
  address: PidTag.SenderEmailAddress,
  smtpAddress: PidTag.SenderSmtpAddress,
  entryId: PidTag.SenderEntryId,
  searchKey: PidTag.SenderSearchKey,
} as const;
const representedTags = {
  name: PidTag.SentRepresentingName,
  type: PidTag.SentRepresentingAddressType,
  address: PidTag.SentRepresentingEmailAddress,
  smtpAddress: PidTag.SentRepresentingSmtpAddress,
  entryId: PidTag.SentRepresentingEntryId,
  searchKey: PidTag.SentRepresentingSearchKey,
} as const;
type PersonTags = Readonly<Record<keyof Person, PropertyTag>>;

const personProperties = (tags: PersonTags, person: Person): [PropertyTag, PropertyValue][] =>
  (Object.keys(tags) as (keyof Person)[]).map((part) => [tags[part], person[part]]);

/** What the server sets on each message that is sent. */
async function submitProperties(context: RopContext, bag: PropertyBag): Promise<[PropertyTag, PropertyValue][]> {
  const { identity, stringLocale } = context.session;
  const now = fileTimeNow();
  const account = addressBookPerson(identity.displayName, identity.legacyDn, identity.address);
  const represented = await representedBy(context, bag, account);
  const domain = identity.address.slice(identity.address.indexOf('@') + 1);
  return [
    ...personProperties(senderTags, account),
    ...personProperties(representedTags, represented),
    [PidTag.ClientSubmitTime, now],
    [PidTag.ProviderSubmitTime, now],
    [PidTag.MessageDeliveryTime, now],
    [PidTag.InternetMessageId, `<${randomUUID()}@${domain}>`],
    [PidTag.MessageLocaleId, stringLocale || 0x409],
    [PidTag.ContentFilterSpamConfidenceLevel, -1],
  ];
}

/**
 * Whom the message is from. An alias of one's own is allowed; somebody else is not, except on meeting messages, into
 * which Outlook always writes the organizer: those are sent as oneself.
 */
async function representedBy(context: RopContext, bag: PropertyBag, account: Person): Promise<Person> {
  const wanted = representedAddress(bag);
  if (wanted === undefined) return account;
  const own = await ownEntry(context);
  const aliases = [account.smtpAddress, ...(own?.aliases ?? [])].map((alias) => alias.toLowerCase());
  if (wanted === account.address.toLowerCase() || wanted === account.smtpAddress) return account;
  if (aliases.includes(wanted)) {
    return internetPerson(getString(bag, PidTag.SentRepresentingName) ?? account.name, wanted);
  }
  if (/^ipm\.schedule\b/i.test(getString(bag, PidTag.MessageClass) ?? '')) return account;
  throw new MapiError(ec.accessDenied);
}

/** DN or SMTP address of PidTagSentRepresenting…, lower case; undefined when the client did not say. */
function representedAddress(bag: PropertyBag): string | undefined {
  const smtp = getString(bag, PidTag.SentRepresentingSmtpAddress);
  const id = getBinary(bag, PidTag.SentRepresentingEntryId);
  const parsed = id === undefined ? undefined : parseEntryId(id);
  const named = parsed?.kind === 'addressBook' ? parsed.dn : parsed?.kind === 'oneOff' ? parsed.address : undefined;
  const address = getString(bag, PidTag.SentRepresentingEmailAddress);
  return (named || address || smtp)?.toLowerCase() || undefined;
}

async function ownEntry(context: RopContext): Promise<DirectoryEntry | undefined> {
  const { identity, services } = context.session;
  const entries = await services.directory.entries(identity);
  return entries.find((entry) => entry.legacyDn.toLowerCase() === identity.legacyDn.toLowerCase());
}

/** Tags that RopTransportSend answers with (MS-OXOMSG 2.2.5.4). */
export const sentProperties: readonly PropertyTag[] = [
  PidTag.SenderName,
  PidTag.SenderEntryId,
  PidTag.SenderSearchKey,
  PidTag.SentRepresentingName,
  PidTag.SentRepresentingEntryId,
  PidTag.SentRepresentingSearchKey,
  PidTag.ProviderSubmitTime,
];
