export type { RopContext } from './context.ts';
export { NoRoom, RopFailure } from './context.ts';
export type { HandlerOf, RequestOf, ResponseOf, RopDefinition } from './definition.ts';
export * from './definitions/index.ts';
export { executeRops } from './execute.ts';
export { ropHandlers } from './handlers/index.ts';
export * from './session.ts';
