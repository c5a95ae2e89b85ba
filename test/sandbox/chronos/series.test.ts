import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, berlin, type EventJson, hour } from './world.ts';

const weekly = { summary: 'Weekly', rrule: 'FREQ=WEEKLY;COUNT=6', ...hour('20261201T090000') };
const id = (day: string) => `Europe/Berlin:${day}T090000`;

type World = Awaited<ReturnType<typeof begin>>;
const starts = async (who: World['anna']) => {
  const range = {
    rangeStart: '20261101T000000Z',
    rangeEnd: '20270401T000000Z',
    expand: true,
    fields: 'startDate,summary',
  };
  const answer = await who.get('chronos', 'all', { folder: who.folder, ...range });
  return (answer.data as { startDate: { value: string }; summary: string }[]).map(
    ({ startDate, summary }) => `${startDate.value.slice(0, 11)} ${summary}`,
  );
};

test('an occurrence becomes an exception with its own id, whatever way its recurrence id is spelled', async (t) => {
  const { anna } = await begin(t);
  const master = await anna.create(weekly);
  assert.deepEqual([master.seriesId, master.rrule, master.recurrenceId], [master.id, weekly.rrule, undefined]);
  const before = await anna.updates(0);
  const result = await anna.change(
    master.id,
    { summary: 'Moved', ...hour('20261209T110000') },
    { recurrenceId: '20261208T080000Z' },
  );
  const [exception] = result.created;
  assert.deepEqual(
    [exception?.seriesId, exception?.recurrenceId, exception?.rrule],
    [master.id, id('20261208'), undefined],
  );
  assert.notEqual(exception?.id, master.id);
  assert.deepEqual(result.updated[0]?.changeExceptionDates, [id('20261208')]);
  const delta = (await anna.updates(before.timestamp!)).data as { newAndModified: EventJson[] };
  assert.deepEqual(new Set(delta.newAndModified.map((one) => one.id)), new Set([master.id, exception?.id]));
  await anna.change(master.id, { location: 'again' }, { recurrenceId: '20261208T090000' });
  await anna.change(exception?.id, { description: 'by its own id' });
  const got = await anna.read(master.id, { recurrenceId: id('20261208') });
  assert.deepEqual([got.id, got.location, got.description], [exception?.id, 'again', 'by its own id']);
  assert.deepEqual(await starts(anna), [
    '20261201T09 Weekly',
    '20261209T11 Moved',
    '20261215T09 Weekly',
    '20261222T09 Weekly',
    '20261229T09 Weekly',
    '20270105T09 Weekly',
  ]);
  const codes: [string, string][] = [
    ['20261216T080000Z', 'CAL-4042'],
    ['next week', 'CAL-4061'],
  ];
  for (const [recurrenceId, code] of codes)
    assert.equal((await anna.attempt(master.id, {}, { recurrenceId })).code, code);
  assert.equal((await anna.attempt(exception?.id, { rrule: 'FREQ=DAILY' })).code, 'CAL-4035');
});

test('occurrences are deleted one by one, exceptions with them, and with the last one the series', async (t) => {
  const { anna } = await begin(t);
  const master = await anna.create({ ...weekly, rrule: 'FREQ=WEEKLY;COUNT=3' });
  const { created } = await anna.change(master.id, { summary: 'Other' }, { recurrenceId: id('20261208') });
  await anna.remove(master.id, { recurrenceId: id('20261201') });
  await anna.remove(created[0]?.id);
  assert.deepEqual((await anna.read(master.id)).deleteExceptionDates, [id('20261201'), id('20261208')]);
  assert.equal((await anna.read(master.id)).changeExceptionDates, undefined);
  const again = await anna.remove(master.id, { recurrenceId: id('20261201') });
  assert.equal((again.error as { code: string }).code, 'CAL-4042');
  assert.deepEqual(await starts(anna), ['20261215T09 Weekly']);
  await anna.change(master.id, { deleteExceptionDates: [id('20261201')] });
  assert.deepEqual(await starts(anna), ['20261208T09 Weekly', '20261215T09 Weekly']);
  for (const day of ['20261208', '20261215']) await anna.remove(master.id, { recurrenceId: id(day) });
  assert.equal((await anna.get('chronos', 'get', { folder: anna.folder, id: master.id })).code, 'CAL-4040');
});

test('local times stay over a change of daylight saving', async (t) => {
  const { anna } = await begin(t);
  await anna.create({
    summary: 'x',
    rrule: 'FREQ=DAILY;UNTIL=20270329T070000Z',
    startDate: berlin('20270327T090000'),
    endDate: berlin('20270327T100000'),
  });
  const range = {
    rangeStart: '20270301T000000Z',
    rangeEnd: '20270501T000000Z',
    expand: true,
    fields: 'startDate,endDate',
  };
  const answer = await anna.get('chronos', 'all', { folder: anna.folder, ...range });
  assert.deepEqual(
    (answer.data as { startDate: { value: string }; endDate: { value: string } }[]).map((one) => [
      one.startDate.value,
      one.endDate.value,
    ]),
    ['20270327', '20270328', '20270329'].map((day) => [`${day}T090000`, `${day}T100000`]),
  );
});

test('a change of the master reaches exceptions where they had its value; those off the new rule go', async (t) => {
  const { anna } = await begin(t);
  const master = await anna.create({ ...weekly, location: 'A', description: 'D' });
  const {
    created: [one],
  } = await anna.change(master.id, { summary: 'Special' }, { recurrenceId: id('20261208') });
  const {
    created: [two],
  } = await anna.change(master.id, { location: 'B' }, { recurrenceId: id('20261215') });
  await anna.change(master.id, { summary: 'New', location: 'C' });
  const [first, second] = [await anna.read(one?.id), await anna.read(two?.id)];
  assert.deepEqual([first.summary, first.location, second.summary, second.location], ['Special', 'C', 'New', 'B']);
  const result = await anna.change(master.id, { rrule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=3' });
  assert.deepEqual(
    result.deleted.map((gone) => gone.id),
    [one?.id],
  );
  assert.equal((await anna.read(two?.id)).location, 'B');
});

test('this and all future: the id keeps the future, a new series has the past, both are related', async (t) => {
  const { anna, ben } = await begin(t);
  const master = await anna.create({ ...weekly, attendees: [{ entity: ben.userId }] });
  const {
    created: [early],
  } = await anna.change(master.id, { summary: 'Early' }, { recurrenceId: id('20261208') });
  const {
    created: [late],
  } = await anna.change(master.id, { summary: 'Late' }, { recurrenceId: id('20261229') });
  const result = await anna.change(
    master.id,
    { summary: 'Future' },
    { recurrenceId: id('20261222'), recurrenceRange: 'THISANDFUTURE' },
  );
  const past = result.created.find(({ rrule }) => rrule !== undefined)!;
  const future = await anna.read(master.id);
  assert.deepEqual(
    [past.rrule, future.rrule, future.startDate],
    ['FREQ=WEEKLY;COUNT=3', 'FREQ=WEEKLY;COUNT=3', berlin('20261222T090000')],
  );
  assert.notEqual(past.uid, future.uid);
  assert.equal(future.uid, master.uid);
  assert.ok(past.relatedTo && past.relatedTo === future.relatedTo);
  assert.equal((await anna.read(early?.id)).seriesId, past.id);
  assert.equal((await anna.read(late?.id)).seriesId, master.id);
  assert.deepEqual(await starts(ben), [
    '20261201T09 Weekly',
    '20261208T09 Early',
    '20261215T09 Weekly',
    '20261222T09 Future',
    '20261229T09 Late',
    '20270105T09 Future',
  ]);
});

test('an attendee answers one occurrence, and leaves another one: for them it is deleted, for the others it is not', async (t) => {
  const { anna, ben, carla } = await begin(t);
  const master = await anna.create({ ...weekly, attendees: [{ entity: ben.userId }, { entity: carla.userId }] });
  await ben.answer(master.id, 'ACCEPTED');
  await ben.answer(master.id, 'TENTATIVE', { recurrenceId: id('20261208') });
  await ben.remove(master.id, { recurrenceId: id('20261215') });
  const stat = async (who: World['anna'], day: string) => {
    const event = await who.read(master.id, { recurrenceId: id(day) });
    return (event.attendees as { entity: number; partStat: string }[]).find(({ entity }) => entity === ben.userId)
      ?.partStat;
  };
  assert.deepEqual(
    [await stat(anna, '20261201'), await stat(anna, '20261208'), await stat(carla, '20261215')],
    ['ACCEPTED', 'TENTATIVE', 'DECLINED'],
  );
  const seen = await ben.read(master.id);
  assert.deepEqual([seen.changeExceptionDates, seen.deleteExceptionDates], [[id('20261208')], [id('20261215')]]);
  assert.deepEqual((await anna.read(master.id)).changeExceptionDates, [id('20261208'), id('20261215')]);
  assert.ok(!(await starts(ben)).some((one) => one.startsWith('20261215')));
  assert.ok((await starts(carla)).some((one) => one.startsWith('20261215')));
});

test('events move between own calendars with their exceptions; occurrences do not', async (t) => {
  const { anna } = await begin(t);
  const second = String(
    (await anna.put('folders', 'new', { folder_id: 1 }, { title: 'Second', module: 'event' })).data,
  );
  assert.match(second, /^cal:\/\/0\/\d+$/);
  const master = await anna.create(weekly);
  const {
    created: [exception],
  } = await anna.change(master.id, { summary: 'x' }, { recurrenceId: id('20261208') });
  const move = (event: unknown, more = {}) =>
    anna.put('chronos', 'move', { folder: anna.folder, id: event, targetFolder: second, timestamp: 9e15, ...more }, {});
  assert.equal((await move(exception?.id)).code, 'CAL-4225');
  const before = await anna.updates(0);
  assert.equal((await move(master.id)).code, undefined);
  const delta = (await anna.updates(before.timestamp!)).data as { deleted: EventJson[] };
  assert.deepEqual(new Set(delta.deleted.map((one) => one.id)), new Set([master.id, exception?.id]));
  const there = await anna.get('chronos', 'updates', { folder: second, timestamp: 0, fields: 'id,folder' });
  assert.equal((there.data as { newAndModified: unknown[] }).newAndModified.length, 2);
});
