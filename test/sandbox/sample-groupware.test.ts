import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialTenant } from '../../src/sandbox/index.ts';
import { start } from './client.ts';

const clock = () => Date.UTC(2026, 10, 25, 12);
type Row = Record<string, unknown>;

test('each of the three has contacts in several folders, with pictures, several addresses and a list', async (t) => {
  const { login } = await start(t, { tenant: trialTenant(), clock });
  for (const name of ['anna', 'ben', 'carla']) {
    const person = await login(name);
    const visible = (await person.get('folders', 'allVisible', { content_type: 'contacts', columns: '1' })).data as {
      private: string[][];
    };
    const folders = visible.private.flat();
    assert.equal(folders.length, 2);
    const rows = [];
    for (const folder of folders) {
      const answer = await person.get('contacts', 'all', { folder, columns: '596,555,556,557,594,602,511,101' });
      rows.push(...(answer.data as unknown[][]));
    }
    assert.ok(rows.length >= 9);
    assert.ok(rows.some(([image]) => image === 1));
    assert.ok(rows.some(([, one, two, three]) => one && two && three));
    assert.ok(rows.some(([, , , , members, isList]) => members === 3 && isList === true));
    assert.ok(rows.some((row) => row[7] === true));
  }
});

test('each has a calendar of every kind, and they meet; nobody was written to because of it', async (t) => {
  const { login, sandbox } = await start(t, { tenant: trialTenant(), clock });
  assert.equal(sandbox.outgoing().length, 0);
  const range = { rangeStart: '20260101T000000Z', rangeEnd: '20280101T000000Z' };
  for (const name of ['anna', 'ben', 'carla']) {
    const person = await login(name);
    const folder = `cal://0/${(await person.get('config/folder/calendar', '')).data}`;
    const events = (await person.get('chronos', 'all', { ...range, folder })).data as Row[];
    const rules = events.flatMap(({ rrule }) => (rrule === undefined ? [] : [String(rrule)]));
    for (const kind of [/WEEKLY/, /MONTHLY;BYDAY=FR;BYSETPOS=-1/, /YEARLY/])
      assert.ok(
        rules.some((rule) => kind.test(rule)),
        `${name} ${kind}`,
      );
    assert.ok(events.some(({ startDate }) => (startDate as { value: string }).value.length === 8));
    assert.ok(events.some(({ summary }) => summary === 'Jour fixe (verschoben)'));
    const series = events.find(({ summary }) => summary === 'Jour fixe')!;
    assert.deepEqual(
      [(series.changeExceptionDates as unknown[]).length, (series.deleteExceptionDates as unknown[]).length],
      [1, 1],
    );
    const server = events.find(({ summary }) => summary === 'Wartung der Server')!;
    assert.deepEqual(
      [server.startDate, server.endDate],
      [
        { value: '20270327T220000', tzid: 'Europe/Berlin' },
        { value: '20270328T060000', tzid: 'Europe/Berlin' },
      ],
    );
    const expanded = (
      await person.get('chronos', 'all', {
        folder,
        rangeStart: '20261101T000000Z',
        rangeEnd: '20270201T000000Z',
        expand: true,
        fields: 'id',
      })
    ).data as Row[];
    assert.ok(expanded.length > 40, `${expanded.length}`);
  }
  const anna = await login('anna');
  const open = (await anna.get('chronos', 'needsAction', { fields: 'summary' })).data;
  assert.deepEqual(open, [{ summary: 'Angebot Harbour Works' }]);
});

test('each has tasks of every state, one recurring, one private, one shared with a colleague', async (t) => {
  const { login } = await start(t, { tenant: trialTenant(), clock });
  for (const name of ['anna', 'ben', 'carla']) {
    const person = await login(name);
    const folder = (await person.get('config/folder/tasks', '')).data;
    const rows = (await person.get('tasks', 'all', { folder, columns: '300,209,101,2' })).data as unknown[][];
    assert.deepEqual([...new Set(rows.map(([status]) => status))].sort(), [1, 2, 3, 4, 5]);
    assert.ok(rows.some(([, recurrence]) => recurrence === 2) && rows.some(([, , secret]) => secret === true));
    assert.ok(rows.some((row) => row[3] !== person.userId));
  }
});

test('many contacts and events in one go', async (t) => {
  const { login, sandbox } = await start(t, { clock });
  sandbox.fillGroupware('anna', { contacts: 200, events: 160 });
  const anna = await login('anna');
  const [contacts, calendar] = [
    (await anna.get('config/folder/contacts', '')).data,
    (await anna.get('config/folder/calendar', '')).data,
  ];
  assert.equal(((await anna.get('contacts', 'all', { folder: contacts, columns: '1' })).data as unknown[]).length, 200);
  const range = { rangeStart: '20200101T000000Z', rangeEnd: '20200401T000000Z', expand: true, fields: 'id' };
  const events = await anna.get('chronos', 'all', { folder: `cal://0/${calendar}`, ...range });
  assert.equal((events.data as unknown[]).length, 160 + 8 * 9);
});

test('the same people at the same moment have the same', async (t) => {
  const read = async () => {
    const { login } = await start(t, { tenant: trialTenant(), clock });
    const anna = await login('anna');
    const folder = (await anna.get('config/folder/calendar', '')).data;
    const columns = '1,200,201,202,203,209,220,221,223';
    return (
      await anna.get('calendar', 'all', {
        folder,
        start: Date.UTC(2026, 0),
        end: Date.UTC(2028, 0),
        recurrence_master: true,
        columns,
      })
    ).data;
  };
  assert.deepEqual(await read(), await read());
});
