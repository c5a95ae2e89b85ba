import type { TimeShift } from '../time.ts';

/** A folder as somebody sees it, whatever stands behind it. Times in ms UTC. */
export interface FolderView {
  readonly id: string;
  readonly parent: string;
  readonly title: string;
  readonly module: string;
  /** 1 private, 2 public, 3 shared, 5 system, 7 mail. */
  readonly type: number;
  readonly subfolders: boolean;
  readonly rights: number;
  readonly permissions: readonly Record<string, unknown>[];
  readonly standard: boolean;
  /** standard_folder_type. */
  readonly standardType: number;
  readonly subscribed: boolean;
  readonly total?: number;
  readonly unread?: number;
  readonly accountId: string | null;
  readonly created: number | null;
  readonly createdBy: number | null;
  readonly modified: number | null;
  readonly modifiedBy: number | null;
  readonly meta?: unknown;
  readonly ownerName?: string;
  readonly name: string;
  /** Of a calendar of chronos only. */
  readonly calendar?: { readonly provider: string; readonly properties: unknown };
}

/** What is the same for every folder that is no stored one: a node of the system, or of the mail account. */
export const nodeFacts = {
  standardType: 0,
  subscribed: true,
  created: null,
  createdBy: null,
  modified: null,
  modifiedBy: null,
} as const;

type Column = { readonly field: string; readonly value: (folder: FolderView, shift: TimeShift) => unknown };

const shifted = (ms: number | null, shift: TimeShift) => (ms === null ? null : shift(ms));

/** The columns of module folders (ox-columns.json, `folders`). */
const folderColumns: Readonly<Record<number, Column>> = {
  1: { field: 'id', value: (folder) => folder.id },
  2: { field: 'created_by', value: (folder) => folder.createdBy },
  3: { field: 'modified_by', value: (folder) => folder.modifiedBy },
  4: { field: 'creation_date', value: (folder, shift) => shifted(folder.created, shift) },
  5: { field: 'last_modified', value: (folder, shift) => shifted(folder.modified, shift) },
  6: { field: 'last_modified_utc', value: (folder) => folder.modified },
  20: { field: 'folder_id', value: (folder) => folder.parent },
  23: { field: 'meta', value: (folder) => folder.meta ?? null },
  300: { field: 'title', value: (folder) => folder.title },
  301: { field: 'module', value: (folder) => folder.module },
  302: { field: 'type', value: (folder) => folder.type },
  304: { field: 'subfolders', value: (folder) => folder.subfolders },
  305: { field: 'own_rights', value: (folder) => folder.rights },
  306: { field: 'permissions', value: (folder) => folder.permissions },
  307: { field: 'summary', value: () => null },
  308: { field: 'standard_folder', value: (folder) => folder.standard },
  309: { field: 'total', value: (folder) => folder.total ?? 0 },
  310: { field: 'new', value: () => 0 },
  311: { field: 'unread', value: (folder) => folder.unread ?? 0 },
  312: { field: 'deleted', value: () => 0 },
  313: { field: 'capabilities', value: (folder) => (folder.module === 'mail' ? 0x1f : 0) },
  314: { field: 'subscribed', value: (folder) => folder.subscribed },
  315: { field: 'subscr_subflds', value: (folder) => folder.subfolders },
  316: { field: 'standard_folder_type', value: (folder) => folder.standardType },
  317: {
    field: 'supported_capabilities',
    value: (folder) => (folder.module === 'mail' ? ['permissions', 'quota', 'sort', 'subscription'] : ['permissions']),
  },
  318: { field: 'account_id', value: (folder) => folder.accountId },
  319: { field: 'folder_name', value: (folder) => folder.name },
  320: { field: 'origin', value: () => null },
  3010: { field: 'com.openexchange.publish.publicationFlag', value: () => false },
  3020: { field: 'com.openexchange.subscribe.subscriptionFlag', value: () => false },
  3030: { field: 'com.openexchange.folderstorage.displayName', value: (folder) => folder.ownerName ?? null },
  3201: {
    field: 'com.openexchange.calendar.extendedProperties',
    value: (folder) => folder.calendar?.properties ?? null,
  },
  3203: { field: 'com.openexchange.calendar.provider', value: (folder) => folder.calendar?.provider ?? null },
  3060: { field: 'com.openexchange.share.extendedPermissions', value: (folder) => folder.permissions },
};

export function folderArray(folder: FolderView, columns: readonly number[], shift: TimeShift): unknown[] {
  return columns.map((number) => folderColumns[number]?.value(folder, shift) ?? null);
}

/** Object form: what is not set is left out. */
export function folderObject(folder: FolderView, shift: TimeShift): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const { field, value } of Object.values(folderColumns)) {
    const shown = value(folder, shift);
    if (shown !== null && shown !== undefined) object[field] = shown;
  }
  return object;
}
