import {
  addPredecessor,
  fileTimeNow,
  guidToBytes,
  includesPredecessors,
  parsePredecessorChangeList,
} from '../../mapi/index.ts';
import { namespaceOf, type ReplicaDatabase } from './database.ts';

/** Version of an object in the replica. */
export interface Version {
  readonly changeKey: Uint8Array;
  readonly predecessors: Uint8Array;
  readonly modified: bigint;
}

/**
 * The version after a change made here. Its change key has 20 bytes, a GUID of this replica's own and a number of four,
 * as those of Outlook's offline files do.
 */
export function nextVersion(db: ReplicaDatabase, before: Uint8Array = new Uint8Array()): Version {
  const changes = db.setting<number>('changes')! + 1;
  db.setSetting('changes', changes);
  const local = Buffer.alloc(4);
  local.writeUInt32BE(changes);
  const changeKey = Buffer.concat([guidToBytes(namespaceOf(db)), local]);
  return { changeKey, predecessors: addPredecessor(before, changeKey), modified: fileTimeNow() };
}

/** Whether whoever has the list `a` knows all of `b` (MS-OXCFXICS 3.1.5.6.1). */
export const includes = (a: Uint8Array, b: Uint8Array): boolean =>
  includesPredecessors(parsePredecessorChangeList(a), parsePredecessorChangeList(b));
