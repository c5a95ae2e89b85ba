import { ec, MapiError } from '../../mapi/index.ts';
import { BackendUnavailable } from '../../store/index.ts';
import { WireError } from '../../wire/index.ts';
import { NoRoom, type RopContext, RopFailure } from './context.ts';
import type { HandleRole } from './definition.ts';
import { maxHandles, noHandle, releaseObject } from './handle-table.ts';
import { ropHandlers } from './handlers/index.ts';
import { codePageOf, writerInCodePage } from './object-code-page.ts';
import type { ServerObject } from './objects.ts';
import { type RopCall, reparse } from './parse.ts';
import type { RopRequest, Session } from './session.ts';

/** What became of one operation. */
export type Outcome =
  | { readonly kind: 'answered'; readonly bytes: Uint8Array; readonly response: unknown; readonly returnValue: number }
  /** Nothing has changed; the answer needs that many bytes. */
  | { readonly kind: 'noRoom'; readonly sizeNeeded: number };

const answerHeader = 6;

/** Carries one operation out on the handle table, with `room` bytes for its whole answer. */
export async function invoke(
  session: Session,
  source: RopRequest,
  handles: number[],
  call: RopCall,
  room: number,
  chained = false,
): Promise<Outcome> {
  const { definition } = call;
  const index = (...roles: HandleRole[]): number | undefined => {
    const at = definition.handles.findIndex((role) => roles.includes(role));
    return at < 0 ? undefined : call.indexes[at];
  };
  const inputIndex = index('input', 'source');
  const outputIndex = index('output');
  const secondIndex = index('destination', 'response');
  const inputHandle = inputIndex === undefined ? noHandle : (handles[inputIndex] ?? noHandle);
  const inputObject = session.handles.get(inputHandle);

  const needed = answerHeader + definition.reserve(call.request);
  if (needed > room) return { kind: 'noRoom', sizeNeeded: needed };

  const codePage = codePageOf(session, inputObject);
  let output: { object: ServerObject; opened: ((handle: number) => void) | undefined } | undefined;
  const context: RopContext = {
    session,
    logonId: call.logonId,
    origin: { kind: 'client', session: session.id },
    input: (...kinds) => lookUp(session, call.logonId, inputHandle, kinds),
    second: (...kinds) => {
      const handle = secondIndex === undefined ? noHandle : (handles[secondIndex] ?? noHandle);
      if (handle === noHandle && definition.handles.includes('destination')) throw new MapiError(ec.dstNullObject);
      return lookUp(session, call.logonId, handle, kinds);
    },
    inputIndex: inputIndex ?? 0,
    inputHandle,
    get logon() {
      const object: ServerObject = lookUp<ServerObject['kind']>(session, call.logonId, inputHandle, []);
      return object.kind === 'logon' ? object : object.logon;
    },
    get mailbox() {
      return this.logon.mailbox;
    },
    codePage,
    writer: () => writerInCodePage(codePage),
    setOutput(object, opened) {
      if (output) releaseObject(output.object);
      output = { object, opened };
    },
    room: room - answerHeader,
    chained,
  };

  const answerIndex = index(definition.answerIndex) ?? 0;
  const writer = writerInCodePage(codePage);
  const begin = (returnValue: number): void => {
    writer.truncate(0);
    writer.u8(definition.responseId);
    writer.u8(answerIndex);
    writer.u32(returnValue);
  };
  const discard = (): void => {
    if (output) releaseObject(output.object);
    output = undefined;
  };

  try {
    if (outputIndex !== undefined && outputIndex >= handles.length) throw new MapiError(ec.nullObject);
    if (outputIndex !== undefined && session.handles.size >= maxHandles) throw new MapiError(ec.notEnoughMemory);
    if (inputIndex !== undefined) lookUp(session, call.logonId, inputHandle, []);
    const handler = ropHandlers.get(definition.id);
    if (handler === undefined) throw new MapiError(ec.notImplemented);
    const request = codePage === session.codePage ? call.request : reparse(source.rops, call, codePage);
    const response = await handler(context, request);
    begin(0);
    definition.response.write(writer, response);
    if (writer.length > room) {
      discard();
      return { kind: 'noRoom', sizeNeeded: writer.length };
    }
    if (output && outputIndex !== undefined) {
      const { object, opened } = output;
      const handle = object.kind === 'logon' ? session.addLogon(object) : session.handles.add(object);
      handles[outputIndex] = handle;
      opened?.(handle);
    }
    return { kind: 'answered', bytes: writer.view(), response, returnValue: 0 };
  } catch (error) {
    discard();
    if (error instanceof NoRoom) return { kind: 'noRoom', sizeNeeded: answerHeader + error.sizeNeeded };
    const code = errorCodeOf(error, (unexpected) => session.services.report?.(unexpected, definition.name));
    if (outputIndex !== undefined && outputIndex < handles.length) handles[outputIndex] = noHandle;
    begin(code);
    const fields = error instanceof RopFailure ? error.fields : definition.failed(secondIndex ?? 0);
    definition.failure.write(writer, fields, { returnValue: code });
    if (writer.length > room) return { kind: 'noRoom', sizeNeeded: writer.length };
    return { kind: 'answered', bytes: writer.view(), response: undefined, returnValue: code };
  }
}

/** The object of a handle, or why there is none (MS-OXCROPS 3.2.5.4). No kinds: any. */
function lookUp<K extends ServerObject['kind']>(
  session: Session,
  logonId: number,
  handle: number,
  kinds: readonly K[],
): Extract<ServerObject, { kind: K }> {
  const object = session.handles.get(handle);
  if (object === undefined) throw new MapiError(session.handles.wasReleased(handle) ? ec.invalidObject : ec.nullObject);
  const logon = session.logon(logonId);
  if (logon === undefined) throw new MapiError(ec.nullObject);
  if ((object.kind === 'logon' ? object : object.logon) !== logon) throw new MapiError(ec.accessDenied);
  if (kinds.length > 0 && !kinds.includes(object.kind as K)) throw new MapiError(ec.notSupported);
  return object as Extract<ServerObject, { kind: K }>;
}

/** The ReturnValue for what a handler threw. */
function errorCodeOf(error: unknown, unexpected: (error: unknown) => void): number {
  if (error instanceof MapiError) return error.code;
  if (error instanceof WireError) return ec.rpcFormat;
  unexpected(error);
  // MAPI_E_NETWORK_ERROR: the client may try again.
  if (error instanceof BackendUnavailable || (error instanceof Error && error.name === 'ContentUnavailable'))
    return ec.rpcFailed;
  return ec.error;
}
