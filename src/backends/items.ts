/**
 * What the sync engine knows of contacts, tasks and the like on a groupware server, whatever it speaks and whichever
 * kind it is. Every call may throw BackendError.
 */

/** The fields of an item, in terms of no side (src/formats): plain data that compares; absent means that there is none. */
export type ItemFields = Readonly<Record<string, unknown>>;

export interface RemoteItemFolder {
  readonly id: string;
  /** Undefined for one that is in no other folder of its kind. */
  readonly parentId: string | undefined;
  readonly name: string;
  /** The person's own folder of the kind, which is always there. */
  readonly isDefault: boolean;
}

export interface RemoteItem {
  readonly id: string;
  /** Rises with each change. */
  readonly stamp: number;
  /** The identity it was created with. */
  readonly uid: string | undefined;
  /** As far as the backend can say it; its identity and its picture are not among the fields. */
  readonly fields: ItemFields;
  /** Another one for each picture; undefined for none. */
  readonly picture: string | undefined;
}

export interface ItemPicture {
  /** Media type, as `image/jpeg`. */
  readonly mediaType: string;
  readonly data: Uint8Array;
}

/** What to write: fields, and the picture where it is to change (null: to go). */
export interface ItemWrite {
  readonly fields: ItemFields;
  readonly picture?: ItemPicture | null;
}

/** What happened in a folder since a cursor. */
export interface ItemChanges {
  readonly changed: readonly RemoteItem[];
  /** Ids of what is no longer there: deleted, or moved elsewhere. */
  readonly gone: readonly string[];
  readonly cursor: string;
}

/** One kind of item. */
export interface ItemBackend {
  /** The person's own folders, parents first. Complete, or an error. */
  folders(): Promise<RemoteItemFolder[]>;
  /** Returns the id. */
  createFolder(parentId: string | undefined, name: string): Promise<string>;
  /** `parentId` null: into no other folder of the kind. */
  changeFolder(id: string, change: { name?: string; parentId?: string | null }): Promise<void>;
  /** With all that is in it, for good. */
  deleteFolder(id: string): Promise<void>;

  /** All items of a folder, with the cursor from which changes are told. Complete, or an error. */
  all(folderId: string): Promise<{ readonly items: RemoteItem[]; readonly cursor: string }>;
  /**
   * Changes since a cursor, of many folders in one request, looked at in the order given. Folders that could not be
   * looked at are left out: that says nothing about them.
   */
  changes(since: ReadonlyMap<string, string>): Promise<Map<string, ItemChanges>>;
  /** Stamps of all items by id, to find what the changes did not tell. Complete, or an error. */
  stamps(folderId: string): Promise<Map<string, number>>;
  /** These items; those that are not in the folder are left out. */
  items(folderId: string, ids: readonly string[]): Promise<RemoteItem[]>;
  /** Ids of the items in a folder that were created with this uid. */
  findByUid(folderId: string, uid: string): Promise<string[]>;
  picture(folderId: string, id: string): Promise<ItemPicture | undefined>;

  /** What of an item its creation carries, when that is not all: the rest goes there with an update. */
  first?(fields: ItemFields): ItemFields;
  /** A stamp of 0: it was there with this uid already, in a version that has yet to be looked at. */
  create(folderId: string, item: ItemWrite, uid: string): Promise<{ readonly id: string; readonly stamp: number }>;
  /**
   * Sends what differs between `before`, as the backend is known to have it, and `after`. Throws `conflict` when the item
   * was changed since `stamp`. Returns the new stamp.
   */
  update(folderId: string, id: string, before: ItemFields, after: ItemWrite, stamp: number): Promise<number>;
  /** Throws `conflict` when the item was changed since `stamp`. */
  remove(folderId: string, id: string, stamp: number): Promise<void>;
  /** The item keeps its id. Throws `conflict` when it was changed since `stamp`. Returns the new stamp. */
  move(folderId: string, id: string, target: string, stamp: number): Promise<number>;

  /** What the backend would say of fields that were written to it; something else once a refusal told what it takes. */
  shown(fields: ItemFields): ItemFields;
  /** Fields as the backend says them, with what it cannot say taken from ours. */
  complete(theirs: ItemFields, ours: ItemFields): ItemFields;
}

/** The kinds of a backend. */
export interface GroupwareItems {
  /** IANA name of the person's time zone there. */
  readonly timeZone: string;
  readonly contacts: ItemBackend;
  readonly tasks: ItemBackend;
  /** Fields as of plainEvent (src/formats); undefined where the server has none that are known here. */
  readonly events?: ItemBackend | undefined;
}

export type ItemKindName = 'contacts' | 'tasks' | 'events';

/** The name of a contact in another item, as in a list's members: its folder and its id. */
export const remoteName = (folder: string, id: string): string =>
  `${encodeURIComponent(folder)}/${encodeURIComponent(id)}`;

/** Folder and id in such a name; undefined for what is none. */
export function parseRemoteName(text: string): { folder: string; id: string } | undefined {
  const [folder, id, ...more] = text.split('/');
  return folder && id && more.length === 0
    ? { folder: decodeURIComponent(folder), id: decodeURIComponent(id) }
    : undefined;
}
