import { batches } from '../../store/index.ts';
import { BackendError, type MailFolderRole, type RemoteFolder } from '../types.ts';
import { failureOf } from './errors.ts';
import { oxLimits } from './limits.ts';
import type { OxSession } from './session.ts';

/** Parent of all folders of the primary mail account. */
const accountRoot = 'default0';
const columns = '1,20,300,304,305,316';

const roleOfType: Readonly<Record<number, MailFolderRole>> = {
  7: 'inbox',
  9: 'drafts',
  10: 'sent',
  11: 'junk',
  12: 'trash',
};

/** All mail folders of the primary account, parents first. Begins anew when the tree changes while it is read. */
export async function listMailFolders(session: OxSession): Promise<RemoteFolder[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readLevels(session);
    } catch (error) {
      if (!(error instanceof BackendError && error.kind === 'notFound')) throw error;
      if (tries === 3) throw new BackendError('unavailable', 'the folders of Open-Xchange change all the time');
    }
  }
}

/** Level by level, many parents in one request. */
async function readLevels(session: OxSession): Promise<RemoteFolder[]> {
  const found: RemoteFolder[] = [];
  let parents = [accountRoot];
  while (parents.length > 0) {
    const next: string[] = [];
    for (const batch of batches(parents, oxLimits.batch)) {
      const answers = await session.multiple(
        batch.map((parent) => ({ module: 'folders', action: 'list', parent, tree: '0', all: '1', columns })),
      );
      answers.forEach((answer, index) => {
        const failure = failureOf(answer);
        if (failure) throw failure;
        if (!Array.isArray(answer.data)) throw new BackendError('unavailable', 'Open-Xchange gave no list of folders');
        for (const row of answer.data as unknown[][]) {
          const [id, parentId, title, hasSubfolders, rights, type] = row;
          if (typeof id !== 'string' || typeof title !== 'string')
            throw new BackendError('unavailable', 'a folder without id');
          found.push({
            id,
            parentId: batch[index] === accountRoot ? undefined : String(parentId ?? batch[index]),
            name: title,
            role: roleOfType[Number(type)],
            selectable: true,
            canCreateSubfolders: typeof rights !== 'string' || /[ck]/.test(rights),
          });
          if (hasSubfolders) next.push(id);
        }
      });
    }
    parents = next;
  }
  return found;
}

export async function createMailFolder(
  session: OxSession,
  parentId: string | undefined,
  name: string,
): Promise<string> {
  const data = await session.put(
    'folders',
    'new',
    { folder_id: parentId ?? accountRoot, tree: 0 },
    {
      folder: { title: name, module: 'mail', subscribed: true },
    },
  );
  if (typeof data !== 'string') throw new BackendError('unavailable', 'Open-Xchange gave no id for a new folder');
  return data;
}

export async function changeMailFolder(
  session: OxSession,
  id: string,
  change: { name?: string; parentId?: string },
): Promise<string> {
  const folder = {
    subscribed: true,
    ...(change.name === undefined ? {} : { title: change.name }),
    ...(change.parentId === undefined ? {} : { folder_id: change.parentId }),
  };
  // The folder's own state is compared by the caller; a mail folder has no stamp to guard with.
  const data = await session.put('folders', 'update', { id, tree: 0, timestamp: Number.MAX_SAFE_INTEGER }, { folder });
  return typeof data === 'string' ? data : id;
}

/** Throws `denied` when the server left the folder. */
export async function deleteMailFolder(session: OxSession, id: string, hard: boolean): Promise<void> {
  const data = await session.put(
    'folders',
    'delete',
    { tree: 0, hardDelete: hard, timestamp: Number.MAX_SAFE_INTEGER },
    [id],
  );
  if (Array.isArray(data) && data.length > 0)
    throw new BackendError('denied', 'Open-Xchange did not delete the folder');
}
