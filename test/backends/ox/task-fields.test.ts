import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnsOf, completeOx, type OxRow, oxChanges, readOx, writeOx } from '../../../src/backends/ox/item-fields.ts';
import { taskFields } from '../../../src/backends/ox/task-fields.ts';
import type { Task } from '../../../src/formats/index.ts';
import { task as anyTask } from '../../formats/task/arbitrary.ts';

const sent = (row: OxRow): OxRow => JSON.parse(JSON.stringify(row));
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Pacific/Auckland');
const zonedTask = zone.chain((timeZone) => fc.tuple(fc.constant(timeZone), anyTask(timeZone)));
const berlin = taskFields('Europe/Berlin');

test('a task that went to Open-Xchange and back has lost nothing once completed by ours', () => {
  fc.assert(
    fc.property(zonedTask, ([timeZone, task]) => {
      const fields = taskFields(timeZone);
      const theirs = readOx(fields, sent(writeOx(fields, task)));
      assert.deepEqual(completeOx(fields, theirs, task), task);
    }),
    { numRuns: 300 },
  );
});

test('of a task, Open-Xchange alone says every field that the table does not except', () => {
  fc.assert(
    fc.property(zonedTask, ([timeZone, task]) => {
      const fields = taskFields(timeZone);
      const theirs = readOx(fields, sent(writeOx(fields, task)));
      for (const name of Object.keys(fields) as (keyof Task)[]) {
        const field = fields[name];
        if ('kept' in field) assert.equal(theirs[name], undefined, name);
        else if (field.partly === undefined) assert.deepEqual(theirs[name], task[name], name);
      }
    }),
    { numRuns: 200 },
  );
});

test('a task is written in the columns of Open-Xchange', () => {
  const reminder = Date.parse('2026-03-09T08:00Z');
  assert.deepEqual(
    writeOx(berlin, {
      subject: 'Report',
      status: 'inProgress',
      percentComplete: 40,
      start: { day: '2026-03-09' },
      due: { day: '2026-03-10' },
      importance: 'high',
      reminder,
      estimatedEffort: 90,
      companies: ['A', 'B'],
      recurrence: {
        start: '2026-03-09',
        pattern: { kind: 'weekly', interval: 2, days: [1, 3] },
        end: { kind: 'count', count: 5 },
        weekStart: 1,
      },
    }),
    {
      title: 'Report',
      status: 2,
      percent_completed: 40,
      start_time: Date.UTC(2026, 2, 9),
      end_time: Date.UTC(2026, 2, 10),
      full_time: true,
      priority: 3,
      alarm: reminder,
      target_duration: '90',
      companies: 'A; B',
      recurrence_type: 2,
      interval: 2,
      days: 10,
      occurrences: 5,
    },
  );
});

test('TSK-0031, TSK-0038: status and percentage always go together', () => {
  assert.deepEqual(writeOx(berlin, { percentComplete: 30 }), { status: 1, percent_completed: 0, priority: 2 });
  const done = writeOx(berlin, { status: 'completed', percentComplete: 30 });
  assert.deepEqual(done, { status: 3, percent_completed: 100, priority: 2 });
  assert.deepEqual(oxChanges(done, writeOx(berlin, {})), { status: 1, percent_completed: 0 });
});

test('a task with a time keeps it, and its day is that of the user', () => {
  const at = Date.parse('2026-03-09T23:30Z');
  assert.deepEqual(readOx(berlin, { end_time: at, full_time: false }).due, { day: '2026-03-10', at });
  assert.deepEqual(writeOx(berlin, { start: { day: '2026-03-09' }, due: { day: '2026-03-10', at } }), {
    start_time: Date.parse('2026-03-08T23:00Z'),
    end_time: at,
    full_time: false,
    status: 1,
    percent_completed: 0,
    priority: 2,
  });
});

test('patterns of months and years', () => {
  const read = (row: OxRow) =>
    readOx(berlin, { start_time: Date.UTC(2026, 0, 31), full_time: true, interval: 1, ...row }).recurrence?.pattern;
  assert.deepEqual(read({ recurrence_type: 3, day_in_month: 31, interval: 2 }), {
    kind: 'monthly',
    interval: 2,
    yearly: false,
    day: 31,
    inShortMonths: 'lastDay',
  });
  assert.deepEqual(read({ recurrence_type: 3, day_in_month: 5, days: 62 }), {
    kind: 'monthlyNth',
    interval: 1,
    yearly: false,
    days: [1, 2, 3, 4, 5],
    nth: -1,
  });
  assert.equal(read({ recurrence_type: 0 }), undefined);
  const yearly = { kind: 'monthly', interval: 12, yearly: true, day: 31, inShortMonths: 'none' } as const;
  assert.deepEqual(read({ recurrence_type: 4, day_in_month: 31, month: 0 }), yearly);
  const task: Task = {
    start: { day: '2026-01-31' },
    recurrence: { start: '2026-01-31', pattern: yearly, end: { kind: 'until', day: '2030-01-31' }, weekStart: 1 },
  };
  const { recurrence_type, month, day_in_month, interval, until } = writeOx(berlin, task);
  assert.deepEqual([recurrence_type, month, day_in_month, interval, until], [4, 0, 31, 1, Date.UTC(2030, 0, 31)]);
});

test('a yearly task begins in the month that Open-Xchange names', () => {
  const row = {
    start_time: Date.UTC(2026, 3, 1),
    full_time: true,
    recurrence_type: 4,
    day_in_month: 31,
    month: 0,
    interval: 1,
  };
  assert.equal(readOx(berlin, row).recurrence?.start, '2027-01-31');
});

test('every second year is so many months, and is not sent where those would be other months', () => {
  const pattern = { kind: 'monthly', interval: 24, yearly: true, day: 30, inShortMonths: 'none' } as const;
  const recurrence = { start: '2000-03-30', pattern, end: { kind: 'never' }, weekStart: 1 } as const;
  const march: Task = { due: { day: '2026-03-30' }, recurrence };
  const { recurrence_type, interval, day_in_month } = writeOx(berlin, march);
  assert.deepEqual([recurrence_type, interval, day_in_month], [3, 24, 30]);
  const february: Task = { due: { day: '2026-02-01' }, recurrence };
  assert.equal(writeOx(berlin, february).recurrence_type, undefined);
  for (const task of [march, february])
    assert.deepEqual(completeOx(berlin, readOx(berlin, writeOx(berlin, task)), task), task);
});

test('what begins anew when it is done goes as a single task, and comes back whole', () => {
  const task: Task = {
    due: { day: '2026-01-31' },
    recurrence: {
      start: '2026-01-31',
      pattern: { kind: 'daily', interval: 3 },
      end: { kind: 'never' },
      weekStart: 1,
      regenerate: true,
    },
  };
  const row = writeOx(berlin, task);
  assert.equal(row.recurrence_type, undefined);
  assert.deepEqual(completeOx(berlin, readOx(berlin, row), task), task);
});

const table = join(import.meta.dirname, '../../../../shared/reference/ox-columns.json');
test('every column is one of the tasks module', { skip: !existsSync(table) && 'no tables here' }, () => {
  const { modules } = JSON.parse(readFileSync(table, 'utf8'));
  const known = new Set(
    [...modules.common, ...modules.calendar_and_tasks_shared, ...modules.tasks].map(
      ({ field }: { field: string }) => field,
    ),
  );
  for (const column of columnsOf(berlin)) assert.ok(known.has(column), column);
});
