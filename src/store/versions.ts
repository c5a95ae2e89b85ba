import { addPredecessor, changeKey, ec, MapiError, parseXid, serializePredecessorChangeList } from '../mapi/index.ts';
import { WireError } from '../wire/index.ts';
import type { MailboxContext } from './internal.ts';

export interface Version {
  readonly cn: number;
  readonly change_key: Uint8Array;
  readonly pcl: Uint8Array;
}

/** What a client that keeps its own versions gives of a change. */
export interface GivenVersion {
  readonly changeKey?: Uint8Array | undefined;
  readonly predecessorChangeList?: Uint8Array | undefined;
}

/**
 * Change number, change key and predecessor change list after a change (MS-OXCFXICS 3.1.5.6.2.2). Those that a client
 * brought are kept as they are. Errors: ecInvalidParam for ones that are no such thing.
 */
export function nextVersion(
  context: MailboxContext,
  cn: number,
  before: Uint8Array | undefined,
  given: GivenVersion = {},
): Version {
  try {
    const key = given.changeKey ?? changeKey(context.mailbox.replicaGuid, cn);
    const list = given.predecessorChangeList ?? before;
    if (list) return { cn, change_key: key, pcl: addPredecessor(list, key) };
    return { cn, change_key: key, pcl: serializePredecessorChangeList([parseXid(key)]) };
  } catch (error) {
    if (error instanceof WireError) throw new MapiError(ec.invalidParam, error.message);
    throw error;
  }
}
