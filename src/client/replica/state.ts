import { decodeReplGuidIdSet, encodeReplGuidIdSet, type Guid, IdSet, type PropertyTag } from '../../mapi/index.ts';
import { type IcsState, icsStateProperty, metaTag } from '../../protocols/fasttransfer/index.ts';
import { WireError } from '../../wire/index.ts';
import type { ReplicaDatabase } from './database.ts';

/** What the replica has of a folder's messages, or, with the last two empty, of the hierarchy (MS-OXCFXICS 2.2.1.1). */
export type ReplicaState = Record<keyof IcsState, IdSet>;

export type StateTags = readonly (readonly [PropertyTag, keyof IcsState])[];
export const contentsStateTags: StateTags = [
  [metaTag.idsetGiven, 'given'],
  [metaTag.cnsetSeen, 'seen'],
  [metaTag.cnsetSeenFai, 'seenFai'],
  [metaTag.cnsetRead, 'read'],
];
export const hierarchyStateTags = contentsStateTags.slice(0, 2);

/** Column or setting of each part. */
const names = { given: 'given', seen: 'seen', seenFai: 'seen_fai', read: 'read' } as const;
const parts = Object.keys(names) as (keyof IcsState)[];

/** As a state property has it; empty for an empty set. */
export const encodeIds = (replica: Guid, ids: IdSet): Buffer => encodeReplGuidIdSet(new Map([[replica, ids]]));

/** Throws WireError for ids of another replica than the mailbox's own: none can be in what was asked for. */
export function decodeIds(replica: Guid, bytes: Uint8Array): IdSet {
  const sets = decodeReplGuidIdSet(bytes);
  for (const guid of sets.keys()) if (guid !== replica) throw new WireError(`ids of the replica ${guid}`);
  return sets.get(replica) ?? new IdSet();
}

/** A state from the properties of a stream. Throws WireError for others than those of `tags`, or a missing one. */
export function stateFrom(
  replica: Guid,
  values: readonly (readonly [PropertyTag, Uint8Array])[],
  tags: StateTags,
): ReplicaState {
  const state = emptyState();
  const missing = new Set(tags.map(([, part]) => part));
  for (const [tag, bytes] of values) {
    const part = icsStateProperty(tag);
    if (part === undefined || !missing.delete(part)) throw new WireError(`0x${tag.toString(16)} in a state`);
    state[part] = decodeIds(replica, bytes);
  }
  if (missing.size > 0) throw new WireError(`a state without ${[...missing]}`);
  return state;
}

export const emptyState = (): ReplicaState => ({
  given: new IdSet(),
  seen: new IdSet(),
  seenFai: new IdSet(),
  read: new IdSet(),
});

const settingOf = (part: keyof IcsState): string => `hierarchy ${part}`;

/** The state of a folder's contents; `undefined`: that of the hierarchy. */
export function loadState(db: ReplicaDatabase, replica: Guid, folderId: number | undefined): ReplicaState {
  const row =
    folderId === undefined
      ? undefined
      : db.get<Record<string, Uint8Array>>('SELECT given, seen, seen_fai, read FROM folder WHERE id = ?', folderId);
  const bytesOf = (part: keyof IcsState): Uint8Array | undefined =>
    folderId === undefined ? db.setting<Uint8Array>(settingOf(part)) : row?.[names[part]];
  return Object.fromEntries(
    parts.map((part) => [part, decodeIds(replica, bytesOf(part) ?? new Uint8Array())]),
  ) as ReplicaState;
}

export function saveState(db: ReplicaDatabase, replica: Guid, folderId: number | undefined, state: ReplicaState): void {
  const bytes = parts.map((part) => encodeIds(replica, state[part]));
  if (folderId === undefined) {
    parts.forEach((part, i) => {
      db.setSetting(settingOf(part), bytes[i]!);
    });
    return;
  }
  db.run('UPDATE folder SET given = ?, seen = ?, seen_fai = ?, read = ? WHERE id = ?', ...bytes, folderId);
}

/** Changes the state in place. */
export function changeState(
  db: ReplicaDatabase,
  replica: Guid,
  folderId: number | undefined,
  change: (state: ReplicaState) => void,
): void {
  const state = loadState(db, replica, folderId);
  change(state);
  saveState(db, replica, folderId, state);
}
