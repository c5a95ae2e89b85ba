import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { checkTenant } from '../../src/sandbox/index.ts';
import { rawLogin, start } from './client.ts';

test('login answers without envelope and sets the cookies', async (t) => {
  const { origin } = await start(t);
  const response = await rawLogin(origin, 'anna@oxbow.test', 'oxbow');
  const answer = (await response.json()) as Record<string, unknown>;
  assert.match(String(answer.session), /^[0-9a-f]{32}$/);
  assert.deepEqual(
    { ...answer, session: '' },
    {
      session: '',
      user: 'anna@oxbow.test',
      user_id: 3,
      context_id: 7,
      locale: 'de_DE',
    },
  );
  const names = response.headers.getSetCookie().map((cookie) => cookie.split('=')[0]!);
  assert.match(names[0]!, /^open-xchange-secret-/);
  assert.match(names[1]!, /^open-xchange-public-session-/);
  assert.match(response.headers.getSetCookie()[2]!, /^JSESSIONID=[0-9a-f]+\.OX0;/);
});

test('login name, address and alias all work; a wrong password is LGI-0006 with HTTP 200', async (t) => {
  const { origin } = await start(t);
  for (const name of ['anna', 'ANNA@oxbow.test', 'info@oxbow.test']) {
    assert.ok(((await (await rawLogin(origin, name, 'oxbow')).json()) as { session?: string }).session, name);
  }
  for (const [name, password] of [
    ['anna', 'wrong'],
    ['nobody', 'oxbow'],
  ] as const) {
    const response = await rawLogin(origin, name, password);
    assert.equal(response.status, 200);
    const { code, category, categories } = (await response.json()) as Record<string, unknown>;
    assert.deepEqual({ code, category, categories }, { code: 'LGI-0006', category: 1, categories: 'USER_INPUT' });
  }
});

test('a password in the URL is refused', async (t) => {
  const { origin } = await start(t);
  const response = await fetch(`${origin}/ajax/login?action=login&name=anna&password=oxbow`, { method: 'POST' });
  assert.equal(((await response.json()) as { code: string }).code, 'SVL-0030');
});

test('scrypt passwords', async (t) => {
  const salt = Buffer.from('0123456789abcdef');
  const hash = scryptSync('gehéim', salt, 32, { N: 1024, r: 8, p: 1 });
  const password = `scrypt:1024:8:1:${salt.toString('base64')}:${hash.toString('base64')}`;
  const { origin } = await start(t, {
    tenant: checkTenant({ context: 1, domains: ['a.test'], people: [{ login: 'x', password }] }),
  });
  assert.ok(((await (await rawLogin(origin, 'x', 'gehéim')).json()) as { session?: string }).session);
  assert.equal(((await (await rawLogin(origin, 'x', password)).json()) as { code: string }).code, 'LGI-0006');
});

test('a session: missing, unknown, with another user agent, without cookies, expired, logged out', async (t) => {
  const { origin, sandbox, login } = await start(t);
  const anna = await login('anna');
  const code = async (query: string, headers: Record<string, string>) => {
    const response = await fetch(`${origin}/ajax/quota?action=get${query}`, { headers });
    return ((await response.json()) as { code?: string }).code;
  };
  const good = { cookie: anna.cookie, 'user-agent': 'test/1' };
  assert.equal(await code('', good), 'SES-0201');
  assert.equal(await code('&session=0123', good), 'SES-0203');
  assert.equal(await code(`&session=${anna.session}`, { ...good, 'user-agent': 'test/2' }), 'SES-0206');
  assert.equal(await code(`&session=${anna.session}`, { 'user-agent': 'test/1' }), 'SES-0206');
  assert.equal(await code(`&session=${anna.session}`, good), undefined);
  assert.equal(sandbox.expireSessions('anna'), 1);
  assert.equal(await code(`&session=${anna.session}`, good), 'SES-0203');

  const again = await login('anna');
  assert.equal((await fetch(`${origin}/ajax/login?action=logout`)).status, 400);
  assert.equal((await fetch(`${origin}/ajax/login?action=logout&session=${again.session}`)).status, 403);
  const out = await again.request('GET', 'login', { action: 'logout' });
  assert.equal(out.status, 200);
  assert.equal(await out.text(), '');
  assert.equal((await again.get('quota', 'get')).code, 'SES-0203');
});

test('a session that slept too long is gone', async (t) => {
  let now = Date.now();
  const { login } = await start(t, { clock: () => now, sessionIdleMs: 60_000 });
  const anna = await login('anna');
  now += 59_000;
  assert.equal((await anna.get('quota', 'get')).code, undefined);
  now += 61_000;
  assert.equal((await anna.get('quota', 'get')).code, 'SES-0203');
});

test('refreshSecret gives another secret; the old one no longer fits', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const response = await anna.request('GET', 'login', { action: 'refreshSecret' });
  assert.deepEqual(await response.json(), { data: '1' });
  assert.match(response.headers.getSetCookie()[0]!, /^open-xchange-secret-/);
  assert.equal((await anna.get('quota', 'get')).code, 'SES-0206');
});

test('autologin is off', async (t) => {
  const { origin } = await start(t);
  const response = await fetch(`${origin}/ajax/login?action=autologin`);
  assert.equal(((await response.json()) as { code: string }).code, 'SVL-0015');
});

test('too many requests of one client are 429, another client is not held up', async (t) => {
  const { login } = await start(t, { rateRequests: 5 });
  const anna = await login('anna');
  const ben = await login('ben');
  for (let count = 0; count < 5; count += 1) assert.equal((await anna.get('quota', 'filestore')).code, undefined);
  assert.equal((await anna.request('GET', 'quota', { action: 'get' })).status, 429);
  assert.equal((await ben.request('GET', 'quota', { action: 'get' })).status, 200);
});

test('fifty failed logins lock the address out', async (t) => {
  const { origin } = await start(t);
  for (let count = 0; count < 50; count += 1) await (await rawLogin(origin, 'anna', 'no')).text();
  assert.equal((await rawLogin(origin, 'anna', 'oxbow')).status, 429);
});
