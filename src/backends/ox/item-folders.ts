import type { RemoteItemFolder } from '../items.ts';
import { BackendError } from '../types.ts';
import type { OxSession } from './session.ts';

/** The root of a person's own folders (ox-http-api 3.1). */
const privateRoot = '1';
const columns = '1,20,300,308';
/** Groupware folders are guarded by the caller, who compares names and places. */
const anyStamp = Number.MAX_SAFE_INTEGER;

/** The person's own folders of a module, parents first (ox-http-api 3.2 allVisible). */
export async function listItemFolders(session: OxSession, module: string): Promise<RemoteItemFolder[]> {
  const data = await session.get('folders', 'allVisible', { content_type: module, columns, tree: 0 });
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new BackendError('unavailable', 'Open-Xchange gave no folders');
  const rows: unknown = (data as Record<string, unknown>).private ?? [];
  if (!Array.isArray(rows)) throw new BackendError('unavailable', 'Open-Xchange gave no list of folders');
  const ids = new Set(rows.map((row) => String((row as unknown[])[0])));
  const folders = rows.map((row): RemoteItemFolder => {
    const [id, parent, title, standard] = row as unknown[];
    if (id === undefined || id === null || typeof title !== 'string')
      throw new BackendError('unavailable', 'a folder without id');
    return {
      id: String(id),
      parentId: ids.has(String(parent)) ? String(parent) : undefined,
      name: title,
      isDefault: standard === true || (typeof standard === 'number' && standard > 0),
    };
  });
  return parentsFirst(folders);
}

function parentsFirst(folders: readonly RemoteItemFolder[]): RemoteItemFolder[] {
  const sorted: RemoteItemFolder[] = [];
  const add = (parentId: string | undefined) => {
    for (const folder of folders)
      if (folder.parentId === parentId) {
        sorted.push(folder);
        add(folder.id);
      }
  };
  add(undefined);
  return sorted;
}

export async function createItemFolder(
  session: OxSession,
  module: string,
  parentId: string | undefined,
  name: string,
): Promise<string> {
  const data = await session.put(
    'folders',
    'new',
    { folder_id: parentId ?? privateRoot, tree: 0 },
    { folder: { title: name, module, subscribed: true } },
  );
  if (data === undefined || data === null)
    throw new BackendError('unavailable', 'Open-Xchange gave no id for a new folder');
  return String(data);
}

export async function changeItemFolder(
  session: OxSession,
  id: string,
  { name, parentId }: { name?: string; parentId?: string | null },
): Promise<void> {
  const folder = {
    subscribed: true,
    ...(name === undefined ? {} : { title: name }),
    ...(parentId === undefined ? {} : { folder_id: parentId ?? privateRoot }),
  };
  await session.put('folders', 'update', { id, tree: 0, timestamp: anyStamp }, { folder });
}

/** Throws `denied` when the server left the folder. */
export async function deleteItemFolder(session: OxSession, id: string): Promise<void> {
  const data = await session.put('folders', 'delete', { tree: 0, hardDelete: true, timestamp: anyStamp }, [id]);
  if (Array.isArray(data) && data.length > 0)
    throw new BackendError('denied', 'Open-Xchange did not delete the folder');
}
