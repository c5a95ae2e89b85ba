import { decodeBag, type PropertyBag } from '../mapi/index.ts';
import { contentState } from './content-state.ts';
import type { FolderRow, MessageRow } from './internal.ts';
import { type ChunkSource, parseReferences, storedLargeValue } from './large-value.ts';
import { mailValue, parseMailReferences } from './mail-values.ts';
import { collationKey } from './tables/collation.ts';
import type { Folder, FolderRole, Message } from './types.ts';

/** PidTagMessageFlags, MS-OXCMSG 2.2.1.6. */
export const mf = {
  read: 0x1,
  unmodified: 0x2,
  submitted: 0x4,
  unsent: 0x8,
  hasAttach: 0x10,
  fromMe: 0x20,
  fai: 0x40,
  resend: 0x80,
  notifyRead: 0x100,
  notifyUnread: 0x200,
  everRead: 0x400,
  internet: 0x2000,
  untrusted: 0x8000,
} as const;

/** The flags that are kept elsewhere than in {@link Message.flags}. */
export const computedFlags = mf.read | mf.unmodified | mf.hasAttach | mf.fai;

/** The bag of a row: inline values, and handles of the large ones; without those that were released. */
export function bagOf(
  source: ChunkSource,
  messageKey: number,
  properties: Uint8Array,
  largeValues: string | null,
): PropertyBag {
  const bag = decodeBag(properties);
  for (const [tag, valueId, size] of parseReferences(largeValues)) {
    bag.set(tag, storedLargeValue(source, messageKey, valueId, size));
  }
  return bag;
}

export function messageFromRow(source: ChunkSource, row: MessageRow): Message {
  let bag: PropertyBag | undefined;
  return {
    key: row.key,
    id: row.id,
    folderId: row.folder_id,
    associated: row.associated !== 0,
    changeNumber: row.cn,
    readChangeNumber: row.read_cn,
    changeKey: row.change_key,
    predecessorChangeList: row.pcl,
    sourceKey: row.source_key ?? undefined,
    read: row.read !== 0,
    flags: row.flags & ~computedFlags,
    unmodified: (row.flags & mf.unmodified) !== 0,
    status: row.status,
    hasAttachments: row.has_attachments !== 0,
    size: row.size,
    created: BigInt(row.created),
    lastModified: BigInt(row.last_modified),
    deleted: row.deleted_at === null ? undefined : BigInt(row.deleted_at),
    contentState: row.content_state === contentState.local ? 'local' : 'remote',
    get properties() {
      if (bag === undefined) {
        bag = bagOf(source, row.key, row.properties, row.large_values);
        for (const reference of parseMailReferences(row.in_mail))
          bag.set(reference[0], mailValue(source, row.key, row.content_version, reference));
      }
      return bag;
    },
  };
}

export function folderFromRow(row: FolderRow): Folder {
  let bag: PropertyBag | undefined;
  return {
    id: row.id,
    parentId: row.parent_id ?? undefined,
    role: (row.role as FolderRole | null) ?? undefined,
    type: row.type as Folder['type'],
    displayName: row.display_name,
    changeNumber: row.cn,
    changeKey: row.change_key,
    predecessorChangeList: row.pcl,
    sourceKey: row.source_key ?? undefined,
    contentCount: row.content_count,
    unreadCount: row.unread_count,
    associatedCount: row.associated_count,
    childCount: row.child_count,
    hierarchyChanges: row.hierarchy_changes,
    deletedCount: row.deleted_count,
    deletedTotal: row.deleted_total,
    size: row.size,
    created: BigInt(row.created),
    lastModified: BigInt(row.last_modified),
    contentsModified: BigInt(row.contents_modified),
    deleted: row.deleted_at === null ? undefined : BigInt(row.deleted_at),
    get properties() {
      bag ??= decodeBag(row.properties);
      return bag;
    },
  };
}

/** What a text column sorts by: the order of tables, of as many characters as a table cell has (MS-OXCTABL 2.2.2.5.2). */
export const sortText = (text: string | undefined): string => collationKey((text ?? '').slice(0, 255));
