import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { start } from './client.ts';

const day = (month: number, date: number) => Date.UTC(2026, month - 1, date);

/** Anna, Ben and Carla with their folders of tasks. */
async function begin(t: TestContext) {
  const world = await start(t);
  const people = { anna: await world.login('anna'), ben: await world.login('ben'), carla: await world.login('carla') };
  const folders: Record<string, number> = {};
  for (const [name, person] of Object.entries(people))
    folders[name] = Number((await person.get('config/folder/tasks', '')).data);
  const { anna } = people;
  const folder = folders.anna!;
  const create = async (body: object): Promise<number> => {
    const answer = await anna.put('tasks', 'new', {}, { folder_id: folder, ...body });
    assert.equal(answer.code, undefined, JSON.stringify(answer));
    return (answer.data as { id: number }).id;
  };
  const read = async (id: number, more = {}): Promise<Record<string, unknown>> =>
    (await anna.get('tasks', 'get', { folder, id, ...more })).data as Record<string, unknown>;
  const change = (id: number, body: unknown, timestamp = 9e15) =>
    anna.put('tasks', 'update', { folder, id, timestamp }, body);
  return { ...world, ...people, folders, folder, create, read, change };
}

const everyField = {
  title: 'Angebot schreiben',
  note: 'Zeile 1\nZeile 2',
  status: 2,
  percent_completed: 40,
  priority: 3,
  categories: 'Büro,Wichtig',
  color_label: 5,
  full_time: true,
  start_time: day(11, 25),
  end_time: day(11, 30),
  alarm: Date.UTC(2026, 10, 26, 8, 30),
  actual_costs: 12.5,
  target_costs: 1000,
  currency: 'EUR',
  actual_duration: '90',
  target_duration: '480',
  billing_information: 'Konto 4711',
  companies: 'Werft; Kontor',
  trip_meter: '23 km',
  recurrence_type: 3,
  interval: 2,
  days: 2,
  day_in_month: 5,
  until: day(12, 31),
  uid: 'task-1@elsewhere.example',
};

test('every field that is written reads back; null removes; the older names of the dates', async (t) => {
  const { create, read, change } = await begin(t);
  const id = await create(everyField);
  const got = await read(id);
  for (const [name, value] of Object.entries(everyField)) assert.deepEqual(got[name], value, name);
  assert.deepEqual([got.start_date, got.end_date], [everyField.start_time, everyField.end_time]);
  await change(id, { note: null, recurrence_type: 0, start_date: day(11, 26), alarm: null });
  const after = await read(id);
  assert.deepEqual(
    [after.note, after.recurrence_type, after.interval, after.alarm],
    [undefined, 0, undefined, undefined],
  );
  assert.equal(after.start_time, day(11, 26));
});

test('a time of day is shifted by the zone, days are not', async (t) => {
  const { create, read } = await begin(t);
  const at = Date.UTC(2026, 6, 1, 12);
  const id = await create({ title: 'x', full_time: false, start_time: at, end_time: at + 3_600_000, alarm: at });
  const berlin = await read(id, { timezone: 'Europe/Berlin' });
  const hour = 3_600_000;
  assert.deepEqual([berlin.start_time, berlin.end_time, berlin.alarm], [at + 2 * hour, at + 3 * hour, at + 2 * hour]);
  assert.deepEqual([berlin.start_date, berlin.full_time], [day(7, 1), false]);
  const days = await create({ title: 'y', full_time: true, start_time: day(7, 1), end_time: day(7, 2) });
  assert.equal((await read(days, { timezone: 'Asia/Tokyo' })).start_time, day(7, 1));
});

test('what does not fit together is refused', async (t) => {
  const { anna, folder, create, change } = await begin(t);
  const id = await create({ title: 'x', uid: 'u' });
  const codes: [object, string][] = [
    [{ status: 1, percent_completed: 10 }, 'TSK-0031'],
    [{ status: 3, percent_completed: 99 }, 'TSK-0038'],
    [{ status: 2, percent_completed: 101 }, 'TSK-0030'],
    [{ status: 6 }, 'TSK-0039'],
    [{ priority: 4 }, 'TSK-0057'],
    [{ start_time: day(2, 2), end_time: day(2, 1) }, 'TSK-0040'],
    [{ actual_duration: '1h' }, 'TSK-0055'],
    [{ target_costs: 1e10 }, 'TSK-0050'],
    [{ recurrence_type: 9 }, 'TSK-0036'],
    [{ recurrence_type: 2, days: 2, start_time: day(2, 2), end_time: day(2, 2) }, 'TSK-0037'],
    [{ recurrence_type: 1, interval: 1 }, 'TSK-0037'],
    [{ private_flag: true, participants: [{ type: 1, id: 4 }] }, 'TSK-0028'],
    [{ participants: [{ type: 1, id: 999 }] }, 'TSK-0047'],
    [{ participants: [{ type: 8 }] }, 'TSK-0049'],
    [{ participants: [{ type: 5 }] }, 'TSK-0044'],
    [{ uid: 'other' }, 'TSK-0053'],
    [{ title: 'x'.repeat(300) }, 'TSK-0041'],
  ];
  for (const [body, code] of codes) assert.equal((await change(id, body)).code, code, JSON.stringify(body));
  assert.equal((await anna.put('tasks', 'new', {}, { title: 'x' })).code, 'TSK-0027');
  const contacts = (await anna.get('config/folder/contacts', '')).data;
  assert.equal((await anna.get('tasks', 'all', { folder: contacts, columns: '1' })).code, 'TSK-0006');
  assert.equal((await anna.get('tasks', 'get', { folder, id: 999 })).code, 'TSK-0019');
});

test('updates: no deletions without ignore, the stamp stays when nothing changed, tasks without set columns look deleted', async (t) => {
  const { anna, folder, create, change } = await begin(t);
  const one = await create({ title: 'One' });
  const note = await create({ note: 'only a note' });
  const since = (timestamp: number, more = {}) =>
    anna.get('tasks', 'updates', { folder, columns: '1,200', timestamp, ...more });
  const first = await since(0, { ignore: false });
  assert.deepEqual(first.data, [[one, 'One'], note]);
  assert.deepEqual(await since(first.timestamp!, { ignore: false }), { data: [], timestamp: first.timestamp });
  const changed = await change(note, { title: 'Two' }, first.timestamp);
  assert.equal((await change(note, { title: 'Three' }, first.timestamp)).code, 'TSK-0007');
  const removed = await anna.put('tasks', 'delete', { timestamp: changed.timestamp }, [{ id: one, folder }]);
  assert.deepEqual(removed, { data: [], timestamp: changed.timestamp });
  assert.deepEqual((await since(first.timestamp!)).data, [[note, 'Two']]);
  const delta = await since(first.timestamp!, { ignore: false });
  assert.deepEqual(delta.data, [[note, 'Two'], one]);
  assert.ok(delta.timestamp! > changed.timestamp!);
});

test('deletion goes up to the first error and what was deleted stays deleted', async (t) => {
  const { anna, folder, create } = await begin(t);
  const [one, two] = [await create({ title: '1' }), await create({ title: '2' })];
  const answer = await anna.put('tasks', 'delete', { timestamp: 9e15 }, [
    { id: one, folder },
    { id: 999, folder },
    { id: two, folder },
  ]);
  assert.equal(answer.code, 'TSK-0019');
  assert.deepEqual((await anna.get('tasks', 'all', { folder, columns: '1' })).data, [[two]]);
});

test('a delegated task lies in the folder of everybody who was asked; each confirms and takes leave for oneself', async (t) => {
  const { anna, ben, carla, folders, folder, create, read } = await begin(t);
  const id = await create({
    title: 'Shared',
    participants: [
      { type: 2, id: 2 },
      { type: 5, mail: 'kim@x.example' },
    ],
  });
  for (const [who, name] of [
    [ben, 'ben'],
    [carla, 'carla'],
  ] as const)
    assert.deepEqual((await who.get('tasks', 'all', { folder: folders[name], columns: '1,20' })).data, [
      [id, folders[name]],
    ]);
  const before = await ben.get('tasks', 'updates', {
    folder: folders.ben,
    columns: '1,5',
    timestamp: 0,
    ignore: false,
  });
  await ben.put('tasks', 'confirm', { folder: folders.ben, id }, { confirmation: 1, confirmmessage: 'gern' });
  const users = (await read(id)).users as Record<string, unknown>[];
  assert.deepEqual(
    users.map(({ id: user, confirmation, confirmmessage }) => [user, confirmation, confirmmessage]),
    [
      [ben.userId, 1, 'gern'],
      [carla.userId, 0, undefined],
    ],
  );
  const after = await ben.get('tasks', 'updates', { folder: folders.ben, columns: '1,5', timestamp: before.timestamp });
  assert.equal((after.data as unknown[]).length, 1);
  await ben.put('tasks', 'update', { folder: folders.ben, id, timestamp: 9e15 }, { alarm: day(12, 1) });
  assert.equal((await read(id)).alarm, undefined);
  await carla.put('tasks', 'delete', { timestamp: 9e15 }, { folder: folders.carla, id });
  assert.deepEqual((await carla.get('tasks', 'all', { folder: folders.carla, columns: '1' })).data, []);
  assert.equal((await read(id)).title, 'Shared');
  await anna.put('tasks', 'delete', { timestamp: 9e15 }, { folder, id });
  const gone = await ben.get('tasks', 'updates', {
    folder: folders.ben,
    columns: '1,5',
    timestamp: after.timestamp,
    ignore: false,
  });
  assert.deepEqual(gone.data, [id]);
  assert.equal((await carla.put('tasks', 'confirm', { folder, id }, { confirmation: 1 })).code, 'FLD-0003');
});

test('a recurring task that is done is followed by a new one, once, until its end', async (t) => {
  const { anna, folder, create, change } = await begin(t);
  const id = await create({
    title: 'Weekly',
    start_time: day(11, 25),
    end_time: day(11, 26),
    recurrence_type: 2,
    interval: 1,
    days: 8,
    occurrences: 2,
  });
  await change(id, { status: 3, percent_completed: 100, date_completed: day(11, 26) });
  await change(id, { status: 2, percent_completed: 50 });
  await change(id, { status: 3, percent_completed: 100 });
  const rows = async () =>
    (await anna.get('tasks', 'all', { folder, columns: '1,316,317,300,301,315,222' })).data as unknown[][];
  const [, next, ...more] = await rows();
  assert.deepEqual(next?.slice(1), [day(12, 2), day(12, 3), 1, 0, null, 1]);
  assert.deepEqual(more, []);
  await change(Number(next?.[0]), { status: 3, percent_completed: 100 });
  assert.equal((await rows()).length, 2);
});

test('moving leaves a tombstone; shared folders and private tasks stay where they are', async (t) => {
  const { anna, carla, folder, folders, create, change } = await begin(t);
  const second = Number((await anna.put('folders', 'new', { folder_id: 1 }, { title: 'M', module: 'tasks' })).data);
  const id = await create({ title: 'Moves' });
  const moved = await change(id, { folder_id: second });
  const gone = await anna.get('tasks', 'updates', {
    folder,
    columns: '1,5',
    timestamp: moved.timestamp! - 1,
    ignore: false,
  });
  assert.deepEqual(gone.data, [id]);
  await anna.put('tasks', 'update', { folder: second, id, timestamp: 9e15 }, { folder_id: folder });
  await anna.put(
    'folders',
    'update',
    { id: folder, timestamp: 9e15 },
    {
      permissions: [
        { entity: anna.userId, group: false, bits: 403710016 },
        { entity: carla.userId, group: false, bits: 4227332 },
      ],
    },
  );
  const secret = await create({ title: 'Secret', private_flag: true });
  assert.deepEqual((await carla.get('tasks', 'all', { folder, columns: '1' })).data, [[id]]);
  assert.equal((await carla.get('tasks', 'get', { folder, id: secret })).code, 'TSK-0046');
  const move = (body: unknown) => carla.put('tasks', 'update', { folder, id, timestamp: 9e15 }, body);
  assert.equal((await move({ folder_id: folders.carla })).code, 'TSK-0034');
  assert.equal((await move({ private_flag: true })).code, 'TSK-0008');
});

test('search by pattern and by due day', async (t) => {
  const { anna, folder, create } = await begin(t);
  await create({ title: 'Segel nähen', end_time: day(5, 1) });
  await create({ title: 'Anker', note: 'das Segel auch', end_time: day(6, 1) });
  const search = async (body: unknown) => (await anna.put('tasks', 'search', { columns: '200' }, body)).data;
  assert.deepEqual(await search({ pattern: 'segel', folder }), [['Segel nähen'], ['Anker']]);
  assert.deepEqual(await search({ pattern: 'Seg*' }), [['Segel nähen']]);
  assert.deepEqual(await search({ pattern: '*', start: day(5, 15), end: day(6, 15) }), [['Anker']]);
});
