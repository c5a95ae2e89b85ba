import { randomUUID } from 'node:crypto';
import { readBody } from '../protocols/mapihttp/index.ts';
import type { WireType } from '../wire/index.ts';
import type { HttpClient } from './http.ts';
import { clientLimits } from './limits.ts';

/** The server refused a request as a whole: an X-ResponseCode other than 0, or a StatusCode. */
export class TransportError extends Error {
  /** X-ResponseCode; 0 when the body's StatusCode is the failure. */
  readonly responseCode: number;
  readonly statusCode: number;

  constructor(message: string, codes: { responseCode?: number; statusCode?: number }) {
    super(message);
    this.name = 'TransportError';
    this.responseCode = codes.responseCode ?? 0;
    this.statusCode = codes.statusCode ?? 0;
  }
}

/** One endpoint of MAPI over HTTP with the cookies of its session context (MS-OXCMAPIHTTP 3.1). */
export interface EndpointClient {
  /** The body behind the meta-tags. Throws TransportError. */
  post(type: string, body: Uint8Array, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<Buffer>;
  /** The fields of a success body. Throws TransportError. */
  call<T>(
    type: string,
    body: Uint8Array,
    response: WireType<T>,
    options?: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<T>;
  /** Cookies of the session context; empty without one. */
  readonly cookies: ReadonlyMap<string, string>;
  forgetCookies(): void;
}

/** The program that we say we are. */
const application = 'Outlook/16.0.17928.20114';

export function createEndpointClient(http: HttpClient, url: string): EndpointClient {
  const cookies = new Map<string, string>();
  const requestGuid = `{${randomUUID().toUpperCase()}}`;
  const clientInfo = `{${randomUUID().toUpperCase()}}:1`;
  let counter = 0;

  const post: EndpointClient['post'] = async (type, body, options = {}) => {
    counter += 1;
    const response = await http.send(url, {
      body,
      timeoutMs: options.timeoutMs ?? clientLimits.requestMs,
      ...(options.signal ? { signal: options.signal } : {}),
      headers: {
        'content-type': 'application/mapi-http',
        'x-requesttype': type,
        'x-requestid': `${requestGuid}:${counter}`,
        'x-clientinfo': clientInfo,
        'x-clientapplication': application,
        ...(cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
      },
    });
    if (response.status === 401) throw new TransportError(`${type}: name or password is not right`, {});
    if (response.status !== 200) throw new TransportError(`${type}: HTTP status ${response.status}`, {});
    for (const cookie of response.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name.trim(), value.trim());
    }
    const code = Number(response.headers['x-responsecode'] ?? Number.NaN);
    if (code !== 0) throw new TransportError(`${type}: X-ResponseCode ${code}`, { responseCode: code });
    return behindMetaTags(type, response.body);
  };

  return {
    post,
    async call(type, body, response, options) {
      const { statusCode, value } = readBody(response, await post(type, body, options));
      if (value === undefined)
        throw new TransportError(`${type}: StatusCode 0x${statusCode.toString(16)}`, { statusCode });
      return value;
    },
    cookies,
    forgetCookies: () => cookies.clear(),
  };
}

/** What follows the meta-tags and additional headers (MS-OXCMAPIHTTP 2.2.7). Throws for a failure told there. */
function behindMetaTags(type: string, raw: Buffer): Buffer {
  if (raw.length === 0) return raw;
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const done = lines.indexOf('DONE');
  const tags = lines.slice(0, Math.max(0, done));
  if (end < 0 || done < 1 || tags[0] !== 'PROCESSING' || tags.slice(1).some((tag) => tag !== 'PENDING'))
    throw new TransportError(`${type}: the response does not begin with its meta-tags`, {});
  for (const line of lines.slice(done + 1)) {
    const [, code] = /^X-ResponseCode: *(\d+)$/i.exec(line) ?? [];
    if (code !== undefined && Number(code) !== 0)
      throw new TransportError(`${type}: X-ResponseCode ${code}`, { responseCode: Number(code) });
  }
  return raw.subarray(end + 4);
}
