import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTask, type Task, taskNames, writeTask } from '../../../src/formats/index.ts';
import {
  fileTimeFromMs,
  freshNamedTags,
  getProperty,
  type NamedProperty,
  PidLid,
  PidTag,
  type PropertyBag,
  setProperty,
} from '../../../src/mapi/index.ts';
import { task as anyTask } from './arbitrary.ts';

const tags = freshNamedTags();
const zones = ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Pacific/Auckland', 'America/Sao_Paulo', 'Asia/Kolkata'];
const zone = fc.constantFrom(...zones);
const inZone = (timeZone: string) => ({ tags, timeZone });
const berlin = inZone('Europe/Berlin');
const tagOf = (property: number | NamedProperty) => (typeof property === 'number' ? property : tags.tagOf(property));
const get = (bag: PropertyBag, property: number | NamedProperty) => getProperty(bag, tagOf(property));
const set = (bag: PropertyBag, property: number | NamedProperty, value: Parameters<typeof setProperty>[2]) =>
  setProperty(bag, tagOf(property), value);
const written = (task: Task, bag: PropertyBag = new Map(), context = berlin): PropertyBag => {
  writeTask(bag, task, context);
  return bag;
};
const utc = (text: string) => fileTimeFromMs(Date.parse(text));

test('every task comes back from its properties, in any time zone', () => {
  fc.assert(
    fc.property(
      zone.chain((timeZone) => fc.tuple(fc.constant(timeZone), anyTask(timeZone))),
      ([timeZone, task]) => {
        const context = inZone(timeZone);
        assert.deepEqual(readTask(written(task, new Map(), context), context), task);
      },
    ),
    { numRuns: 300 },
  );
});

test('a task that became another one reads as that one, and writing what is there changes nothing', () => {
  fc.assert(
    fc.property(anyTask('Europe/Berlin'), anyTask('Europe/Berlin'), (before, after) => {
      const bag = written(after, written(before));
      assert.deepEqual(readTask(bag, berlin), after);
      const copy = new Map(bag);
      assert.deepEqual(written(after, bag), copy);
    }),
    { numRuns: 200 },
  );
});

test('all named properties of a task are among those to ask for', () => {
  const known = new Set(taskNames.map((name) => tags.tagOf(name)));
  fc.assert(
    fc.property(anyTask('UTC'), (task) => [...written(task).keys()].every((tag) => tag < 0x80000000 || known.has(tag))),
  );
});

/** What Outlook 2016 wrote for a task in New York (apache-poi, msgClassTask.msg, of the samples). */
test('MS-OXOTASK 2.2.2.2: days are local midnights as UTC, and the common properties those midnights', () => {
  const bag = written(
    {
      subject: 'Must jump over the lazy dog',
      status: 'inProgress',
      start: { day: '2017-03-01' },
      due: { day: '2017-03-20' },
    },
    new Map(),
    inZone('America/New_York'),
  );
  assert.equal(get(bag, PidTag.MessageClass), 'IPM.Task');
  assert.equal(get(bag, PidTag.IconIndex), 0x500);
  assert.equal(get(bag, PidLid.SideEffects), 0x110);
  assert.equal(get(bag, PidLid.TaskStartDate), utc('2017-03-01T00:00Z'));
  assert.equal(get(bag, PidLid.TaskDueDate), utc('2017-03-20T00:00Z'));
  assert.equal(get(bag, PidLid.CommonStart), utc('2017-03-01T05:00Z'));
  assert.equal(get(bag, PidLid.CommonEnd), utc('2017-03-20T04:00Z'));
  const values: [NamedProperty, unknown][] = [
    [PidLid.TaskStatus, 1],
    [PidLid.PercentComplete, 0],
    [PidLid.TaskComplete, false],
    [PidLid.TaskState, 1],
    [PidLid.TaskOwnership, 0],
    [PidLid.TaskMode, 0],
    [PidLid.TeamTask, false],
    [PidLid.TaskFRecurring, false],
    [PidLid.ReminderSet, false],
  ];
  for (const [property, value] of values) assert.equal(get(bag, property), value, String(property.lid));
});

test('MS-OXOTASK 2.2.2.2.3, 2.2.2.2.9: completing sets status, percentage, flag and the local midnight', () => {
  const bag = written({ subject: 'x' });
  assert.equal(get(bag, PidLid.TaskVersion), 2);
  written({ subject: 'x', status: 'completed', completed: { day: '2026-07-01' } }, bag);
  assert.equal(get(bag, PidLid.TaskStatus), 2);
  assert.equal(get(bag, PidLid.PercentComplete), 1);
  assert.equal(get(bag, PidLid.TaskComplete), true);
  assert.equal(get(bag, PidLid.TaskDateCompleted), utc('2026-06-30T22:00Z'));
  assert.equal(get(bag, PidLid.TaskVersion), 3);
});

test('MS-OXOTASK 2.2.2.2.4: a start has a due day, which is none of its own when it was only made', () => {
  const bag = written({ start: { day: '2026-01-02' } });
  assert.equal(get(bag, PidLid.TaskDueDate), utc('2026-01-02T00:00Z'));
  assert.deepEqual(readTask(bag, berlin), { start: { day: '2026-01-02' } });
  written({ start: { day: '2026-01-05' } }, bag);
  assert.equal(get(bag, PidLid.TaskDueDate), utc('2026-01-05T00:00Z'));
  // Outlook sets another one.
  set(bag, PidLid.TaskDueDate, utc('2026-02-01T00:00Z'));
  assert.deepEqual(readTask(bag, berlin).due, { day: '2026-02-01' });
});

test('the year 4501 stands for no day', () => {
  const bag = written({ subject: 'x' });
  for (const property of [PidLid.TaskStartDate, PidLid.CommonStart, PidLid.TaskDueDate, PidLid.CommonEnd])
    set(bag, property, BigInt(0x5ae980e0) * 600_000_000n);
  assert.deepEqual(readTask(bag, berlin), { subject: 'x' });
});

test('a time of the day is kept as long as the day stays', () => {
  const at = Date.parse('2026-03-10T14:30Z');
  const bag = written({ due: { day: '2026-03-10', at } });
  assert.deepEqual(readTask(bag, berlin).due, { day: '2026-03-10', at });
  set(bag, PidLid.TaskDueDate, utc('2026-03-11T00:00Z'));
  assert.deepEqual(readTask(bag, berlin).due, { day: '2026-03-11' });
});

test('a percentage that contradicts the status is kept as it is', () => {
  for (const percentComplete of [0, 30]) {
    const bag = written({ status: 'completed', percentComplete });
    assert.equal(get(bag, PidLid.PercentComplete), percentComplete / 100);
    assert.deepEqual(readTask(bag, berlin), { status: 'completed', percentComplete });
  }
});

test('a broken recurrence is none', () => {
  const bag = written({ subject: 'x' });
  set(bag, PidLid.TaskRecurrence, Buffer.from('0430', 'hex'));
  set(bag, PidLid.TaskFRecurring, true);
  assert.deepEqual(readTask(bag, berlin), { subject: 'x' });
});
