import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalUserName, createLoginCheck } from '../../src/server/login-check.ts';
import { BackendUnavailable, type Identity } from '../../src/store/ports.ts';

const anna: Identity = { address: 'anna@oxbow.test', displayName: 'Anna', legacyDn: '/o=x/cn=anna', tenant: 't' };

function setUp() {
  const asked: string[] = [];
  let now = 1_000_000;
  const check = createLoginCheck(
    {
      async authenticate(userName, password) {
        asked.push(`${userName}:${password}`);
        if (password === 'away') throw new BackendUnavailable('no answer');
        return password === 'right' ? anna : undefined;
      },
    },
    { rememberMs: 60_000, failuresBeforeDelay: 3, now: () => now },
  );
  return { check, asked, advance: (ms: number) => (now += ms) };
}

test('a checked password is remembered, and the backend asked again after the time', async () => {
  const { check, asked, advance } = setUp();
  assert.equal((await check.check('Anna@Oxbow.test', 'right', '::1'))?.identity, anna);
  assert.equal((await check.check('anna@oxbow.test', 'right', '::1'))?.identity, anna);
  assert.equal(asked.length, 1);
  advance(60_001);
  await check.check('anna@oxbow.test', 'right', '::1');
  assert.equal(asked.length, 2);
});

test('a wrong password is refused although the right one is remembered', async () => {
  const { check, asked } = setUp();
  await check.check('anna@oxbow.test', 'right', '::1');
  assert.equal(await check.check('anna@oxbow.test', 'wrong', '::1'), undefined);
  assert.equal(asked.length, 2);
});

test('after some failures a name has to wait, other addresses do not', async () => {
  const { check, asked, advance } = setUp();
  for (let i = 0; i < 3; i++) await check.check('anna', 'wrong', '10.0.0.1');
  assert.equal(asked.length, 3);
  assert.equal(await check.check('anna', 'right', '10.0.0.1'), undefined);
  assert.equal(asked.length, 3, 'not asked while waiting');
  assert.ok(await check.check('anna', 'right', '10.0.0.2'));
  advance(1001);
  assert.ok(await check.check('anna', 'right', '10.0.0.1'));
});

test('several connections at once ask the backend once', async () => {
  const { check, asked } = setUp();
  await Promise.all([1, 2, 3].map(() => check.check('anna', 'right', '::1')));
  assert.equal(asked.length, 1);
});

test('a backend that is away is no refusal and counts as no failure', async () => {
  const { check } = setUp();
  for (let i = 0; i < 5; i++) await assert.rejects(check.check('anna', 'away', '::1'), BackendUnavailable);
  assert.ok(await check.check('anna', 'right', '::1'));
});

test('names are taken as typed in Outlook', () => {
  assert.equal(canonicalUserName('Anna@Oxbow.TEST'), 'anna@oxbow.test');
  assert.equal(canonicalUserName('OXBOW.TEST\\anna'), 'anna@oxbow.test');
  assert.equal(canonicalUserName('OXBOW\\anna@oxbow.test'), 'anna@oxbow.test');
  assert.equal(canonicalUserName('.\\anna'), 'anna');
});
