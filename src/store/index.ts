export { batches } from './batches.ts';
export type { ChangedMessage, ContentsChanges, ContentsScope, HierarchyChanges, KnownContents } from './changes.ts';
export {
  folderProperty,
  folderPropertyTags,
  messageFlags,
  messageProperty,
  messagePropertyTags,
} from './computed.ts';
export { ContentUnavailable } from './content-unavailable.ts';
export * from './events.ts';
export { isContentTag } from './message-content-tags.ts';
export { openStore, type StoreOptions } from './open-store.ts';
export * from './ports.ts';
export { mf } from './rows.ts';
export * from './sync-state.ts';
export {
  compileRestriction,
  createListTable,
  type ListTableOptions,
  type Lookup,
  type MatchContext,
  type Matcher,
  matches,
} from './tables/index.ts';
export * from './types.ts';
export type { UnreadableMessage } from './unreadable.ts';
