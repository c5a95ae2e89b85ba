import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from './client.ts';

type Sections = Record<string, unknown[][]>;

test('each content type has its folders in sections, with default folders, rights and owners', async (t) => {
  const { login } = await start(t);
  const [anna, carla] = [await login('anna'), await login('carla')];
  const visible = async (who: typeof anna, type: string) =>
    (await who.get('folders', 'allVisible', { content_type: type, columns: '1,301,302,305,308,316,3030' }))
      .data as Sections;
  for (const [module, standard] of [
    ['contacts', 3],
    ['tasks', 1],
    ['calendar', 2],
  ] as const) {
    const id = String((await anna.get(`config/folder/${module}`, '')).data);
    assert.deepEqual((await visible(anna, module)).private, [[id, module, 1, 403710016, true, standard, null]]);
  }
  const number = (await anna.get('config/folder/calendar', '')).data;
  const shared = (await visible(carla, 'event')).shared;
  assert.deepEqual(shared, [[`cal://0/${number}`, 'event', 3, 4227332, false, 0, 'Anna Ä']]);
  assert.deepEqual((await visible(carla, 'contacts')).public?.map(([id]) => id).slice(0, 1), ['6']);
  assert.equal((await anna.get('folders', 'allVisible', { content_type: 'notes', columns: '1' })).code, 'FLD-1012');
});

test('a calendar of chronos is made, renamed, coloured, shared and deleted under its composite id', async (t) => {
  const { login } = await start(t);
  const [anna, ben] = [await login('anna'), await login('ben')];
  const properties = 'com.openexchange.calendar.extendedProperties';
  const made = await anna.put(
    'folders',
    'new',
    { folder_id: 1 },
    {
      folder: { title: 'Segeln', module: 'event', [properties]: { color: { value: 'red' } } },
    },
  );
  const id = String(made.data);
  assert.match(id, /^cal:\/\/0\/\d+$/);
  const read = async (who: typeof anna) => (await who.get('folders', 'get', { id })).data as Record<string, unknown>;
  const folder = await read(anna);
  assert.deepEqual(
    [folder.id, folder.module, folder.title, folder['com.openexchange.calendar.provider']],
    [id, 'event', 'Segeln', 'chronos'],
  );
  assert.deepEqual((folder[properties] as { color: unknown }).color, { value: 'red' });
  assert.equal(
    (await anna.put('folders', 'new', { folder_id: id }, { title: 'Below', module: 'event' })).code,
    'FLD-0006',
  );
  const permissions = [
    { entity: anna.userId, group: false, bits: 403710016 },
    { entity: ben.userId, group: false, bits: 257 },
  ];
  const stale = await anna.put('folders', 'update', { id, timestamp: 1 }, { title: 'Late' });
  assert.equal(stale.code, 'FLD-1022');
  const before = await ben.get('folders', 'updates', { timestamp: made.timestamp, columns: '1', ignore: false });
  await anna.put(
    'folders',
    'update',
    { id, timestamp: 9e15 },
    { title: 'Rudern', permissions, [properties]: { color: { value: 'blue' } } },
  );
  const seen = await read(ben);
  assert.deepEqual(
    [seen.title, seen.own_rights, (seen[properties] as { color: unknown }).color],
    ['Rudern', 257, { value: 'blue' }],
  );
  await anna.put('folders', 'update', { id, timestamp: 9e15 }, { permissions: permissions.slice(0, 1) });
  const lost = await ben.get('folders', 'updates', { timestamp: before.timestamp, columns: '1', ignore: false });
  assert.deepEqual(lost.data, [id.slice(8)]);
  assert.deepEqual((await anna.put('folders', 'delete', {}, [id])).data, []);
  assert.equal((await anna.get('folders', 'get', { id })).code, 'FLD-0008');
  const own = `cal://0/${(await anna.get('config/folder/calendar', '')).data}`;
  assert.equal((await anna.put('folders', 'delete', {}, [own])).code, 'FLD-0031');
});
