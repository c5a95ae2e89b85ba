import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contactFields } from '../../../src/backends/ox/contact-fields.ts';
import { columnsOf, type OxFields, readOx, writeOx } from '../../../src/backends/ox/item-fields.ts';
import { listFields } from '../../../src/backends/ox/list-fields.ts';
import { taskFields } from '../../../src/backends/ox/task-fields.ts';
import { writeContact, writeDistributionList, writeTask } from '../../../src/formats/index.ts';
import { freshNamedTags, type PropertyBag } from '../../../src/mapi/index.ts';

const context = { tags: freshNamedTags(), timeZone: 'Europe/Berlin' };
const value = fc.oneof(
  fc.jsonValue(),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -1, 1, 3, 4, 5, 62, 128, 1e15, -1e15, 1e300, true, false, '', 'x', '5'),
  fc.integer({ min: -3e12, max: 3e12 }),
);

function survives<Item extends object>(fields: OxFields<Item>, write: (bag: PropertyBag, item: Item) => void) {
  const row = fc.dictionary(fc.constantFrom(...columnsOf(fields)), value, { maxKeys: 20 });
  fc.assert(
    fc.property(row, (columns) => {
      const item = readOx(fields, columns);
      write(new Map(), item);
      writeOx(fields, item);
    }),
    { numRuns: 400 },
  );
}

test('a contact with columns of any content is read and written', () => {
  survives(contactFields, (bag, item) => writeContact(bag, item, context));
});

test('a list with columns of any content is read and written', () => {
  survives(listFields, (bag, item) => writeDistributionList(bag, item, context));
});

test('a task with columns of any content is read and written', () => {
  survives(taskFields('Europe/Berlin'), (bag, item) => writeTask(bag, item, context));
});

test('recurrences out of all bounds become some that are not', () => {
  const row = { start_time: 0, full_time: true, recurrence_type: 3, interval: -7, day_in_month: 400, occurrences: -2 };
  assert.deepEqual(readOx(taskFields('UTC'), row).recurrence?.pattern, {
    kind: 'monthly',
    interval: 1,
    yearly: false,
    day: 31,
    inShortMonths: 'lastDay',
  });
});
