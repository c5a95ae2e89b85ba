import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { basicDate, dayOfBasic } from '../../../src/sandbox/recurrence/day.ts';
import { expandDays } from '../../../src/sandbox/recurrence/expand.ts';
import { legacyOfRule, legacyRecurrence, ruleText } from '../../../src/sandbox/recurrence/legacy.ts';
import { parseRule } from '../../../src/sandbox/recurrence/rule.ts';

function first(rule: string, start: string, count: number): string[] {
  const days: string[] = [];
  for (const day of expandDays(parseRule(rule), dayOfBasic(start))) {
    days.push(basicDate(day));
    if (days.length === count) break;
  }
  return days;
}

/** Examples of RFC 5545 3.8.5.3. */
const examples: [string, string, string[]][] = [
  ['FREQ=DAILY;COUNT=3', '19970902', ['19970902', '19970903', '19970904']],
  ['FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=4;BYDAY=TU,TH', '19970902', ['19970902', '19970904', '19970916', '19970918']],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '19970805', ['19970805', '19970810', '19970819', '19970824']],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '19970805', ['19970805', '19970817', '19970819', '19970831']],
  ['FREQ=MONTHLY;COUNT=3;BYDAY=1FR', '19970905', ['19970905', '19971003', '19971107']],
  ['FREQ=MONTHLY;COUNT=3;BYDAY=-2MO', '19970922', ['19970922', '19971020', '19971117']],
  ['FREQ=MONTHLY;BYMONTHDAY=-3', '19970928', ['19970928', '19971029', '19971128', '19971229']],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '19980213', ['19980213', '19980313', '19981113', '19990813', '20001013']],
  ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '19970904', ['19970904', '19971007', '19971106']],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '19970929', ['19970929', '19971030', '19971127', '19971230']],
  ['FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200', '19970101', ['19970101', '19970410', '19970719', '20000101']],
  ['FREQ=YEARLY;BYDAY=20MO', '19970519', ['19970519', '19980518', '19990517']],
  ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '19970512', ['19970512', '19980511', '19990517']],
  ['FREQ=YEARLY;BYMONTH=3;BYDAY=TH', '19970313', ['19970313', '19970320', '19970327', '19980305']],
  [
    'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
    '19961105',
    ['19961105', '20001107', '20041102'],
  ],
  ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '20070115', ['20070115', '20070130', '20070215', '20070315', '20070330']],
];

test('the examples of RFC 5545', () => {
  for (const [rule, start, expected] of examples) assert.deepEqual(first(rule, start, expected.length), expected, rule);
});

test('a rule that never fits ends; what is no rule is refused', () => {
  assert.deepEqual(first('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '20240101', 5), ['20240101']);
  const codes: [string, string][] = [
    ['FREQ=HOURLY', 'CAL-4223'],
    ['FREQ=DAILY;BYHOUR=3', 'CAL-4223'],
    ['DAILY', 'CAL-4002'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20240101', 'CAL-4002'],
    ['FREQ=DAILY;INTERVAL=0', 'CAL-4002'],
    ['FREQ=MONTHLY;BYDAY=0MO', 'CAL-4002'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'CAL-4002'],
  ];
  for (const [rule, code] of codes) assert.throws(() => parseRule(rule), { code }, rule);
});

const weekday = fc.integer({ min: 0, max: 6 });

const recurrence = fc.oneof(
  fc.record({ recurrence_type: fc.constant(1), interval: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    recurrence_type: fc.constant(2),
    interval: fc.integer({ min: 1, max: 5 }),
    days: fc.integer({ min: 1, max: 127 }),
  }),
  fc.record({
    recurrence_type: fc.constant(3),
    interval: fc.integer({ min: 1, max: 5 }),
    day_in_month: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({
    recurrence_type: fc.constant(3),
    interval: fc.integer({ min: 1, max: 5 }),
    days: weekday.map((day) => 1 << day),
    day_in_month: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    recurrence_type: fc.constant(4),
    interval: fc.constant(1),
    month: fc.integer({ min: 0, max: 11 }),
    days: weekday.map((day) => 1 << day),
    day_in_month: fc.integer({ min: 1, max: 5 }),
  }),
);

test('legacy recurrences become rules and come back the same; an independent engine finds the same days', () => {
  fc.assert(
    fc.property(recurrence, fc.integer({ min: 10_000, max: 30_000 }), (given, from) => {
      const checked = legacyRecurrence(given);
      assert.ok('recurrence' in checked);
      const rule = ruleText(checked.recurrence);
      assert.deepEqual(legacyOfRule(rule, from), { ...given });
      // Aligned: where the first day is none of the rule's own, engines differ.
      const aligned = [...takeDays(rule, from, 2)][1]!;
      const start = basicDate(aligned);
      const other = new RRuleTemporal({ rruleString: `DTSTART:${start}T090000Z\nRRULE:${rule};COUNT=6` })
        .all()
        .map((time) => time.toPlainDate().toString().replaceAll('-', ''));
      assert.deepEqual([...takeDays(rule, aligned, 6)].map(basicDate), other);
    }),
    { numRuns: 300 },
  );
});

function* takeDays(rule: string, from: number, count: number) {
  let taken = 0;
  for (const day of expandDays(parseRule(rule), from)) {
    yield day;
    taken += 1;
    if (taken === count) return;
  }
}
