import { ec, MapiError } from '../../mapi/index.ts';
import { decode, WireError } from '../../wire/index.ts';
import type { Identity } from '../identity.ts';
import {
  createSession,
  type ExecuteRops,
  type RopAnswer,
  type RopRequest,
  type RopServices,
  type Session,
} from '../rop/session.ts';
import { connectAuxiliary } from './auxiliary.ts';
import {
  connectRequest,
  connectResponse,
  disconnectRequest,
  disconnectResponse,
  executeFlag,
  executeRequest,
  executeResponse,
  noBytes,
  notificationWaitRequest,
  notificationWaitResponse,
  writeBody,
  writeFailure,
} from './bodies.ts';
import type { Context, ContextTable } from './contexts.ts';
import type { Call, RequestType, Timing } from './endpoint.ts';
import { readRopPayload, unwrapPayloads, wrapPayload, writeRopPayload } from './extended-buffer.ts';
import { mapiHttpLimits } from './limits.ts';
import { ResponseError, responseCode } from './response-code.ts';

export interface MailboxEndpointOptions {
  readonly services: RopServices;
  readonly executeRops: ExecuteRops;
  readonly timing: Timing;
  readonly contexts: ContextTable<Session>;
}

type MailboxCall = Call<Session>;

/** Request types of the mailbox endpoint (MS-OXCMAPIHTTP 2.2.4), by lower-case name. */
export function mailboxRequestTypes(options: MailboxEndpointOptions): Map<string, RequestType<Session>> {
  return new Map<string, RequestType<Session>>([
    ['connect', { mode: 'open', run: (call) => connect(options, call) }],
    ['execute', { mode: 'sequenced', run: (call) => execute(options, call) }],
    ['disconnect', { mode: 'close', run: disconnect }],
    [
      'notificationwait',
      {
        mode: 'parallel',
        slow: true,
        run: (call) => notificationWait(options, call),
      },
    ],
    ['ping', { mode: 'free', run: () => Buffer.alloc(0) }],
  ]);
}

function contextOf(call: MailboxCall): Context<Session> {
  if (call.context === undefined) throw new ResponseError(responseCode.contextNotFound, 'No session context.');
  return call.context;
}

/** Connect flag: the administrator's access (MS-OXCRPC 3.1.4.1, ulFlags). */
const adminPrivilege = 0x1;

/** What the client is told about polling and retrying, in milliseconds; the values that Exchange gives. */
const polling = { pollsMax: 60_000, retryCount: 6, retryDelay: 10_000 } as const;

function connect(options: MailboxEndpointOptions, call: MailboxCall): Buffer {
  const request = decode(connectRequest, call.body);
  checkAuxiliary(request.auxiliary);
  const error = refusal(request.userDn, request.flags, call.identity);
  if (error !== 0) {
    return writeBody(connectResponse, {
      errorCode: error,
      pollsMax: 0,
      retryCount: 0,
      retryDelay: 0,
      dnPrefix: '',
      displayName: '',
      auxiliary: noBytes,
    });
  }
  const session = createSession({
    identity: call.identity,
    services: options.services,
    codePage: request.defaultCodePage,
    sortLocale: request.lcidSort,
    stringLocale: request.lcidString,
    client: call.client,
  });
  call.context = options.contexts.create(call.identity, session);
  return writeBody(connectResponse, {
    errorCode: 0,
    ...polling,
    dnPrefix: '',
    displayName: call.identity.displayName || call.identity.address,
    auxiliary: connectAuxiliary,
  });
}

/** Why this user may not connect so: 0 when they may. Other people's mailboxes are opened by RopLogon. */
function refusal(userDn: string, flags: number, identity: Identity): number {
  if (userDn.length > mapiHttpLimits.dnLength) return ec.unknownUser;
  if (userDn === '') return ec.accessDenied;
  if ((flags & adminPrivilege) !== 0) return ec.loginPerm;
  return userDn.toLowerCase() === identity.legacyDn.toLowerCase() ? 0 : ec.unknownUser;
}

function disconnect(call: MailboxCall): Buffer {
  checkAuxiliary(decode(disconnectRequest, call.body).auxiliary);
  return writeBody(disconnectResponse, { errorCode: 0, auxiliary: noBytes });
}

async function notificationWait(options: MailboxEndpointOptions, call: MailboxCall): Promise<Buffer> {
  checkAuxiliary(decode(notificationWaitRequest, call.body).auxiliary);
  const context = contextOf(call);
  if (context.waits >= mapiHttpLimits.waitsPerContext)
    throw new ResponseError(responseCode.invalidSequence, 'Too many NotificationWait requests.');
  context.waits += 1;
  try {
    const pending = await context.session.notifications.wait(options.timing.waitMs, call.signal);
    return writeBody(notificationWaitResponse, { errorCode: 0, eventPending: pending ? 1 : 0, auxiliary: noBytes });
  } finally {
    context.waits -= 1;
  }
}

/** Smallest buffer in and out that holds a header (MS-OXCRPC 3.1.4.2). */
const leastBuffer = 8;

async function execute(options: MailboxEndpointOptions, call: MailboxCall): Promise<Buffer> {
  const request = decode(executeRequest, call.body);
  checkAuxiliary(request.auxiliary);
  if (request.ropBuffer.length > mapiHttpLimits.ropBufferIn)
    throw new ResponseError(responseCode.tooLarge, 'The ROP buffer is too large.');
  if (request.ropBuffer.length < leastBuffer || request.maxRopOut < leastBuffer) return executeError(ec.rpcFailed);
  let rops: RopRequest;
  try {
    const [payload, ...more] = unwrapPayloads(request.ropBuffer);
    if (payload === undefined || more.length > 0) return executeError(ec.rpcFormat);
    rops = readRopPayload(payload);
  } catch (error) {
    if (error instanceof WireError) return executeError(ec.rpcFormat);
    throw error;
  }
  const room = Math.min(request.maxRopOut, mapiHttpLimits.ropBufferOut);
  try {
    const { buffers } = await options.executeRops(contextOf(call).session, rops, {
      room,
      chain: (request.flags & executeFlag.chain) !== 0,
    });
    const ropBuffer = wrapAnswers(buffers, request.flags);
    if (ropBuffer.length > room) return writeFailure(ec.bufferTooSmall);
    return writeBody(executeResponse, { errorCode: 0, flags: 0, ropBuffer, auxiliary: noBytes });
  } catch (error) {
    if (error instanceof WireError) return executeError(ec.rpcFormat);
    // One answer that fits into no buffer fails the request (MS-OXCROPS 3.2.4.3).
    if (error instanceof MapiError)
      return error.code === ec.bufferTooSmall ? writeFailure(error.code) : executeError(error.code);
    throw error;
  }
}

function wrapAnswers(answers: readonly RopAnswer[], flags: number): Buffer {
  const wrapped = answers.map((answer, index) =>
    wrapPayload(writeRopPayload(answer.rops, answer.handles), {
      compress: answer.compressible && (flags & executeFlag.noCompression) === 0,
      xor: (flags & executeFlag.noXorMagic) === 0,
      last: index === answers.length - 1,
    }),
  );
  return wrapped.length === 1 ? wrapped[0]! : Buffer.concat(wrapped);
}

function executeError(errorCode: number): Buffer {
  return writeBody(executeResponse, { errorCode, flags: 0, ropBuffer: noBytes, auxiliary: noBytes });
}

function checkAuxiliary(auxiliary: Uint8Array): void {
  if (auxiliary.length > mapiHttpLimits.auxiliaryIn) throw new WireError('auxiliary buffer too large');
}
