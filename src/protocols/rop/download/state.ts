import { encodeReplGuidIdSet, type Guid, IdSet, type ReplGuidIdSet } from '../../../mapi/index.ts';
import type { KnownContents } from '../../../store/index.ts';
import { type IcsState, marker, metaTag, type StreamWriter } from '../../fasttransfer/index.ts';

/** Which properties a state has: those of folders lack the ones of messages, those of uploads the ids. */
export type StateKind = 'hierarchy' | 'contents';

/** The state element of a stream, MS-OXCFXICS 2.2.4.3.25. */
export function writeState(out: StreamWriter, state: IcsState, kind: StateKind, withGiven = true): void {
  out.marker(marker.incrSyncStateBegin);
  out.property(metaTag.cnsetSeen, encodeReplGuidIdSet(state.seen));
  if (kind === 'contents') out.property(metaTag.cnsetSeenFai, encodeReplGuidIdSet(state.seenFai));
  if (withGiven) out.property(metaTag.idsetGiven, encodeReplGuidIdSet(state.given));
  if (kind === 'contents') out.property(metaTag.cnsetRead, encodeReplGuidIdSet(state.read));
  out.marker(marker.incrSyncStateEnd);
}

/** What of a client's state is about this mailbox; ids of other replicas say nothing here. */
export function knownOf(state: IcsState, replica: Guid): KnownContents {
  const own = (sets: ReplGuidIdSet): IdSet => sets.get(replica) ?? new IdSet();
  return { given: own(state.given), seen: own(state.seen), seenFai: own(state.seenFai), read: own(state.read) };
}

/** The same as the state of a client. */
export function stateOf(known: KnownContents, replica: Guid): IcsState {
  return {
    given: new Map([[replica, known.given]]),
    seen: new Map([[replica, known.seen]]),
    seenFai: new Map([[replica, known.seenFai]]),
    read: new Map([[replica, known.read]]),
  };
}
