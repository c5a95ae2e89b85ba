import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type CalendarEvent,
  eventNames,
  localOf,
  meetingNames,
  readEvent,
  recipientProperties,
  writeEvent,
  writeMeeting,
} from '../../../src/formats/index.ts';
import {
  fileTimeFromMs,
  type MessageContent,
  namedTags,
  PidLid,
  PidTag,
  setProperty,
} from '../../../src/mapi/index.ts';
import type { Message } from '../../../src/store/index.ts';
import { setUp } from './open-xchange.ts';
import { client, messagesOf, valuesOf } from './outlook.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON of a server, whose members are asserted
type Row = Record<string, any>;

async function begin(t: TestContext) {
  const world = await setUp(t);
  const { anna, mailbox, sandbox } = world;
  const folder = `cal://0/${(await anna.get('config/folder/calendar', '')).data}`;
  const calendar = mailbox.specialFolder('calendar');
  const all = async (): Promise<Row[]> => {
    const query = { folder, rangeStart: '20200101T000000Z', rangeEnd: '20400101T000000Z' };
    return (await anna.get('chronos', 'all', query)).data as Row[];
  };
  const names = [...eventNames, ...meetingNames];
  const context = {
    tags: namedTags(names, await mailbox.propertyIds(names, true)),
    timeZone: 'Europe/Berlin',
  };
  const checked = async (answer: Promise<{ code?: string; error?: string; data?: unknown }>): Promise<Row> => {
    const { code, error, data } = await answer;
    assert.equal(code, undefined, error ?? '');
    return data as Row;
  };
  return {
    ...world,
    context,
    folder,
    calendar,
    all,
    async only(): Promise<Row> {
      const rows = (await all()).filter((row) => row.recurrenceId === undefined);
      assert.equal(rows.length, 1);
      return rows[0]!;
    },
    async add(body: object): Promise<Row> {
      return (await checked(anna.put('chronos', 'new', { folder }, body))).created[0] as Row;
    },
    edit: (id: string, body: object, more: object = {}) =>
      checked(anna.put('chronos', 'update', { folder, id, timestamp: 9e15, ...more }, body)),
    drop: (id: string, more: object = {}) =>
      checked(anna.put('chronos', 'delete', { timestamp: 9e15 }, [{ folder, id, ...more }] as never)),
    here: () => messagesOf(mailbox, calendar),
    /** The event as Outlook reads it. */
    async event(message: Message): Promise<CalendarEvent> {
      const content = await mailbox.content((await mailbox.messageByKey(message.key))!);
      return readEvent(content, context)!.event;
    },
    /** Saves an event as Outlook does. */
    async save(event: CalendarEvent, before?: Message): Promise<Message> {
      const old = before && (await mailbox.messageByKey(before.key));
      const content: MessageContent = old
        ? structuredCopy(await mailbox.content(old))
        : { properties: new Map(), recipients: [], attachments: [] };
      writeEvent(content, event, context);
      return mailbox.saveMessage(
        {
          ...(old ? { id: old.id } : {}),
          folderId: calendar,
          set: content.properties,
          recipients: content.recipients,
          putAttachments: content.attachments,
        },
        client,
      );
    },
    mailsTo: async (name: string): Promise<string[]> => {
      const who = await world.loginAs(name);
      const query = { folder: 'default0/INBOX', columns: '607', sort: 610, order: 'asc' };
      return ((await who.get('mail', 'all', query)).data as [string][]).map(([subject]) => subject);
    },
    sandbox,
  };
}

const structuredCopy = ({ properties, recipients, attachments }: MessageContent): MessageContent => ({
  properties: new Map(properties),
  recipients: recipients.map((one) => new Map(one)),
  attachments: attachments.map((one) => ({
    ...one,
    properties: new Map(one.properties),
    ...(one.embedded ? { embedded: structuredCopy(one.embedded) } : {}),
  })),
});

const berlin = (text: string) =>
  ({ kind: 'zoned', local: Temporal.PlainDateTime.from(text), zone: 'Europe/Berlin' }) as const;
const day = (text: string) => Temporal.PlainDate.from(text);
const ofBerlin = (value: string) => ({ value, tzid: 'Europe/Berlin' });

const lunch: CalendarEvent = {
  uid: 'lunch-1@outlook.test',
  start: berlin('2027-03-01T12:00'),
  end: berlin('2027-03-01T13:00'),
  subject: 'Lunch',
  location: 'Canteen',
  note: { text: 'soup' },
  categories: ['Food'],
  busyStatus: 'outOfOffice',
  sensitivity: 'private',
  importance: 'high',
  reminder: 30,
};

const weekly: CalendarEvent = {
  uid: 'weekly-1@outlook.test',
  start: berlin('2027-03-01T09:00'),
  end: berlin('2027-03-01T10:00'),
  subject: 'Jour fixe',
  recurrence: {
    pattern: { kind: 'weekly', interval: 1, days: [1] },
    weekStart: 1,
    end: { kind: 'count', count: 10 },
    deleted: [day('2027-03-08')],
  },
  exceptions: [
    {
      original: day('2027-03-15'),
      fields: { subject: 'Jour fixe, moved', start: berlin('2027-03-16T11:00'), end: berlin('2027-03-16T12:00') },
    },
  ],
};

test('an appointment that Outlook saved appears on Open-Xchange with its fields, once, by its own uid', async (t) => {
  const { mailbox, pass, save, only } = await begin(t);
  await pass();
  await save(lunch);
  await pass();
  await pass();
  const row = await only();
  assert.deepEqual(
    [row.uid, row.summary, row.location, row.description, row.categories, row.class, row.transp],
    ['lunch-1@outlook.test', 'Lunch', 'Canteen', 'soup', ['Food'], 'CONFIDENTIAL', 'OPAQUE'],
  );
  assert.deepEqual([row.startDate, row.endDate], [ofBerlin('20270301T120000'), ofBerlin('20270301T130000')]);
  assert.equal(row.alarms[0].trigger.duration, '-PT30M');
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('an appointment of Open-Xchange appears here; what is changed on either side changes on the other', async (t) => {
  const { mailbox, pass, add, edit, here, event, save, only } = await begin(t);
  const { id } = await add({
    summary: 'Fair',
    startDate: { value: '20270310' },
    endDate: { value: '20270312' },
    alarms: [
      { action: 'EMAIL', trigger: { duration: '-P1D' }, summary: 's', description: 'd' },
      { action: 'DISPLAY', trigger: { duration: '-PT1H' } },
    ],
  });
  await pass();
  const [message] = await here();
  const names = [PidTag.MessageClass, PidTag.Subject, PidLid.AppointmentSubType, PidLid.AppointmentStartWhole];
  assert.deepEqual(await valuesOf(mailbox, message!, names), [
    'IPM.Appointment',
    'Fair',
    true,
    fileTimeFromMs(Date.UTC(2027, 2, 9, 23)),
  ]);
  assert.equal((await event(message!)).reminder, 60);
  await edit(id, { summary: 'Trade fair', location: 'Hall 3' });
  await pass();
  assert.deepEqual(await valuesOf(mailbox, message!, [PidTag.Subject, PidLid.Location]), ['Trade fair', 'Hall 3']);
  await save({ ...(await event(message!)), subject: 'Big fair', reminder: 20, importance: 'high' }, message);
  await pass();
  const row = await only();
  assert.deepEqual([row.summary, row.location], ['Big fair', 'Hall 3']);
  assert.deepEqual(
    row.alarms.map((alarm: Row) => [alarm.action, alarm.trigger.duration]),
    [
      ['EMAIL', '-P1D'],
      ['DISPLAY', '-PT20M'],
    ],
  );
  await edit(id, { location: 'Hall 4' });
  await pass();
  assert.equal((await event(message!)).importance, 'high');
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a series goes there with its moved and its deleted occurrence, and is one item', async (t) => {
  const { mailbox, pass, save, all, only, here, event } = await begin(t);
  await pass();
  const message = await save(weekly);
  await pass();
  await pass();
  const row = await only();
  assert.equal(row.rrule, 'FREQ=WEEKLY;BYDAY=MO;COUNT=10');
  assert.deepEqual(row.deleteExceptionDates, ['Europe/Berlin:20270308T090000']);
  const exception = (await all()).find((one) => one.recurrenceId !== undefined)!;
  assert.deepEqual(
    [exception.recurrenceId, exception.summary, exception.startDate],
    ['Europe/Berlin:20270315T090000', 'Jour fixe, moved', ofBerlin('20270316T110000')],
  );
  assert.equal((await here()).length, 1);
  assert.equal((await event(message)).exceptions?.length, 1);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('occurrences that Open-Xchange moves and deletes are moved and deleted here, and the other way', async (t) => {
  const { mailbox, pass, add, edit, drop, here, event, save, only, all } = await begin(t);
  const { id } = await add({
    summary: 'Standup',
    startDate: ofBerlin('20270301T090000'),
    endDate: ofBerlin('20270301T091500'),
    rrule: 'FREQ=DAILY;COUNT=10',
  });
  await pass();
  await edit(
    id,
    { startDate: ofBerlin('20270303T110000'), endDate: ofBerlin('20270303T111500'), location: 'Room 4' },
    { recurrenceId: 'Europe/Berlin:20270303T090000' },
  );
  await drop(id, { recurrenceId: 'Europe/Berlin:20270304T090000' });
  await pass();
  const [message] = await here();
  const found = await event(message!);
  assert.deepEqual(found.recurrence?.deleted.map(String), ['2027-03-04']);
  assert.deepEqual(
    found.exceptions?.map(({ original, fields }) => [String(original), String(localOf(fields.start)), fields.location]),
    [['2027-03-03', '2027-03-03T11:00:00', 'Room 4']],
  );
  const [first] = found.exceptions!;
  await save(
    {
      ...found,
      recurrence: { ...found.recurrence!, deleted: [day('2027-03-04'), day('2027-03-06')] },
      exceptions: [
        { ...first!, fields: { ...first!.fields, location: 'Room 5' } },
        {
          original: day('2027-03-05'),
          fields: { subject: 'Long standup', start: berlin('2027-03-05T09:00'), end: berlin('2027-03-05T10:00') },
        },
      ],
    },
    message,
  );
  await pass();
  await pass();
  assert.deepEqual((await only()).deleteExceptionDates, [
    'Europe/Berlin:20270304T090000',
    'Europe/Berlin:20270306T090000',
  ]);
  assert.deepEqual(
    (await all())
      .filter((row) => row.recurrenceId !== undefined)
      .map((row) => [row.recurrenceId, row.summary, row.location, row.endDate.value]),
    [
      ['Europe/Berlin:20270303T090000', 'Standup', 'Room 5', '20270303T111500'],
      ['Europe/Berlin:20270305T090000', 'Long standup', undefined, '20270305T100000'],
    ],
  );
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('different occurrences changed on both sides at once both survive', async (t) => {
  const { mailbox, pass, save, only, edit, event, all } = await begin(t);
  await pass();
  const message = await save(weekly);
  await pass();
  const { id } = await only();
  await edit(id, { summary: 'Theirs' }, { recurrenceId: 'Europe/Berlin:20270322T090000' });
  const mine = await event(message);
  const fields = { subject: 'Ours', start: berlin('2027-03-29T09:00'), end: berlin('2027-03-29T10:00') };
  await save({ ...mine, exceptions: [...mine.exceptions!, { original: day('2027-03-29'), fields }] }, message);
  await pass();
  await pass();
  const titles = (await event(message)).exceptions?.map((one) => one.fields.subject);
  assert.deepEqual(titles, ['Jour fixe, moved', 'Theirs', 'Ours']);
  const there = (await all()).filter((row) => row.recurrenceId !== undefined).map((row) => row.summary);
  assert.deepEqual(there, titles);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('what is deleted on one side is deleted on the other', async (t) => {
  const { mailbox, calendar, pass, save, all, add, drop, here } = await begin(t);
  const { id } = await add({ summary: 'Gone there', startDate: { value: '20270401' }, endDate: { value: '20270402' } });
  await pass();
  const message = await save(weekly);
  await pass();
  await drop(id);
  await pass();
  assert.deepEqual(
    (await here()).map(({ key }) => key),
    [message.key],
  );
  const { id: now } = (await mailbox.messageByKey(message.key))!;
  await mailbox.deleteMessages(calendar, [now], {}, client);
  await pass();
  assert.deepEqual(await all(), []);
});

test('a lost answer to a creation does not make a second event', async (t) => {
  const { mailbox, pass, save, all, here, sandbox } = await begin(t);
  await pass();
  sandbox.faults.add({ effect: 'cutAfter', module: 'chronos', action: 'new', times: 1 });
  await save(weekly);
  await pass();
  await pass();
  await pass();
  assert.equal((await all()).filter((row) => row.recurrenceId === undefined).length, 1);
  assert.equal((await all()).length, 2);
  assert.equal((await here()).length, 1);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

const meeting: CalendarEvent = {
  ...lunch,
  uid: 'meeting-1@outlook.test',
  sensitivity: undefined,
  organizer: { name: 'Anna Ä', address: 'anna@oxbow.test' },
  attendees: [{ name: 'Ben B', address: 'ben@oxbow.test', role: 'required' }],
  response: 'organizer',
} as CalendarEvent;

test('a meeting made here is in the calendar of who was asked, and Open-Xchange sends one invitation', async (t) => {
  const { mailbox, pass, save, only, mailsTo, event, loginAs } = await begin(t);
  await pass();
  const before = (await mailsTo('ben')).length;
  const message = await save(meeting);
  await pass();
  await pass();
  await pass();
  assert.equal((await mailsTo('ben')).length, before + 1);
  const { id, uid } = await only();
  const ben = await loginAs('ben');
  const folder = `cal://0/${(await ben.get('config/folder/calendar', '')).data}`;
  const his = (await ben.get('chronos', 'resolve', { uid })).data as Row;
  assert.equal(his.id, id);
  const attendee = { entity: ben.userId, partStat: 'ACCEPTED' };
  const answer = await ben.put('chronos', 'updateAttendee', { folder, id, timestamp: 9e15 }, { attendee });
  assert.equal(answer.code, undefined, answer.error ?? '');
  await pass();
  const found = await event(message);
  assert.deepEqual(
    found.attendees?.map(({ address, response }) => [address, response]),
    [['ben@oxbow.test', 'accepted']],
  );
  assert.equal(found.received, undefined);
  // Nothing of this was a change that anybody has to be told of.
  assert.equal((await mailsTo('ben')).length, before + 1);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('an invitation of somebody else is in the calendar, and what is answered here is answered there', async (t) => {
  const { mailbox, pass, here, event, save, loginAs, only } = await begin(t);
  const ben = await loginAs('ben');
  const folder = `cal://0/${(await ben.get('config/folder/calendar', '')).data}`;
  const body = {
    summary: 'Board',
    startDate: ofBerlin('20270301T150000'),
    endDate: ofBerlin('20270301T160000'),
    attendees: [{ uri: 'mailto:anna@oxbow.test', cuType: 'INDIVIDUAL' }],
  };
  const made = await ben.put('chronos', 'new', { folder }, body);
  assert.equal(made.code, undefined, made.error ?? '');
  await pass();
  const [message] = await here();
  const found = await event(message!);
  assert.deepEqual(
    [found.received, found.response, found.organizer?.address],
    [true, 'notResponded', 'ben@oxbow.test'],
  );
  await save({ ...found, response: 'accepted', reminder: 5 }, message);
  await pass();
  await pass();
  const row = await only();
  const own = row.attendees.find((one: Row) => one.email === 'anna@oxbow.test');
  assert.deepEqual([own.partStat, row.alarms[0].trigger.duration], ['ACCEPTED', '-PT5M']);
  assert.equal((await event(message!)).response, 'accepted');
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

/** Submits the request that Outlook makes of a meeting, so long after the test began. */
async function invite(
  { mailbox, context }: Pick<Awaited<ReturnType<typeof begin>>, 'mailbox' | 'context'>,
  event: CalendarEvent,
  to: readonly string[],
  afterMs: number,
): Promise<void> {
  const content: MessageContent = { properties: new Map(), recipients: [], attachments: [] };
  writeMeeting(content, { method: 'REQUEST', event }, Temporal.Now.instant(), context);
  setProperty(content.properties, PidTag.ClientSubmitTime, fileTimeFromMs(Date.now() + afterMs));
  const saved = await mailbox.saveMessage(
    {
      folderId: mailbox.specialFolder('outbox'),
      set: content.properties,
      recipients: to.map((address, at) => recipientProperties({ name: address, address }, 1, at)),
      flags: 8,
    },
    client,
  );
  await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
}

test("Outlook's own request for a meeting is not sent besides the invitation of Open-Xchange", async (t) => {
  const world = await begin(t);
  const { mailbox, pass, save, mailsTo } = world;
  await pass();
  const before = (await mailsTo('ben')).length;
  // In a cached client the request may be there first.
  await invite(world, meeting, ['ben@oxbow.test'], 60_000);
  await pass(1000);
  assert.equal((await mailsTo('ben')).length, before);
  await save(meeting);
  for (let i = 0; i < 4; i += 1) await pass(5000);
  assert.equal((await mailsTo('ben')).length, before + 1);
  const sent = await messagesOf(mailbox, mailbox.specialFolder('sentItems'));
  assert.deepEqual(await Promise.all(sent.map((one) => valuesOf(mailbox, one, [PidTag.Subject]))), [['Lunch']]);
  assert.deepEqual(await messagesOf(mailbox, mailbox.specialFolder('outbox')), []);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a request for somebody whom Open-Xchange did not ask, or without a meeting here, is sent', async (t) => {
  const world = await begin(t);
  const { pass, save, mailsTo } = world;
  await pass();
  const before = (await mailsTo('carla')).length;
  await save(meeting);
  await pass();
  await invite(world, meeting, ['carla@oxbow.test'], 120_000);
  await pass();
  assert.equal((await mailsTo('carla')).length, before + 1);
  await invite(world, { ...meeting, uid: 'unknown@outlook.test' }, ['carla@oxbow.test'], 180_000);
  await pass(1000);
  assert.equal((await mailsTo('carla')).length, before + 1);
  await pass(70_000);
  assert.equal((await mailsTo('carla')).length, before + 2);
});
