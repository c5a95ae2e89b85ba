import type { PropertyTag } from '../../../mapi/index.ts';
import { objectId } from '../../../mapi/index.ts';
import { type Reader, sizedBytes, u16, type WireType, type Writer } from '../../../wire/index.ts';

/** NotificationData, MS-OXCNOTIF 2.2.1.4.1.2. */

export const tableEventType = {
  tableChanged: 1,
  rowAdded: 3,
  rowDeleted: 4,
  rowModified: 5,
  restrictionChanged: 7,
} as const;

/** A row of a table: its folder, and in a contents table the message and its instance. */
export interface RowIds {
  readonly folderId: bigint;
  readonly messageId?: bigint | undefined;
  readonly instance?: number | undefined;
}

export type NotificationData =
  | {
      readonly kind: 'table';
      readonly event: number;
      /** The rows are messages. */
      readonly message: boolean;
      readonly row?: RowIds | undefined;
      readonly after?: RowIds | undefined;
      /** PropertyRow of the table's columns. */
      readonly data?: Uint8Array | undefined;
    }
  | {
      readonly kind: 'object';
      /** One bit of notificationTypes. */
      readonly type: number;
      readonly folderId: bigint;
      readonly messageId?: bigint | undefined;
      readonly searchFolder?: boolean | undefined;
      readonly parentFolderId?: bigint | undefined;
      readonly oldFolderId?: bigint | undefined;
      readonly oldMessageId?: bigint | undefined;
      readonly oldParentFolderId?: bigint | undefined;
      readonly tags?: readonly PropertyTag[] | undefined;
      readonly totalMessageCount?: number | undefined;
      readonly unreadMessageCount?: number | undefined;
      readonly messageFlags?: number | undefined;
      readonly messageClass?: string | undefined;
    };

const flag = { total: 0x1000, unread: 0x2000, search: 0x4000, message: 0x8000 } as const;
const type = { newMail: 0x02, created: 0x04, deleted: 0x08, modified: 0x10, moved: 0x20, copied: 0x40 } as const;
const tableModified = 0x100;

const hasRow = (event: number): boolean => event === 3 || event === 4 || event === 5;
const hasRowData = (event: number): boolean => event === 3 || event === 5;
const isMoveOrCopy = (kind: number): boolean => kind === type.moved || kind === type.copied;
const hasParent = (kind: number, flags: number): boolean =>
  (kind === type.created || kind === type.deleted || isMoveOrCopy(kind)) &&
  ((flags & flag.search) !== 0) === ((flags & flag.message) !== 0);
const hasTags = (kind: number): boolean => kind === type.created || kind === type.modified;

function readRow(r: Reader, message: boolean): RowIds {
  const folderId = objectId.read(r);
  return message ? { folderId, messageId: objectId.read(r), instance: r.u32() } : { folderId };
}
function writeRow(w: Writer, row: RowIds | undefined, message: boolean): void {
  objectId.write(w, row?.folderId ?? 0n);
  if (!message) return;
  objectId.write(w, row?.messageId ?? 0n);
  w.u32(row?.instance ?? 0);
}

export const notificationData: WireType<NotificationData> = {
  read: (r) => {
    const flags = r.u16();
    const kind = flags & 0x0fff;
    const message = (flags & flag.message) !== 0;
    if (kind === tableModified) {
      const event = r.u16();
      const row = hasRow(event) ? readRow(r, message) : undefined;
      if (!hasRowData(event)) return { kind: 'table', event, message, row };
      return { kind: 'table', event, message, row, after: readRow(r, message), data: sizedBytes(u16).read(r) };
    }
    const folderId = objectId.read(r);
    const messageId = message ? objectId.read(r) : undefined;
    const parentFolderId = hasParent(kind, flags) ? objectId.read(r) : undefined;
    const oldFolderId = isMoveOrCopy(kind) ? objectId.read(r) : undefined;
    const oldMessageId = isMoveOrCopy(kind) && message ? objectId.read(r) : undefined;
    const oldParentFolderId = isMoveOrCopy(kind) && !message ? objectId.read(r) : undefined;
    let tags: PropertyTag[] | undefined;
    if (hasTags(kind)) {
      const count = r.u16();
      tags = [];
      if (count !== 0xffff) for (let left = r.count(count, 4); left > 0; left--) tags.push(r.u32());
    }
    const totalMessageCount = flags & flag.total ? r.u32() : undefined;
    const unreadMessageCount = flags & flag.unread ? r.u32() : undefined;
    const messageFlags = kind === type.newMail ? r.u32() : undefined;
    const messageClass = kind === type.newMail ? (r.u8() !== 0 ? r.string16() : r.string8()) : undefined;
    return {
      kind: 'object',
      type: kind,
      folderId,
      messageId,
      searchFolder: (flags & flag.search) !== 0,
      parentFolderId,
      oldFolderId,
      oldMessageId,
      oldParentFolderId,
      tags,
      totalMessageCount,
      unreadMessageCount,
      messageFlags,
      messageClass,
    };
  },
  write: (w, value) => {
    if (value.kind === 'table') {
      w.u16(tableModified | (value.message ? flag.message : 0));
      w.u16(value.event);
      if (hasRow(value.event)) writeRow(w, value.row, value.message);
      if (!hasRowData(value.event)) return;
      writeRow(w, value.after, value.message);
      sizedBytes(u16).write(w, value.data ?? new Uint8Array());
      return;
    }
    const message = value.messageId !== undefined;
    const flags =
      value.type |
      (message ? flag.message : 0) |
      (value.searchFolder ? flag.search : 0) |
      (value.totalMessageCount === undefined ? 0 : flag.total) |
      (value.unreadMessageCount === undefined ? 0 : flag.unread);
    w.u16(flags);
    objectId.write(w, value.folderId);
    if (value.messageId !== undefined) objectId.write(w, value.messageId);
    if (hasParent(value.type, flags)) objectId.write(w, value.parentFolderId ?? 0n);
    if (isMoveOrCopy(value.type)) {
      objectId.write(w, value.oldFolderId ?? 0n);
      objectId.write(w, (message ? value.oldMessageId : value.oldParentFolderId) ?? 0n);
    }
    if (hasTags(value.type)) {
      w.u16(value.tags?.length ?? 0);
      for (const tag of value.tags ?? []) w.u32(tag);
    }
    if (value.totalMessageCount !== undefined) w.u32(value.totalMessageCount);
    if (value.unreadMessageCount !== undefined) w.u32(value.unreadMessageCount);
    if (value.type === type.newMail) {
      w.u32(value.messageFlags ?? 0);
      w.u8(1);
      w.string16(value.messageClass ?? '');
    }
  },
};
