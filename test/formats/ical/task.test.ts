import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCalendar, writeCalendar } from '../../../src/formats/ical/index.ts';
import { taskRecurrence } from '../../../src/formats/task/recurrence.ts';
import { impliedPercent, type Task } from '../../../src/formats/task/task.ts';
import { anySeries } from '../calendar/random-series.ts';

const timeZone = 'Europe/Berlin';
const stamp = Temporal.Instant.from('2026-01-01T00:00Z');

const line = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' })
  .map((text) => text.trim())
  .filter((text) => text !== '');
const day = fc
  .integer({ min: 11_000, max: 21_000 })
  .map((number) => new Date(number * 86_400_000).toISOString().slice(0, 10));

const anyTask: fc.Arbitrary<Task> = fc
  .record(
    {
      uid: fc.uuid(),
      subject: line,
      note: fc.record({ text: line }),
      categories: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
      sensitivity: fc.constantFrom('personal' as const, 'private' as const, 'confidential' as const),
      importance: fc.constantFrom('low' as const, 'high' as const),
      status: fc.constantFrom('inProgress' as const, 'completed' as const, 'deferred' as const),
      percentComplete: fc.integer({ min: 0, max: 100 }),
      due: day.map((text) => ({ day: text })),
      start: day.map((text) => ({ day: text })),
      reminder: fc.integer({ min: 1_000_000_000, max: 2_000_000_000 }).map((seconds) => seconds * 1_000),
    },
    { requiredKeys: ['uid'], noNullPrototype: true },
  )
  .chain((task) =>
    anySeries('mapi').map((series): Task => {
      const { percentComplete, ...rest } = task;
      const told =
        percentComplete === undefined || percentComplete === impliedPercent(task.status)
          ? rest
          : { ...rest, percentComplete };
      const { regenerate: _, ...recurrence } = taskRecurrence({ ...series, deleted: [], modified: [] });
      return told.start ? { ...told, start: { day: recurrence.start }, recurrence } : told;
    }),
  );

test('any task comes back from VTODO', () => {
  fc.assert(
    fc.property(anyTask, (task) => {
      const { text, lost } = writeCalendar({ tasks: [task] }, { timeZone, stamp });
      assert.deepEqual(lost, []);
      const back = readCalendar(text, timeZone);
      assert.deepEqual(back.lost, [], text);
      assert.deepEqual(JSON.parse(JSON.stringify(back.tasks)), JSON.parse(JSON.stringify([task])), text);
    }),
    { numRuns: 200 },
  );
});

test('fields of a task that VTODO has no property for are named', () => {
  const task: Task = {
    uid: 'a',
    status: 'waiting',
    actualEffort: 60,
    companies: ['One'],
    recurrence: {
      start: '2026-01-01',
      pattern: { kind: 'daily', interval: 1 },
      end: { kind: 'never' },
      weekStart: 1,
      regenerate: true,
    },
  };
  assert.deepEqual(writeCalendar({ tasks: [task] }, { timeZone, stamp }).lost, [
    'actualEffort',
    'companies',
    'status waiting',
    'recurrence',
  ]);
});

test('times of a task are its days in the zone of the user, with the time kept', () => {
  const { tasks } = readCalendar(
    'BEGIN:VTODO\r\nUID:a\r\nDUE:20260301T230000Z\r\nSTATUS:COMPLETED\r\nCOMPLETED:20260228T120000Z\r\nPERCENT-COMPLETE:100\r\nEND:VTODO\r\n',
    timeZone,
  );
  assert.deepEqual(tasks, [
    {
      uid: 'a',
      status: 'completed',
      due: { day: '2026-03-02', at: Date.UTC(2026, 2, 1, 23) },
      completed: { day: '2026-02-28', at: Date.UTC(2026, 1, 28, 12) },
    },
  ]);
});
