import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from './client.ts';

const examine = (folder: string) => ({ module: 'mail', action: 'examine', folder });

test('multiple goes on after a failure only with continue=true', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const items = [examine('default0/INBOX'), examine('default0/None'), examine('default0/Sent')];
  const stopped = await anna.multiple(items);
  assert.deepEqual(
    stopped.map(({ code }) => code),
    [undefined, 'FLD-0008'],
  );
  const whole = await anna.multiple(items, true);
  assert.deepEqual(
    whole.map(({ code }) => code),
    [undefined, 'FLD-0008', undefined],
  );
});

test('parameters are members, the body is data', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const [made, changed] = await anna.multiple([
    { module: 'folders', action: 'new', folder_id: 'default0', data: { folder: { title: 'N', module: 'mail' } } },
    { module: 'config/folder/tasks' },
  ]);
  assert.equal(made?.data, 'default0/N');
  assert.equal(changed?.data, 22);
});

test('not possible: multiple itself, login, files; a body that is no array of objects is HTTP 400', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const answers = await anna.multiple([{ module: 'multiple' }, { module: 'login', action: 'login' }, {}], true);
  assert.deepEqual(
    answers.map(({ code }) => code),
    ['SVL-0010', 'SVL-0010', 'SVL-0002'],
  );
  for (const body of ['{}', 'x', '[1]', '']) {
    assert.equal((await anna.request('PUT', 'multiple', {}, body)).status, 400, body);
  }
});

test('a session that ends in the middle of a batch ends the rest of it', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  sandbox.faults.add({ effect: 'expire', module: 'mail', action: 'examine', skip: 1, times: 1 });
  const items = [examine('default0/INBOX'), examine('default0/Sent'), examine('default0/Trash')];
  const answers = await anna.multiple(items, true);
  assert.deepEqual(
    answers.map(({ code }) => code),
    [undefined, 'SES-0203', 'SES-0203'],
  );
});
