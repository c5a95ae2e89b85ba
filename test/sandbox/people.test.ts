import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTenant, trialTenant } from '../../src/sandbox/index.ts';
import { start } from './client.ts';

test('the global address book: all, list, get, search', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const all = await anna.get('contacts', 'all', { folder: 6, columns: '1,20,500,501,502,524,555,20' });
  assert.deepEqual(all.data, [
    [1, 6, 'Anna Ä', 'Anna', 'Ä', 3, 'anna@oxbow.test', 6],
    [2, 6, 'Ben B', 'Ben', 'B', 4, 'ben@oxbow.test', 6],
    [3, 6, 'Carla C', 'Carla', 'C', 5, 'carla@oxbow.test', 6],
  ]);
  const list = await anna.put('contacts', 'list', { columns: '500' }, [
    { folder: '6', id: 3 },
    { folder: '6', id: 1 },
  ]);
  assert.deepEqual(list.data, [['Carla C'], ['Anna Ä']]);
  const one = (await anna.get('contacts', 'get', { folder: 6, id: 1 })).data as Record<string, unknown>;
  assert.equal(one.number_of_images, 0);
  assert.equal(one.certificate, 'AQIDBA==');
  const found = await anna.put('contacts', 'search', { columns: '500' }, { folder: 6, pattern: 'ben' });
  assert.deepEqual(found.data, [['Ben B']]);
  const filter = { filter: ['=', { field: 'email1' }, 'carla*'], folders: ['6'] };
  assert.deepEqual((await anna.put('contacts', 'advancedSearch', { columns: '1' }, filter)).data, [[3]]);
  assert.equal((await anna.get('contacts', 'get', { folder: 6, id: 99 })).code, 'CON-0125');
  assert.equal((await anna.get('contacts', 'get', { folder: 21, id: 1 })).code, 'CON-0174');
  assert.equal((await anna.put('contacts', 'delete', { timestamp: 9e15 }, { id: 1, folder: 6 })).code, 'CON-0260');
});

test('updates of contacts: strictly greater, and 0 when nothing changed', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const query = { folder: 6, columns: '1,520', ignore: false };
  const all = await anna.get('contacts', 'updates', { ...query, timestamp: 0 });
  assert.equal((all.data as unknown[]).length, 3);
  assert.deepEqual(await anna.get('contacts', 'updates', { ...query, timestamp: all.timestamp }), {
    data: [],
    timestamp: 0,
  });
  sandbox.changePerson('ben', { position: 'Captain' });
  const changed = await anna.get('contacts', 'updates', { ...query, timestamp: all.timestamp });
  assert.deepEqual(changed.data, [[2, 'Captain']]);
  assert.ok(changed.timestamp! > all.timestamp!);
});

test('users: columns 610 to 615 are those of users', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const list = await anna.put('user', 'list', { columns: '1,501,610,612,613,614,615' }, [null, 4]);
  assert.deepEqual(list.data, [
    [3, 'Anna', ['anna@oxbow.test', 'info@oxbow.test'], 'de_DE', [0, 1], 1, 'anna'],
    [4, 'Ben', ['ben@oxbow.test'], 'en_US', [0, 1, 2], 2, 'ben'],
  ]);
  const me = (await anna.get('user', 'get')).data as Record<string, unknown>;
  assert.deepEqual([me.id, me.contact_id, me.timezone], [3, 1, 'Europe/Berlin']);
  assert.equal(((await anna.get('user', 'all', { columns: '1' })).data as unknown[]).length, 3);
  assert.equal((await anna.get('user', 'get', { id: 77 })).code, 'USR-0010');
  assert.equal(((await anna.get('user/me', '')).data as Record<string, unknown>).login_name, 'anna');
});

test('groups and resources', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  assert.deepEqual((await anna.get('group', 'all', { columns: '1,700,702' })).data, [
    [0, 'users', [3, 4, 5]],
    [1, 'standard', [3, 4, 5]],
    [2, 'team', [4, 5]],
  ]);
  const [group] = (await anna.put('group', 'list', {}, [{ id: 2 }])).data as Record<string, unknown>[];
  assert.deepEqual([group?.name, group?.members], ['team', [4, 5]]);
  assert.deepEqual((await anna.get('resource', 'all')).data, [1]);
  const room = (await anna.get('resource', 'get', { id: 1 })).data as Record<string, unknown>;
  assert.deepEqual([room.display_name, room.mailaddress, room.availability], ['Saal', 'saal@oxbow.test', true]);
  const updates = (await anna.get('resource', 'updates', { timestamp: 0 })).data as Record<string, unknown[]>;
  assert.deepEqual([updates.modified?.length, updates.deleted], [1, []]);
});

test('config, capabilities, quota, jslob, deputies', async (t) => {
  const { login } = await start(t);
  const [anna, carla] = [await login('anna'), await login('carla')];
  const config = async (path: string) => (await anna.get(`config/${path}`, '')).data;
  assert.equal(await config('folder/tasks'), 22);
  assert.equal(await config('modules/mail/defaultFolder/sent'), 'default0/Sent');
  assert.equal(await config('identifier'), 3);
  assert.match(String(await config('serverVersion')), /^7\.10\.6/);
  assert.equal((await anna.get('config/no/such', '')).code, 'SVL-0004');
  await anna.put('config/timezone', '', {}, { data: 'Asia/Tokyo' });
  assert.equal(await config('timezone'), 'Asia/Tokyo');
  const ids = ((await anna.get('capabilities', 'all')).data as { id: string }[]).map(({ id }) => id);
  assert.ok(ids.includes('webmail') && ids.includes('deputy'));
  assert.deepEqual((await anna.get('quota', 'mail')).data, { quota: -1, use: 0, countquota: -1, countuse: 0 });
  await anna.put('jslob', 'update', { id: 'io.ox/mail' }, { a: 1 });
  await anna.put('jslob', 'update', { id: 'io.ox/mail' }, { b: 2 });
  assert.deepEqual((await anna.put('jslob', 'list', {}, ['io.ox/mail'])).data, [
    { id: 'io.ox/mail', tree: { a: 1, b: 2 }, meta: {} },
  ]);
  const [grant] = (await carla.get('deputy', 'reverse')).data as Record<string, unknown>[];
  assert.deepEqual([grant?.granteeId, grant?.sendOnBehalfOf], [3, true]);
  assert.equal((await anna.get('nothing', 'all')).code, 'SVL-0007');
  assert.equal((await anna.get('mail', 'dance')).code, 'SVL-0021');
});

test('every address-book field of the trial can be read back', async (t) => {
  const tenant = trialTenant();
  const { login } = await start(t, { tenant });
  const anna = await login('anna');
  const given = tenant.people![0]!;
  const got = (await anna.get('user', 'get')).data as Record<string, unknown>;
  const same = Object.keys(given).filter((name) => got[name] === given[name as keyof typeof given]);
  for (const name of ['assistant_name', 'yomiFirstName', 'room_number', 'telephone_assistant', 'certificate'])
    assert.ok(same.includes(name), name);
  assert.equal(got.birthday, Date.UTC(1978, 3, 17));
  assert.equal(got.number_of_images, 1);
  const picture = await anna.request('GET', 'contacts/picture', { action: 'get', user_id: 3 });
  assert.equal(picture.headers.get('content-type'), 'image/png');
  const byCookie = await fetch(new URL(String(got.image1_url), picture.url), {
    headers: { cookie: anna.cookie, 'user-agent': 'test/1' },
  });
  assert.equal(byCookie.headers.get('content-type'), 'image/png');
});

test('ten thousand people in seconds', async (t) => {
  const began = performance.now();
  const { login, sandbox } = await start(t, {
    tenant: checkTenant({
      context: 1,
      domains: ['big.test'],
      generate: { people: 10_000, login: 'u', password: 'x' },
      people: [{ login: 'boss', password: 'oxbow' }],
      groups: [{ name: 'some', members: ['u1', 'u10000', 'boss'] }],
    }),
  });
  assert.ok(performance.now() - began < 10_000);
  assert.equal(sandbox.people().length, 10_001);
  const boss = await login('boss');
  const rows = (await boss.get('contacts', 'all', { folder: 6, columns: '1,500,519' })).data as unknown[][];
  assert.equal(rows.length, 10_001);
  assert.deepEqual((await boss.get('group', 'get', { id: 2 })).code, undefined);
});
