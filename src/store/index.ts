export {
  folderProperty,
  folderPropertyTags,
  messageFlags,
  messageProperty,
  messagePropertyTags,
} from './computed.ts';
export * from './events.ts';
export * from './ports.ts';
export * from './sync-state.ts';
export { compileRestriction } from './tables/matches.ts';
export * from './types.ts';
