import {
  type Cell,
  counterOf,
  fileTimeNow,
  fileTimeToDate,
  folderEntryId,
  isPropertyError,
  PidTag,
  type PropertyTag,
  propertyRow,
  recipientRow,
  sortDirection,
} from '../mapi/index.ts';
import {
  bookmark,
  notificationTypes,
  RopCreateMessage,
  RopGetContentsTable,
  RopGetHierarchyTable,
  RopLogon,
  RopLongTermIdFromId,
  RopModifyRecipients,
  RopOpenFolder,
  RopQueryRows,
  RopRegisterNotification,
  RopRelease,
  RopSaveChangesMessage,
  RopSeekRow,
  RopSetColumns,
  RopSetProperties,
  RopSortTable,
  RopSubmitMessage,
  tableFlags,
} from '../protocols/rop/definitions/index.ts';
import { decode, encode } from '../wire/index.ts';
import { internetRecipient, recipientColumns } from './recipient.ts';
import { type Handle, newHandle, ropCall } from './rop-call.ts';
import type { RopClient } from './rop-client.ts';

/** A mailbox that is logged on to. */
export interface OpenMailbox {
  readonly logon: Handle;
  readonly mailboxGuid: string;
  readonly folders: Readonly<Record<SpecialFolder, bigint>>;
}

/** FolderIds of a private logon in their order (MS-OXCSTOR 2.2.1.1.3). */
const specialFolders = [
  'root',
  'deferredAction',
  'spoolerQueue',
  'ipmSubtree',
  'inbox',
  'outbox',
  'sentItems',
  'deletedItems',
  'commonViews',
  'schedule',
  'finder',
  'views',
  'shortcuts',
] as const;
export type SpecialFolder = (typeof specialFolders)[number];

/** What Outlook's logon asks for (MS-OXCSTOR 2.2.1.1.1): own replica ids, its home, no mail pump. */
const ordinaryLogon = { logonFlags: 0x01, openFlags: 0x0100040c } as const;

/** Logs on to the mailbox of a DN. */
export async function logOn(client: RopClient, legacyDn: string): Promise<OpenMailbox> {
  const logon = newHandle();
  const response = await client.run(
    ropCall(RopLogon, logon, { ...ordinaryLogon, storeState: 0, essdn: Buffer.from(`${legacyDn}\0`, 'latin1') }),
  );
  if (response.private === undefined) throw new Error('the logon is not to a private mailbox');
  const ids = response.private.folderIds;
  return {
    logon,
    mailboxGuid: response.private.mailboxGuid,
    folders: Object.fromEntries(specialFolders.map((name, i) => [name, ids[i]!])) as Record<SpecialFolder, bigint>,
  };
}

/** Opens a folder; release the handle with {@link release}. */
export async function openFolder(client: RopClient, mailbox: OpenMailbox, folderId: bigint): Promise<Handle> {
  const folder = newHandle();
  await client.run(ropCall(RopOpenFolder, [mailbox.logon, folder], { folderId, openModeFlags: 0 }));
  return folder;
}

export async function release(client: RopClient, ...handles: Handle[]): Promise<void> {
  await client.execute(...handles.map((handle) => ropCall(RopRelease, handle, {})));
}

/** All rows of a table from its cursor on, as cells of the columns. */
export async function readRows(
  client: RopClient,
  table: Handle,
  columns: readonly PropertyTag[],
  atMost = Number.POSITIVE_INFINITY,
): Promise<Cell[][]> {
  const found: Cell[][] = [];
  const row = propertyRow(columns);
  while (found.length < atMost) {
    const { rows, origin } = await client.run(
      ropCall(
        RopQueryRows,
        table,
        { queryRowsFlags: 0, forwardRead: true, rowCount: Math.min(100, atMost - found.length) },
        columns,
      ),
    );
    for (const bytes of rows) found.push(decode(row, bytes));
    if (rows.length === 0 || origin === bookmark.end) break;
  }
  return found;
}

export interface FolderLine {
  readonly folderId: bigint;
  readonly name: string;
  /** 0 directly below the IPM subtree. */
  readonly depth: number;
  readonly items: number;
  readonly unread: number;
  /** PidTagContainerClass, `IPF.Note`; empty when there is none. */
  readonly containerClass: string;
}

/** The folders that a person sees, parents before their children. */
export async function folderTree(client: RopClient, mailbox: OpenMailbox): Promise<FolderLine[]> {
  const columns = [
    PidTag.FolderId,
    PidTag.DisplayName,
    PidTag.Depth,
    PidTag.ContentCount,
    PidTag.ContentUnreadCount,
    PidTag.ContainerClass,
  ];
  const subtree = await openFolder(client, mailbox, mailbox.folders.ipmSubtree);
  const table = newHandle();
  await client.run(
    ropCall(RopGetHierarchyTable, [subtree, table], { tableFlags: tableFlags.depth | tableFlags.useUnicode }),
  );
  await client.run(ropCall(RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }));
  const rows = await readRows(client, table, columns);
  await release(client, table, subtree);
  const depths = rows.map((row) => number(row[2]));
  const least = Math.min(...depths);
  return rows.map((row, i) => ({
    folderId: row[0] as bigint,
    name: text(row[1]),
    depth: depths[i]! - least,
    items: number(row[3]),
    unread: number(row[4]),
    containerClass: text(row[5]),
  }));
}

export interface MailLine {
  readonly messageId: bigint;
  readonly subject: string;
  readonly sender: string;
  readonly received: Date | undefined;
  readonly read: boolean;
}

const mailColumns = [
  PidTag.Mid,
  PidTag.Subject,
  PidTag.SenderName,
  PidTag.MessageDeliveryTime,
  PidTag.MessageFlags,
  PidTag.ClientSubmitTime,
];

/** A table of a folder's mails that stays open, newest first. */
export interface MailTable {
  /** The newest of them now. */
  newest(count: number): Promise<MailLine[]>;
  close(): Promise<void>;
}

/** A folder and its contents table with these columns, the latest by a time first. Both are to be released. */
export async function openNewestFirst(
  client: RopClient,
  mailbox: OpenMailbox,
  folderId: bigint,
  columns: PropertyTag[],
  time: PropertyTag,
): Promise<{ readonly folder: Handle; readonly table: Handle }> {
  const folder = await openFolder(client, mailbox, folderId);
  const table = newHandle();
  await client.runAll(
    ropCall(RopGetContentsTable, [folder, table], { tableFlags: tableFlags.useUnicode }),
    ropCall(RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
    ropCall(RopSortTable, table, {
      sortTableFlags: 0,
      categoryCount: 0,
      expandedCount: 0,
      sortOrders: [{ tag: time, direction: sortDirection.descending }],
    }),
  );
  return { folder, table };
}

export async function openMailTable(client: RopClient, mailbox: OpenMailbox, folderId: bigint): Promise<MailTable> {
  const { folder, table } = await openNewestFirst(client, mailbox, folderId, mailColumns, PidTag.MessageDeliveryTime);
  return {
    async newest(count) {
      await client.run(
        ropCall(RopSeekRow, table, { origin: bookmark.beginning, rowCount: 0, wantRowMovedCount: false }),
      );
      const rows = await readRows(client, table, mailColumns, count);
      return rows.map((row) => {
        const time = isPropertyError(row[3]) ? row[5] : row[3];
        return {
          messageId: row[0] as bigint,
          subject: text(row[1]),
          sender: text(row[2]),
          received: typeof time === 'bigint' ? fileTimeToDate(time) : undefined,
          read: (number(row[4]) & 1) !== 0,
        };
      });
    },
    close: () => release(client, table, folder),
  };
}

/** The newest mails of a folder. */
export async function newestMails(
  client: RopClient,
  mailbox: OpenMailbox,
  folderId: bigint,
  count: number,
): Promise<MailLine[]> {
  const table = await openMailTable(client, mailbox, folderId);
  const mails = await table.newest(count);
  await table.close();
  return mails;
}

/** Asks for a notification of every new mail in a folder; NotificationWait then returns when one came. */
export async function subscribeNewMail(client: RopClient, mailbox: OpenMailbox, folderId: bigint): Promise<Handle> {
  const subscription = newHandle();
  await client.run(
    ropCall(RopRegisterNotification, [mailbox.logon, subscription], {
      notificationTypes: notificationTypes.newMail | notificationTypes.objectCreated,
      wantWholeStore: false,
      folderId,
      messageId: 0n,
    }),
  );
  return subscription;
}

export interface OutgoingMail {
  /** SMTP addresses. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Writes a mail in the Outbox and submits it, as Outlook does online; a copy goes to Sent Items. */
export async function sendMail(client: RopClient, mailbox: OpenMailbox, mail: OutgoingMail): Promise<void> {
  const message = newHandle();
  const { longTermId } = await client.run(
    ropCall(RopLongTermIdFromId, mailbox.logon, { objectId: mailbox.folders.sentItems }),
  );
  const sentItems = folderEntryId(mailbox.mailboxGuid, longTermId.guid, counterOf(mailbox.folders.sentItems));
  await client.run(
    ropCall(RopCreateMessage, [mailbox.logon, message], {
      codePageId: 0x0fff,
      folderId: mailbox.folders.outbox,
      associatedFlag: false,
    }),
  );
  const rowType = recipientRow(recipientColumns);
  const recipientRows = mail.to.map((address, rowId) => ({
    rowId,
    // MAPI_TO
    recipientType: 1,
    recipientRow: encode(rowType, internetRecipient(address, address)),
  }));
  await client.runAll(
    ropCall(RopSetProperties, message, {
      propertyValues: [
        { tag: PidTag.MessageClass, value: 'IPM.Note' },
        { tag: PidTag.Subject, value: mail.subject },
        { tag: PidTag.Body, value: mail.text },
        { tag: PidTag.Importance, value: 1 },
        { tag: PidTag.ClientSubmitTime, value: fileTimeNow() },
        { tag: PidTag.SentMailEntryId, value: sentItems },
      ],
    }),
    ropCall(RopModifyRecipients, message, { recipientColumns, recipientRows }),
    ropCall(RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }),
    ropCall(RopSubmitMessage, message, { submitFlags: 0 }),
  );
  await release(client, message);
}

const text = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '');
const number = (cell: Cell | undefined): number => (typeof cell === 'number' ? cell : 0);
