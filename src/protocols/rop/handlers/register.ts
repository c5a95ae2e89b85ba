import type { HandlerOf, RopDefinition, RopHandler } from '../definition.ts';

/** An operation and the code that carries it out. */
export type RopEntry = readonly [id: number, handler: RopHandler<unknown, unknown>];

/** Ties a handler to its definition, types checked. */
export function handle<Request, Response, Failure>(
  definition: RopDefinition<Request, Response, Failure>,
  handler: HandlerOf<RopDefinition<Request, Response, Failure>>,
): RopEntry {
  return [definition.id, handler as RopHandler<unknown, unknown>];
}
