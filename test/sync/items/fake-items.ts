import {
  BackendError,
  type ItemBackend,
  type ItemFields,
  type ItemPicture,
  type ItemWrite,
  type RemoteItem,
} from '../../../src/backends/index.ts';
import { FakeBackend } from '../fake-backend.ts';

export interface FakeItem {
  id: string;
  folder: string;
  stamp: number;
  uid: string | undefined;
  fields: Record<string, unknown>;
  picture: { token: string; value: ItemPicture } | undefined;
}

interface FakeItemFolder {
  id: string;
  parentId: string | undefined;
  name: string;
  isDefault: boolean;
}

/** What this groupware can hold of contacts and tasks. */
const held = ['surname', 'givenName', 'company', 'jobTitle', 'subject', 'status', 'note'];

const heldOf = (fields: ItemFields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => held.includes(name)));

/** One kind of item of a groupware server in memory. Its calls go through those of the mail part, with their faults. */
export class FakeItems implements ItemBackend {
  readonly kept = new Map<string, FakeItem>();
  readonly tree = new Map<string, FakeItemFolder>();
  /** What left a folder, and when. */
  readonly tombstones: { folder: string; id: string; stamp: number }[] = [];
  /** Called before a write is believed; may throw what the server refuses. */
  check: (fields: ItemFields, picture: ItemPicture | null | undefined) => void = () => {};
  /** Stamp at which a folder's items were last compared: what came later goes unseen when the folder goes. */
  private readonly compared = new Map<string, number>();
  /** Called with what goes unseen in a folder that the engine deletes. */
  unseen: (item: FakeItem) => void = () => {};
  private stamp = 1000;
  private count = 0;
  private readonly backend: FakeBackend;
  private readonly kind: string;

  constructor(backend: FakeBackend, kind: string) {
    this.backend = backend;
    this.kind = kind;
    this.addFolder('1', undefined, kind, true);
  }

  addFolder(id: string, parentId: string | undefined, name: string, isDefault = false): void {
    this.tree.set(id, { id, parentId, name, isDefault });
  }

  inFolder(folder: string): FakeItem[] {
    return [...this.kept.values()].filter((item) => item.folder === folder);
  }

  /** Puts an item there as somebody else would. */
  put(folder: string, fields: ItemFields, uid?: string, picture?: ItemPicture | null): FakeItem {
    this.folder(folder);
    this.count += 1;
    const id = String(this.count);
    this.stamp += 1;
    const item: FakeItem = { id, folder, stamp: this.stamp, uid, fields: { ...fields }, picture: undefined };
    this.paint(item, picture);
    this.kept.set(id, item);
    return item;
  }

  /** Changes an item as somebody else would. */
  edit(id: string, change: { fields?: ItemFields; folder?: string; picture?: ItemPicture | null }): void {
    const item = this.kept.get(id)!;
    this.stamp += 1;
    item.stamp = this.stamp;
    Object.assign(item.fields, change.fields);
    for (const name of Object.keys(item.fields)) if (item.fields[name] === undefined) delete item.fields[name];
    this.paint(item, change.picture);
    if (change.folder !== undefined && change.folder !== item.folder) {
      this.folder(change.folder);
      this.tombstones.push({ folder: item.folder, id, stamp: this.stamp });
      item.folder = change.folder;
    }
  }

  drop(id: string): void {
    const item = this.kept.get(id);
    if (!item) return;
    this.kept.delete(id);
    this.stamp += 1;
    this.tombstones.push({ folder: item.folder, id, stamp: this.stamp });
  }

  /** Whether a folder is another one or inside of it. */
  isInside(folder: string, above: string): boolean {
    for (let at: string | undefined = folder; at !== undefined; at = this.tree.get(at)?.parentId)
      if (at === above) return true;
    return false;
  }

  dropFolder(id: string): void {
    for (const folder of [...this.tree.values()]) if (folder.parentId === id) this.dropFolder(folder.id);
    for (const item of this.inFolder(id)) this.kept.delete(item.id);
    this.tree.delete(id);
  }

  private paint(item: FakeItem, picture: ItemPicture | null | undefined): void {
    if (picture === null) item.picture = undefined;
    // The server makes it smaller.
    else if (picture)
      item.picture = { token: `p${this.stamp}`, value: { ...picture, data: picture.data.subarray(0, 20) } };
  }

  private folder(id: string): FakeItemFolder {
    const folder = this.tree.get(id);
    if (!folder) throw new BackendError('notFound', `no folder ${id}`, 'FLD-0008');
    return folder;
  }

  private item(folder: string, id: string, stamp: number): FakeItem {
    this.folder(folder);
    const item = this.kept.get(id);
    if (item?.folder !== folder) throw new BackendError('notFound', `no item ${id} in ${folder}`);
    if (item.stamp > stamp) throw new BackendError('conflict', `${id} was changed`);
    return item;
  }

  private shownItem({ id, stamp, uid, fields, picture }: FakeItem): RemoteItem {
    return { id, stamp, uid, fields: structuredClone(fields), picture: picture?.token };
  }

  private call<T>(name: string, work: () => T): Promise<T> {
    return this.backend.call(`${this.kind}.${name}`, work);
  }

  folders: ItemBackend['folders'] = () =>
    this.call('folders', () => {
      const sorted: FakeItemFolder[] = [];
      const add = (parentId: string | undefined) => {
        for (const folder of this.tree.values())
          if (folder.parentId === parentId) {
            sorted.push({ ...folder });
            add(folder.id);
          }
      };
      add(undefined);
      return sorted;
    });

  createFolder: ItemBackend['createFolder'] = (parentId, name) =>
    this.call('createFolder', () => {
      if (parentId !== undefined) this.folder(parentId);
      for (const folder of this.tree.values())
        if (folder.parentId === parentId && folder.name === name) throw new BackendError('conflict', 'exists');
      this.count += 1;
      const id = `f${this.count}`;
      this.addFolder(id, parentId, name);
      return id;
    });

  changeFolder: ItemBackend['changeFolder'] = (id, { name, parentId }) =>
    this.call('changeFolder', () => {
      const folder = this.folder(id);
      const parent = parentId === undefined ? folder.parentId : (parentId ?? undefined);
      for (let at = parent; at !== undefined; at = this.folder(at).parentId)
        if (at === id) throw new BackendError('refused', 'into itself');
      for (const other of this.tree.values())
        if (other !== folder && other.parentId === parent && other.name === (name ?? folder.name))
          throw new BackendError('conflict', 'exists');
      Object.assign(folder, { name: name ?? folder.name, parentId: parent });
    });

  deleteFolder: ItemBackend['deleteFolder'] = (id) =>
    this.call('deleteFolder', () => {
      if (this.folder(id).isDefault) throw new BackendError('denied', 'a default folder');
      for (const item of this.kept.values())
        if (this.isInside(item.folder, id) && item.stamp > (this.compared.get(item.folder) ?? 0)) this.unseen(item);
      this.dropFolder(id);
    });

  all: ItemBackend['all'] = (folder) =>
    this.call('all', () => {
      this.folder(folder);
      return { items: this.inFolder(folder).map((item) => this.shownItem(item)), cursor: String(this.stamp) };
    });

  changes: ItemBackend['changes'] = (since) =>
    this.call('changes', () => {
      const found = new Map();
      for (const [folder, cursor] of since) {
        if (!this.tree.has(folder)) continue;
        const from = Number(cursor) - 2;
        const isHere = (id: string) => this.kept.get(id)?.folder === folder;
        found.set(folder, {
          changed: this.inFolder(folder)
            .filter(({ stamp }) => stamp > from)
            .map((item) => this.shownItem(item)),
          gone: this.tombstones.flatMap((one) =>
            one.folder === folder && one.stamp > from && !isHere(one.id) ? [one.id] : [],
          ),
          cursor: String(this.stamp),
        });
      }
      return found;
    });

  stamps: ItemBackend['stamps'] = (folder) =>
    this.call('stamps', () => {
      this.folder(folder);
      this.compared.set(folder, this.stamp);
      return new Map(this.inFolder(folder).map(({ id, stamp }) => [id, stamp]));
    });

  items: ItemBackend['items'] = (folder, ids) =>
    this.call('items', () =>
      this.inFolder(folder)
        .filter(({ id }) => ids.includes(id))
        .map((item) => this.shownItem(item)),
    );

  findByUid: ItemBackend['findByUid'] = (folder, uid) =>
    this.call('findByUid', () => this.inFolder(folder).flatMap((item) => (item.uid === uid ? [item.id] : [])));

  picture: ItemBackend['picture'] = (folder, id) =>
    this.call('picture', () => this.item(folder, id, Number.POSITIVE_INFINITY).picture?.value);

  create: ItemBackend['create'] = (folder, { fields, picture }: ItemWrite, uid) =>
    this.call('create', () => {
      this.check(fields, picture);
      const { id, stamp } = this.put(folder, heldOf(fields), uid, picture);
      return { id, stamp };
    });

  update: ItemBackend['update'] = (folder, id, before, { fields, picture }, stamp) =>
    this.call('update', () => {
      this.item(folder, id, stamp);
      this.check(fields, picture);
      const [old, now] = [heldOf(before), heldOf(fields)];
      const change = Object.fromEntries(held.flatMap((name) => (old[name] === now[name] ? [] : [[name, now[name]]])));
      this.edit(id, { fields: change, ...(picture === undefined ? {} : { picture }) });
      return this.kept.get(id)!.stamp;
    });

  remove: ItemBackend['remove'] = (folder, id, stamp) =>
    this.call('remove', () => {
      this.item(folder, id, stamp);
      this.drop(id);
    });

  move: ItemBackend['move'] = (folder, id, target, stamp) =>
    this.call('move', () => {
      this.item(folder, id, stamp);
      this.edit(id, { folder: target });
      return this.kept.get(id)!.stamp;
    });

  shown: ItemBackend['shown'] = heldOf;
  complete: ItemBackend['complete'] = (theirs, ours) => ({
    ...Object.fromEntries(Object.entries(ours).filter(([name]) => !held.includes(name))),
    ...theirs,
  });
}

/** A groupware server in memory with mail, contacts and tasks. */
export class FakeGroupware extends FakeBackend {
  readonly contacts = new FakeItems(this, 'contacts');
  readonly tasks = new FakeItems(this, 'tasks');
  items = async () => ({ timeZone: 'Europe/Berlin', contacts: this.contacts, tasks: this.tasks });
}
