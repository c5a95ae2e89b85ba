import { ec, MapiError, type PropertyTag } from '../mapi/index.ts';
import type { RopPayload } from '../protocols/mapihttp/index.ts';
import type { RopDefinition } from '../protocols/rop/definition.ts';
import {
  bufferTooSmall,
  bufferTooSmallId,
  type NotificationData,
  notify,
  notifyId,
  pending,
  pendingId,
  RopRelease,
} from '../protocols/rop/definitions/index.ts';
import { Reader, WireError, Writer } from '../wire/index.ts';

/** A server object as the client knows it; without a value until the operation that opens it was answered. */
export interface Handle {
  value: number;
  readonly logonId: number;
}

const unset = 0xffffffff;

/** A handle that an operation will fill in. */
export const newHandle = (logonId = 0): Handle => ({ value: unset, logonId });

/** One operation to be sent. `handles` in the order of the definition's. */
export interface RopCall<Response = unknown, Failure = unknown> {
  readonly definition: RopDefinition<never, Response, Failure>;
  readonly handles: readonly Handle[];
  readonly request: unknown;
  /** For answers that hold rows: the columns they are in. */
  readonly columns: readonly PropertyTag[];
}

/** What came back for one operation. */
export interface RopResult<Response = unknown, Failure = unknown> {
  readonly returnValue: number;
  /** Of a ReturnValue 0. */
  readonly response?: Response;
  readonly failure?: Failure;
  /** Further answers to the last operation, when the server chained them. */
  readonly more: RopResult<Response, Failure>[];
}

export interface Notification {
  readonly handle: number;
  readonly logonId: number;
  readonly data: NotificationData;
}

/** Describes an operation to be sent. */
export function ropCall<Request, Response, Failure>(
  definition: RopDefinition<Request, Response, Failure>,
  handles: Handle | readonly Handle[],
  request: Request,
  columns: readonly PropertyTag[] = [],
): RopCall<Response, Failure> {
  const list = Array.isArray(handles) ? (handles as readonly Handle[]) : [handles as Handle];
  if (list.length !== definition.handles.length)
    throw new TypeError(`${definition.name} has ${definition.handles.length} handles`);
  return {
    definition: definition as unknown as RopDefinition<never, Response, Failure>,
    handles: list,
    request,
    columns,
  };
}

/** Results in the order of the calls, each with the types of its operation. */
export type ResultsOf<Calls extends readonly RopCall[]> = {
  [K in keyof Calls]: Calls[K] extends RopCall<infer Response, infer Failure> ? RopResult<Response, Failure> : never;
};

/** The operations as bytes, and the handle table that they index. */
export function writeCalls(calls: readonly RopCall[]): { rops: Buffer; handles: Handle[] } {
  const writer = new Writer(1024);
  const handles: Handle[] = [];
  const indexOf = (handle: Handle): number => {
    const at = handles.indexOf(handle);
    return at >= 0 ? at : handles.push(handle) - 1;
  };
  for (const { definition, handles: own, request } of calls) {
    writer.u8(definition.id);
    writer.u8(own[0]!.logonId);
    for (const handle of own) writer.u8(indexOf(handle));
    definition.request.write(writer, request as never);
  }
  return { rops: writer.finish(), handles };
}

/**
 * Reads the answers to `calls` from the payloads of one response, sets the handles that were opened, and gives the
 * notifications that came along. Throws WireError for what is no answer to them, MapiError ecBufferTooSmall when the
 * server asks for a larger buffer.
 */
export function readAnswers(
  payloads: readonly RopPayload[],
  calls: readonly RopCall[],
  handles: readonly Handle[],
): { results: RopResult[]; notifications: Notification[] } {
  const results: RopResult[] = [];
  const notifications: Notification[] = [];
  payloads.forEach((payload, chained) => {
    if (payload.handles.length !== handles.length) throw new WireError(`${payload.handles.length} handles came back`);
    const reader = new Reader(payload.rops);
    for (const call of chained === 0 ? calls : calls.slice(-1)) {
      if (call.definition.id === RopRelease.id) {
        results.push({ returnValue: 0, response: {}, more: [] });
        continue;
      }
      const result = readAnswer(reader, call, payload.handles, handles);
      if (chained === 0) results.push(result);
      else results.at(-1)!.more.push(result);
    }
    while (reader.remaining > 0) {
      const id = reader.u8();
      if (id === notifyId) {
        const { notificationHandle, logonId, notificationData } = notify.read(reader);
        notifications.push({ handle: notificationHandle, logonId, data: notificationData });
      } else if (id === pendingId) pending.read(reader);
      else throw new WireError(`RopId 0x${id.toString(16)} behind the answers`);
    }
  });
  return { results, notifications };
}

function readAnswer(reader: Reader, call: RopCall, table: readonly number[], handles: readonly Handle[]): RopResult {
  const { definition } = call;
  const id = reader.u8();
  if (id === bufferTooSmallId) {
    const { sizeNeeded } = bufferTooSmall.read(reader);
    throw new MapiError(ec.bufferTooSmall, `${definition.name} needs ${sizeNeeded} bytes`);
  }
  if (id !== definition.responseId) throw new WireError(`RopId 0x${id.toString(16)} answers ${definition.name}`);
  const answering = call.handles[definition.handles.indexOf(definition.answerIndex)]!;
  const index = reader.u8();
  if (handles[index] !== answering) throw new WireError(`handle index ${index} answers ${definition.name}`);
  const returnValue = reader.u32();
  if (returnValue !== 0) return { returnValue, failure: definition.failure.read(reader, { returnValue }), more: [] };
  const response = definition.response.read(reader, { columns: call.columns });
  const opened = definition.handles.indexOf('output');
  if (opened >= 0) {
    const handle = call.handles[opened]!;
    handle.value = table[handles.indexOf(handle)]!;
    if (handle.value === unset) throw new WireError(`${definition.name} opened nothing`);
  }
  return { returnValue, response, more: [] };
}

/** The response of a result. Throws MapiError with the name of the operation when it failed. */
export function succeeded<Response>(call: RopCall<Response>, result: RopResult<Response>): Response {
  refused(call.definition.name, result.returnValue);
  return result.response as Response;
}

/** Throws MapiError with the name of the operation or request when its code is a failure. */
export function refused(name: string, code: number): void {
  if (code !== 0) throw new MapiError(code, `${name} failed with 0x${code.toString(16).padStart(8, '0')}`);
}
