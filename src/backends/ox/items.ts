import { batches } from '../../store/index.ts';
import type { ItemBackend, ItemChanges, ItemFields, ItemPicture, ItemWrite, RemoteItem } from '../items.ts';
import { BackendError } from '../types.ts';
import { nextCursor, sinceOf } from './cursor.ts';
import { failureOf } from './errors.ts';
import type { ColumnNumbers } from './item-columns.ts';
import { type OxRow, oxChanges, oxNumber, oxText } from './item-fields.ts';
import { changeItemFolder, createItemFolder, deleteItemFolder, listItemFolders } from './item-folders.ts';
import { oxLimits } from './limits.ts';
import type { OxSession } from './session.ts';
import { createShortening, keepWhole } from './shortening.ts';

/** What tells one module of items from another. */
export interface OxItemModule {
  readonly module: 'contacts' | 'tasks';
  readonly numbers: ColumnNumbers;
  /** Names of the columns that are read besides id, stamp and uid. */
  readonly columns: readonly string[];
  read(row: OxRow): ItemFields;
  write(fields: ItemFields): OxRow;
  complete(theirs: ItemFields, ours: ItemFields): ItemFields;
  /** Columns that only make sense with each other: when one changes, all that have a value are sent. */
  readonly together?: readonly (readonly string[])[];
  readonly picture?: {
    /** Another one for each picture; undefined for none. */
    token(row: OxRow): string | undefined;
    fetch(session: OxSession, folder: string, id: string): Promise<ItemPicture | undefined>;
    write(picture: ItemPicture | null): OxRow;
  };
}

const keyColumns = ['id', 'last_modified', 'uid', 'folder_id'] as const;

/** A module of items as an ItemBackend (ox-http-api 6, 7). */
export function oxItems(session: OxSession, description: OxItemModule): ItemBackend {
  const { module, numbers } = description;
  const names = [...new Set([...keyColumns, ...description.columns])];
  const columns = names.map((name) => numberOf(numbers, name)).join(',');
  const stampColumns = `${numbers.id},${numbers.last_modified}`;

  const shortening = createShortening(numbers);
  const written = (fields: ItemFields): OxRow => shortening.shorten(description.write(fields));
  const asSent = (row: OxRow): ItemFields => description.read(JSON.parse(JSON.stringify(row)));
  /** A refusal from which something was learned is one of this version: another one may be taken. */
  const learning = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      shortening.learn(error);
      throw error;
    }
  };

  const readItem = (values: unknown): RemoteItem => {
    if (!Array.isArray(values)) throw new BackendError('unavailable', `Open-Xchange gave an item that is no row`);
    const row: OxRow = {};
    names.forEach((name, at) => {
      if (values[at] !== null && values[at] !== undefined) row[name] = values[at];
    });
    const { uid: _, ...fields } = description.read(row) as Record<string, unknown>;
    return { ...keysOf(row), uid: oxText(row.uid), fields, picture: description.picture?.token(row) };
  };
  const rowOf = ({ fields, picture }: ItemWrite): OxRow => ({
    ...written(fields),
    ...(picture === undefined ? {} : description.picture?.write(picture)),
  });
  const listOf = (data: unknown): unknown[] => {
    if (!Array.isArray(data)) throw new BackendError('unavailable', `Open-Xchange gave no list of ${module}`);
    return data;
  };

  return {
    folders: () => listItemFolders(session, module),
    createFolder: (parentId, name) => createItemFolder(session, module, parentId, name),
    changeFolder: (id, change) => changeItemFolder(session, id, change),
    deleteFolder: (id) => deleteItemFolder(session, id),

    async all(folder) {
      const { data, timestamp } = await session.getEnvelope(module, 'all', { folder, columns });
      return { items: listOf(data).map(readItem), cursor: nextCursor(undefined, timestamp ?? 0, Date.now()) };
    },

    async changes(since) {
      const found = new Map<string, ItemChanges>();
      for (const batch of batches([...since], oxLimits.batch)) {
        const answers = await session.multiple(
          batch.map(([folder, cursor]) => ({
            module,
            action: 'updates',
            folder,
            columns,
            timestamp: sinceOf(cursor, Date.now()),
            ignore: 'false',
            timezone: 'UTC',
          })),
        );
        answers.forEach((answer, at) => {
          const [folder, cursor] = batch[at]!;
          const failure = failureOf(answer);
          if (failure?.kind === 'notFound' || failure?.kind === 'denied') return;
          if (failure) throw failure;
          const entries = listOf(answer.data);
          found.set(folder, {
            changed: entries.filter((entry) => Array.isArray(entry)).map(readItem),
            gone: entries.filter((entry) => !Array.isArray(entry)).map(String),
            cursor: nextCursor(cursor, answer.timestamp ?? 0, Date.now()),
          });
        });
      }
      return found;
    },

    async stamps(folder) {
      const rows = listOf(await session.get(module, 'all', { folder, columns: stampColumns }));
      return new Map(
        rows.map((values) => {
          const [id, last_modified] = Array.isArray(values) ? values : [];
          const key = keysOf({ id, last_modified });
          return [key.id, key.stamp];
        }),
      );
    },

    async items(folder, ids) {
      const found: RemoteItem[] = [];
      for (const batch of batches(ids, oxLimits.batch)) {
        // One by one in one request: a list with a missing item is refused as a whole.
        const answers = await session.multiple(
          batch.map((id) => ({ module, action: 'list', columns, timezone: 'UTC', data: [{ folder, id }] })),
        );
        for (const answer of answers) {
          const failure = failureOf(answer);
          if (failure && failure.kind !== 'notFound' && failure.kind !== 'denied') throw failure;
          if (!failure) found.push(...listOf(answer.data).flatMap((row) => (row === null ? [] : [readItem(row)])));
        }
      }
      return found;
    },

    async findByUid(folder, uid) {
      const rows = listOf(await session.get(module, 'all', { folder, columns: `${numbers.id},${numbers.uid}` }));
      return rows.flatMap((row) => (Array.isArray(row) && row[1] === uid ? [String(row[0])] : []));
    },

    picture: async (folder, id) => description.picture?.fetch(session, folder, id),

    async create(folder, item, uid) {
      const body = { ...rowOf(item), uid, folder_id: folder };
      const { data, timestamp } = await learning(() => session.putEnvelope(module, 'new', {}, body));
      const id = (data as { id?: unknown } | undefined)?.id;
      if (id === undefined || timestamp === undefined)
        throw new BackendError('uncertain', 'Open-Xchange gave no id for a new item');
      return { id: String(id), stamp: timestamp };
    },

    async update(folder, id, before, after, stamp) {
      const row = written(after.fields);
      const changes = oxChanges(written(before), row);
      for (const group of description.together ?? [])
        if (group.some((name) => name in changes))
          for (const name of group) if (row[name] !== undefined) changes[name] = row[name];
      const picture = after.picture === undefined ? {} : description.picture?.write(after.picture);
      const query = { folder, id, timestamp: stamp };
      const body = { ...changes, ...picture };
      const { timestamp } = await learning(() => session.putEnvelope(module, 'update', query, body));
      return timestamp ?? stamp;
    },

    async remove(folder, id, stamp) {
      await session.put(module, 'delete', { timestamp: stamp }, [{ folder, id }]);
    },

    async move(folder, id, target, stamp) {
      const query = { folder, id, timestamp: stamp };
      const { timestamp } = await session.putEnvelope(module, 'update', query, { folder_id: target });
      return timestamp ?? stamp;
    },

    shown: (fields) => asSent(written(fields)),
    complete(theirs, ours) {
      const whole = description.write(ours);
      const fields = description.complete(theirs, ours);
      return keepWhole(fields, theirs, ours, asSent(whole), asSent(shortening.shorten(whole)));
    },
  };
}

function numberOf(numbers: ColumnNumbers, name: string): number {
  const number = numbers[name];
  if (number === undefined) throw new Error(`no column ${name}`);
  return number;
}

function keysOf(row: OxRow): { id: string; stamp: number } {
  const stamp = oxNumber(row.last_modified);
  if (row.id === undefined || row.id === null || stamp === undefined)
    throw new BackendError('unavailable', 'Open-Xchange gave an item without id or stamp');
  return { id: String(row.id), stamp };
}
