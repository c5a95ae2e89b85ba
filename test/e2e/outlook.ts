import {
  createHttpClient,
  createMapiHttpClient,
  type DiscoveredAccount,
  discover,
  type ExecuteOptions,
  folderTree,
  type Handle,
  type HttpClient,
  logOn,
  type MapiHttpClient,
  newestMails,
  newHandle,
  type OpenMailbox,
  openFolder,
  readRows,
  readStream,
  release,
  ropCall,
  setProperties,
  writeMessage,
} from '../../src/client/index.ts';
import {
  type AttachmentContent,
  type Cell,
  ec,
  isPropertyError,
  isTypedValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  propertyRow,
  recipientRow,
  type StoredValue,
  setProperty,
  type TaggedValue,
  typeOf,
} from '../../src/mapi/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { recipientOfRow } from '../../src/protocols/rop/recipients.ts';
import { decode } from '../../src/wire/index.ts';

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
  await setProperties(outlook.client, folder, [{ tag: PidTag.DisplayName, value: name }]);
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
  await setProperties(outlook.client, message, set);
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
    const bytes = await readStream(outlook.client, message, tag);
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
      const bytes = (await readStream(outlook.client, handle, tag))!;
      setProperty(bag, tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
    } else if (cell.errorCode !== ec.notFound)
      throw new Error(`property 0x${tag.toString(16)}: 0x${cell.errorCode.toString(16)}`);
  }
  return bag;
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
      const bytes = await readStream(outlook.client, attachment, PidTag.AttachDataBinary);
      if (bytes) setProperty(properties, PidTag.AttachDataBinary, bytes);
      found.push({ number: attachmentId, properties });
    }
    await release(client, attachment);
  }
  return found;
}

// Writing a whole message

const embeddedMessage = 5;
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
  await writeMessage(outlook.client, message, internet(content));
  const { messageId } = await outlook.client.run(
    ropCall(d.RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }),
  );
  await release(outlook.client, message);
  return messageId;
}

/** The same with recipients that have nothing but their name and internet address. */
function internet({ properties, recipients, attachments }: MessageContent): MessageContent {
  return {
    properties,
    recipients: recipients.map((bag) => {
      const address = String(bag.get(PidTag.EmailAddress) ?? '');
      return new Map<PropertyTag, StoredValue>([
        [PidTag.RecipientType, bag.get(PidTag.RecipientType) ?? 1],
        [PidTag.AddressType, 'SMTP'],
        [PidTag.EmailAddress, address],
        [PidTag.SmtpAddress, address],
        [PidTag.DisplayName, bag.get(PidTag.DisplayName) ?? address],
        [PidTag.TransmittableDisplayName, bag.get(PidTag.DisplayName) ?? address],
      ]);
    }),
    attachments: attachments.map(({ embedded, ...attachment }) => ({
      ...attachment,
      ...(embedded === undefined ? {} : { embedded: internet(embedded) }),
    })),
  };
}
