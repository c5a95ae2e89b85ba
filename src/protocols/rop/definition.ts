import type { WireType } from '../../wire/index.ts';
import type { RopContext } from './context.ts';

/**
 * One remote operation, described once for server, client and tools: MS-OXCROPS 2.2.
 *
 * On the wire a request is `RopId · LogonId · indexes · request`, where the indexes are those of `handles` in the order
 * InputHandleIndex/…; a response is `RopId · HandleIndex · ReturnValue · response|failure`, the HandleIndex being the
 * one that `answerIndex` names.
 */
export interface RopDefinition<Request, Response, Failure = Record<string, never>> {
  readonly id: number;
  /** As the specification spells it, `RopOpenFolder`. */
  readonly name: string;
  /** The one-byte handle indexes of the request, in wire order. */
  readonly handles: readonly ('input' | 'output' | 'response' | 'source' | 'destination')[];
  /** Which of them the response repeats. */
  readonly answerIndex: 'input' | 'output' | 'response' | 'source';
  /** What follows the handle indexes in the request. */
  readonly request: WireType<Request>;
  /** What follows ReturnValue 0. */
  readonly response: WireType<Response>;
  /** What follows another ReturnValue; mostly nothing. */
  readonly failure: WireType<Failure>;
}

/**
 * Carries one operation out. Throws MapiError for its ReturnValue; nothing may have changed then. `context` gives the
 * server objects of the handles.
 */
export type RopHandler<Request, Response> = (context: RopContext, request: Request) => Promise<Response> | Response;
