import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupwareOf } from './ox-groupware.ts';
import { startTestTrial } from './trial.ts';

const berlin = (value: string) => ({ value, tzid: 'Europe/Berlin' });
const year = new Date().getUTCFullYear() + 1;

test('contacts, tasks and meetings on the trial’s Open-Xchange, as its web client does them', async (t) => {
  const trial = await startTestTrial();
  t.after(() => trial.close());
  const [annaOx, benOx] = [await trial.ox('anna'), await trial.ox('ben')];
  const [anna, ben] = [groupwareOf(annaOx), groupwareOf(benOx)];

  const contact = await anna.contacts.create({ display_name: 'Neu', email1: 'neu@x.example' });
  await anna.contacts.change(contact, { note: 'n' });
  assert.equal((await anna.contacts.read(contact)).note, 'n');
  assert.ok((await anna.contacts.all()).some(({ display_name }) => display_name === 'Neu'));
  await anna.contacts.remove(contact);
  await assert.rejects(anna.contacts.read(contact), /CON-0125/);

  const folder = await anna.newFolder('tasks', 'Mehr');
  const task = await anna.tasks.create({ title: 'Neu' }, folder);
  assert.deepEqual(
    (await anna.tasks.all(folder)).map(({ id }) => String(id)),
    [task],
  );

  const inbox = (await benOx.mails('default0/INBOX')).length;
  const organizer = { entity: Number(await benOx.get('config/identifier', '')) };
  const event = await anna.events.create({
    summary: 'Treffen',
    startDate: berlin(`${year}0105T090000`),
    endDate: berlin(`${year}0105T100000`),
    rrule: 'FREQ=DAILY;COUNT=3',
    attendees: [organizer],
  });
  assert.equal((await benOx.mails('default0/INBOX')).length, inbox + 1);
  await ben.events.answer(event, 'ACCEPTED', { comment: 'gern' });
  const attendees = (await anna.events.read(event)).attendees as { entity: number; partStat: string }[];
  assert.equal(attendees.find(({ entity }) => entity === organizer.entity)?.partStat, 'ACCEPTED');
  await anna.events.changeOccurrence(event, `Europe/Berlin:${year}0106T090000`, {
    startDate: berlin(`${year}0106T110000`),
    endDate: berlin(`${year}0106T120000`),
  });
  await anna.events.removeOccurrence(event, `Europe/Berlin:${year}0107T090000`);
  const shown = (await ben.events.occurrences(`${year}0105T000000Z`, `${year}0108T000000Z`)).filter(
    ({ summary }) => summary === 'Treffen',
  );
  assert.deepEqual(
    shown.map(({ start }) => start),
    [`${year}0105T090000`, `${year}0106T110000`],
  );
  await anna.events.remove(event);
  await assert.rejects(ben.events.read(event), /CAL-4040/);
});
