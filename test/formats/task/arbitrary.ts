import fc from 'fast-check';
import { localDay, type Task, type TaskDay, type TaskRecurrence } from '../../../src/formats/index.ts';
import { taskRecurrence } from '../../../src/formats/task/recurrence.ts';
import { anySeries } from '../calendar/random-series.ts';
import { common, line } from '../contact/arbitrary.ts';

const day = fc
  .integer({ min: Date.UTC(1900, 0, 1) / 86_400_000, max: Date.UTC(2100, 0, 1) / 86_400_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

/** Days, some with a time, in a time zone. */
export const taskDay = (timeZone: string): fc.Arbitrary<TaskDay> =>
  fc.oneof(
    day.map((value) => ({ day: value })),
    fc
      .integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2060, 0, 1) })
      .map((at) => ({ day: localDay(at, timeZone), at })),
  );

/** Recurrences that a RecurrencePattern tells exactly. */
export const recurrence: fc.Arbitrary<TaskRecurrence> = fc
  .tuple(anySeries('mapi'), fc.boolean())
  .map(([series, regenerate]) => structuredClone(taskRecurrence(regenerate ? { ...series, regenerate } : series)));

/** Any task of somebody in a time zone. */
export const task = (timeZone: string): fc.Arbitrary<Task> =>
  fc
    .record(
      {
        ...common,
        subject: line,
        status: fc.constantFrom(...(['inProgress', 'completed', 'waiting', 'deferred'] as const)),
        percentComplete: fc.integer({ min: 1, max: 99 }),
        start: taskDay(timeZone),
        due: taskDay(timeZone),
        completed: taskDay(timeZone),
        importance: fc.constantFrom('low' as const, 'high' as const),
        reminder: fc.integer({ min: 0, max: Date.UTC(2060, 0, 1) }),
        actualEffort: fc.nat(100_000),
        estimatedEffort: fc.nat(100_000),
        owner: line,
        role: line,
        billingInformation: line,
        mileage: line,
        companies: fc.array(line, { minLength: 1, maxLength: 3 }),
        actualCosts: fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
        targetCosts: fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
        currency: fc.constantFrom('EUR', 'USD'),
        recurrence,
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    // Nothing is due before it starts (MS-OXOTASK 2.2.2.2.5).
    .map((value) => {
      if (value.start && value.due && value.due.day < value.start.day)
        return { ...value, start: value.due, due: value.start };
      return value;
    });
