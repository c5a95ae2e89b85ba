import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { type Cell, type PropertyTag, propertyRow } from '../../src/mapi/index.ts';
import { autodiscover } from '../../src/protocols/autodiscover/index.ts';
import { type AddressBookHandler, mapiHttp } from '../../src/protocols/mapihttp/index.ts';
import type { RopDefinition } from '../../src/protocols/rop/definition.ts';
import { parseRops } from '../../src/protocols/rop/parse.ts';
import type { ExecuteRops, RopServices, Session } from '../../src/protocols/rop/session.ts';
import type { Identity } from '../../src/store/index.ts';
import { encode, Writer } from '../../src/wire/index.ts';

export const anna: Identity = {
  address: 'anna@oxbow.test',
  displayName: 'Anna & Co',
  legacyDn: '/o=Oxbow/cn=Recipients/cn=anna',
  tenant: 'oxbow.test',
};

/** What the stub answers to an operation: its response, or `{ returnValue }` for a failure. */
export type StubAnswer = Record<string, unknown> & { returnValue?: number };
export type StubRops = Record<string, (request: never, session: Session) => StubAnswer>;

export interface Stub {
  readonly url: string;
  close(): Promise<void>;
}

/** A server over real sockets whose operations are answered from a table. Only `anna` with password `oxbow` gets in. */
export async function startStub(rops: StubRops, nspi?: AddressBookHandler): Promise<Stub> {
  let handle = 0;

  const executeRops: ExecuteRops = async (session, { rops: bytes, handles }) => {
    const writer = new Writer();
    const table = [...handles];
    for (const call of parseRops(bytes, 1252)) {
      const definition = call.definition as RopDefinition;
      if (definition.name === 'RopRelease') continue;
      const { returnValue = 0, ...answer } = rops[definition.name]!(call.request as never, session);
      writer.u8(definition.responseId);
      writer.u8(call.indexes[definition.handles.indexOf(definition.answerIndex)]!);
      writer.u32(returnValue);
      if (returnValue !== 0) {
        definition.failure.write(writer, definition.failed(0), { returnValue });
        continue;
      }
      definition.response.write(writer, answer);
      const output = definition.handles.indexOf('output');
      if (output >= 0) table[call.indexes[output]!] = ++handle;
    }
    const queue = session.notifications;
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      writer.u8(0x2a);
      writer.u32(next.handle);
      writer.u8(next.logonId);
      writer.bytes((await next.data())!);
    }
    return { buffers: [{ rops: writer.finish(), handles: table, compressible: true }] };
  };

  const fastify = Fastify({ forceCloseConnections: true, routerOptions: { caseSensitive: false } });
  const authorization = `Basic ${Buffer.from(`${anna.address}:oxbow`).toString('base64')}`;
  fastify.addHook('preHandler', async (request, reply) => {
    if (request.headers.authorization === authorization) request.identity = anna;
    else return reply.code(401).header('www-authenticate', 'Basic realm="stub"').send('no');
  });
  await fastify.register(mapiHttp({ services: {} as RopServices, executeRops, ...(nspi ? { nspi } : {}) }));
  await fastify.register(
    autodiscover({
      mailboxes: { resolve: async () => undefined },
      deploymentId: '6a9c0000-0000-4000-8000-000000000000',
    }),
  );
  await fastify.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(fastify.server.address() as AddressInfo).port}`,
    close: () => fastify.close(),
  };
}

/** Rows as RopQueryRows carries them. */
export const rowsOf = (columns: readonly PropertyTag[], rows: Cell[][]): Buffer[] =>
  rows.map((row) => encode(propertyRow(columns), row));
