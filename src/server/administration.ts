import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { AccountStatus, Accounts } from './accounts.ts';
import { isLocal } from './observe.ts';

/** What `GET /admin/status` answers. */
export interface ServerStatus {
  readonly accounts: readonly AccountStatus[];
}

const releaseRequest = z.strictObject({ address: z.string(), folder: z.string() });

/** File in the data folder whose content lets the command line in; only its owner can read it. */
const tokenFile = (data: string): string => join(data, 'admin-token');

/** The token, made when there is none. */
function administrationToken(data: string): string {
  const file = tokenFile(data);
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** What the command line asks a running server: from this machine, with the token of the data folder. */
export function administration(data: string, accounts: () => Accounts | undefined): FastifyPluginAsync {
  const token = Buffer.from(administrationToken(data));
  return async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      const given = Buffer.from(/^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
      if (!isLocal(request) || given.length !== token.length || !timingSafeEqual(given, token))
        return reply.code(403).send({ error: 'only the command line on this machine' });
    });
    scope.get('/admin/status', async (): Promise<ServerStatus> => ({ accounts: (await accounts()?.statuses()) ?? [] }));
    scope.post('/admin/release', async (request, reply) => {
      const wanted = releaseRequest.safeParse(request.body);
      if (!wanted.success) return reply.code(400).send({ error: 'address and folder are needed' });
      const { address, folder } = wanted.data;
      const found = accounts()?.releaseBrake(address.toLowerCase(), folder) ?? false;
      if (!found) return reply.code(404).send({ error: `${address} has not signed in since the server started` });
      return { released: folder };
    });
  };
}
