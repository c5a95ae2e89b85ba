import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { basicAuthentication, parseBasic } from '../../src/server/basic-authentication.ts';
import { BackendUnavailable } from '../../src/store/ports.ts';

const header = (text: string) => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;

test('Basic credentials are UTF-8, and the password may hold colons', () => {
  assert.deepEqual(parseBasic(header('jürgen@oxbow.test:grün:blau€')), {
    userName: 'jürgen@oxbow.test',
    password: 'grün:blau€',
  });
});

test('what is no Basic header is none', () => {
  for (const text of [
    undefined,
    '',
    'Basic',
    'Bearer abc',
    'Negotiate YII=',
    'Basic !!!',
    header(':x'),
    header('nocolon'),
  ])
    assert.equal(parseBasic(text), undefined, String(text));
});

function server() {
  const app = Fastify();
  let bodySize = -1;
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    bodySize = body.length;
    done(null, body);
  });
  app.decorateRequest('identity');
  app.addHook(
    'preHandler',
    basicAuthentication({
      async check(userName, password) {
        if (password === 'away') throw new BackendUnavailable('no answer');
        const identity = { address: userName, displayName: userName, legacyDn: '/o=x', tenant: 't' };
        return password === 'right' ? { identity, until: Date.now() + 1000 } : undefined;
      },
    }),
  );
  app.post('/', async (request) => request.identity.address);
  return { app, bodySize: () => bodySize };
}

test('a missing, empty or unknown scheme gets 401, and the body is read all the same', async () => {
  for (const authorization of [undefined, 'Bearer', 'NTLM TlRMTVNTUAAB', 'Basic']) {
    const { app, bodySize } = server();
    const answer = await app.inject({
      method: 'POST',
      url: '/',
      payload: Buffer.alloc(5000),
      headers: { 'content-type': 'application/mapi-http', ...(authorization === undefined ? {} : { authorization }) },
    });
    assert.equal(answer.statusCode, 401);
    assert.match(String(answer.headers['www-authenticate']), /^Basic realm=/);
    assert.equal(bodySize(), 5000);
    await app.close();
  }
});

test('the right password passes, a wrong one gets 401, a silent backend 503', async () => {
  const { app } = server();
  const post = (password: string) =>
    app.inject({ method: 'POST', url: '/', headers: { authorization: header(`anna@oxbow.test:${password}`) } });
  assert.equal((await post('right')).body, 'anna@oxbow.test');
  assert.equal((await post('wrong')).statusCode, 401);
  assert.equal((await post('away')).statusCode, 503);
  await app.close();
});
