import assert from 'node:assert/strict';
import { scrypt } from 'node:crypto';
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

test('guesses against a remembered login have to wait like others', async () => {
  const { check, asked } = setUp();
  await check.check('anna', 'right', '10.0.0.1');
  for (let i = 0; i < 3; i++) await check.check('anna', `guess ${i}`, '10.0.0.2');
  assert.equal(await check.check('anna', 'right', '10.0.0.2'), undefined);
  assert.equal(asked.length, 4);
  assert.ok(await check.check('anna', 'right', '10.0.0.1'), 'who is elsewhere does not notice');
});

test('guesses made at once are slowed as those made one after the other', async () => {
  const { check, asked } = setUp();
  await check.check('anna', 'right', '10.0.0.1');
  const guesses = [1, 2, 3, 4, 5, 6].map((i) => check.check('anna', `guess ${i}`, '10.0.0.2'));
  await Promise.all([...guesses, check.check('anna', 'right', '10.0.0.2').then((it) => assert.equal(it, undefined))]);
  assert.equal(asked.length, 1 + 3);
});

test('who shares an address with a guesser gets in with the remembered password, one try a second', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { check, asked } = setUp();
  await check.check('anna', 'right', '10.0.0.1');
  for (let i = 0; i < 3; i++) await check.check('anna', `guess ${i}`, '10.0.0.1');
  assert.ok(await check.check('anna', 'right', '10.0.0.1'), 'at once when nobody is before it');

  const results: string[] = [];
  const guess = check.check('anna', 'guess', '10.0.0.1').then((it) => results.push(it ? 'in' : 'refused'));
  const rightful = check.check('anna', 'right', '10.0.0.1').then((it) => results.push(it ? 'in' : 'refused'));
  const more = Array.from({ length: 20 }, (_, i) => check.check('anna', `more ${i}`, '10.0.0.1'));
  assert.equal(await more.at(-1), undefined, 'the line is bounded');
  assert.deepEqual(results, []);
  t.mock.timers.tick(999);
  await untilSettled();
  assert.deepEqual(results, []);
  t.mock.timers.tick(1);
  await guess;
  await untilSettled();
  assert.deepEqual(results, ['refused'], 'the next try waits a second more');
  t.mock.timers.tick(1000);
  await rightful;
  assert.deepEqual(results, ['refused', 'in']);
  assert.equal(asked.length, 4, 'the backend is asked nothing meanwhile');
});

/** Long enough for a hash. */
const untilSettled = () =>
  new Promise<void>((resolve) => scrypt('x', 'y', 32, () => scrypt('x', 'y', 32, () => resolve())));

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
