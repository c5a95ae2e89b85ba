import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { ec, MapiError } from '../../../src/mapi/index.ts';
import {
  connectResponse,
  disconnectResponse,
  executeFlag,
  executeRequest,
  executeResponse,
  mapiHttpLimits,
  noBytes,
  notificationWaitResponse,
  readBody,
  readRopPayload,
  responseCode,
  unwrapPayloads,
  wrapPayload,
} from '../../../src/protocols/mapihttp/index.ts';
import type { SubscriptionObject } from '../../../src/protocols/rop/objects.ts';
import type { ExecuteRops, Session } from '../../../src/protocols/rop/session.ts';
import { BackendUnavailable } from '../../../src/store/index.ts';
import { encode, WireError } from '../../../src/wire/index.ts';
import { connectBody, disconnectBody, executeBody, waitBody } from './bodies.ts';
import { anna, answerOf, ben, post, requestHeaders, start } from './harness.ts';

const open: FastifyInstance[] = [];
async function server(options: Parameters<typeof start>[0] = {}): Promise<FastifyInstance> {
  const fastify = await start(options);
  open.push(fastify);
  return fastify;
}
after(() => Promise.all(open.map((fastify) => fastify.close())));

async function connected(fastify: FastifyInstance, user = anna): Promise<Record<string, string>> {
  const answer = await post(fastify, 'Connect', connectBody(user.legacyDn), { user: user.address });
  assert.equal(answer.code, 0);
  return answer.cookies;
}

describe('every response', () => {
  it('echoes X-RequestType, X-RequestId and X-ClientInfo (MS-OXCMAPIHTTP_R44, R2040, R156)', async () => {
    const answer = await post(await server(), 'PING', Buffer.alloc(0), { headers: { 'x-requestid': '{A}:7' } });
    assert.equal(answer.headers['x-requesttype'], 'PING');
    assert.equal(answer.headers['x-requestid'], '{A}:7');
    assert.equal(answer.headers['x-clientinfo'], '{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}:123');
  });

  it('names a server version, its expiry and its pending period (R165, R167, R1242)', async () => {
    const answer = await post(await server({ timing: { expiryMs: 123_000 } }), 'PING', Buffer.alloc(0));
    assert.match(answer.headers['x-serverapplication']!, /^Exchange\/15\.\d\d\.\d{4}\.\d+$/);
    assert.equal(answer.headers['x-expirationinfo'], '123000');
    assert.equal(answer.headers['x-pendingperiod'], '15000');
  });

  it('begins with PROCESSING and DONE with X-ElapsedTime and X-StartTime (R2228)', async () => {
    const answer = await post(await server(), 'Connect', connectBody(anna.legacyDn));
    assert.match(
      answer.raw.toString('latin1'),
      /^PROCESSING\r\nDONE\r\nX-ElapsedTime: \d+\r\nX-StartTime: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n\r\n\0/,
    );
    assert.equal(answer.headers['content-type'], 'application/mapi-http');
    assert.equal(answer.headers['content-length'], String(answer.raw.length));
  });

  it('is text/html with a page when X-ResponseCode is not 0 (R2038, R56)', async () => {
    const answer = await post(await server(), 'Execute', executeBody(noBytes));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/html');
    assert.match(answer.raw.toString(), /<html>/);
  });
});

describe('X-ResponseCode', () => {
  it('is Invalid Verb for any method but POST (R138)', async () => {
    const fastify = await server();
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS'] as const) {
      const response = await fastify.inject({ method, url: '/mapi/emsmdb/', headers: requestHeaders('PING') });
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers['x-responsecode'], String(responseCode.invalidVerb), method);
    }
  });

  it('is Missing Header without X-RequestType, X-RequestId or X-ClientInfo (R143)', async () => {
    const fastify = await server();
    for (const name of ['x-requesttype', 'x-requestid', 'x-clientinfo']) {
      const answer = await post(fastify, 'PING', Buffer.alloc(0), { headers: { [name]: undefined } });
      assert.equal(answer.code, responseCode.missingHeader, name);
    }
  });

  it('is Invalid Request Type for what the endpoint does not know (R141)', async () => {
    const fastify = await server();
    assert.equal((await post(fastify, 'Nonsense', Buffer.alloc(0))).code, responseCode.invalidRequestType);
    assert.equal((await post(fastify, 'Bind', Buffer.alloc(0))).code, responseCode.invalidRequestType);
    const other = await post(fastify, 'Connect', Buffer.alloc(0), { url: '/mapi/nspi/' });
    assert.equal(other.code, responseCode.invalidRequestType);
  });

  it('is Missing Cookie without a session context cookie (R149)', async () => {
    assert.equal((await post(await server(), 'Execute', executeBody(noBytes))).code, responseCode.missingCookie);
  });

  it('is Missing Cookie for an Execute without a sequence cookie', async () => {
    const fastify = await server();
    const { MapiContext } = await connected(fastify);
    const answer = await post(fastify, 'Execute', executeBody(noBytes), { cookies: { MapiContext: MapiContext! } });
    assert.equal(answer.code, responseCode.missingCookie);
  });

  it('is Invalid Context Cookie for one that is not of our form, Context Not Found for one that is not there', async () => {
    const fastify = await server();
    const cookies = await connected(fastify);
    const of = (value: string) =>
      post(fastify, 'PING', Buffer.alloc(0), { cookies: { ...cookies, MapiContext: value } });
    assert.equal((await of('garbage')).code, responseCode.invalidContextCookie);
    assert.equal((await of('A'.repeat(24))).code, responseCode.contextNotFound);
  });

  it("is Context Not Found for another user's context (R1225)", async () => {
    const fastify = await server();
    const cookies = await connected(fastify);
    const answer = await post(fastify, 'Execute', executeBody(noBytes), { cookies, user: ben.address });
    assert.equal(answer.code, responseCode.contextNotFound);
    assert.deepEqual(answer.cookies, {});
    assert.equal((await post(fastify, 'Execute', executeBody(noBytes), { cookies })).code, 0);
  });

  it('is Anonymous Not Allowed when nobody is signed in (R144)', async () => {
    const answer = await post(await server(), 'PING', Buffer.alloc(0), { user: 'nobody' });
    assert.equal(answer.code, responseCode.anonymousNotAllowed);
  });

  it('is Invalid Request Body for one that cannot be read (R148)', async () => {
    const fastify = await server();
    const cookies = await connected(fastify);
    const answer = await post(fastify, 'Execute', Buffer.from('03000000ffffffff00', 'hex'), { cookies });
    assert.equal(answer.code, responseCode.invalidRequestBody);
    // The context lives on.
    assert.equal((await post(fastify, 'Execute', executeBody(noBytes), { cookies: answer.cookies })).code, 0);
  });

  it('is Too Large for a body over the limit (R145)', async () => {
    const answer = await post(await server(), 'Connect', Buffer.alloc(mapiHttpLimits.requestBody + 1));
    assert.equal(answer.code, responseCode.tooLarge);
    assert.equal(answer.headers['x-requesttype'], 'Connect');
  });

  it('is Invalid Header for another content type (R140)', async () => {
    const answer = await post(await server(), 'PING', Buffer.alloc(0), { headers: { 'content-type': 'text/plain' } });
    assert.equal(answer.code, responseCode.invalidHeader);
  });

  it('is Unknown Failure, without a word about it, when something breaks', async () => {
    const fastify = await server({
      executeRops: async () => {
        throw new Error('secret');
      },
    });
    const answer = await post(fastify, 'Execute', executeBody(noBytes), { cookies: await connected(fastify) });
    assert.equal(answer.code, responseCode.unknownFailure);
    assert.doesNotMatch(answer.raw.toString(), /secret/);
  });
});

describe('paths', () => {
  for (const url of [
    '/mapi/emsmdb',
    '/mapi/emsmdb/',
    '/MAPI/EmsMdb/?MailboxId=1@x',
    '/mapi/emsmdb?x',
    '/Mapi/NSPI/',
    '/mapi/nspi',
  ]) {
    it(`match ${url}`, async () => {
      assert.equal((await post(await server(), 'ping', Buffer.alloc(0), { url })).code, 0);
    });
  }
});

describe('Connect', () => {
  it('answers polling values, the name and the auxiliary blocks', async () => {
    const answer = await post(await server(), 'Connect', connectBody(anna.legacyDn.toUpperCase(), 0x8000));
    const { value } = readBody(connectResponse, answer.body);
    assert.deepEqual(
      { ...value, auxiliary: undefined },
      {
        errorCode: 0,
        pollsMax: 60_000,
        retryCount: 6,
        retryDelay: 10_000,
        dnPrefix: '',
        displayName: 'Anna',
        auxiliary: undefined,
      },
    );
    const [auxiliary] = unwrapPayloads(value!.auxiliary);
    assert.equal(
      auxiliary!.toString('hex'),
      `08000117${'02000000'}0c00010a${'0c000000'}${'00840c24'}08000148${'01000000'}`,
    );
  });

  it('gives the address for somebody without a name: it must not be empty', async () => {
    const answer = await post(await server(), 'Connect', connectBody(ben.legacyDn), { user: ben.address });
    assert.equal(readBody(connectResponse, answer.body).value!.displayName, ben.address);
  });

  for (const [what, dn, flags, code] of [
    ["another's DN", ben.legacyDn, 0, ec.unknownUser],
    ['no DN', '', 0, ec.accessDenied],
    ["the administrator's access", anna.legacyDn, 1, ec.loginPerm],
  ] as const) {
    it(`refuses ${what}, with empty fields and no context`, async () => {
      const answer = await post(await server(), 'Connect', connectBody(dn, flags));
      assert.equal(answer.code, 0);
      const { value } = readBody(connectResponse, answer.body);
      assert.equal(value!.errorCode, code);
      assert.equal(value!.displayName, '');
      assert.deepEqual(answer.cookies, {});
    });
  }

  it('with cookies ends the old context and makes another, whatever the sequence (R1277 to R1279)', async () => {
    const fastify = await server();
    const old = await connected(fastify);
    const answer = await post(fastify, 'Connect', connectBody(anna.legacyDn), {
      cookies: { ...old, MapiSequence: 'x' },
    });
    assert.equal(answer.code, 0);
    assert.notEqual(answer.cookies.MapiContext, old.MapiContext);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies: old })).code, responseCode.contextNotFound);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies: answer.cookies })).code, 0);
  });

  it("with another user's cookie leaves that user's context alone", async () => {
    const fastify = await server();
    const annas = await connected(fastify);
    const answer = await post(fastify, 'Connect', connectBody(ben.legacyDn), { cookies: annas, user: ben.address });
    assert.equal(answer.code, 0);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies: annas })).code, 0);
  });

  it("takes the client's version from X-ClientApplication, or else from User-Agent", async () => {
    let session: Session | undefined;
    const fastify = await server({
      executeRops: async (s, request) => {
        session = s;
        return { buffers: [{ ...request, compressible: true }] };
      },
    });
    await post(fastify, 'Execute', executeBody(noBytes), { cookies: await connected(fastify) });
    assert.deepEqual(session!.client, { name: 'Outlook', major: 16, minor: 0, build: 15928, revision: 20006 });
    const answer = await post(fastify, 'Connect', connectBody(anna.legacyDn), {
      headers: {
        'x-clientapplication': 'MAPICPL',
        'user-agent': 'Microsoft Office/16.0 (Windows NT 10.0; MAPI 16.0.4266; Pro)',
      },
    });
    await post(fastify, 'Execute', executeBody(noBytes), { cookies: answer.cookies });
    assert.deepEqual(session!.client, { name: 'MAPI', major: 16, minor: 0, build: 4266, revision: 0 });
  });

  it('beyond the contexts a user may have ends the one unused longest', async () => {
    const fastify = await server();
    const first = await connected(fastify);
    const second = await connected(fastify);
    await post(fastify, 'PING', Buffer.alloc(0), { cookies: first });
    for (let i = 2; i <= mapiHttpLimits.contextsPerUser; i++) await connected(fastify);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies: first })).code, 0);
    assert.equal(
      (await post(fastify, 'PING', Buffer.alloc(0), { cookies: second })).code,
      responseCode.contextNotFound,
    );
  });
});

describe('cookies', () => {
  it('come with every response of the context (R1236)', async () => {
    const fastify = await server();
    const cookies = await connected(fastify);
    assert.deepEqual((await post(fastify, 'PING', Buffer.alloc(0), { cookies })).cookies, cookies);
    assert.deepEqual(
      (await post(fastify, 'Execute', Buffer.alloc(1), { cookies })).cookies.MapiContext,
      cookies.MapiContext,
    );
    const gone = await post(fastify, 'Disconnect', disconnectBody, { cookies });
    assert.equal(gone.cookies.MapiContext, cookies.MapiContext);
  });

  it('move the sequence on at Execute only', async () => {
    const fastify = await server();
    const first = await connected(fastify);
    const second = (await post(fastify, 'Execute', executeBody(noBytes), { cookies: first })).cookies;
    assert.notEqual(second.MapiSequence, first.MapiSequence);
    assert.deepEqual((await post(fastify, 'PING', Buffer.alloc(0), { cookies: first })).cookies, second);
  });

  it('of an earlier sequence are an Invalid Sequence at Execute, and fine elsewhere', async () => {
    const fastify = await server();
    const first = await connected(fastify);
    const second = (await post(fastify, 'Execute', executeBody(noBytes), { cookies: first })).cookies;
    const stale = await post(fastify, 'Execute', executeBody(noBytes), { cookies: first });
    assert.equal(stale.code, responseCode.invalidSequence);
    assert.deepEqual(stale.cookies, second);
    assert.equal((await post(fastify, 'Disconnect', disconnectBody, { cookies: first })).code, 0);
  });
});

describe('Execute', () => {
  it('unwraps, hands over and wraps', async () => {
    const fastify = await server();
    const answer = await post(fastify, 'Execute', executeBody(Buffer.from([1, 0, 0]), [7]), {
      cookies: await connected(fastify),
    });
    const { value } = readBody(executeResponse, answer.body);
    assert.equal(value!.errorCode, 0);
    assert.equal(value!.flags, 0);
    assert.deepEqual(readRopPayload(unwrapPayloads(value!.ropBuffer)[0]!), {
      rops: Buffer.from([1, 0, 0]),
      handles: [7],
    });
  });

  for (const [flags, expected] of [
    [0, 0x1 | 0x4],
    [executeFlag.noCompression, 0x2 | 0x4],
    [executeFlag.noXorMagic, 0x1 | 0x4],
    [executeFlag.noCompression | executeFlag.noXorMagic, 0x4],
  ] as const) {
    it(`with flags ${flags} answers with RPC_HEADER_EXT flags ${expected}`, async () => {
      const fastify = await server();
      const rops = Buffer.alloc(2000, 'ab');
      const body = executeBody(rops, [], { flags, compress: true, xor: true });
      const answer = await post(fastify, 'Execute', body, { cookies: await connected(fastify) });
      const buffer = readBody(executeResponse, answer.body).value!.ropBuffer as Buffer;
      assert.equal(buffer.readUInt16LE(2), expected);
      assert.deepEqual(readRopPayload(unwrapPayloads(buffer)[0]!).rops, rops);
    });
  }

  it('leaves stream data uncompressed', async () => {
    const fastify = await server({
      executeRops: async () => ({ buffers: [{ rops: Buffer.alloc(1000), handles: [], compressible: false }] }),
    });
    const answer = await post(fastify, 'Execute', executeBody(noBytes, [], { flags: 2 }), {
      cookies: await connected(fastify),
    });
    assert.equal((readBody(executeResponse, answer.body).value!.ropBuffer as Buffer).readUInt16LE(2), 4);
  });

  it('sends chained buffers with Last on the last one only (MS-OXCRPC_R778)', async () => {
    const part = { rops: Buffer.from([0x15]), handles: [1], compressible: true };
    let asked: { room: number; chain: boolean } | undefined;
    const fastify = await server({
      executeRops: async (_session, _request, limits) => {
        asked = limits;
        return { buffers: [part, part, part] };
      },
    });
    const body = executeBody(noBytes, [], { flags: 7, room: 0xffffffff });
    const answer = await post(fastify, 'Execute', body, { cookies: await connected(fastify) });
    assert.deepEqual(asked, { room: mapiHttpLimits.ropBufferOut, chain: true });
    assert.equal(unwrapPayloads(readBody(executeResponse, answer.body).value!.ropBuffer).length, 3);
  });

  for (const [what, body, code] of [
    ['a MaxRopOut below 8', executeBody(noBytes, [], { room: 7 }), ec.rpcFailed],
    [
      'a RopBuffer below 8',
      encode(executeRequest, { flags: 3, ropBuffer: Buffer.alloc(7), maxRopOut: 9999, auxiliary: noBytes }),
      ec.rpcFailed,
    ],
    [
      'a broken extended buffer',
      encode(executeRequest, { flags: 3, ropBuffer: Buffer.alloc(16, 255), maxRopOut: 9999, auxiliary: noBytes }),
      ec.rpcFormat,
    ],
    [
      'a broken payload',
      encode(executeRequest, {
        flags: 3,
        ropBuffer: wrapPayload(Buffer.from([1, 0]), { compress: false, xor: false, last: true }),
        maxRopOut: 9999,
        auxiliary: noBytes,
      }),
      ec.rpcFormat,
    ],
    [
      'two extended buffers, which were not announced',
      encode(executeRequest, {
        flags: 3,
        ropBuffer: Buffer.concat(
          [false, true].map((last) => wrapPayload(Buffer.from([2, 0]), { compress: false, xor: false, last })),
        ),
        maxRopOut: 9999,
        auxiliary: noBytes,
      }),
      ec.rpcFormat,
    ],
  ] as const) {
    it(`with ${what} gives ErrorCode 0x${code.toString(16)}`, async () => {
      const fastify = await server();
      const answer = await post(fastify, 'Execute', body, { cookies: await connected(fastify) });
      assert.deepEqual(readBody(executeResponse, answer.body).value!.errorCode, code);
    });
  }

  for (const [what, error, statusCode, errorCode] of [
    ['no room for one answer', new MapiError(ec.bufferTooSmall), ec.bufferTooSmall, undefined],
    ['a backend that does not answer', new BackendUnavailable('down'), 0x6bb, undefined],
    ['operations that cannot be parsed', new WireError('x'), 0, ec.rpcFormat],
  ] as const) {
    it(`tells of ${what}`, async () => {
      const fastify = await server({
        executeRops: async () => {
          throw error;
        },
      });
      const answer = await post(fastify, 'Execute', executeBody(noBytes), { cookies: await connected(fastify) });
      const body = readBody(executeResponse, answer.body);
      assert.equal(body.statusCode, statusCode);
      assert.equal(body.value?.errorCode, errorCode);
    });
  }

  it('is one at a time in a context (R1228)', async () => {
    const work = Promise.withResolvers<void>();
    const slow: ExecuteRops = async (_session, request) => {
      await work.promise;
      return { buffers: [{ ...request, compressible: true }] };
    };
    const fastify = await server({ executeRops: slow });
    const cookies = await connected(fastify);
    const first = post(fastify, 'Execute', executeBody(noBytes), { cookies });
    await delay(20);
    assert.equal(
      (await post(fastify, 'Execute', executeBody(noBytes), { cookies })).code,
      responseCode.invalidSequence,
    );
    const later = { ...cookies, MapiSequence: '2' };
    assert.equal(
      (await post(fastify, 'Execute', executeBody(noBytes), { cookies: later })).code,
      responseCode.invalidSequence,
    );
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies })).code, 0);
    work.resolve();
    assert.equal((await first).code, 0);
  });

  it('sent again because the answer was lost is answered the same and carried out once', async () => {
    let runs = 0;
    const fastify = await server({
      executeRops: async (_session, request) => {
        runs += 1;
        return { buffers: [{ ...request, handles: [runs], compressible: true }] };
      },
    });
    const cookies = await connected(fastify);
    const again = { cookies, headers: { 'x-requestid': '{B}:9' } };
    const first = await post(fastify, 'Execute', executeBody(noBytes), again);
    const second = await post(fastify, 'Execute', executeBody(noBytes), again);
    assert.equal(runs, 1);
    assert.deepEqual(second.body, first.body);
    assert.deepEqual(second.cookies, first.cookies);
  });

  it('sent again while it is still being carried out gets the same answer, too', async () => {
    let runs = 0;
    const work = Promise.withResolvers<void>();
    const fastify = await server({
      executeRops: async (_session, request) => {
        runs += 1;
        await work.promise;
        return { buffers: [{ ...request, handles: [runs], compressible: true }] };
      },
    });
    const again = { cookies: await connected(fastify), headers: { 'x-requestid': '{B}:9' } };
    const both = [1, 2].map(() => post(fastify, 'Execute', executeBody(noBytes), again));
    await delay(20);
    work.resolve();
    const [first, second] = await Promise.all(both);
    assert.equal(runs, 1);
    assert.deepEqual([first!.code, second!.code], [0, 0]);
    assert.deepEqual(second!.body, first!.body);
  });

  it('releases what an operation opened when its session ended meanwhile', async () => {
    const work = Promise.withResolvers<void>();
    const ended: string[] = [];
    const fastify = await server({
      executeRops: async (session) => {
        await work.promise;
        session.handles.add({
          kind: 'subscription',
          end: () => ended.push('released'),
        } as unknown as SubscriptionObject);
        return { buffers: [] };
      },
    });
    const cookies = await connected(fastify);
    const running = post(fastify, 'Execute', executeBody(noBytes), { cookies });
    await delay(20);
    assert.equal((await post(fastify, 'Connect', connectBody(anna.legacyDn), { cookies })).code, 0);
    work.resolve();
    assert.equal(readBody(executeResponse, (await running).body).value!.errorCode, ec.rpcFailed);
    assert.deepEqual(ended, ['released']);
  });

  it('that takes long sends PROCESSING at once, PENDING meanwhile, and a late failure after DONE (R2229)', async () => {
    const fastify = await server({
      timing: { promptMs: 10, pendingPeriodMs: 20 },
      executeRops: async () => {
        await delay(75);
        throw new Error('late');
      },
    });
    const answer = await post(fastify, 'Execute', executeBody(noBytes), { cookies: await connected(fastify) });
    assert.equal(answer.code, 0);
    assert.match(
      answer.raw.toString('latin1'),
      /^PROCESSING\r\n(PENDING\r\n)+DONE\r\nX-ResponseCode: 1\r\nContent-Type: text\/html\r\nX-ElapsedTime: \d+\r\nX-StartTime: [^\r]+\r\n\r\n<html>/,
    );
  });
});

describe('NotificationWait', () => {
  let session: Session | undefined;
  const keep: ExecuteRops = async (s, request) => {
    session = s;
    return { buffers: [{ ...request, compressible: true }] };
  };
  async function waiting(timing = {}): Promise<{ fastify: FastifyInstance; cookies: Record<string, string> }> {
    const fastify = await server({ executeRops: keep, timing });
    const cookies = (await post(fastify, 'Execute', executeBody(noBytes), { cookies: await connected(fastify) }))
      .cookies;
    return { fastify, cookies };
  }
  const notification = { handle: 1, logonId: 0, data: () => new Uint8Array(1) };

  it('answers at once, in one piece, when something is queued', async () => {
    const { fastify, cookies } = await waiting();
    session!.notifications.push(notification);
    const answer = await post(fastify, 'NotificationWait', waitBody, { cookies });
    assert.equal(readBody(notificationWaitResponse, answer.body).value!.eventPending, 1);
    assert.ok(answer.headers['content-length']);
  });

  it('answers as soon as something is queued, and says no after its time (R1258, R1259)', async () => {
    const { fastify, cookies } = await waiting({ waitMs: 60 });
    const wait = post(fastify, 'NotificationWait', waitBody, { cookies });
    await delay(20);
    session!.notifications.push(notification);
    assert.equal(readBody(notificationWaitResponse, (await wait).body).value!.eventPending, 1);
    session!.notifications.take();
    const none = await post(fastify, 'NotificationWait', waitBody, { cookies });
    assert.equal(readBody(notificationWaitResponse, none.body).value!.eventPending, 0);
  });

  it('with a broken body fails in the header already', async () => {
    const { fastify, cookies } = await waiting();
    assert.equal(
      (await post(fastify, 'NotificationWait', Buffer.alloc(3), { cookies })).code,
      responseCode.invalidRequestBody,
    );
  });

  it('runs beside Execute, keeps the context alive, and ends when the context does (R1260)', async () => {
    const { fastify, cookies } = await waiting({ expiryMs: 80 });
    const wait = post(fastify, 'NotificationWait', waitBody, { cookies });
    await delay(200);
    const executed = await post(fastify, 'Execute', executeBody(noBytes), { cookies });
    assert.equal(executed.code, 0);
    await post(fastify, 'Disconnect', disconnectBody, { cookies });
    assert.equal(readBody(notificationWaitResponse, (await wait).body).value!.eventPending, 0);
    assert.equal(session!.closed, true);
  });

  it('on the wire: PROCESSING leaves at once and chunked; a client that goes away ends it; so does the server', async () => {
    const { fastify, cookies } = await waiting({ pendingPeriodMs: 30 });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = fastify.server.address() as AddressInfo;
    const send = () => {
      const request = httpRequest({
        port,
        method: 'POST',
        path: '/mapi/emsmdb/',
        headers: { ...requestHeaders('NotificationWait', cookies), 'content-length': waitBody.length },
      });
      request.on('error', () => {});
      request.end(waitBody);
      return request;
    };
    const request = send();
    const [response] = await once(request, 'response');
    assert.equal(response.headers['transfer-encoding'], 'chunked');
    const [first] = await once(response, 'data');
    assert.equal(first.toString(), 'PROCESSING\r\n');
    const [second] = await once(response, 'data');
    assert.equal(second.toString(), 'PENDING\r\n');
    response.on('error', () => {});
    request.destroy();
    for (let i = 0; i < 8; i++) {
      // Were the waits of clients that are gone still counted, the ninth would be refused.
      const more = send();
      await once(more, 'response');
      more.destroy();
      await delay(5);
    }
    const last = send();
    const [open] = await once(last, 'response');
    assert.equal(open.headers['x-responsecode'], '0');
    const chunks: Buffer[] = [];
    open.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = once(open, 'end');
    await delay(20);
    await fastify.close();
    await ended;
    const answer = answerOf(200, open.headers, Buffer.concat(chunks));
    assert.equal(readBody(notificationWaitResponse, answer.body).value!.eventPending, 0);
  });
});

describe('contexts', () => {
  it('end after their time without requests, and PING keeps them (R1285, R1248)', async () => {
    const fastify = await server({ timing: { expiryMs: 150 } });
    const cookies = await connected(fastify);
    for (let i = 0; i < 5; i++) {
      await delay(60);
      assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies })).code, 0);
    }
    await delay(260);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies })).code, responseCode.contextNotFound);
  });

  it('are gone after Disconnect (R1253)', async () => {
    const fastify = await server();
    const cookies = await connected(fastify);
    const answer = await post(fastify, 'Disconnect', disconnectBody, { cookies });
    assert.deepEqual(readBody(disconnectResponse, answer.body), {
      statusCode: 0,
      value: { errorCode: 0, auxiliary: Buffer.alloc(0) },
    });
    assert.equal(
      (await post(fastify, 'Execute', executeBody(noBytes), { cookies })).code,
      responseCode.contextNotFound,
    );
  });

  it('belong to a user and not to a connection', async () => {
    const fastify = await server();
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const cookies = await connected(fastify);
    const { port } = fastify.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/mapi/emsmdb/`, {
      method: 'POST',
      headers: requestHeaders('PING', cookies),
    });
    assert.equal(response.headers.get('x-responsecode'), '0');
    await fastify.close();
  });
});

describe('the address book endpoint', () => {
  it('gives its cookies also when Bind takes long', async () => {
    const nspi = async () => {
      await delay(50);
      return Buffer.alloc(12);
    };
    const fastify = await server({ nspi, timing: { promptMs: 5, pendingPeriodMs: 10 } });
    const { cookies, code } = await post(fastify, 'Bind', Buffer.alloc(5), { url: '/mapi/nspi/' });
    assert.equal(code, 0);
    assert.equal(Object.keys(cookies).length, 2);
  });

  it('opens a context with Bind, hands requests over under their own names, ends it with Unbind', async () => {
    const seen: string[] = [];
    const fastify = await server({
      nspi: async (type, body, session) => {
        seen.push(`${type} ${body.length} ${session.identity.address}`);
        return Buffer.alloc(12);
      },
    });
    const url = '/mapi/nspi/';
    const { cookies, code } = await post(fastify, 'Bind', Buffer.alloc(5), { url });
    assert.equal(code, 0);
    assert.equal((await post(fastify, 'DNTOMID', Buffer.alloc(3), { url, cookies })).code, 0);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { url, cookies })).code, 0);
    assert.equal((await post(fastify, 'Unbind', Buffer.alloc(0), { url, cookies })).code, 0);
    assert.equal(
      (await post(fastify, 'QueryRows', Buffer.alloc(0), { url, cookies })).code,
      responseCode.contextNotFound,
    );
    assert.deepEqual(seen, ['Bind 5 anna@oxbow.test', 'DNToMId 3 anna@oxbow.test', 'Unbind 0 anna@oxbow.test']);
  });

  it('has no contexts in common with the mailbox endpoint', async () => {
    const fastify = await server();
    const cookies = await connected(fastify);
    const answer = await post(fastify, 'QueryRows', Buffer.alloc(0), { url: '/mapi/nspi/', cookies });
    assert.equal(answer.code, responseCode.contextNotFound);
  });

  it('opens none when Bind fails', async () => {
    const fastify = await server({
      nspi: async () => {
        const body = Buffer.alloc(28);
        body.writeUInt32LE(ec.invalidParam, 4);
        return body;
      },
    });
    const answer = await post(fastify, 'Bind', Buffer.alloc(0), { url: '/mapi/nspi/' });
    assert.equal(answer.code, 0);
    assert.deepEqual(answer.cookies, {});
  });

  it('says that it is disabled when there is no address book', async () => {
    const fastify = await server({ nspi: undefined });
    const answer = await post(fastify, 'Bind', Buffer.alloc(0), { url: '/mapi/nspi/' });
    assert.equal(answer.code, responseCode.endpointDisabled);
  });
});

describe('hostile requests', () => {
  it('of any bytes get HTTP 200 with an X-ResponseCode, and the context lives on', async () => {
    const fastify = await server();
    let cookies = await connected(fastify);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Connect', 'Execute', 'NotificationWait', 'PING', 'Bind', 'Disconnec', ''),
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 60 }).map((bytes) => executeBody(bytes.subarray(0, 40), [...bytes])),
          fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 255 })).map(([at, value]) => {
            const body = executeBody(Buffer.alloc(20, 1), [1, 2]);
            body[at] = value;
            return body;
          }),
        ),
        async (type, body) => {
          const withContext = type !== 'Connect';
          const answer = await post(fastify, type, Buffer.from(body), withContext ? { cookies } : {});
          assert.equal(answer.status, 200);
          assert.ok(answer.code >= 0 && answer.code <= 18);
          if (withContext && answer.cookies.MapiContext) cookies = answer.cookies;
        },
      ),
      { numRuns: 300 },
    );
    assert.equal((await post(fastify, 'Execute', executeBody(noBytes), { cookies })).code, 0);
  });

  it('that break off leave the server working', async () => {
    const fastify = await server();
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const { port } = fastify.server.address() as AddressInfo;
    const socket = connectSocket(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /mapi/emsmdb/ HTTP/1.1\r\nHost: x\r\nX-RequestType: Connect\r\nContent-Length: 100\r\n\r\nabc');
    await delay(20);
    socket.destroy();
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0))).code, 0);
    await fastify.close();
  });
});
