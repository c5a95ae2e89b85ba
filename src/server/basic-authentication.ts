import { createHmac, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BackendUnavailable, type Identity } from '../store/index.ts';
import type { LoginCheck } from './login-check.ts';

/**
 * Name and password of an `Authorization: Basic` header (RFC 7617, UTF-8), or undefined when it is none. The name is
 * given as typed: `user@domain` or `DOMAIN\user`.
 */
export function parseBasic(header: string | undefined): { userName: string; password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '');
  if (!match) return undefined;
  const text = Buffer.from(match[1]!, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * A hook that lets only checked people through and puts `identity` on the request. It runs after the body was read:
 * Windows sends the first request of a connection without credentials, body and all, and expects 401 on the same
 * connection (outlook-on-the-wire 1.6).
 */
export function basicAuthentication(check: LoginCheck) {
  // A connection that has shown a checked header may show it again: scrypt on each request would cost more than the
  // request. Only a keyed digest of the header is kept.
  const digestKey = randomBytes(32);
  const known = new WeakMap<Socket, { digest: string; identity: Identity; until: number }>();

  return async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const header = request.headers.authorization;
    const credentials = parseBasic(header);
    if (!credentials) return challenge(reply);
    const socket = request.raw.socket;
    const digest = createHmac('sha256', digestKey).update(header!).digest('base64');
    const remembered = known.get(socket);
    if (remembered?.digest === digest && remembered.until > Date.now()) {
      request.identity = remembered.identity;
      return;
    }
    try {
      const result = await check.check(credentials.userName, credentials.password, request.ip);
      if (result === undefined) return challenge(reply);
      known.set(socket, { digest, ...result });
      request.identity = result.identity;
    } catch (error) {
      if (!(error instanceof BackendUnavailable)) throw error;
      request.log.warn({ reason: error.message }, 'login could not be checked');
      reply.code(503).header('Retry-After', '30').type('text/plain').send('The groupware server does not answer.\n');
    }
  };
}

function challenge(reply: FastifyReply): void {
  reply
    .code(401)
    .header('WWW-Authenticate', 'Basic realm="Oxbow", charset="UTF-8"')
    .type('text/plain')
    .send('Name and password, please.\n');
}
