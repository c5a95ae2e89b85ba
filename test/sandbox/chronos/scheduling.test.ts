import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import PostalMime from 'postal-mime';
import { begin, berlin, type EventJson, hour, noon } from './world.ts';

interface Attendee {
  entity?: number;
  uri: string;
  partStat: string;
  comment?: string;
}

const attendees = (event: EventJson) => event.attendees as Attendee[];
const statOf = (event: EventJson, entity: number) => attendees(event).find((one) => one.entity === entity)?.partStat;

async function itip(raw: string) {
  const mail = await PostalMime.parse(raw);
  const part = mail.attachments.find(({ mimeType }) => mimeType === 'application/ics');
  const text = new TextDecoder().decode(part?.content as ArrayBuffer);
  const component = new ICAL.Component(ICAL.parse(text));
  const events = component.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
  return {
    mail,
    text,
    method: component.getFirstPropertyValue('method'),
    events,
    zones: component.getAllSubcomponents('vtimezone'),
  };
}

test('a meeting shows in the calendar of those who were asked, who get an invitation each, people outside one in the outgoing mails', async (t) => {
  const { anna, ben, carla, sandbox } = await begin(t);
  const kim = { uri: 'mailto:kim@partner.example', cn: 'Kim' };
  const { id } = await anna.create({
    summary: 'Planung; mit Komma, und Umlaut ä',
    description: 'Zeile 1\nZeile 2',
    location: 'Saal',
    ...hour('20261201T090000'),
    attendees: [{ entity: ben.userId }, kim, { entity: 1, cuType: 'RESOURCE' }],
  });
  const seen = await ben.read(id);
  assert.deepEqual([seen.folder, seen.summary], [ben.folder, 'Planung; mit Komma, und Umlaut ä']);
  assert.equal(statOf(seen, ben.userId), 'NEEDS-ACTION');
  assert.deepEqual(seen.flags, ['scheduled', 'attendee', 'needs_action']);
  assert.deepEqual((await anna.read(id)).flags, ['scheduled', 'organizer', 'accepted']);
  assert.deepEqual((await ben.get('chronos', 'needsAction', { fields: 'id' })).data, [{ id }]);
  assert.deepEqual([anna.inbox().length, carla.inbox().length, ben.inbox().length], [0, 0, 1]);

  const { mail, method, events, text, zones } = await itip(ben.inbox()[0]!);
  assert.deepEqual([mail.from?.address, mail.to?.[0]?.address], ['anna@oxbow.test', 'ben@oxbow.test']);
  assert.match(ben.inbox()[0]!, /Content-Type: text\/calendar; method=REQUEST; charset=utf-8/);
  assert.match(
    ben.inbox()[0]!,
    new RegExp(
      `X-OX-Reminder: ${id},${ben.number},1\\r\\nX-Open-Xchange-Module: Appointments\\r\\nX-Open-Xchange-Type: New`,
    ),
  );
  assert.match(mail.subject!, /^New appointment: Planung; mit Komma/);
  assert.match(mail.text!, /When: Tuesday, December 1, 2026/);
  const [event] = events;
  assert.deepEqual(
    [method, event?.summary, event?.description, event?.location],
    ['REQUEST', 'Planung; mit Komma, und Umlaut ä', 'Zeile 1\nZeile 2', 'Saal'],
  );
  assert.equal(event?.uid, seen.uid);
  assert.equal(event?.organizer, 'mailto:anna@oxbow.test');
  assert.equal(event?.attendees.length, 4);
  assert.equal(zones.length, 1);
  assert.equal(event?.startDate.toJSDate().toISOString(), '2026-12-01T08:00:00.000Z');
  assert.deepEqual(
    text.split(/\r?\n/).filter((line) => Buffer.byteLength(line) > 75),
    [],
  );

  const sent = sandbox.outgoing();
  assert.deepEqual(
    sent.map(({ recipient }) => recipient),
    ['kim@partner.example'],
  );
  assert.ok(!sent[0]!.raw.toString().includes('X-OX-Reminder'));
});

test('an answer shows on the organizer’s side, who is told once; reading sends nothing', async (t) => {
  const { anna, ben, sandbox } = await begin(t);
  const { id } = await anna.create({
    summary: 'Meeting',
    ...hour('20261201T090000'),
    attendees: [{ entity: ben.userId }],
  });
  const before = await anna.updates(0);
  const attendee = { entity: ben.userId, partStat: 'ACCEPTED', comment: 'gern' };
  const query = { folder: ben.folder, id, timestamp: (await ben.read(id)).timestamp };
  const answer = await ben.put('chronos', 'updateAttendee', query, {
    attendee,
    alarms: [{ trigger: { duration: '-PT5M' } }],
  });
  assert.equal(answer.code, undefined);
  const delta = (await anna.updates(before.timestamp!, { fields: 'attendees,alarms' })).data as {
    newAndModified: EventJson[];
  };
  const own = attendees(delta.newAndModified[0]!).find(({ entity }) => entity === ben.userId);
  assert.deepEqual([own?.partStat, own?.comment], ['ACCEPTED', 'gern']);
  assert.equal(delta.newAndModified[0]?.alarms, undefined, 'everybody has alarms of their own');
  assert.equal(((await ben.read(id)).alarms as unknown[]).length, 1);
  const { mail, method, events } = await itip(anna.inbox()[0]!);
  assert.equal(mail.subject, 'Ben B hat zugesagt: Meeting');
  assert.deepEqual([method, events[0]?.attendees.length], ['REPLY', 1]);
  assert.equal(events[0]?.attendees[0]?.getParameter('partstat'), 'ACCEPTED');

  const counts = () => [anna.inbox().length, ben.inbox().length, sandbox.outgoing().length];
  const told = counts();
  for (const who of [anna, ben]) {
    await who.read(id);
    await who.updates(0);
    await who.get('chronos', 'all', {
      folder: who.folder,
      rangeStart: '20261101T000000Z',
      rangeEnd: '20270101T000000Z',
    });
  }
  await ben.put('chronos', 'updateAttendee', { ...query, timestamp: 1 }, { attendee });
  assert.deepEqual(counts(), told, 'neither reading nor a refused change sends');
});

test('scheduling=none, internal-only and external-only decide who is told', async (t) => {
  const { anna, ben, sandbox } = await begin(t);
  const invite = async (query: object) => {
    const before = [ben.inbox().length, sandbox.outgoing().length] as const;
    await anna.create(
      {
        summary: 'x',
        ...hour('20261201T090000'),
        attendees: [{ entity: ben.userId }, { uri: 'mailto:kim@x.example' }],
      },
      { ...query },
    );
    return [ben.inbox().length - before[0], sandbox.outgoing().length - before[1]];
  };
  assert.deepEqual(await invite({}), [1, 1]);
  assert.deepEqual(await invite({ scheduling: 'none' }), [0, 0]);
  assert.deepEqual(await invite({ scheduling: 'internal-only' }), [1, 0]);
  assert.deepEqual(await invite({ scheduling: 'external-only' }), [0, 1]);
  assert.deepEqual(await invite({ sendInternalNotifications: false }), [0, 1]);
});

test('a new time raises the sequence and asks again; other changes do not; alarms tell nobody', async (t) => {
  const { anna, ben } = await begin(t);
  const { id } = await anna.create({ summary: 'x', ...hour('20261201T090000'), attendees: [{ entity: ben.userId }] });
  await ben.answer(id, 'ACCEPTED');
  await anna.change(id, { location: 'Saal' });
  assert.equal(statOf(await anna.read(id), ben.userId), 'ACCEPTED');
  assert.equal((await anna.read(id)).sequence, 0);
  await anna.change(id, { alarms: [{ trigger: { duration: '-PT5M' } }] });
  assert.equal(ben.inbox().length, 2);
  await anna.change(id, hour('20261201T100000'));
  const after = await ben.read(id);
  assert.deepEqual(
    [statOf(after, ben.userId), after.sequence, statOf(after, anna.userId)],
    ['NEEDS-ACTION', 1, 'ACCEPTED'],
  );
  assert.match(ben.inbox()[2]!, /X-Open-Xchange-Type: Modified/);
});

test('those who come later are invited, those who go are told and lose it, the rest hears nothing', async (t) => {
  const { anna, ben, carla } = await begin(t);
  const { id } = await anna.create({ summary: 'x', ...hour('20261201T090000'), attendees: [{ entity: ben.userId }] });
  const before = await ben.updates(0);
  await anna.change(id, { attendees: [{ entity: anna.userId }, { entity: carla.userId }] });
  assert.equal((await ben.get('chronos', 'get', { folder: ben.folder, id })).code, 'CAL-4041');
  const delta = (await ben.updates(before.timestamp!)).data as { deleted: EventJson[] };
  assert.deepEqual(
    delta.deleted.map((one) => one.id),
    [id],
  );
  assert.equal((await carla.read(id)).summary, 'x');
  const cancel = await itip(ben.inbox()[1]!);
  assert.deepEqual(
    [cancel.method, cancel.events[0]?.component.getFirstPropertyValue('status')],
    ['CANCEL', 'CANCELLED'],
  );
  assert.equal(carla.inbox().length, 1);
});

test('attendees may change their answer and alarms only', async (t) => {
  const { anna, ben, carla } = await begin(t);
  const { id } = await anna.create({
    summary: 'x',
    ...hour('20261201T090000'),
    attendees: [{ entity: ben.userId }, { entity: carla.userId }],
  });
  assert.equal((await ben.attempt(id, { summary: 'mine' })).code, 'CAL-4038');
  assert.equal((await ben.attempt(id, hour('20261201T110000'))).code, 'CAL-4038');
  const all = attendees(await ben.read(id));
  const others = all.map((one) => (one.entity === carla.userId ? { ...one, partStat: 'DECLINED' } : one));
  assert.equal((await ben.attempt(id, { attendees: others })).code, 'CAL-4033');
  const own = all.map((one) => (one.entity === ben.userId ? { ...one, partStat: 'TENTATIVE' } : one));
  await ben.change(id, { ...(await ben.read(id)), attendees: own });
  assert.equal(statOf(await anna.read(id), ben.userId), 'TENTATIVE');
  const foreign = { attendee: { entity: carla.userId, partStat: 'ACCEPTED' } };
  const answer = await ben.put('chronos', 'updateAttendee', { folder: ben.folder, id, timestamp: 9e15 }, foreign);
  assert.equal(answer.code, 'CAL-4033');
});

test('an attendee’s deletion is a refusal; the organizer’s one cancels for all', async (t) => {
  const { anna, ben, carla } = await begin(t);
  const { id } = await anna.create({
    summary: 'x',
    ...hour('20261201T090000'),
    attendees: [{ entity: ben.userId }, { entity: carla.userId }],
  });
  await ben.remove(id);
  assert.equal((await ben.get('chronos', 'get', { folder: ben.folder, id })).code, 'CAL-4041');
  assert.equal(statOf(await anna.read(id), ben.userId), 'DECLINED');
  assert.match(anna.inbox()[0]!, /X-Open-Xchange-Type: Declined/);
  const before = await carla.updates(0);
  await anna.remove(id);
  const delta = (await carla.updates(before.timestamp!)).data as { deleted: EventJson[] };
  assert.deepEqual(
    delta.deleted.map((one) => one.id),
    [id],
  );
  assert.match(carla.inbox()[1]!, /method=CANCEL/);
});

test('groups are taken apart, and keep their own entry', async (t) => {
  const { anna, ben, carla } = await begin(t);
  const { id } = await anna.create({
    summary: 'x',
    ...hour('20261201T090000'),
    attendees: [{ entity: 2, cuType: 'GROUP' }],
  });
  const all = (await anna.read(id)).attendees as Record<string, unknown>[];
  assert.deepEqual(
    all.map(({ cuType, entity, member }) => [cuType, entity, member]),
    [
      ['INDIVIDUAL', anna.userId, undefined],
      ['GROUP', 2, undefined],
      ['INDIVIDUAL', ben.userId, ['mailto:team@oxbow.test']],
      ['INDIVIDUAL', carla.userId, ['mailto:team@oxbow.test']],
    ],
  );
  assert.equal((await carla.read(id)).id, id);
});

test('somebody outside has invited: the answer goes there, and nothing of theirs can be changed', async (t) => {
  const { ben, sandbox } = await begin(t);
  const kim = { uri: 'mailto:kim@partner.example', cn: 'Kim' };
  const { id } = await ben.create({
    uid: 'kim-1',
    summary: 'Bei Kim',
    ...hour('20261201T090000'),
    organizer: kim,
    attendees: [
      { ...kim, partStat: 'ACCEPTED' },
      { entity: ben.userId, partStat: 'NEEDS-ACTION' },
    ],
  });
  assert.equal(statOf(await ben.read(id), ben.userId), 'NEEDS-ACTION');
  assert.equal(sandbox.outgoing().length, 0, 'nobody invites in the name of somebody else');
  assert.equal((await ben.attempt(id, { summary: 'mine' })).code, 'CAL-4038');
  await ben.answer(id, 'ACCEPTED');
  const [reply] = sandbox.outgoing();
  assert.equal(reply?.recipient, 'kim@partner.example');
  assert.equal((await itip(reply!.raw.toString())).method, 'REPLY');
});

test('conflicts come as data and nothing is stored; booked rooms cannot be overridden', async (t) => {
  const { anna, ben, carla, sandbox } = await begin(t);
  const room = { entity: 1, cuType: 'RESOURCE' };
  await carla.create({ summary: 'Private matter', class: 'CONFIDENTIAL', ...hour('20261201T090000') });
  await ben.create({ summary: 'With the room', ...hour('20261201T090000'), attendees: [room] });
  const json = {
    summary: 'x',
    ...hour('20261201T093000'),
    attendees: [{ entity: ben.userId }, { entity: carla.userId }],
  };
  const answer = await anna.put('chronos', 'new', { folder: anna.folder, checkConflicts: true }, json);
  const { conflicts } = answer.data as { conflicts: Record<string, unknown>[] };
  assert.deepEqual(
    conflicts.map(({ hard_conflict, conflicting_attendees, event }) => [
      hard_conflict,
      (conflicting_attendees as Attendee[]).map(({ entity }) => entity),
      (event as EventJson).summary,
    ]),
    [
      [false, [ben.userId], undefined],
      [false, [carla.userId], undefined],
    ],
  );
  assert.deepEqual([(await anna.updates(0)).timestamp, ben.inbox().length, sandbox.outgoing().length], [0, 0, 0]);
  const hard = await anna.put('chronos', 'new', { folder: anna.folder }, { ...json, attendees: [room] });
  assert.equal((hard.data as { conflicts: { hard_conflict: boolean }[] }).conflicts[0]?.hard_conflict, true);
  assert.equal((await anna.put('chronos', 'new', { folder: anna.folder }, json)).code, undefined);
});

test('free and busy times, of others without what they are, and merged', async (t) => {
  const { anna, ben } = await begin(t);
  await ben.create({ summary: 'Secret', ...hour('20261201T090000') });
  await ben.create({ summary: 'Overlaps', startDate: berlin('20261201T093000'), endDate: berlin('20261201T110000') });
  const { id } = await anna.create({
    summary: 'Ours',
    ...hour('20261201T140000'),
    attendees: [{ entity: ben.userId }],
  });
  const query = { from: '20261201T000000Z', until: '20261202T000000Z' };
  const ask = async (more = {}) =>
    (
      await anna.put(
        'chronos',
        'freeBusy',
        { ...query, ...more },
        { attendees: [{ entity: ben.userId }, { uri: 'mailto:kim@x.example' }] },
      )
    ).data as { freeBusyTime: EventJson[] }[];
  const [times, outside] = await ask();
  assert.deepEqual(
    times?.freeBusyTime.map(({ startTime, fbType, event }) => [
      startTime,
      fbType,
      (event as EventJson | undefined)?.id,
    ]),
    [
      [Date.UTC(2026, 11, 1, 8), 'BUSY', undefined],
      [Date.UTC(2026, 11, 1, 8, 30), 'BUSY', undefined],
      [Date.UTC(2026, 11, 1, 13), 'BUSY-TENTATIVE', id],
    ],
  );
  assert.deepEqual(outside?.freeBusyTime, []);
  const [merged] = await ask({ merge: true });
  assert.deepEqual(merged?.freeBusyTime[0], {
    startTime: Date.UTC(2026, 11, 1, 8),
    endTime: Date.UTC(2026, 11, 1, 10),
    fbType: 'BUSY',
  });
  assert.equal((await ask({ maskId: id }))[0]?.freeBusyTime.length, 2);
});

test('what is over is changed without mail', async (t) => {
  const { anna, ben } = await begin(t);
  const past = new Date(noon - 86_400_000 * 7).toISOString().slice(0, 10).replaceAll('-', '');
  await anna.create({ summary: 'Last week', ...hour(`${past}T090000`), attendees: [{ entity: ben.userId }] });
  assert.equal(ben.inbox().length, 0);
});

test('a deputy writes for the owner, who stays the organizer; classified events are blocks of time for others', async (t) => {
  const { anna, ben, carla } = await begin(t);
  const query = { folder: anna.folder };
  const answer = await carla.put('chronos', 'new', query, {
    summary: 'For Anna',
    ...hour('20261201T090000'),
    attendees: [{ entity: ben.userId }],
  });
  const { id } = (answer.data as { created: EventJson[] }).created[0]!;
  const organizer = (await anna.read(id)).organizer as { entity: number; sentBy: { entity: number } };
  assert.deepEqual([organizer.entity, organizer.sentBy.entity], [anna.userId, carla.userId]);
  const mail = await PostalMime.parse(ben.inbox()[0]!);
  assert.deepEqual([mail.from?.address, mail.sender?.address], ['anna@oxbow.test', 'carla@oxbow.test']);
  assert.match(
    new TextDecoder().decode(mail.attachments[0]?.content as ArrayBuffer).replaceAll('\r\n ', ''),
    /SENT-BY="mailto:carla@oxbow.test"/,
  );

  const secret = await anna.create({
    summary: 'Arzt',
    location: 'Köln',
    class: 'CONFIDENTIAL',
    ...hour('20261202T090000'),
  });
  const hidden = await anna.create({ summary: 'Geschenk', class: 'PRIVATE', ...hour('20261203T090000') });
  const block = (await carla.get('chronos', 'get', { ...query, id: secret.id })).data as EventJson;
  assert.deepEqual(
    [block.summary, block.location, block.attendees, block.flags],
    ['Private', undefined, undefined, ['confidential']],
  );
  assert.equal((await carla.get('chronos', 'get', { ...query, id: hidden.id })).code, 'CAL-4030');
  const change = await carla.put('chronos', 'update', { ...query, id: secret.id, timestamp: 9e15 }, { summary: 'x' });
  assert.equal(change.code, 'CAL-4037');
  const own = { summary: 'x', class: 'CONFIDENTIAL', ...hour('20261204T090000') };
  assert.equal((await carla.put('chronos', 'new', query, own)).code, 'CAL-4222');
  assert.equal((await ben.put('chronos', 'new', query, own)).code, 'FLD-0003');
});

test('the organizer can be another attendee', async (t) => {
  const { anna, ben } = await begin(t);
  const { id } = await anna.create({ summary: 'x', ...hour('20261201T090000'), attendees: [{ entity: ben.userId }] });
  await anna.put(
    'chronos',
    'changeOrganizer',
    { folder: anna.folder, id, timestamp: 9e15 },
    { organizer: { entity: ben.userId } },
  );
  await ben.change(id, { summary: 'mine now' });
  assert.equal((await anna.attempt(id, { summary: 'no more' })).code, 'CAL-4038');
});
