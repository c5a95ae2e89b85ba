import Fastify, { type FastifyInstance } from 'fastify';
import { type AddressBookHandler, type MapiHttpOptions, mapiHttp } from '../../../src/protocols/mapihttp/index.ts';
import type { ExecuteRops, RopServices } from '../../../src/protocols/rop/session.ts';
import type { Identity } from '../../../src/store/index.ts';

export const anna: Identity = {
  address: 'anna@oxbow.test',
  displayName: 'Anna',
  legacyDn: '/o=Oxbow/ou=Exchange Administrative Group/cn=Recipients/cn=anna',
  tenant: 'oxbow.test',
};
export const ben: Identity = {
  ...anna,
  address: 'ben@oxbow.test',
  displayName: '',
  legacyDn: '/o=Oxbow/ou=Exchange Administrative Group/cn=Recipients/cn=ben',
};

const people = new Map([anna, ben].map((person) => [person.address, person]));

/** A server without ROP layer: `executeRops` gives the request back unless told otherwise. */
export async function start(options: Partial<MapiHttpOptions> = {}): Promise<FastifyInstance> {
  const fastify = Fastify({ forceCloseConnections: true, routerOptions: { caseSensitive: false } });
  fastify.addHook('preHandler', async (request) => {
    const person = people.get(String(request.headers['x-test-user'] ?? anna.address));
    if (person !== undefined) request.identity = person;
  });
  const echo: ExecuteRops = async (_session, request) => ({
    buffers: [{ rops: request.rops, handles: request.handles, compressible: true }],
  });
  const nspi: AddressBookHandler = async () => Buffer.alloc(12);
  await fastify.register(mapiHttp({ services: {} as RopServices, executeRops: echo, nspi, ...options }));
  return fastify;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly code: number;
  readonly cookies: Record<string, string>;
  /** Behind the meta-tags. */
  readonly body: Buffer;
  readonly raw: Buffer;
}

let counter = 0;

/** Headers of a request as Outlook sends them. */
export function requestHeaders(type: string, cookies: Record<string, string> = {}): Record<string, string> {
  counter += 1;
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  return {
    'content-type': 'application/mapi-http',
    'x-requesttype': type,
    'x-requestid': `{E2EA6C1C-E61B-49E9-9CFB-38184F907552}:${counter}`,
    'x-clientinfo': '{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}:123',
    'x-clientapplication': 'Outlook/16.0.15928.20006',
    ...(cookie.length > 0 ? { cookie: cookie.join('; ') } : {}),
  };
}

export async function post(
  fastify: FastifyInstance,
  type: string,
  body: Buffer,
  options: {
    cookies?: Record<string, string>;
    headers?: Record<string, string | undefined>;
    url?: string;
    user?: string;
  } = {},
): Promise<Answer> {
  const headers: Record<string, string> = requestHeaders(type, options.cookies);
  if (options.user !== undefined) headers['x-test-user'] = options.user;
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  const response = await fastify.inject({
    method: 'POST',
    url: options.url ?? '/mapi/emsmdb/?MailboxId=x',
    payload: body,
    headers,
  });
  return answerOf(response.statusCode, response.headers, response.rawPayload);
}

export function answerOf(status: number, headers: Record<string, unknown>, raw: Buffer): Answer {
  const set = headers['set-cookie'];
  const cookies: Record<string, string> = {};
  for (const cookie of Array.isArray(set) ? set : set === undefined ? [] : [set]) {
    const [name, value] = String(cookie).split(';')[0]!.split('=');
    cookies[name!] = value!;
  }
  const empty = raw.indexOf('\r\n\r\n');
  const tagged = raw.subarray(0, 12).toString() === 'PROCESSING\r\n';
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    code: Number(headers['x-responsecode'] ?? -1),
    cookies,
    body: tagged ? raw.subarray(empty + 4) : raw,
    raw,
  };
}
