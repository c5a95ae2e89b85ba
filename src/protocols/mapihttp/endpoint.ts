import type { FastifyReply, FastifyRequest } from 'fastify';
import { BackendUnavailable } from '../../store/index.ts';
import { WireError } from '../../wire/index.ts';
import type { Identity } from '../identity.ts';
import type { ClientVersion } from '../rop/session.ts';
import { writeFailure } from './bodies.ts';
import type { Context, ContextSession, ContextTable } from './contexts.ts';
import { type Began, errorPage, streamBody, wholeBody } from './framing.ts';
import { clientVersion, contextCookie, cookieValue, headerValue, sequenceCookie } from './request.ts';
import { ResponseError, responseCode } from './response-code.ts';

/** Times of the transport, in milliseconds. */
export interface Timing {
  /** Idle contexts end after this; announced in X-ExpirationInfo. */
  readonly expiryMs: number;
  /** Between PENDING tags; announced in X-PendingPeriod. */
  readonly pendingPeriodMs: number;
  /** An answer that takes longer than this begins with PROCESSING on the wire. */
  readonly promptMs: number;
  /** Longest NotificationWait. */
  readonly waitMs: number;
}

export const defaultTiming: Timing = { expiryMs: 900_000, pendingPeriodMs: 15_000, promptMs: 500, waitMs: 300_000 };

/** MAPI/HTTP begins with this version of Exchange; it promises nothing beyond what is here. */
const serverApplication = 'Exchange/15.00.0847.4040';

/** StatusCode of a server that cannot do it now: RPC_S_SERVER_TOO_BUSY (MS-OXCMAPIHTTP 3.2.4.2). */
const serverTooBusy = 0x6bb;

/** What a request type's work sees. */
export interface Call<S extends ContextSession> {
  readonly body: Buffer;
  readonly identity: Identity;
  readonly client: ClientVersion;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** The context of the cookie; of an `open` request type the one it makes. */
  context: Context<S> | undefined;
}

/**
 * How a request type uses its context:
 * `open` makes a new one in place of the old; `sequenced` is one at a time and needs the current sequence cookie;
 * `single` is one at a time; `parallel` runs beside others; `close` ends it; `free` needs none.
 */
export type RequestMode = 'open' | 'sequenced' | 'single' | 'parallel' | 'close' | 'free';

export interface RequestType<S extends ContextSession> {
  readonly mode: RequestMode;
  /** Takes its time by nature: PROCESSING goes out at once unless the answer is there already. */
  readonly slow?: boolean;
  /** The binary body. Throws ResponseError, WireError (Invalid Request Body), BackendUnavailable. */
  readonly run: (call: Call<S>) => Promise<Buffer> | Buffer;
}

export interface Endpoint {
  handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** Ends all contexts; requests from then on fail with Endpoint Shutting Down. */
  close(): void;
}

export interface EndpointOptions<S extends ContextSession> {
  /** Path of the endpoint, that cookies belong to. */
  readonly path: string;
  readonly timing: Timing;
  readonly contexts: ContextTable<S>;
  /** The request type of a lower-case name; undefined when there is none. */
  readonly requestType: (name: string) => RequestType<S> | undefined;
}

/** What both endpoints have in common: headers, contexts, cookies, sequence, framing, errors. */
export function createEndpoint<S extends ContextSession>(options: EndpointOptions<S>): Endpoint {
  const { timing, contexts } = options;
  let closing = false;

  function cookies(reply: FastifyReply, request: FastifyRequest, context: Context<S>): void {
    const attributes = `; path=${options.path}${request.protocol === 'https' ? '; secure' : ''}; HttpOnly`;
    reply.header('set-cookie', [
      `${contextCookie}=${context.cookie}${attributes}`,
      `${sequenceCookie}=${context.sequence}${attributes}`,
    ]);
  }

  /** Checks what a request has to carry, in the order of the specified codes. */
  function check(request: FastifyRequest): { type: RequestType<S>; requestId: string } {
    if (request.method !== 'POST') throw new ResponseError(responseCode.invalidVerb, 'Only POST is allowed.');
    if (request.identity === undefined)
      throw new ResponseError(responseCode.anonymousNotAllowed, 'Anonymous requests are not accepted.');
    const name = headerValue(request, 'x-requesttype')?.toLowerCase();
    const requestId = headerValue(request, 'x-requestid');
    for (const header of ['x-requesttype', 'x-requestid', 'x-clientinfo']) {
      if (headerValue(request, header) === undefined)
        throw new ResponseError(responseCode.missingHeader, `The header ${header} is missing.`);
    }
    const contentType = headerValue(request, 'content-type')?.replace(/;.*/s, '').trim().toLowerCase();
    if (
      contentType !== undefined &&
      contentType !== 'application/mapi-http' &&
      contentType !== 'application/octet-stream'
    )
      throw new ResponseError(responseCode.invalidHeader, 'Content-Type is not application/mapi-http.');
    const type = options.requestType(name!);
    if (type === undefined)
      throw new ResponseError(responseCode.invalidRequestType, 'This endpoint has no such request type.');
    if (closing) throw new ResponseError(responseCode.endpointShuttingDown, 'The server is shutting down.');
    return { type, requestId: requestId! };
  }

  /** The context that the request's cookie names, where its type needs or wants one. */
  function findContext(request: FastifyRequest, mode: RequestMode): Context<S> | undefined {
    const cookie = cookieValue(request.headers.cookie, contextCookie);
    if (cookie !== undefined && mode !== 'open') return contexts.find(cookie, request.identity);
    if (mode === 'open') {
      // A reconnect ends what was before, if it is still there and the same user's (MS-OXCMAPIHTTP 3.2.5.6).
      if (cookie !== undefined) {
        try {
          contexts.destroy(contexts.find(cookie, request.identity));
        } catch (error) {
          if (!(error instanceof ResponseError)) throw error;
        }
      }
      return undefined;
    }
    if (mode !== 'free') throw new ResponseError(responseCode.missingCookie, 'The session context cookie is missing.');
    return undefined;
  }

  /**
   * Holds a context to one request at a time. Returns the answer of the same request when the client sends it again
   * because it did not get it.
   */
  function claim(
    request: FastifyRequest,
    context: Context<S>,
    mode: RequestMode,
    requestId: string,
  ): Promise<Buffer> | Buffer | undefined {
    if (mode !== 'sequenced' && mode !== 'single') return undefined;
    let sequence = context.sequence;
    if (mode === 'sequenced') {
      const value = cookieValue(request.headers.cookie, sequenceCookie);
      if (value === undefined) throw new ResponseError(responseCode.missingCookie, 'The sequence cookie is missing.');
      sequence = /^\d{1,15}$/.test(value) ? Number(value) : -1;
      for (const earlier of [context.running, context.answered]) {
        if (earlier?.requestId === requestId && earlier.sequence === sequence) return earlier.body;
      }
    }
    if (context.running !== undefined)
      throw new ResponseError(responseCode.invalidSequence, 'Another request of this session is in progress.');
    if (sequence !== context.sequence)
      throw new ResponseError(responseCode.invalidSequence, 'The sequence cookie is not the current one.');
    return undefined;
  }

  async function run(type: RequestType<S>, call: Call<S>): Promise<Buffer> {
    try {
      return await type.run(call);
    } catch (error) {
      if (error instanceof WireError)
        throw new ResponseError(responseCode.invalidRequestBody, 'The request body cannot be read.');
      if (error instanceof BackendUnavailable) return writeFailure(serverTooBusy);
      throw error;
    }
  }

  /** Starts the work of a request and keeps the context's books around it. */
  function start(request: FastifyRequest, type: RequestType<S>, call: Call<S>, requestId: string): Promise<Buffer> {
    const context = call.context;
    if (context === undefined) return run(type, call);
    const again = claim(request, context, type.mode, requestId);
    if (again !== undefined) return Promise.resolve(again);
    const sequence = context.sequence;
    context.pending += 1;
    if (type.mode === 'sequenced') {
      context.sequence += 1;
      context.answered = undefined;
    }
    const exclusive = type.mode === 'sequenced' || type.mode === 'single';
    const work = run(type, call).finally(() => {
      context.pending -= 1;
      context.lastUsed = performance.now();
      if (exclusive) context.running = undefined;
      if (type.mode === 'close') contexts.destroy(context);
    });
    if (exclusive) {
      context.running = { requestId, sequence, body: work };
      if (type.mode === 'sequenced') {
        work.then(
          (body) => {
            context.answered = { requestId, sequence, body, at: performance.now() };
          },
          () => {},
        );
      }
    }
    return work;
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const began: Began = { date: new Date(), at: performance.now() };
    commonHeaders(request, reply, timing);
    let context: Context<S> | undefined;
    try {
      const { type, requestId } = check(request);
      context = findContext(request, type.mode);
      const gone = new AbortController();
      const call: Call<S> = {
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        identity: request.identity,
        client: clientVersion(headerValue(request, 'x-clientapplication'), headerValue(request, 'user-agent')),
        signal: gone.signal,
        context,
      };
      const work = start(request, type, call, requestId);
      // What makes a context answers when it is made: its cookies go into the header, which is sent once.
      const body = type.mode === 'open' ? await work : await within(work, type.slow ? 0 : timing.promptMs);
      // Not before the work has begun: it moves the sequence on, or makes the context.
      context = call.context;
      if (context !== undefined) cookies(reply, request, context);
      reply.header('content-type', 'application/mapi-http').header('x-responsecode', '0');
      if (body !== undefined) return reply.send(wholeBody(began, body));
      work.catch((error: unknown) => {
        if (!(error instanceof ResponseError)) request.log.error({ err: error }, 'MAPI/HTTP request failed');
      });
      return streamBody(reply, began, work, timing.pendingPeriodMs, () => gone.abort());
    } catch (error) {
      if (context !== undefined) cookies(reply, request, context);
      return sendError(request, reply, error);
    }
  }

  return {
    handle,
    close() {
      closing = true;
      contexts.close();
    },
  };
}

/** Headers of every response, failed ones too (MS-OXCMAPIHTTP 2.2.2.2): what identifies the request comes back. */
export function commonHeaders(request: FastifyRequest, reply: FastifyReply, timing: Timing): void {
  for (const name of ['x-requesttype', 'x-requestid', 'x-clientinfo']) {
    const value = headerValue(request, name);
    if (value !== undefined) reply.header(name, value);
  }
  reply
    .header('x-serverapplication', serverApplication)
    .header('x-expirationinfo', String(timing.expiryMs))
    .header('x-pendingperiod', String(timing.pendingPeriodMs))
    .header('cache-control', 'private');
}

/** A failed request: HTTP 200, X-ResponseCode, a page that says why. Headers are those set so far. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof ResponseError;
  const code = known ? error.code : responseCode.unknownFailure;
  if (!known) request.log.error({ err: error }, 'MAPI/HTTP request failed');
  return reply
    .code(200)
    .header('content-type', 'text/html')
    .header('x-responsecode', String(code))
    .send(errorPage(code, known ? error.message : ''));
}

/** The outcome if it is there within `ms`; undefined when not. Rejects when the work does by then. */
async function within(work: Promise<Buffer>, ms: number): Promise<Buffer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
