import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawMail, start } from './client.ts';

const inbox = 'default0/INBOX';

test('503 and 429 for a while, before anything is done', async (t) => {
  let now = Date.now();
  const { login, sandbox } = await start(t, { clock: () => now });
  const anna = await login('anna');
  sandbox.faults.add({ effect: 'unavailable', forMs: 60_000 });
  assert.equal((await anna.request('GET', 'mail', { action: 'examine', folder: inbox })).status, 503);
  assert.equal((await anna.request('PUT', 'multiple', {}, '[]')).status, 503);
  now += 60_001;
  assert.equal((await anna.request('GET', 'mail', { action: 'examine', folder: inbox })).status, 200);
  sandbox.faults.add({ effect: 'tooMany', times: 1 });
  assert.equal((await anna.request('GET', 'quota', { action: 'get' })).status, 429);
  assert.equal((await anna.request('GET', 'quota', { action: 'get' })).status, 200);
});

test('a connection cut before or after the commit', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  sandbox.faults.add({ effect: 'cutBefore', action: 'import', times: 1 });
  await assert.rejects(anna.import(inbox, [rawMail('1')]));
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 0);
  sandbox.faults.add({ effect: 'cutAfter', action: 'import', times: 1 });
  await assert.rejects(anna.import(inbox, [rawMail('1')]));
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 1);
  assert.equal((await anna.import(inbox, [rawMail('2')])).code, undefined);
});

test('failing by pattern, although it was done or not; a warning beside the data', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  sandbox.faults.add({ effect: 'fail', code: 'MSG-0039', module: 'mail', parameters: { folder: inbox }, times: 1 });
  assert.equal((await anna.import(inbox, [rawMail('1')])).code, 'MSG-0039');
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 0);
  sandbox.faults.add({ effect: 'fail', code: 'SVL-0011', after: true, login: 'anna', times: 1 });
  assert.equal((await anna.import(inbox, [rawMail('1')])).code, 'SVL-0011');
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 1);
  sandbox.faults.add({ effect: 'warn', code: 'MSG-0043', times: 1 });
  const warned = await anna.get('mail', 'count', { folder: inbox });
  assert.deepEqual([warned.data, warned.code, warned.categories], [1, 'MSG-0043', 'WARNING']);
});

test('an answer cut in the middle of the JSON, with and without a broken connection', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1'), rawMail('2')]);
  const all = () => anna.request('GET', 'mail', { action: 'all', folder: inbox, columns: '600,607' });
  sandbox.faults.add({ effect: 'truncate', times: 1 });
  await assert.rejects(all().then((response) => response.text()));
  sandbox.faults.add({ effect: 'garble', bytes: 20, times: 1 });
  const text = await (await all()).text();
  assert.equal(text.length, 20);
  assert.throws(() => JSON.parse(text));
});

test('delays, unknown members, and the same stamp twice', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  sandbox.faults.add({ effect: 'delay', ms: 120, times: 1 });
  const began = performance.now();
  await anna.get('quota', 'get');
  assert.ok(performance.now() - began >= 100);
  sandbox.faults.add({ effect: 'extraFields', times: 1 });
  const answer = await anna.get('mail', 'examine', { folder: inbox });
  assert.ok(answer['com.example.future'] && (answer.data as Record<string, unknown>)['com.example.future']);
  const make = (title: string) => anna.put('folders', 'new', { folder_id: 21 }, { title, module: 'contacts' });
  const first = await make('A');
  sandbox.faults.add({ effect: 'sameStamp', times: 1 });
  assert.equal((await make('B')).timestamp, first.timestamp);
  assert.ok((await make('C')).timestamp! > first.timestamp!);
});

test('over HTTP only when switched on', async (t) => {
  const closed = await start(t);
  const post = (origin: string, fault: unknown) =>
    fetch(`${origin}/ajax/sandbox/faults`, { method: 'PUT', body: JSON.stringify(fault) });
  assert.equal(((await (await post(closed.origin, {})).json()) as { code: string }).code, 'SES-0201');
  const { origin } = await start(t, { faultsOverHttp: true });
  const added = (await (await post(origin, { effect: 'unavailable', module: 'login' })).json()) as {
    data: { id: number };
  };
  assert.equal(added.data.id, 1);
  assert.equal((await fetch(`${origin}/ajax/login?action=login`, { method: 'POST' })).status, 503);
  const bad = (await (await post(origin, { effect: 'magic' })).json()) as { code: string };
  assert.equal(bad.code, 'SVL-0028');
  await fetch(`${origin}/ajax/sandbox/faults`, { method: 'DELETE' });
  assert.equal((await fetch(`${origin}/ajax/login?action=login`, { method: 'POST' })).status, 200);
});
