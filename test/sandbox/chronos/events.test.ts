import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTenant } from '../../../src/sandbox/index.ts';
import { fromPage, tenant } from '../client.ts';
import { begin, berlin, hour } from './world.ts';

const everyField = {
  uid: 'u-1@elsewhere.example',
  filename: 'u-1',
  summary: 'Jour fixe',
  location: 'Raum 4',
  description: 'Tagesordnung\nPunkt 2',
  categories: ['Team', 'Büro'],
  class: 'CONFIDENTIAL',
  color: 'lightblue',
  status: 'TENTATIVE',
  transp: 'TRANSPARENT',
  url: 'https://x.example/',
  geo: { lat: 50.9, long: 6.9 },
  startDate: berlin('20261201T090000'),
  endDate: berlin('20261201T103000'),
  extendedProperties: { 'X-MICROSOFT-CDO-BUSYSTATUS': { value: 'OOF' } },
};

test('every field that is written reads back; the server adds organizer, attendee, stamps and flags', async (t) => {
  const { anna } = await begin(t);
  const { id } = await anna.create(everyField);
  const got = await anna.read(id);
  for (const [name, value] of Object.entries(everyField)) assert.deepEqual(got[name], value, name);
  assert.deepEqual((got.organizer as { entity: number }).entity, anna.userId);
  const [attendee, ...more] = got.attendees as Record<string, unknown>[];
  assert.deepEqual(
    [attendee?.entity, attendee?.partStat, attendee?.cuType, more],
    [anna.userId, 'ACCEPTED', 'INDIVIDUAL', []],
  );
  assert.deepEqual(got.flags, ['confidential', 'transparent', 'event_tentative', 'accepted']);
  assert.deepEqual([got.sequence, got.folder, typeof got.id], [0, anna.folder, 'string']);
  await anna.change(id, { description: null, location: '', summary: 'Neu', categories: [] });
  const after = await anna.read(id);
  assert.deepEqual(
    [after.description, after.location, after.categories, after.summary],
    [undefined, undefined, undefined, 'Neu'],
  );
  assert.deepEqual(Object.keys(await anna.read(id, { fields: 'id,summary,geo,rrule' })), ['id', 'summary', 'geo']);
});

test('days, UTC and floating times come back as they were; the end is exclusive and may be left out', async (t) => {
  const { anna } = await begin(t);
  const times: [object, object][] = [
    [{ value: '20261201' }, { value: '20261203' }],
    [{ value: '20261201T080000Z' }, { value: '20261201T090000Z' }],
    [{ value: '20261201T080000' }, { value: '20261201T080000' }],
    [berlin('20261201T080000'), { value: '20261201T200000', tzid: 'Asia/Tokyo' }],
  ];
  for (const [startDate, endDate] of times) {
    const { id } = await anna.create({ summary: 'x', startDate, endDate });
    const got = await anna.read(id);
    assert.deepEqual([got.startDate, got.endDate], [startDate, endDate]);
  }
  const { id } = await anna.create({ summary: 'x', startDate: { value: '20261231' } });
  assert.deepEqual((await anna.read(id)).endDate, { value: '20270101' });
});

test('wrong events are refused with their codes', async (t) => {
  const { anna } = await begin(t);
  const good = { summary: 'x', ...hour('20261201T090000') };
  const codes: [object, string][] = [
    [{ summary: 'x' }, 'CAL-4220'],
    [{ ...good, startDate: { value: '20261301' } }, 'CAL-4006'],
    [{ ...good, startDate: { value: '20261201T090000', tzid: 'Mars/Base' } }, 'CAL-4001'],
    [{ ...good, endDate: berlin('20261201T080000') }, 'CAL-4221'],
    [{ ...good, endDate: { value: '20261202' } }, 'CAL-4229'],
    [{ ...good, rrule: 'FREQ=NEVER' }, 'CAL-4002'],
    [{ ...good, rrule: 'FREQ=HOURLY' }, 'CAL-4223'],
    [{ ...good, geo: { lat: 500, long: 0 } }, 'CAL-4003'],
    [{ ...good, alarms: [{ action: 'DISPLAY', trigger: { duration: 'soon' } }] }, 'CAL-4005'],
    [{ ...good, attendees: [{ entity: 999 }] }, 'CAL-4034'],
    [{ ...good, attendees: [{ uri: 'mailto:nobody' }] }, 'CAL-4034'],
    [{ ...good, summary: 'x'.repeat(300) }, 'CAL-5070'],
    [{ ...good, class: 'PRIVATE', attendees: [{ entity: 1, cuType: 'RESOURCE' }] }, 'CAL-42210'],
  ];
  for (const [json, code] of codes) {
    const answer = await anna.put('chronos', 'new', { folder: anna.folder }, json);
    assert.equal(answer.code, code, JSON.stringify(json));
  }
  await anna.create({ ...good, uid: 'same' });
  assert.equal((await anna.put('chronos', 'new', { folder: anna.folder }, { ...good, uid: 'same' })).code, 'CAL-4090');
  assert.equal((await anna.put('chronos', 'new', {}, good)).code, 'SVL-0002');
  const contacts = (await anna.get('config/folder/contacts', '')).data;
  assert.equal((await anna.put('chronos', 'new', { folder: contacts }, good)).code, 'CAL-4060');
  assert.equal((await anna.get('chronos', 'get', { folder: anna.folder, id: 999 })).code, 'CAL-4040');
});

test('updates: strictly after the stamp, tombstones with uid, 0 when nothing changed; a newer event is a conflict', async (t) => {
  const { anna } = await begin(t);
  const one = await anna.create({ summary: 'One', uid: 'one', ...hour('20261202T090000') });
  const two = await anna.create({ summary: 'Two', ...hour('20261201T090000') });
  const first = await anna.updates(0);
  assert.deepEqual(first.data, {
    newAndModified: [
      { id: two.id, summary: 'Two' },
      { id: one.id, summary: 'One' },
    ],
    deleted: [],
  });
  assert.deepEqual(await anna.updates(first.timestamp!), { data: { newAndModified: [], deleted: [] }, timestamp: 0 });
  await anna.change(two.id, { summary: 'Zwei' }, { timestamp: first.timestamp });
  assert.equal((await anna.attempt(two.id, { summary: 'Deux' }, { timestamp: first.timestamp })).code, 'CAL-4120');
  const stale = await anna.put('chronos', 'delete', { timestamp: first.timestamp }, [
    { folder: anna.folder, id: two.id },
  ]);
  assert.equal((stale.data as { error: { code: string } }[])[0]?.error.code, 'CAL-4120');
  const removed = await anna.remove(one.id);
  assert.deepEqual(
    [removed.folderId, removed.id, (removed.deleted as { id: string }[])[0]?.id],
    [anna.folder, one.id, one.id],
  );
  const delta = await anna.updates(first.timestamp!);
  const data = delta.data as { newAndModified: unknown[]; deleted: Record<string, unknown>[] };
  assert.deepEqual(data.newAndModified, [{ id: two.id, summary: 'Zwei' }]);
  assert.deepEqual(
    data.deleted.map(({ id, folder, uid }) => [id, folder, uid]),
    [[one.id, anna.folder, 'one']],
  );
  assert.equal(delta.timestamp, data.deleted[0]?.timestamp);
});

test('all: a range of one calendar, of several, expanded or not', async (t) => {
  const { anna, ben } = await begin(t);
  const series = await anna.create({ summary: 'Weekly', rrule: 'FREQ=WEEKLY;COUNT=4', ...hour('20261201T090000') });
  await anna.create({ summary: 'Day', startDate: { value: '20261208' } });
  const range = { rangeStart: '20261207T000000Z', rangeEnd: '20261216T000000Z', folder: anna.folder };
  const plain = await anna.get('chronos', 'all', { ...range, fields: 'id,summary' });
  assert.deepEqual(
    (plain.data as { summary: string }[]).map(({ summary }) => summary),
    ['Day', 'Weekly'],
  );
  const expanded = await anna.get('chronos', 'all', {
    ...range,
    expand: true,
    fields: 'summary,recurrenceId,startDate',
  });
  assert.deepEqual(expanded.data, [
    { summary: 'Day', startDate: { value: '20261208' } },
    { summary: 'Weekly', recurrenceId: 'Europe/Berlin:20261208T090000', startDate: berlin('20261208T090000') },
    { summary: 'Weekly', recurrenceId: 'Europe/Berlin:20261215T090000', startDate: berlin('20261215T090000') },
  ]);
  const { folder: _folder, ...times } = range;
  const several = await anna.put('chronos', 'all', { ...times, fields: 'id' }, { folders: [anna.folder, ben.folder] });
  const [own, foreign] = several.data as Record<string, unknown>[];
  assert.deepEqual([own?.folder, (own!.events as unknown[]).length], [anna.folder, 2]);
  assert.equal((foreign!.error as { code: string }).code, 'FLD-0003');
  assert.equal((await anna.get('chronos', 'all', { folder: anna.folder })).code, 'SVL-0002');
  const occurrence = await anna.read(series.id, {
    recurrenceId: '20261215T080000Z',
    fields: 'id,startDate,recurrenceId',
  });
  assert.deepEqual(occurrence.startDate, berlin('20261215T090000'));
  assert.equal(
    (await anna.get('chronos', 'get', { folder: anna.folder, id: series.id, recurrenceId: '20261216' })).code,
    'CAL-4042',
  );
});

test('more than a thousand events are too many for one answer', async (t) => {
  const { anna } = await begin(t);
  await anna.create({ summary: 'Daily', rrule: 'FREQ=DAILY', ...hour('20200101T090000') });
  const answer = await anna.get('chronos', 'all', {
    folder: anna.folder,
    rangeStart: '20200101T000000Z',
    rangeEnd: '20230101T000000Z',
    expand: true,
    fields: 'id',
  });
  assert.equal(answer.code, 'CAL-5072');
});

test('attachments come with a multipart upload, are named by managedId, and go when they are left out', async (t) => {
  const { anna } = await begin(t);
  const post = async (action: string, query: object, json: unknown) => {
    const form = new FormData();
    form.append('json_0', JSON.stringify(json));
    form.append('file_0', new Blob(['first'], { type: 'text/plain' }), 'a.txt');
    form.append('file_1', new Blob(['second'], { type: 'text/plain' }), 'b.txt');
    const page = await anna.request(
      'POST',
      'chronos',
      { action, folder: anna.folder, timestamp: 9e15, ...query },
      form,
    );
    return fromPage(await page.text()).data as {
      created: Record<string, unknown>[];
      updated: Record<string, unknown>[];
    };
  };
  const { created } = await post(
    'new',
    {},
    {
      summary: 'x',
      ...hour('20261201T090000'),
      attachments: [{ filename: 'a.txt', fmtType: 'text/plain', uri: 'cid:file_0' }],
    },
  );
  const { id } = created[0]!;
  const [a] = (await anna.read(id)).attachments as Record<string, unknown>[];
  assert.deepEqual([a?.filename, a?.size, (await anna.read(id)).flags], ['a.txt', 5, ['attachments', 'accepted']]);
  await post('update', { id }, { attachments: [{ managedId: a?.managedId }, { uri: 'cid:file_1' }] });
  const both = (await anna.read(id)).attachments as Record<string, unknown>[];
  assert.deepEqual(
    both.map(({ filename }) => filename),
    ['a.txt', 'b.txt'],
  );
  const file = await anna.request('GET', 'chronos', {
    action: 'getAttachment',
    folder: anna.folder,
    id,
    managedId: both[1]?.managedId,
  });
  assert.equal(await file.text(), 'second');
  await anna.change(id, { summary: 'attachments stay' });
  assert.equal(((await anna.read(id)).attachments as unknown[]).length, 2);
  await anna.change(id, { attachments: [{ managedId: both[1]?.managedId }] });
  assert.equal(((await anna.read(id)).attachments as unknown[]).length, 1);
  assert.equal((await anna.attempt(id, { attachments: [{ managedId: 77 }] })).code, 'CAL-4047');
});

test('alarms keep their ids, and are acknowledged and snoozed', async (t) => {
  const { anna } = await begin(t);
  const alarm = { action: 'DISPLAY', trigger: { duration: '-PT15M', related: 'START' }, description: 'Los' };
  const { id } = await anna.create({ summary: 'x', ...hour('20261120T120000'), alarms: [alarm] });
  const alarms = async () => (await anna.read(id)).alarms as Record<string, unknown>[];
  const [first] = await alarms();
  assert.deepEqual([first?.trigger, first?.description, typeof first?.id], [alarm.trigger, 'Los', 'number']);
  await anna.change(id, { alarms: [{ ...first, trigger: { duration: '-PT30M' } }, alarm] });
  const [same, second] = await alarms();
  assert.equal(same?.id, first?.id);
  const query = { rangeEnd: '20261120T235900Z', actions: 'DISPLAY' };
  const pending = async () =>
    ((await anna.get('chronos/alarm', 'pending', query)).data as { alarmId: number; time: string }[]).map(
      ({ alarmId, time }) => [alarmId, time],
    );
  assert.deepEqual(await pending(), [
    [first?.id, '20261120T103000Z'],
    [second?.id, '20261120T104500Z'],
  ]);
  await anna.put('chronos/alarm', 'ack', { folder: anna.folder, id, alarmId: second?.id }, {});
  assert.equal((await pending()).length, 2, 'an alarm that is still to come goes off again');
  await anna.get('chronos/alarm', 'snooze', { folder: anna.folder, id, alarmId: first?.id, snoozeTime: 3_600_000 });
  assert.equal((await alarms()).length, 3);
});

test('a server before 7.10 has no chronos, and no content type event', async (t) => {
  const { anna } = await begin(t);
  const visible = await anna.get('folders', 'allVisible', { content_type: 'event', columns: '1,300,301' });
  assert.deepEqual((visible.data as { private: unknown }).private, [[anna.folder, 'Kalender', 'event']]);
  const old = await begin(t, { tenant: checkTenant({ ...tenant, version: '7.8' }) });
  assert.equal((await old.anna.get('chronos', 'get', { folder: 1, id: 1 })).code, 'SVL-0007');
  assert.equal((await old.anna.get('folders', 'allVisible', { content_type: 'event', columns: '1' })).code, 'FLD-1012');
});

test('advanced search and resolve', async (t) => {
  const { anna, ben } = await begin(t);
  const { id } = await anna.create({
    summary: 'Segeltörn',
    uid: 'sail',
    ...hour('20261201T090000'),
    attendees: [{ entity: ben.userId }],
  });
  await anna.create({ summary: 'Anderes', ...hour('20261201T090000') });
  const search = async (filter: unknown) => {
    const answer = await anna.put(
      'chronos',
      'advancedSearch',
      { fields: 'summary' },
      { folders: [anna.folder], filter },
    );
    return (answer.data as { events: unknown }[])[0]?.events;
  };
  assert.deepEqual(await search(['=', { field: 'summary' }, 'segel*']), [{ summary: 'Segeltörn' }]);
  assert.deepEqual(await search(['=', { field: 'attendees' }, 'ben@*']), [{ summary: 'Segeltörn' }]);
  const resolved = (await ben.get('chronos', 'resolve', { id: 'sail', fields: 'id,folder' })).data;
  assert.deepEqual(resolved, { id, folder: ben.folder });
  assert.equal((await ben.get('chronos', 'resolve', { id: 'none' })).data, undefined);
});
