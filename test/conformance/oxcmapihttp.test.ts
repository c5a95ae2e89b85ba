import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { ec } from '../../src/mapi/index.ts';
import {
  connectRequest,
  connectResponse,
  disconnectResponse,
  executeResponse,
  mapiHttp,
  mapiHttpLimits,
  noBytes,
  notificationWaitRequest,
  notificationWaitResponse,
  readBody,
  responseCode,
} from '../../src/protocols/mapihttp/index.ts';
import type { RopServices } from '../../src/protocols/rop/session.ts';
import { encode, type WireType } from '../../src/wire/index.ts';
import {
  connectBody as connectBodyOf,
  disconnectBody,
  executeBody as executeBodyOf,
  waitBody,
} from '../protocols/mapihttp/bodies.ts';
import { type Answer, anna, answerOf, post, requestHeaders, start } from '../protocols/mapihttp/harness.ts';

const connectBody = connectBodyOf(anna.legacyDn);
const executeBody = executeBodyOf(noBytes, [], { room: 0x8000 });

/** The fields of a body whose StatusCode is 0. */
function bodyOf<T>(type: WireType<T>, body: Buffer): T {
  const { statusCode, value } = readBody(type, body);
  assert.equal(statusCode, 0);
  return value!;
}

type Cookies = Record<string, string>;
interface World {
  readonly fastify: FastifyInstance;
  connect(): Promise<Cookies>;
}

interface CodeCase {
  readonly requirements: string;
  readonly says: string;
  readonly code: number;
  readonly send: (world: World) => Promise<Answer>;
}

const without = (header: string) => ({ headers: { [header]: undefined } });

/** X-ResponseCode by what is wrong with a request, MS-OXCMAPIHTTP 2.2.3.3.3. */
const codes: readonly CodeCase[] = [
  {
    requirements: 'MS-OXCMAPIHTTP_R136',
    says: 'a request in order',
    code: responseCode.success,
    send: ({ fastify }) => post(fastify, 'Connect', connectBody),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R138',
    says: 'another verb than POST',
    code: responseCode.invalidVerb,
    send: async ({ fastify }) => {
      const response = await fastify.inject({ method: 'GET', url: '/mapi/emsmdb/', headers: requestHeaders('PING') });
      return answerOf(response.statusCode, response.headers, response.rawPayload);
    },
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R140',
    says: 'another Content-Type',
    code: responseCode.invalidHeader,
    send: ({ fastify }) => post(fastify, 'Connect', connectBody, { headers: { 'content-type': 'text/plain' } }),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R141',
    says: 'a request type that does not exist here',
    code: responseCode.invalidRequestType,
    send: ({ fastify }) => post(fastify, 'Bind', connectBody),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R142',
    says: 'a context cookie that was never one',
    code: responseCode.invalidContextCookie,
    send: ({ fastify }) => post(fastify, 'Execute', executeBody, { cookies: { MapiContext: 'x', MapiSequence: '1' } }),
  },
  ...['x-requesttype', 'x-requestid', 'x-clientinfo'].map(
    (header): CodeCase => ({
      requirements: 'MS-OXCMAPIHTTP_R143',
      says: `no ${header}`,
      code: responseCode.missingHeader,
      send: ({ fastify }) => post(fastify, 'Connect', connectBody, without(header)),
    }),
  ),
  {
    requirements: 'MS-OXCMAPIHTTP_R144',
    says: 'nobody is logged in',
    code: responseCode.anonymousNotAllowed,
    send: ({ fastify }) => post(fastify, 'Connect', connectBody, { user: 'nobody@oxbow.test' }),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R145',
    says: 'a body beyond the limit',
    code: responseCode.tooLarge,
    send: ({ fastify }) => post(fastify, 'Execute', Buffer.alloc(mapiHttpLimits.requestBody + 1)),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R146 MS-OXCMAPIHTTP_R1283',
    says: 'a context that has ended',
    code: responseCode.contextNotFound,
    send: async ({ fastify, connect }) => {
      const cookies = await connect();
      await post(fastify, 'Disconnect', disconnectBody, { cookies });
      return post(fastify, 'Execute', executeBody, { cookies });
    },
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R1224 MS-OXCMAPIHTTP_R1225',
    says: 'the context of somebody else',
    code: responseCode.contextNotFound,
    send: async ({ fastify, connect }) =>
      post(fastify, 'Execute', executeBody, { cookies: await connect(), user: 'ben@oxbow.test' }),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R148',
    says: 'a body that cannot be read',
    code: responseCode.invalidRequestBody,
    send: async ({ fastify, connect }) =>
      post(fastify, 'Execute', Buffer.from([1, 2, 3]), { cookies: await connect() }),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R149',
    says: 'no context cookie',
    code: responseCode.missingCookie,
    send: ({ fastify }) => post(fastify, 'Execute', executeBody),
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R149',
    says: 'no sequence cookie',
    code: responseCode.missingCookie,
    send: async ({ fastify, connect }) => {
      const { MapiContext } = await connect();
      return post(fastify, 'Execute', executeBody, { cookies: { MapiContext: MapiContext! } });
    },
  },
  {
    requirements: 'MS-OXCMAPIHTTP_R151',
    says: 'an old sequence cookie',
    code: responseCode.invalidSequence,
    send: async ({ fastify, connect }) => {
      const cookies = await connect();
      await post(fastify, 'Execute', executeBody, { cookies });
      return post(fastify, 'Execute', executeBody, { cookies });
    },
  },
];

describe('MAPI over HTTP (MS-OXCMAPIHTTP)', () => {
  let world: World;
  before(async () => {
    const fastify = await start({ timing: { waitMs: 60 } });
    world = { fastify, connect: async () => (await post(fastify, 'Connect', connectBody)).cookies };
  });
  after(() => world.fastify.close());

  for (const { requirements, says, code, send } of codes) {
    test(`${requirements} MS-OXCMAPIHTTP_R47: ${says} is X-ResponseCode ${code}, with HTTP 200`, async () => {
      const answer = await send(world);
      assert.deepEqual([answer.status, answer.code], [200, code]);
      const type = code === 0 ? /^application\/mapi-http/ : /^text\/html/;
      assert.match(answer.headers['content-type']!, type, 'MS-OXCMAPIHTTP_R2037 MS-OXCMAPIHTTP_R56');
      assert.match(answer.headers['x-serverapplication']!, /^Exchange\/15\.\d{2}\.\d{4}\.\d{3,4}$/, 'R164 R165');
      assert.ok(Number(answer.headers['x-expirationinfo']) > 0, 'MS-OXCMAPIHTTP_R167');
      assert.ok(Number(answer.headers['x-pendingperiod']) > 0, 'MS-OXCMAPIHTTP_R1242');
    });
  }

  test('MS-OXCMAPIHTTP_R2040 MS-OXCMAPIHTTP_R156 MS-OXCMAPIHTTP_R2050: ids come back as they were, X-DeviceInfo does not', async () => {
    const headers = { 'x-requestid': '{weird Id}:007', 'x-clientinfo': 'any thing', 'x-deviceinfo': 'secret' };
    const answer = await post(world.fastify, 'Connect', connectBody, { headers });
    assert.equal(answer.headers['x-requestid'], '{weird Id}:007');
    assert.equal(answer.headers['x-clientinfo'], 'any thing');
    assert.equal(answer.headers['x-deviceinfo'], undefined);
  });

  test('MS-OXCMAPIHTTP_R1238 MS-OXCMAPIHTTP_R1244 MS-OXCMAPIHTTP_R2228 MS-OXCMAPIHTTP_R2231: PROCESSING, DONE, headers, an empty line, the body', async () => {
    const { raw, body } = await post(world.fastify, 'Connect', connectBody);
    assert.match(
      raw.toString('latin1'),
      /^PROCESSING\r\nDONE\r\nX-ElapsedTime: \d+\r\nX-StartTime: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n\r\n/,
    );
    const { errorCode, displayName } = bodyOf(connectResponse, body);
    assert.deepEqual([errorCode, displayName], [0, 'Anna'], 'MS-OXCMAPIHTTP_R216');
  });

  test('MS-OXCMAPIHTTP_R1221 MS-OXCMAPIHTTP_R1236: every response of a context sets its cookies', async () => {
    const cookies = await world.connect();
    for (const [type, body] of [
      ['Execute', executeBody],
      ['PING', Buffer.alloc(0)],
      ['NotificationWait', waitBody],
      ['Disconnect', disconnectBody],
    ] as const) {
      const answer = await post(world.fastify, type, body, { cookies });
      assert.equal(answer.code, 0, type);
      assert.equal(answer.cookies.MapiContext, cookies.MapiContext, type);
      Object.assign(cookies, answer.cookies);
    }
  });

  test('MS-OXCMAPIHTTP_R1249: PING has no body', async () => {
    const answer = await post(world.fastify, 'PING', Buffer.alloc(0), { cookies: await world.connect() });
    assert.deepEqual([answer.code, answer.body.length], [0, 0]);
  });

  test('MS-OXCMAPIHTTP_R1358: the Flags of an Execute response are 0', async () => {
    const { body } = await post(world.fastify, 'Execute', executeBody, { cookies: await world.connect() });
    const { errorCode, flags } = bodyOf(executeResponse, body);
    assert.deepEqual([errorCode, flags], [0, 0]);
  });

  test('MS-OXCMAPIHTTP_R1372 MS-OXCMAPIHTTP_R1368 MS-OXCMAPIHTTP_R1259: a wait without events ends with EventPending 0, whatever Flags says', async () => {
    const body = encode(notificationWaitRequest, { flags: 77, auxiliary: noBytes });
    const answer = await post(world.fastify, 'NotificationWait', body, { cookies: await world.connect() });
    assert.equal(bodyOf(notificationWaitResponse, answer.body).eventPending, 0);
  });

  test('MS-OXCMAPIHTTP_R1255: Disconnect still sets the cookies that end with it', async () => {
    const cookies = await world.connect();
    const answer = await post(world.fastify, 'Disconnect', disconnectBody, { cookies });
    assert.equal(bodyOf(disconnectResponse, answer.body).errorCode, 0);
    assert.equal(answer.cookies.MapiContext, cookies.MapiContext);
  });

  test('MS-OXCMAPIHTTP_R1277 MS-OXCMAPIHTTP_R1278 MS-OXCMAPIHTTP_R1279 MS-OXCMAPIHTTP_R1329: connecting with cookies ends the old context and makes a new one', async () => {
    for (const sequence of ['999', undefined]) {
      const old = await world.connect();
      const cookies: Cookies = { MapiContext: old.MapiContext!, ...(sequence ? { MapiSequence: sequence } : {}) };
      const answer = await post(world.fastify, 'Connect', connectBody, { cookies });
      assert.equal(answer.code, 0);
      assert.notEqual(answer.cookies.MapiContext, old.MapiContext);
      const late = await post(world.fastify, 'Execute', executeBody, { cookies: old });
      assert.equal(late.code, responseCode.contextNotFound);
    }
  });

  test('MS-OXCMAPIHTTP 3.1.5.7: a request that is sent again gets the answer it got, and is not carried out twice', async () => {
    let runs = 0;
    const fastify = await start({
      executeRops: async (_session, { rops, handles }) => {
        runs += 1;
        return { buffers: [{ rops, handles, compressible: false }] };
      },
    });
    const { cookies } = await post(fastify, 'Connect', connectBody);
    const headers = { 'x-requestid': '{E2EA6C1C-E61B-49E9-9CFB-38184F907552}:5' };
    const first = await post(fastify, 'Execute', executeBody, { cookies, headers });
    const second = await post(fastify, 'Execute', executeBody, { cookies, headers });
    assert.deepEqual([first.code, second.code, runs], [0, 0, 1]);
    assert.deepEqual(second.body, first.body);
    await fastify.close();
  });

  test('MS-OXCMAPIHTTP_R1228: of two requests at once the second fails; NotificationWait and PING go beside it', async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const fastify = await start({
      timing: { waitMs: 10 },
      executeRops: async (_session, { rops, handles }) => {
        await held;
        return { buffers: [{ rops, handles, compressible: false }] };
      },
    });
    const { cookies } = await post(fastify, 'Connect', connectBody);
    const running = post(fastify, 'Execute', executeBody, { cookies });
    await delay(20);
    const beside = await post(fastify, 'Execute', executeBody, { cookies });
    assert.equal(beside.code, responseCode.invalidSequence);
    assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies })).code, 0);
    assert.equal((await post(fastify, 'NotificationWait', waitBody, { cookies })).code, 0);
    finish();
    assert.equal((await running).code, 0);
    await fastify.close();
  });

  test('MS-OXCMAPIHTTP_R1239 MS-OXCMAPIHTTP_R1241: a long request tells every period that it is still at work', async () => {
    const fastify = await start({
      timing: { promptMs: 10, pendingPeriodMs: 20 },
      executeRops: async (_session, { rops, handles }) => {
        await delay(120);
        return { buffers: [{ rops, handles, compressible: false }] };
      },
    });
    const { cookies } = await post(fastify, 'Connect', connectBody);
    const { raw, headers } = await post(fastify, 'Execute', executeBody, { cookies });
    assert.match(raw.toString('latin1'), /^PROCESSING\r\n(PENDING\r\n){2,}DONE\r\n/);
    assert.equal(headers['content-length'], undefined, 'MS-OXCMAPIHTTP_R1230 MS-OXCMAPIHTTP_R1232');
    await fastify.close();
  });

  test('MS-OXCMAPIHTTP_R2229 MS-OXCMAPIHTTP_R2230: a failure after PROCESSING comes with another X-ResponseCode', async () => {
    const fastify = await start({
      timing: { promptMs: 5 },
      executeRops: async () => {
        await delay(30);
        throw new Error('broken');
      },
    });
    const { cookies } = await post(fastify, 'Connect', connectBody);
    const { code, raw } = await post(fastify, 'Execute', executeBody, { cookies });
    assert.equal(code, 0);
    assert.match(raw.toString('latin1'), /^PROCESSING\r\n(PENDING\r\n)*DONE\r\nX-ResponseCode: 1\r\n/);
    await fastify.close();
  });

  test('MS-OXCMAPIHTTP_R1285 MS-OXCMAPIHTTP_R1248: a context that is not used ends; PING keeps it', async () => {
    const fastify = await start({ timing: { expiryMs: 120 } });
    const [idle, used] = [
      (await post(fastify, 'Connect', connectBody)).cookies,
      (await post(fastify, 'Connect', connectBody)).cookies,
    ];
    for (let beat = 0; beat < 8; beat++) {
      await delay(40);
      assert.equal((await post(fastify, 'PING', Buffer.alloc(0), { cookies: used })).code, 0);
    }
    assert.equal((await post(fastify, 'Execute', executeBody, { cookies: used })).code, 0);
    const late = await post(fastify, 'Execute', executeBody, { cookies: idle });
    assert.equal(late.code, responseCode.contextNotFound);
    await fastify.close();
  });

  test('MS-OXCMAPIHTTP_R154: while the server shuts down, requests are told so', async () => {
    const fastify = Fastify({ forceCloseConnections: true, return503OnClosing: false });
    fastify.addHook('preHandler', async (request) => {
      request.identity = anna;
    });
    await fastify.register(mapiHttp({ services: {} as RopServices, executeRops: async () => ({ buffers: [] }) }));
    let answer: Response | undefined;
    let url = '';
    // After the endpoint's own hook, as everything that comes in then.
    await fastify.register(async (scope) => {
      scope.addHook('preClose', async () => {
        answer = await fetch(url, {
          method: 'POST',
          headers: requestHeaders('Connect'),
          body: new Uint8Array(connectBody),
        });
      });
    });
    url = `${await fastify.listen({ host: '127.0.0.1', port: 0 })}/mapi/emsmdb/`;
    await fastify.close();
    assert.equal(answer!.headers.get('x-responsecode'), String(responseCode.endpointShuttingDown));
  });

  test('MS-OXCMAPIHTTP_R1220: a Connect that is refused opens nothing', async () => {
    for (const [change, errorCode] of [
      [{ userDn: '/o=Oxbow/cn=somebody' }, ec.unknownUser],
      [{ flags: 1 }, ec.loginPerm],
    ] as const) {
      const request = { userDn: anna.legacyDn, flags: 0, defaultCodePage: 1252, lcidSort: 0, lcidString: 0 };
      const body = encode(connectRequest, { ...request, ...change, auxiliary: noBytes });
      const answer = await post(world.fastify, 'Connect', body);
      assert.equal(bodyOf(connectResponse, answer.body).errorCode, errorCode);
      assert.equal(answer.cookies.MapiContext, undefined);
    }
  });
});
