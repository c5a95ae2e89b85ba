import {
  createHttpClient,
  createMapiHttpClient,
  type DiscoveredAccount,
  discover,
  type ExecuteOptions,
  folderTree,
  type Handle,
  type HttpClient,
  internetRecipient,
  logOn,
  type MapiHttpClient,
  newestMails,
  newHandle,
  type OpenMailbox,
  openFolder,
  readRows,
  recipientColumns,
  release,
  ropCall,
  succeeded,
} from '../../src/client/index.ts';
import {
  type AttachmentContent,
  type Cell,
  ec,
  isLargeValue,
  isPropertyError,
  isTypedValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  propertyRow,
  type RecipientRow,
  recipientRow,
  type StoredValue,
  setProperty,
  type TaggedValue,
  typeOf,
} from '../../src/mapi/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { recipientOfRow } from '../../src/protocols/rop/recipients.ts';
import { decode, encode } from '../../src/wire/index.ts';

/** Somebody who uses Outlook: a session as the client library gives it, and what Outlook does with it. */
export interface Outlook {
  readonly http: HttpClient;
  readonly account: DiscoveredAccount;
  readonly client: MapiHttpClient;
  readonly mailbox: OpenMailbox;
}

export async function startOutlook(
  url: string,
  certificateAuthority: string,
  user: string,
  password: string,
): Promise<Outlook> {
  const http = createHttpClient({ user, password, certificateAuthority });
  return openSession(http, await discover(http, url, user));
}

/** Another session of somebody. */
export async function openSession(
  http: HttpClient,
  account: DiscoveredAccount,
  options: ExecuteOptions = {},
): Promise<Outlook> {
  const client = createMapiHttpClient(http, account.mailboxUrl, options);
  await client.connect(account.legacyDn);
  return { http, account, client, mailbox: await logOn(client, account.legacyDn) };
}

// Folders

/** The id of the folder of this name; undefined when there is none. */
export async function folderNamed({ client, mailbox }: Outlook, name: string): Promise<bigint | undefined> {
  return (await folderTree(client, mailbox)).find((folder) => folder.name === name)?.folderId;
}

export async function createFolder(outlook: Outlook, parentId: bigint, displayName: string): Promise<bigint> {
  const parent = await openFolder(outlook.client, outlook.mailbox, parentId);
  const folder = newHandle();
  const { folderId } = await outlook.client.run(
    ropCall(d.RopCreateFolder, [parent, folder], {
      folderType: 1,
      useUnicodeStrings: true,
      openExisting: false,
      reserved: 0,
      displayName,
      comment: '',
    }),
  );
  await release(outlook.client, folder, parent);
  return folderId;
}

export async function renameFolder(outlook: Outlook, folderId: bigint, name: string): Promise<void> {
  const folder = await openFolder(outlook.client, outlook.mailbox, folderId);
  await setProperties(outlook, folder, [{ tag: PidTag.DisplayName, value: name }]);
  await release(outlook.client, folder);
}

export async function deleteFolder(outlook: Outlook, parentId: bigint, folderId: bigint): Promise<void> {
  const parent = await openFolder(outlook.client, outlook.mailbox, parentId);
  // DEL_MESSAGES, DEL_FOLDERS and DELETE_HARD_DELETE (MS-OXCFOLD 2.2.1.3.1)
  await outlook.client.run(ropCall(d.RopDeleteFolder, parent, { deleteFolderFlags: 0x15, folderId }));
  await release(outlook.client, parent);
}

// Messages of a folder

/** The mail of this subject; undefined when the folder has none among its newest. */
export async function mailNamed({ client, mailbox }: Outlook, folderId: bigint, subject: string) {
  return (await newestMails(client, mailbox, folderId, 1000)).find((mail) => mail.subject === subject);
}

/** Rows of a folder's contents table, by the given columns. */
export async function contentsOf(outlook: Outlook, folderId: bigint, columns: PropertyTag[]): Promise<Cell[][]> {
  const folder = await openFolder(outlook.client, outlook.mailbox, folderId);
  const table = newHandle();
  await outlook.client.runAll(
    ropCall(d.RopGetContentsTable, [folder, table], { tableFlags: d.tableFlags.useUnicode }),
    ropCall(d.RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
  );
  const rows = await readRows(outlook.client, table, columns);
  await release(outlook.client, table, folder);
  return rows;
}

export async function moveMail(outlook: Outlook, from: bigint, to: bigint, messageId: bigint): Promise<void> {
  const { client, mailbox } = outlook;
  const [source, destination] = [await openFolder(client, mailbox, from), await openFolder(client, mailbox, to)];
  await client.run(
    ropCall(d.RopMoveCopyMessages, [source, destination], {
      messageIds: [messageId],
      wantAsynchronous: false,
      wantCopy: false,
    }),
  );
  await release(client, source, destination);
}

export async function deleteMail(outlook: Outlook, folderId: bigint, messageId: bigint): Promise<void> {
  const folder = await openFolder(outlook.client, outlook.mailbox, folderId);
  await outlook.client.run(
    ropCall(d.RopDeleteMessages, folder, { wantAsynchronous: false, notifyNonRead: false, messageIds: [messageId] }),
  );
  await release(outlook.client, folder);
}

/** Read receipts suppressed, as Outlook does when it marks a mail without showing it. */
export async function setRead(outlook: Outlook, folderId: bigint, messageId: bigint, read: boolean): Promise<void> {
  const folder = await openFolder(outlook.client, outlook.mailbox, folderId);
  await outlook.client.run(
    ropCall(d.RopSetReadFlags, folder, {
      wantAsynchronous: false,
      readFlags: read ? 0x01 : 0x04,
      messageIds: [messageId],
    }),
  );
  await release(outlook.client, folder);
}

export async function openMessage(outlook: Outlook, folderId: bigint, messageId: bigint, openModeFlags = 0) {
  const message = newHandle();
  const opened = await outlook.client.run(
    ropCall(d.RopOpenMessage, [outlook.mailbox.logon, message], {
      codePageId: 0x0fff,
      folderId,
      openModeFlags,
      messageId,
    }),
  );
  return { message, opened };
}

/** Sets and deletes properties of a stored mail. */
export async function changeMail(
  outlook: Outlook,
  folderId: bigint,
  messageId: bigint,
  set: readonly TaggedValue[],
  remove: PropertyTag[] = [],
): Promise<void> {
  const { message } = await openMessage(outlook, folderId, messageId, 1);
  await setProperties(outlook, message, set);
  await outlook.client.runAll(
    ropCall(d.RopDeleteProperties, message, { propertyTags: remove }),
    ropCall(d.RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }),
  );
  await release(outlook.client, message);
}

export const flagged: readonly TaggedValue[] = [
  { tag: PidTag.FlagStatus, value: 2 },
  { tag: PidTag.FollowupIcon, value: 6 },
];

/** Sets properties; throws when one was refused. */
async function setProperties(outlook: Outlook, handle: Handle, propertyValues: readonly TaggedValue[]): Promise<void> {
  const { propertyProblems } = await outlook.client.run(
    ropCall(d.RopSetProperties, handle, { propertyValues: [...propertyValues] }),
  );
  const [problem] = propertyProblems;
  if (problem)
    throw new Error(`property 0x${problem.propertyTag.toString(16)} refused: 0x${problem.errorCode.toString(16)}`);
}

export async function getProperties(outlook: Outlook, handle: Handle, propertyTags: PropertyTag[]): Promise<Cell[]> {
  const { rowData } = await outlook.client.run(
    ropCall(d.RopGetPropertiesSpecific, handle, { propertySizeLimit: 0, wantUnicode: 1, propertyTags }, propertyTags),
  );
  return decode(propertyRow(propertyTags), rowData);
}

// Reading a whole message

const envelopeTags: PropertyTag[] = [
  PidTag.MessageClass,
  PidTag.Subject,
  PidTag.SentRepresentingName,
  PidTag.SentRepresentingEmailAddress,
  PidTag.SentRepresentingSmtpAddress,
  PidTag.ClientSubmitTime,
  PidTag.InternetMessageId,
  PidTag.InternetCodepage,
  PidTag.NativeBody,
  PidTag.HasAttachments,
  PidTag.MessageFlags,
  PidTag.Importance,
  PidTag.TransportMessageHeaders,
];
const attachmentTags: PropertyTag[] = [
  PidTag.AttachNumber,
  PidTag.AttachMethod,
  PidTag.AttachLongFilename,
  PidTag.AttachMimeTag,
  PidTag.AttachContentId,
  PidTag.AttachmentHidden,
];
/** PidTagNativeBody of a message whose body was written as HTML (MS-OXCMAIL). */
const nativeHtml = 3;

/** A mail as Outlook gets it when it is opened: properties, bodies by stream, recipients, attachments by stream. */
export async function readMail(outlook: Outlook, folderId: bigint, messageId: bigint): Promise<MessageContent> {
  const { message, opened } = await openMessage(outlook, folderId, messageId);
  const content = await readOpened(outlook, message, opened);
  await release(outlook.client, message);
  return content;
}

async function readOpened(outlook: Outlook, message: Handle, opened: d.OpenedMessage): Promise<MessageContent> {
  const properties = await readProperties(outlook, message, envelopeTags);
  for (const tag of properties.get(PidTag.NativeBody) === nativeHtml ? [PidTag.Body, PidTag.Html] : [PidTag.Body]) {
    const bytes = await readStream(outlook, message, tag);
    if (bytes) setProperty(properties, tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
  }
  return {
    properties,
    recipients: await readRecipients(outlook, message, opened),
    attachments: await readAttachments(outlook, message),
  };
}

/** The properties that are there; what does not fit into an answer comes by stream. */
async function readProperties(outlook: Outlook, handle: Handle, tags: PropertyTag[]): Promise<PropertyBag> {
  const bag: PropertyBag = new Map();
  const cells = await getProperties(outlook, handle, tags);
  for (const [index, cell] of cells.entries()) {
    const tag = tags[index]!;
    if (!isPropertyError(cell)) {
      if (!isTypedValue(cell)) setProperty(bag, tag, cell);
    } else if (cell.errorCode === ec.notEnoughMemory) {
      const bytes = (await readStream(outlook, handle, tag))!;
      setProperty(bag, tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
    } else if (cell.errorCode !== ec.notFound)
      throw new Error(`property 0x${tag.toString(16)}: 0x${cell.errorCode.toString(16)}`);
  }
  return bag;
}

/** A property by RopOpenStream and RopReadStream; undefined when there is none. */
export async function readStream(outlook: Outlook, handle: Handle, propertyTag: PropertyTag) {
  const stream = newHandle();
  const open = ropCall(d.RopOpenStream, [handle, stream], { propertyTag, openModeFlags: 0 });
  const [opened] = await outlook.client.execute(open);
  if (opened.returnValue === ec.notFound) return undefined;
  const { streamSize } = succeeded(open, opened);
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { data } = await outlook.client.run(
      ropCall(d.RopReadStream, stream, { byteCount: d.useMaximum, maximumByteCount: 0x7000 }),
    );
    if (data.length === 0) break;
    chunks.push(data);
  }
  await release(outlook.client, stream);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== streamSize) throw new Error(`a stream of ${streamSize} bytes gave ${bytes.length}`);
  return bytes;
}

async function readRecipients(
  { client }: Outlook,
  message: Handle,
  { recipientCount, recipientColumns, recipientRows }: d.OpenedMessage,
): Promise<PropertyBag[]> {
  const columns = [...recipientColumns];
  const rows: { recipientType: number; recipientRow: Uint8Array }[] = [...recipientRows];
  while (rows.length < recipientCount) {
    const { recipientRows: more } = await client.run(
      ropCall(d.RopReadRecipients, message, { rowId: rows.length, reserved: 0 }),
    );
    rows.push(...more);
  }
  return rows.map(({ recipientType, recipientRow: bytes }, rowId) => {
    const bag = recipientOfRow(decode(recipientRow(columns), bytes), columns, rowId, recipientType);
    // People of the address book have their DN there; to compare them their address is wanted.
    const smtp = bag.get(PidTag.SmtpAddress);
    if (bag.get(PidTag.AddressType) === 'EX' && smtp !== undefined) setProperty(bag, PidTag.EmailAddress, smtp);
    return bag;
  });
}

async function readAttachments(outlook: Outlook, message: Handle): Promise<AttachmentContent[]> {
  const { client } = outlook;
  const table = newHandle();
  const columns = [PidTag.AttachNumber];
  await outlook.client.runAll(
    ropCall(d.RopGetAttachmentTable, [message, table], { tableFlags: d.tableFlags.useUnicode }),
    ropCall(d.RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
  );
  const numbers = (await readRows(client, table, columns)).map(([number]) => number as number);
  await release(client, table);
  const found: AttachmentContent[] = [];
  for (const attachmentId of numbers) {
    const attachment = newHandle();
    await client.run(ropCall(d.RopOpenAttachment, [message, attachment], { openAttachmentFlags: 0, attachmentId }));
    const properties = await readProperties(outlook, attachment, attachmentTags);
    if (properties.get(PidTag.AttachMethod) === embeddedMessage) {
      const inner = newHandle();
      const { message: opened } = await client.run(
        ropCall(d.RopOpenEmbeddedMessage, [attachment, inner], { codePageId: 0x0fff, openModeFlags: 0 }),
      );
      found.push({ number: attachmentId, properties, embedded: await readOpened(outlook, inner, opened) });
      await release(client, inner);
    } else {
      const bytes = await readStream(outlook, attachment, PidTag.AttachDataBinary);
      if (bytes) setProperty(properties, PidTag.AttachDataBinary, bytes);
      found.push({ number: attachmentId, properties });
    }
    await release(client, attachment);
  }
  return found;
}

// Writing a whole message

const embeddedMessage = 5;
/** Computed by the server, or not of a message that is only stored. */
const notWritten: ReadonlySet<PropertyTag> = new Set([
  PidTag.AttachNumber,
  PidTag.AttachSize,
  PidTag.HasAttachments,
  PidTag.MessageSize,
]);
/** Larger values go by stream, as Outlook does it. */
const inlineBytes = 4096;

/** Writes a mail into a folder as Outlook does when one is dragged there. Returns its id. */
export async function writeMail(outlook: Outlook, folderId: bigint, content: MessageContent): Promise<bigint> {
  const message = newHandle();
  await outlook.client.run(
    ropCall(d.RopCreateMessage, [outlook.mailbox.logon, message], {
      codePageId: 0x0fff,
      folderId,
      associatedFlag: false,
    }),
  );
  await writeContent(outlook, message, content);
  const { messageId } = await outlook.client.run(
    ropCall(d.RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }),
  );
  await release(outlook.client, message);
  return messageId;
}

async function writeContent(outlook: Outlook, message: Handle, content: MessageContent): Promise<void> {
  await writeProperties(outlook, message, content.properties);
  await writeRecipients(outlook, message, content.recipients);
  for (const { properties, embedded } of content.attachments) {
    const attachment = newHandle();
    await outlook.client.run(ropCall(d.RopCreateAttachment, [message, attachment], {}));
    await writeProperties(outlook, attachment, properties);
    if (embedded) {
      const inner = newHandle();
      // OpenModeFlags 2: create (MS-OXCMSG 2.2.3.16.1).
      await outlook.client.run(
        ropCall(d.RopOpenEmbeddedMessage, [attachment, inner], { codePageId: 0x0fff, openModeFlags: 2 }),
      );
      await writeContent(outlook, inner, embedded);
      await outlook.client.run(ropCall(d.RopSaveChangesMessage, [inner, inner], { saveFlags: 0x0a }));
      await release(outlook.client, inner);
    }
    await outlook.client.run(ropCall(d.RopSaveChangesAttachment, [attachment, attachment], { saveFlags: 0x0a }));
    await release(outlook.client, attachment);
  }
}

async function writeProperties(outlook: Outlook, handle: Handle, bag: PropertyBag): Promise<void> {
  let batch: TaggedValue[] = [];
  let size = 0;
  for (const [tag, value] of bag) {
    if (notWritten.has(tag)) continue;
    const bytes = sizeOf(value);
    if (bytes > inlineBytes) {
      await writeStream(outlook, handle, tag, value);
      continue;
    }
    if (size + bytes > 2 * inlineBytes) {
      await setProperties(outlook, handle, batch);
      batch = [];
      size = 0;
    }
    batch.push({ tag, value: value as PropertyValue });
    size += bytes;
  }
  if (batch.length > 0) await setProperties(outlook, handle, batch);
}

function sizeOf(value: StoredValue): number {
  if (isLargeValue(value)) return value.size;
  if (typeof value === 'string') return value.length * 2;
  return value instanceof Uint8Array ? value.length : 8;
}

async function writeStream(outlook: Outlook, handle: Handle, propertyTag: PropertyTag, value: StoredValue) {
  const { client } = outlook;
  const stream = newHandle();
  await client.run(ropCall(d.RopOpenStream, [handle, stream], { propertyTag, openModeFlags: 2 }));
  for await (const chunk of chunks(value))
    await client.run(ropCall(d.RopWriteStream, stream, { data: new Uint8Array(chunk) }));
  await client.run(ropCall(d.RopCommitStream, stream, {}));
  await release(client, stream);
}

const chunkBytes = 0x6000;

async function* chunks(value: StoredValue): AsyncIterable<Uint8Array> {
  if (isLargeValue(value)) {
    for (let at = 0; at < value.size; at += chunkBytes) yield await value.read(at, chunkBytes);
    return;
  }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf16le') : (value as Uint8Array);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function writeRecipients(outlook: Outlook, message: Handle, recipients: readonly PropertyBag[]): Promise<void> {
  const type = recipientRow(recipientColumns);
  for (let at = 0; at < recipients.length; at += 50) {
    const recipientRows = recipients.slice(at, at + 50).map((bag, index) => ({
      rowId: at + index,
      recipientType: bag.get(PidTag.RecipientType) as number,
      recipientRow: encode(type, rowOf(bag)),
    }));
    await outlook.client.run(ropCall(d.RopModifyRecipients, message, { recipientColumns, recipientRows }));
  }
}

function rowOf(bag: PropertyBag): RecipientRow {
  const address = String(bag.get(PidTag.EmailAddress) ?? '');
  return internetRecipient(address, String(bag.get(PidTag.DisplayName) ?? address));
}
