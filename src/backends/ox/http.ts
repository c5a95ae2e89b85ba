import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { BackendError, type BackendErrorKind } from '../types.ts';
import { oxLimits } from './limits.ts';

export interface OxHttpOptions {
  /** Base address of the API, as https://ox.example.com/appsuite/api */
  readonly url: string;
  /** PEM of an authority to trust besides the public ones. */
  readonly certificateAuthority?: string;
}

export interface OxRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Path below the base address, as `mail`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: { readonly type: string; readonly data: string | AsyncIterable<Uint8Array> };
}

export interface OxResponse {
  readonly contentType: string;
  readonly stream: http.IncomingMessage;
}

export interface OxHttp {
  /** Sends a request and gives the answer when its headers are there. Throws BackendError `unavailable` or `uncertain`. */
  send(request: OxRequest): Promise<OxResponse>;
  /** The whole answer as text, bounded. */
  text(response: OxResponse): Promise<string>;
  clearCookies(): void;
  close(): void;
}

/**
 * Statuses that say nothing of what a request holds, but of the session, a proxy or the moment. With 401 to 425 it was
 * turned away before it was carried out (RFC 9110 15.5, RFC 8470 5.2); with the others nobody knows.
 */
const isTemporary = (status: number): boolean =>
  [202, 401, 403, 407, 408, 421, 425, 429].includes(status) || status >= 500;

/** The request was turned away for want of a session that somebody on the way believes in (ox-http-api 1.3). */
export const isTurnedAway = (error: unknown): boolean =>
  error instanceof BackendError && (error.code === 'HTTP-401' || error.code === 'HTTP-403');

// Part of the session on the server: a changed User-Agent makes its cookies unfindable (ox-http-api 2.1).
const userAgent = 'Oxbow';

/** One connection pool and cookie jar: the transport of one Open-Xchange session. */
export function createOxHttp(options: OxHttpOptions): OxHttp {
  const base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
  const secure = base.protocol === 'https:';
  const agentOptions = {
    keepAlive: true,
    maxSockets: oxLimits.connections,
    maxFreeSockets: oxLimits.idleConnections,
    keepAliveMsecs: 10_000,
  };
  const agent = secure
    ? new https.Agent({
        ...agentOptions,
        ...(options.certificateAuthority ? { ca: options.certificateAuthority } : {}),
      })
    : new http.Agent(agentOptions);
  const cookies = new Map<string, string>();

  return {
    async send(request) {
      const url = new URL(request.path, base);
      for (const [name, value] of Object.entries(request.query))
        if (value !== undefined) url.searchParams.set(name, String(value));
      const headers: http.OutgoingHttpHeaders = { 'User-Agent': userAgent, Accept: 'application/json' };
      if (cookies.size > 0) headers.Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      if (request.body) headers['Content-Type'] = request.body.type;
      if (typeof request.body?.data === 'string') headers['Content-Length'] = Buffer.byteLength(request.body.data);

      const response = await exchange(secure, url, { method: request.method, headers, agent }, request);
      for (const line of response.headers['set-cookie'] ?? []) {
        const match = /^\s*([^=;\s]+)=([^;]*)/.exec(line);
        if (match) cookies.set(match[1]!, match[2]!);
      }
      const status = response.statusCode ?? 0;
      const failure = failureOfStatus(status, request.method);
      if (failure) {
        response.resume();
        throw new BackendError(failure, `Open-Xchange answered ${status}`, `HTTP-${status}`);
      }
      return { contentType: (response.headers['content-type'] ?? '').toLowerCase(), stream: response };
    },

    async text(response) {
      const parts: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of response.stream) {
          size += chunk.length;
          if (size > oxLimits.answerBytes) throw new BackendError('refused', 'the answer of Open-Xchange is too large');
          parts.push(chunk);
        }
      } catch (error) {
        if (error instanceof BackendError) throw error;
        throw new BackendError('uncertain', 'the answer of Open-Xchange broke off', undefined, { cause: error });
      }
      if (!response.stream.complete) throw new BackendError('uncertain', 'the answer of Open-Xchange broke off');
      return Buffer.concat(parts).toString('utf8');
    },

    clearCookies: () => cookies.clear(),
    close: () => agent.destroy(),
  };
}

/** What a status stands for: failures of the application itself come with 200 (ox-http-api 1.3). */
function failureOfStatus(status: number, method: OxRequest['method']): BackendErrorKind | undefined {
  if (isTemporary(status)) return 'unavailable';
  if (status < 400) return undefined;
  if (status !== 404) return 'refused';
  // A file to download may be gone. A write that finds no such path finds no application: it starts, or a proxy is wrong.
  return method === 'GET' ? 'notFound' : 'unavailable';
}

function exchange(
  secure: boolean,
  url: URL,
  options: http.RequestOptions,
  request: OxRequest,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let sent = false;
    const outgoing = (secure ? https : http).request(url, options, resolve);
    outgoing.setTimeout(oxLimits.answerMs, () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('socket', (socket) => {
      const mark = () => {
        sent = true;
      };
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', mark);
      else mark();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // A GET changes nothing, so it is never uncertain; a write may have been carried out once it was on its way.
      const kind = sent && request.method !== 'GET' ? 'uncertain' : 'unavailable';
      reject(new BackendError(kind, `Open-Xchange cannot be reached: ${error.message}`, error.code, { cause: error }));
    });
    const data = request.body?.data;
    if (data === undefined || typeof data === 'string') outgoing.end(data);
    else
      Readable.from(data)
        .on('error', (error) => outgoing.destroy(error))
        .pipe(outgoing);
  });
}
