import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, type EventJson, hour } from './world.ts';

type World = Awaited<ReturnType<typeof begin>>;

const invitation = (method: string, lines: readonly string[]) =>
  [
    'From: Kim <kim@partner.example>',
    'To: ben@oxbow.test',
    'Subject: Bei Kim',
    `Message-ID: <${method}-${lines.length}@partner.example>`,
    `Content-Type: text/calendar; method=${method}; charset=utf-8`,
    '',
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `METHOD:${method}`,
    'BEGIN:VTIMEZONE',
    'TZID:Customized Zone',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0300',
    'TZOFFSETTO:+0300',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:kim-1',
    'ORGANIZER;CN=Kim:mailto:kim@partner.example',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@oxbow.test',
    'ATTENDEE;CN=Lee;PARTSTAT=ACCEPTED:mailto:lee@partner.example',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const first = ['SEQUENCE:0', 'SUMMARY:Bei Kim', 'DTSTART;TZID=Customized Zone:20261201T110000', 'DURATION:PT1H30M'];

async function itip(world: World, who: World['ben'], action: string, mail?: string, query = {}) {
  if (mail !== undefined)
    world.sandbox.deliver(mail, 'kim@partner.example', [`${who === world.ben ? 'ben' : 'anna'}@oxbow.test`]);
  const mails = world.sandbox.mails(who === world.ben ? 'ben' : 'anna', 'INBOX');
  const body = {
    'com.openexchange.mail.conversion.fullname': 'default0/INBOX',
    'com.openexchange.mail.conversion.mailid': String(mails.at(-1)!.uid),
  };
  return who.put(
    'chronos/itip',
    action,
    { dataSource: 'com.openexchange.mail.ical', descriptionFormat: 'html', ...query },
    body,
  );
}

test('an invitation from outside is analyzed, accepted, changed and cancelled by its mails', async (t) => {
  const world = await begin(t);
  const { ben, sandbox } = world;
  const analysis = (await itip(world, ben, 'analyze', invitation('REQUEST', first))).data as Record<string, unknown>[];
  assert.deepEqual(
    [analysis[0]?.messageType, analysis[0]?.uid, analysis[0]?.actions],
    ['request', 'kim-1', ['accept', 'tentative', 'decline']],
  );
  const accepted = await itip(world, ben, 'accept', undefined, { message: 'gern' });
  assert.equal(accepted.code, undefined);
  const { id } = (accepted.data as { created: EventJson[] }).created[0]!;
  const event = await ben.read(id);
  assert.deepEqual(
    [event.summary, event.startDate, event.endDate],
    ['Bei Kim', { value: '20261201T080000Z' }, { value: '20261201T093000Z' }],
  );
  const stats = (event.attendees as { email: string; partStat: string }[]).map(({ email, partStat }) => [
    email,
    partStat,
  ]);
  assert.deepEqual(stats, [
    ['ben@oxbow.test', 'ACCEPTED'],
    ['lee@partner.example', 'ACCEPTED'],
  ]);
  assert.deepEqual(
    sandbox.outgoing().map(({ recipient }) => recipient),
    ['kim@partner.example'],
  );
  assert.match(sandbox.outgoing()[0]!.raw.toString(), /method=REPLY/);

  const later = ['SEQUENCE:1', 'SUMMARY:Bei Kim, später', 'DTSTART:20261201T100000Z', 'DTEND:20261201T110000Z'];
  await itip(world, ben, 'update', invitation('REQUEST', later));
  const moved = await ben.read(id);
  assert.deepEqual(
    [moved.summary, moved.startDate, moved.sequence],
    ['Bei Kim, später', { value: '20261201T100000Z' }, 1],
  );
  await itip(world, ben, 'update', invitation('REQUEST', first));
  assert.equal((await ben.read(id)).summary, 'Bei Kim, später', 'what is older changes nothing');
  await itip(world, ben, 'delete', invitation('CANCEL', ['SEQUENCE:2', 'DTSTART:20261201T100000Z']));
  assert.equal((await ben.get('chronos', 'get', { folder: ben.folder, id })).code, 'CAL-4040');
  assert.equal(sandbox.outgoing().length, 1, 'a cancellation is not answered');
});

test('an answer from outside is noted on the organizer’s side', async (t) => {
  const world = await begin(t);
  const { anna } = world;
  const { id } = await anna.create({
    uid: 'kim-1',
    summary: 'x',
    ...hour('20261201T090000'),
    attendees: [{ uri: 'mailto:lee@partner.example' }],
  });
  const reply = invitation('REPLY', ['DTSTART:20261201T080000Z']).replace(/ATTENDEE;PARTSTAT=NEEDS-ACTION.*\r\n/, '');
  const answer = await itip(world, anna, 'update', reply);
  assert.equal(answer.code, undefined);
  const lee = ((await anna.read(id)).attendees as { email: string; partStat: string }[]).find(
    ({ email }) => email === 'lee@partner.example',
  );
  assert.equal(lee?.partStat, 'ACCEPTED');
});

test('an invitation of a colleague is answered by its mail, too; mails without one are refused', async (t) => {
  const world = await begin(t);
  const { anna, ben } = world;
  const { id } = await anna.create({ summary: 'x', ...hour('20261201T090000'), attendees: [{ entity: ben.userId }] });
  await itip(world, ben, 'tentative');
  const own = ((await anna.read(id)).attendees as { entity: number; partStat: string }[]).find(
    ({ entity }) => entity === ben.userId,
  );
  assert.equal(own?.partStat, 'TENTATIVE');
  const plain = 'From: a@b.example\r\nSubject: x\r\n\r\nText\r\n';
  assert.equal((await itip(world, ben, 'analyze', plain)).code, 'MSG-0032');
});
