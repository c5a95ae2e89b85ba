import { setImmediate as soon } from 'node:timers/promises';
import {
  type Cell,
  counterOf,
  ec,
  makeId,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  propertyRow,
  type Restriction,
  relop,
  type SortOrder,
  type StoredValue,
} from '../../src/mapi/index.ts';
import type { NotificationData } from '../../src/protocols/rop/definitions/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import type { RopDefinition, Session } from '../../src/protocols/rop/index.ts';
import type { Mailbox } from '../../src/store/index.ts';
import { Reader } from '../../src/wire/index.ts';
import type { startStoreClient } from '../protocols/rop/mailbox-client.ts';
import { request, unset } from '../protocols/rop/rop-client.ts';

type Started = Awaited<ReturnType<typeof startStoreClient>>;

/** What notifications bring. */
export interface Told {
  readonly handle: number;
  readonly data: NotificationData;
}

/** A client on a mailbox of its own, with what the cases need: folders, messages, tables, notifications. */
export function outlookOf(started: Started) {
  const { mailbox, notices, send, logon, call, ok } = started;
  const columnsOf = new Map<number, readonly PropertyTag[]>();
  const openTable = async (folder: number, definition: typeof d.RopGetContentsTable, tableFlags: number) => {
    const { handle, fields } = await ok(definition, [folder], { tableFlags });
    return { handle, rowCount: fields.rowCount };
  };

  return {
    ...started,
    /** The folders of RopLogon's answer. */
    root: started.folderIds[0]!,
    subtree: started.folderIds[3]!,
    deletedItems: started.folderIds[7]!,
    /** The result code of an operation. */
    code: async <Q, R, F>(definition: RopDefinition<Q, R, F>, on: readonly number[], fields: Q): Promise<number> =>
      (await call(definition, on, fields)).returnValue,

    async createFolder(parent: number, displayName: string, options: { folderType?: number; open?: boolean } = {}) {
      const { handle, fields } = await ok(d.RopCreateFolder, [parent], folderFields(displayName, options));
      return { handle, id: fields.folderId };
    },
    deleteFolder: (parent: number, folderId: bigint, deleteFolderFlags = 0x05) =>
      call(d.RopDeleteFolder, [parent], { deleteFolderFlags, folderId }),

    /** Puts messages into a folder; their ids as they go on the wire. */
    async put(folderId: bigint, subjects: readonly string[], properties: readonly [PropertyTag, StoredValue][] = []) {
      const ids: bigint[] = [];
      for (const subject of subjects) {
        const set: PropertyBag = new Map<PropertyTag, StoredValue>([[PidTag.Subject, subject], ...properties]);
        const { id } = await mailbox.saveMessage(
          { folderId: counterOf(folderId), set, recipients: [], read: false },
          { kind: 'sync' },
        );
        ids.push(wire(id));
      }
      return ids;
    },
    /** Many messages at once. */
    async fill(folderId: bigint, count: number) {
      await mailbox.transaction(async () => {
        for (let i = 0; i < count; i++) {
          const set: PropertyBag = new Map<PropertyTag, StoredValue>([
            [PidTag.Subject, `message ${String(i).padStart(4, '0')} ${'x'.repeat(i % 200)}`],
          ]);
          await mailbox.saveMessage({ folderId: counterOf(folderId), set, recipients: [] }, { kind: 'sync' });
        }
      });
    },

    contents: (folder: number, tableFlags = 0) => openTable(folder, d.RopGetContentsTable, tableFlags),
    hierarchy: (folder: number, tableFlags = 0) => openTable(folder, d.RopGetHierarchyTable, tableFlags),
    async setColumns(table: number, columns: readonly PropertyTag[]) {
      await ok(d.RopSetColumns, [table], { setColumnsFlags: 0, propertyTags: [...columns] });
      columnsOf.set(table, columns);
    },
    sort: (table: number, sortOrders: SortOrder[], categoryCount = 0, expandedCount = 0) =>
      ok(d.RopSortTable, [table], { sortTableFlags: 0, categoryCount, expandedCount, sortOrders }),
    restrict: (table: number, restriction: Restriction | undefined) =>
      ok(d.RopRestrict, [table], { restrictFlags: 0, restriction }),

    /** Rows from the cursor, with the place that the answer says it ended at. */
    async query(table: number, rowCount = 1000, options: { back?: boolean; flags?: number } = {}) {
      const columns = columnsOf.get(table)!;
      const sent = request(d.RopQueryRows, [0], {
        queryRowsFlags: options.flags ?? 0,
        forwardRead: !options.back,
        rowCount,
      });
      const { answers } = await send([table], [sent], { columns });
      const { returnValue, fields } = answers[0]!;
      if (returnValue !== 0) throw new Error(`RopQueryRows: 0x${returnValue.toString(16)}`);
      const { origin, rows } = fields as { origin: number; rows: Uint8Array[] };
      return { origin, rows: rows.map((row) => cellsOf(columns, row)) };
    },
    async findRow(
      table: number,
      restriction: Restriction | undefined,
      options: { origin?: number; bookmark?: Uint8Array; back?: boolean } = {},
    ) {
      const columns = columnsOf.get(table)!;
      const sent = request(d.RopFindRow, [0], {
        findRowFlags: options.back ? 1 : 0,
        restriction,
        origin: options.bookmark ? d.bookmark.custom : (options.origin ?? d.bookmark.beginning),
        bookmark: options.bookmark ?? new Uint8Array(),
      });
      const { answers } = await send([table], [sent], { columns });
      const { returnValue, fields } = answers[0]!;
      const found = returnValue === 0 ? (fields as { rowNoLongerVisible: boolean; row?: Uint8Array }) : undefined;
      return {
        returnValue,
        rowNoLongerVisible: found?.rowNoLongerVisible,
        row: found?.row && cellsOf(columns, found.row),
      };
    },
    position: async (table: number) => (await ok(d.RopQueryPosition, [table], {})).fields,
    seek: async (table: number, origin: number, rowCount: number, wantRowMovedCount = true) =>
      (await ok(d.RopSeekRow, [table], { origin, rowCount, wantRowMovedCount })).fields,
    bookmark: async (table: number) => (await ok(d.RopCreateBookmark, [table], {})).fields.bookmark,
    seekBookmark: (table: number, bookmark: Uint8Array, rowCount = 0) =>
      call(d.RopSeekRowBookmark, [table], { bookmark, rowCount, wantRowMovedCount: true }),

    register: async (types: number, scope: { folderId?: bigint; messageId?: bigint } = {}) =>
      (
        await ok(d.RopRegisterNotification, [logon], {
          notificationTypes: types,
          wantWholeStore: scope.folderId === undefined,
          folderId: scope.folderId,
          messageId: scope.messageId ?? (scope.folderId === undefined ? undefined : 0n),
        })
      ).handle,
    settle: () => settled(mailbox),
    /** What came since the last time, by an Execute without operations. */
    async told(): Promise<Told[]> {
      await settled(mailbox);
      for (;;) {
        const { rest } = await send([], []);
        if (rest.length === 0 || rest.at(-3) !== d.pendingId) break;
      }
      return notices.splice(0).flatMap(noticesOf);
    },
  };
}

/** Reads RopNotify and RopPending. */
function noticesOf(bytes: Buffer): Told[] {
  const reader = new Reader(bytes);
  const all: Told[] = [];
  while (reader.remaining > 0) {
    if (reader.u8() === d.pendingId) {
      d.pending.read(reader);
      continue;
    }
    const { notificationHandle, notificationData } = d.notify.read(reader);
    all.push({ handle: notificationHandle, data: notificationData });
  }
  return all;
}

/** Lets what follows a change in its own time be done: it waits for its turn to write, as this does. */
async function settled(mailbox: Mailbox): Promise<void> {
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 4; i++) await soon();
    await mailbox.transaction(async () => {});
  }
  for (let i = 0; i < 30; i++) await soon();
}

export type Outlook = ReturnType<typeof outlookOf>;

/** A row as the answers carry it. */
export const cellsOf = (columns: readonly PropertyTag[], row: Uint8Array): Cell[] =>
  propertyRow(columns).read(new Reader(Buffer.from(row)));

export const folderFields = (displayName: string, options: { folderType?: number; open?: boolean } = {}) => ({
  folderType: options.folderType ?? 1,
  useUnicodeStrings: true,
  openExisting: options.open ?? false,
  reserved: 0,
  displayName,
  comment: '',
});

/** A message or folder id of the mailbox's own replica. */
export const wire = (id: number): bigint => makeId(1, id);

/** Rows whose subject is, or begins with, a text. */
export const subjectIs = (value: string): Restriction => ({
  kind: 'property',
  relop: relop.eq,
  tag: PidTag.Subject,
  value: { tag: PidTag.Subject, value },
});
export const anySubject: Restriction = { kind: 'exist', tag: PidTag.Subject };

export { d, ec, type Mailbox, type Session, unset };
