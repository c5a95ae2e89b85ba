import type { WireType } from '../../wire/index.ts';
import type { RopContext } from './context.ts';

export type HandleRole = 'input' | 'output' | 'response' | 'source' | 'destination';

/**
 * One remote operation, described once for server, client and tools: MS-OXCROPS 2.2.
 *
 * On the wire a request is `RopId · LogonId · indexes · request`, where the indexes are those of `handles` in wire
 * order; a response is `RopId · HandleIndex · ReturnValue · response|failure`, the HandleIndex being the one that
 * `answerIndex` names.
 */
export interface RopDefinition<Request = unknown, Response = unknown, Failure = unknown> {
  readonly id: number;
  /** As the specification spells it, `RopOpenFolder`. */
  readonly name: string;
  /** The one-byte handle indexes of the request, in wire order. */
  readonly handles: readonly HandleRole[];
  /** Which of them the response repeats. */
  readonly answerIndex: HandleRole;
  /** RopId of the response where it is another one than the request's. */
  readonly responseId: number;
  /** What follows the handle indexes in the request. */
  readonly request: WireType<Request>;
  /** What follows ReturnValue 0. Reading rows needs a scope `{ columns: PropertyTag[] }`. */
  readonly response: WireType<Response>;
  /** What follows another ReturnValue; mostly nothing. Its scope is `{ returnValue: number }`. */
  readonly failure: WireType<Failure>;
  /** The failure fields when a handler gave none, from the index of the second handle. */
  readonly failed: (secondIndex: number) => Failure;
  /**
   * Upper bound in bytes of what follows ReturnValue, for operations that change something: they run only when that
   * much room is left, since afterwards it would be too late for RopBufferTooSmall.
   */
  readonly reserve: (request: Request) => number;
}

export type RequestOf<D> = D extends RopDefinition<infer Request, infer _R, infer _F> ? Request : never;
export type ResponseOf<D> = D extends RopDefinition<infer _Q, infer Response, infer _F> ? Response : never;

/**
 * Carries one operation out. Throws MapiError (or RopFailure) for its ReturnValue; nothing may have changed then.
 * `context` gives the server objects of the handles.
 */
export type RopHandler<Request, Response> = (context: RopContext, request: Request) => Promise<Response> | Response;
/** The handler of a definition: `export const setColumns: HandlerOf<typeof RopSetColumns> = …`. */
export type HandlerOf<D> = RopHandler<RequestOf<D>, ResponseOf<D>>;

/** No fields. */
export const nothing: WireType<Record<string, never>> = { read: () => ({}), write: () => {} };

/** Bytes that hold what operations answer that change something, where the definition does not say otherwise. */
const smallAnswer = 24;

type Empty = Record<string, never>;

interface Options<Request, Response, Failure> {
  readonly handles: readonly HandleRole[];
  readonly answerIndex?: HandleRole;
  readonly responseId?: number;
  readonly request?: WireType<Request>;
  readonly response?: WireType<Response>;
  readonly failure?: WireType<Failure>;
  readonly failed?: (secondIndex: number) => Failure;
  readonly reserve?: (request: Request) => number;
}

/**
 * A definition with the usual answers for what is left out: no fields, and the response repeats the response handle
 * where there is one, else the output handle, else the input or source handle.
 */
export function rop<Request = Empty, Response = Empty, Failure = Empty>(
  id: number,
  name: string,
  options: Options<Request, Response, Failure>,
): RopDefinition<Request, Response, Failure> {
  const preferred: readonly HandleRole[] = ['response', 'output', 'input', 'source'];
  return {
    id,
    name,
    handles: options.handles,
    answerIndex: options.answerIndex ?? preferred.find((role) => options.handles.includes(role)) ?? 'input',
    responseId: options.responseId ?? id,
    request: options.request ?? (nothing as unknown as WireType<Request>),
    response: options.response ?? (nothing as unknown as WireType<Response>),
    failure: options.failure ?? (nothing as unknown as WireType<Failure>),
    failed: options.failed ?? (() => ({}) as Failure),
    reserve: options.reserve ?? (() => smallAnswer),
  };
}
