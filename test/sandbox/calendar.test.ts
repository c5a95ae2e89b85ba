import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { checkTenant } from '../../src/sandbox/index.ts';
import { start, tenant } from './client.ts';

const noon = Date.UTC(2026, 10, 20, 10);
const minute = 60_000;
const day = (month: number, date: number, year = 2026) => Date.UTC(year, month - 1, date);
/** A time of Berlin in winter, as ms UTC. */
const winter = (month: number, date: number, hour: number, year = 2026) => Date.UTC(year, month - 1, date, hour - 1);

/** Anna, Ben and Carla at the calendar module of a server of 7.8 or 7.10. */
async function begin(t: TestContext, version: '7.8' | '7.10' = '7.8') {
  const world = await start(t, { clock: () => noon, tenant: checkTenant({ ...tenant, version }) });
  const at = async (name: string) => {
    const person = await world.login(name);
    const folder = Number((await person.get('config/folder/calendar', '')).data);
    return {
      ...person,
      folder,
      add: (body: object) => person.put('calendar', 'new', {}, { folder_id: folder, title: 'x', ...body }),
      async create(body: object): Promise<number> {
        const answer = await person.put('calendar', 'new', {}, { folder_id: folder, title: 'x', ...body });
        assert.ok((answer.data as { id?: number })?.id, JSON.stringify(answer));
        return (answer.data as { id: number }).id;
      },
      change: (id: number, body: object, timestamp = 9e15) =>
        person.put('calendar', 'update', { folder, id, timestamp }, body),
      read: async (id: number, query = {}): Promise<Record<string, unknown>> =>
        (await person.get('calendar', 'get', { folder, id, ...query })).data as Record<string, unknown>,
      inbox: () => world.sandbox.mails(name, 'INBOX').length,
    };
  };
  return { ...world, anna: await at('anna'), ben: await at('ben'), carla: await at('carla') };
}

const hour = { start_date: winter(12, 1, 9), end_date: winter(12, 1, 10) };
const weekly = { ...hour, recurrence_type: 2, interval: 1, days: 4, occurrences: 5 };

const everyField = {
  title: 'Jour fixe',
  note: 'Zeile 1\nZeile 2',
  location: 'Raum 4',
  ...hour,
  full_time: false,
  timezone: 'Europe/Berlin',
  shown_as: 3,
  alarm: 15,
  categories: 'Team,Büro',
  color_label: 4,
  private_flag: true,
  uid: 'u-1@elsewhere.example',
  recurrence_type: 3,
  interval: 2,
  days: 4,
  day_in_month: 1,
  until: day(6, 30, 2027),
};

test('every field that is written reads back, in both generations; chronos shows the same', async (t) => {
  for (const version of ['7.8', '7.10'] as const) {
    const { anna } = await begin(t, version);
    const id = await anna.create(everyField);
    const got = await anna.read(id);
    for (const [name, value] of Object.entries(everyField)) assert.deepEqual(got[name], value, `${version} ${name}`);
    assert.deepEqual(
      [got.id, got.folder_id, got.recurrence_id, got.recurrence_start],
      [id, anna.folder, id, day(12, 1)],
    );
    assert.deepEqual(got.participants, [{ id: anna.userId, type: 1 }]);
    assert.deepEqual(got.users, [{ id: anna.userId, display_name: 'Anna Ä', confirmation: 1 }]);
    if (version === '7.8') continue;
    const event = (await anna.get('chronos', 'get', { folder: `cal://0/${anna.folder}`, id })).data as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [event.summary, event.startDate, event.rrule, event.class, event.color, event.transp],
      [
        'Jour fixe',
        { value: '20261201T090000', tzid: 'Europe/Berlin' },
        'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;BYSETPOS=1;UNTIL=20270630T070000Z',
        'CONFIDENTIAL',
        '#F7C7E0',
        'OPAQUE',
      ],
    );
  }
});

test('times are shifted by the zone of the request; days are not', async (t) => {
  const { anna } = await begin(t);
  const id = await anna.create(hour);
  const berlin = await anna.read(id, { timezone: 'Europe/Berlin' });
  assert.deepEqual([berlin.start_date, berlin.end_date], [hour.start_date + 60 * minute, hour.end_date + 60 * minute]);
  const written = await anna.put(
    'calendar',
    'new',
    { timezone: 'Europe/Berlin' },
    {
      folder_id: anna.folder,
      title: 'x',
      start_date: day(12, 2) + 9 * 60 * minute,
      end_date: day(12, 2) + 10 * 60 * minute,
    },
  );
  const other = (written.data as { id: number }).id;
  assert.equal((await anna.read(other)).start_date, winter(12, 2, 9));
  const days = await anna.create({ full_time: true, start_date: day(12, 24), end_date: day(12, 27) });
  const tokyo = await anna.read(days, { timezone: 'Asia/Tokyo' });
  assert.deepEqual([tokyo.start_date, tokyo.end_date, tokyo.full_time], [day(12, 24), day(12, 27), true]);
  await anna.change(days, { full_time: false, start_date: winter(12, 24, 8), end_date: winter(12, 24, 9) });
  assert.equal((await anna.read(days)).start_date, winter(12, 24, 8));
});

test('a series: positions, one occurrence changed and deleted, exceptions, the whole and its occurrences', async (t) => {
  const { anna } = await begin(t);
  const id = await anna.create(weekly);
  const changed = await anna.change(id, {
    title: 'Other',
    recurrence_position: 2,
    start_date: winter(12, 8, 14),
    end_date: winter(12, 8, 15),
  });
  const exception = (changed.data as { id: number }).id;
  assert.notEqual(exception, id);
  const one = await anna.read(exception);
  assert.deepEqual(
    [one.recurrence_id, one.recurrence_position, one.recurrence_date_position, one.recurrence_type, one.title],
    [id, 2, day(12, 8), 0, 'Other'],
  );
  await anna.change(id, { note: 'by date', recurrence_date_position: day(12, 22) });
  await anna.put('calendar', 'delete', { timestamp: 9e15 }, { id, folder: anna.folder, pos: 3 });
  const master = await anna.read(id);
  assert.deepEqual(
    [master.change_exceptions, master.delete_exceptions, master.occurrences],
    [[day(12, 8), day(12, 22)], [day(12, 15)], 5],
  );
  const fifth = await anna.read(id, { recurrence_position: 5 });
  assert.deepEqual([fifth.start_date, fifth.recurrence_position, fifth.recurrence_type], [winter(12, 29, 9), 5, 2]);
  assert.equal(
    (await anna.get('calendar', 'get', { folder: anna.folder, id, recurrence_position: 6 })).code,
    'APP-0074',
  );
  assert.equal(
    (await anna.get('calendar', 'get', { folder: anna.folder, id, recurrence_position: 3 })).code,
    'APP-0098',
  );
  const query = { folder: anna.folder, start: day(12, 1), end: day(12, 31), columns: '1,201,207,200' };
  const occurrences = (await anna.get('calendar', 'all', query)).data as unknown[][];
  assert.deepEqual(
    occurrences.map(([, at, position]) => [at, position]),
    [
      [winter(12, 1, 9), 1],
      [winter(12, 8, 14), 2],
      [winter(12, 22, 9), 4],
      [winter(12, 29, 9), 5],
    ],
  );
  const wholes = (await anna.get('calendar', 'all', { ...query, recurrence_master: true, columns: '1,209' }))
    .data as unknown[][];
  assert.deepEqual(
    wholes.find(([one]) => one === id),
    [id, 2],
  );
  assert.equal(wholes.length, 3);
  const exceptions = await anna.get('calendar', 'getChangeExceptions', { folder: anna.folder, id, columns: '1,207' });
  assert.deepEqual(
    (exceptions.data as unknown[][]).map(([, position]) => position),
    [2, 4],
  );
  assert.deepEqual((await anna.get('calendar', 'has', { start: day(12, 7), end: day(12, 10) })).data, [
    false,
    true,
    false,
  ]);
});

test('the end of a series by day, by number, or none; the type alone keeps the rest', async (t) => {
  const { anna } = await begin(t);
  const id = await anna.create(weekly);
  await anna.change(id, { recurrence_type: 2, until: day(12, 22) });
  const until = await anna.read(id);
  assert.deepEqual([until.until, until.occurrences, until.days, until.interval], [day(12, 22), undefined, 4, 1]);
  await anna.change(id, { recurrence_type: 0 });
  const single = await anna.read(id);
  assert.deepEqual([single.recurrence_type, single.recurrence_id, single.until], [0, undefined, undefined]);
  const codes: [object, string][] = [
    [{ recurrence_type: 1 }, 'APP-0087'],
    [{ recurrence_type: 3, interval: 1 }, 'APP-0090'],
    [{ recurrence_type: 4, day_in_month: 1 }, 'APP-0091'],
    [{ recurrence_type: 2, interval: 1, days: 200 }, 'APP-0089'],
    [{ recurrence_type: 7, interval: 1 }, 'APP-0092'],
    [{ recurrence_type: 1, interval: 1, until: day(12, 22), occurrences: 2 }, 'APP-0095'],
  ];
  for (const [body, code] of codes) assert.equal((await anna.change(id, body)).code, code, JSON.stringify(body));
});

test('updates: strictly after the stamp, deleted ids as numbers, only when they are wanted', async (t) => {
  for (const version of ['7.8', '7.10'] as const) {
    const { anna } = await begin(t, version);
    const [one, two] = [
      await anna.create({ title: 'One', ...hour }),
      await anna.create({ title: 'Two', ...hour, ignore_conflicts: true }),
    ];
    const since = (timestamp: number, more = {}) =>
      anna.get('calendar', 'updates', {
        folder: anna.folder,
        columns: '1,200',
        timestamp,
        recurrence_master: true,
        ...more,
      });
    const first = await since(0, { ignore: false });
    assert.deepEqual(first.data, [
      [one, 'One'],
      [two, 'Two'],
    ]);
    assert.deepEqual(await since(first.timestamp!), { data: [], timestamp: version === '7.8' ? first.timestamp : 0 });
    await anna.put('calendar', 'delete', { timestamp: 9e15 }, [{ id: one, folder: anna.folder }]);
    await anna.change(two, { title: 'Zwei' });
    assert.deepEqual((await since(first.timestamp!)).data, [[two, 'Zwei']]);
    assert.deepEqual((await since(first.timestamp!, { ignore: false })).data, [[two, 'Zwei'], one]);
  }
});

test('codes: those of the module before 7.10, and what later servers make of them', async (t) => {
  const cases: [version: '7.8' | '7.10', codes: readonly string[]][] = [
    ['7.8', ['OX-0001', 'OX-0001', 'APP-0059', 'APP-0020', 'APP-0054', 'APP-0028', 'APP-0072', 'APP-0022']],
    ['7.10', ['CAL-4120', 'OX-0001', 'APP-0059', 'APP-0020', 'CAL-4060', '', 'CAL-5070', 'CAL-4222']],
  ];
  for (const [version, codes] of cases) {
    const { anna, ben, carla } = await begin(t, version);
    const id = await anna.create(hour);
    const bens = await ben.create(hour);
    const stale = await anna.change(id, { title: 'y' }, 1);
    assert.equal(stale.categories, 'CONFLICT');
    const missing = await anna.get('calendar', 'get', { folder: anna.folder, id: 999 });
    assert.notEqual(missing.categories, 'CONFLICT', 'the category tells the two meanings of OX-0001 apart');
    const answers = [
      stale,
      missing,
      await anna.get('calendar', 'get', { folder: anna.folder, id: bens }),
      await anna.change(id, { end_date: winter(12, 1, 8) }),
      await anna.get('calendar', 'all', { folder: 22, columns: '1', start: 0, end: 1 }),
      await anna.add({ title: '', ...hour, start_date: winter(12, 3, 9), end_date: winter(12, 3, 10) }),
      await anna.change(id, { title: 'x'.repeat(300) }),
      await carla.put(
        'calendar',
        'new',
        {},
        {
          folder_id: anna.folder,
          title: 'x',
          private_flag: true,
          start_date: winter(12, 4, 9),
          end_date: winter(12, 4, 10),
        },
      ),
    ];
    assert.deepEqual(
      answers.map(({ code }) => code ?? ''),
      codes,
      version,
    );
  }
});

test('a meeting: users in their own calendars, confirmations, notification of people inside by wish, outside always', async (t) => {
  const { anna, ben, carla, sandbox } = await begin(t);
  const participants = [
    { id: ben.userId, type: 1 },
    { id: 2, type: 2 },
    { id: 1, type: 3 },
    { type: 5, mail: 'kim@partner.example', display_name: 'Kim' },
  ];
  const id = await anna.create({ ...hour, participants });
  assert.deepEqual([ben.inbox(), sandbox.outgoing().length], [0, 1]);
  assert.equal((await carla.read(id)).folder_id, carla.folder);
  await anna.change(id, { location: 'Saal', notification: true });
  assert.deepEqual([ben.inbox(), carla.inbox(), sandbox.outgoing().length], [1, 1, 2]);
  await ben.put('calendar', 'confirm', { folder: ben.folder, id }, { confirmation: 2, confirmmessage: 'leider nicht' });
  await anna.put(
    'calendar',
    'confirm',
    { folder: anna.folder, id },
    { type: 5, mail: 'kim@partner.example', confirmation: 1, confirmmessage: 'ok' },
  );
  const got = await anna.read(id);
  assert.deepEqual(
    (got.users as Record<string, unknown>[]).map((user) => [user.id, user.confirmation, user.confirmmessage]),
    [
      [anna.userId, 1, undefined],
      [ben.userId, 2, 'leider nicht'],
      [carla.userId, 0, undefined],
    ],
  );
  assert.deepEqual(got.confirmations, [
    { type: 5, mail: 'kim@partner.example', display_name: 'Kim', status: 1, message: 'ok' },
  ]);
  const types = (got.participants as { type: number }[]).map(({ type }) => type);
  assert.deepEqual(types.sort(), [1, 1, 2, 3, 5]);
  assert.equal(anna.inbox(), 1);
  await anna.change(id, { participants: [...participants, { id: carla.userId, type: 1 }], title: 'same answers' });
  const after = (await anna.read(id)).users as { id: number; confirmation: number }[];
  assert.equal(after.find((user) => user.id === ben.userId)?.confirmation, 2);
  assert.equal((await anna.change(id, { participants: [...participants, participants[3]] })).code, 'APP-0106');
  assert.equal((await ben.change(id, { title: 'mine' })).code, 'APP-0058');
});

test('conflicts are answered unless they are to be ignored; booked rooms always are', async (t) => {
  const { anna, ben } = await begin(t);
  const first = await ben.create({ ...hour, title: 'Ben alone', participants: [{ id: 1, type: 3 }] });
  const half = {
    start_date: winter(12, 1, 9) + 30 * minute,
    end_date: winter(12, 1, 11),
    participants: [{ id: ben.userId, type: 1 }],
  };
  const { conflicts } = (await anna.add(half)).data as { conflicts: Record<string, unknown>[] };
  assert.deepEqual(conflicts, [
    {
      id: first,
      start_date: hour.start_date,
      end_date: hour.end_date,
      full_time: false,
      shown_as: 1,
      participants: [{ id: ben.userId, type: 1 }],
      hard_conflict: false,
    },
  ]);
  await anna.create({ ...half, ignore_conflicts: true });
  const room = await anna.add({ ...half, ignore_conflicts: true, participants: [{ id: 1, type: 3 }] });
  assert.equal((room.data as { conflicts: { hard_conflict: boolean }[] }).conflicts[0]?.hard_conflict, true);
  const busy = await anna.get('calendar', 'freebusy', { id: ben.userId, type: 1, start: day(12, 1), end: day(12, 2) });
  assert.deepEqual(
    (busy.data as Record<string, unknown>[]).map(({ title, shown_as, start_date }) => [title, shown_as, start_date]),
    [
      [undefined, 1, hour.start_date],
      ['x', 2, half.start_date],
    ],
  );
});

test('moving, copying, searching, finding by uid', async (t) => {
  const { anna } = await begin(t);
  const second = Number(
    (await anna.put('folders', 'new', { folder_id: 1 }, { title: 'More', module: 'calendar' })).data,
  );
  const id = await anna.create({ ...hour, title: 'Segeln', uid: 'sail' });
  await anna.change(id, { folder_id: second, location: 'See' });
  const moved = (await anna.get('calendar', 'get', { folder: second, id })).data as Record<string, unknown>;
  assert.deepEqual([moved.folder_id, moved.location], [second, 'See']);
  const copied = await anna.put(
    'calendar',
    'copy',
    { folder: second, id },
    { folder_id: anna.folder, ignore_conflicts: true },
  );
  assert.notEqual((copied.data as { id: number }).id, id);
  const found = await anna.put('calendar', 'search', { columns: '1,20' }, { pattern: 'segel*', folder: second });
  assert.deepEqual(found.data, [[id, second]]);
  assert.deepEqual((await anna.get('calendar', 'resolveuid', { uid: 'sail' })).data, { id });
  assert.equal((await anna.get('calendar', 'resolveuid', { uid: 'none' })).code, 'OX-0001');
});
