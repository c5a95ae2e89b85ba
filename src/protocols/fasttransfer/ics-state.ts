import { type Guid, IdSet, type PropertyTag, type ReplGuidIdSet } from '../../mapi/index.ts';

/** ICS state (MS-OXCFXICS 2.2.1.1): what a replica holds, by replica GUID. */
export interface IcsState {
  /** MetaTagIdsetGiven: ids of the objects it has. Nothing in an upload context. */
  given: ReplGuidIdSet;
  /** MetaTagCnsetSeen: changes of folders or normal messages. */
  seen: ReplGuidIdSet;
  /** MetaTagCnsetSeenFAI: changes of FAI messages. */
  seenFai: ReplGuidIdSet;
  /** MetaTagCnsetRead: changes of read states. */
  read: ReplGuidIdSet;
}

export const emptyIcsState = (): IcsState => ({
  given: new Map(),
  seen: new Map(),
  seenFai: new Map(),
  read: new Map(),
});

/** MetaTagIdsetGiven goes out as PtypInteger32 with a binary value; both types come in (MS-OXCFXICS 3.2.5.2.1). */
const properties: ReadonlyMap<PropertyTag, keyof IcsState> = new Map([
  [0x40170003, 'given'],
  [0x40170102, 'given'],
  [0x67960102, 'seen'],
  [0x67da0102, 'seenFai'],
  [0x67d20102, 'read'],
]);

/** The part of the state that a property stands for; undefined for any other property. */
export const icsStateProperty = (tag: PropertyTag): keyof IcsState | undefined => properties.get(tag);

/** Adds a counter of a replica to a set. */
export function addToIcsSet(set: ReplGuidIdSet, replica: Guid, counter: number): void {
  const known = set.get(replica);
  if (known) known.add(counter);
  else set.set(replica, new IdSet().add(counter));
}
