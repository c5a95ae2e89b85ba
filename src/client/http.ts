import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { clientLimits } from './limits.ts';

/** Who connects, and whom to trust. */
export interface Connection {
  readonly user: string;
  readonly password: string;
  /** PEM of a certificate authority to trust besides nothing else; the system's when absent. */
  readonly certificateAuthority?: string;
  /** Take any certificate. */
  readonly insecure?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends requests on connections that are kept, as the Windows HTTP stack does. Basic authentication on each. */
export interface HttpClient {
  /** Throws when the server cannot be reached or does not answer in time; any status is an answer. */
  send(
    url: string,
    options: {
      method?: 'GET' | 'POST';
      headers?: Record<string, string>;
      body?: Uint8Array;
      signal?: AbortSignal;
      timeoutMs?: number;
    },
  ): Promise<HttpResponse>;
  close(): void;
}

export function createHttpClient(connection: Connection): HttpClient {
  const authorization = `Basic ${Buffer.from(`${connection.user}:${connection.password}`, 'utf8').toString('base64')}`;
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({
    keepAlive: true,
    ...(connection.certificateAuthority === undefined ? {} : { ca: connection.certificateAuthority }),
    rejectUnauthorized: connection.insecure !== true,
  });
  return {
    send(url, options) {
      const target = new URL(url);
      const tls = target.protocol === 'https:';
      const body = options.body ?? new Uint8Array(0);
      return new Promise((resolve, reject) => {
        const request = (tls ? httpsRequest : httpRequest)(
          target,
          {
            method: options.method ?? 'POST',
            agent: tls ? secure : plain,
            headers: { authorization, 'content-length': String(body.length), ...options.headers },
            signal: options.signal,
            timeout: options.timeoutMs ?? clientLimits.requestMs,
          },
          (response) => {
            const chunks: Buffer[] = [];
            let size = 0;
            response.on('data', (chunk: Buffer) => {
              size += chunk.length;
              if (size > clientLimits.responseBody) response.destroy(new Error('the response is too large'));
              else chunks.push(chunk);
            });
            response.on('error', reject);
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
            );
          },
        );
        request.on('timeout', () =>
          request.destroy(Object.assign(new Error(`no answer from ${target.host}`), { code: 'ETIMEDOUT' })),
        );
        request.on('error', reject);
        request.end(body);
      });
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}
