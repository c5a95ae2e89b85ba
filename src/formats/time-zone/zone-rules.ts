import { formatLimits } from '../limits.ts';
import { type BiasRule, type LocalMs, never, type SystemTime } from './bias-rule.ts';
import { type DefinitionRule, ruleFlag, type TimeZoneDefinition } from './time-zone-definition.ts';
import { windowsZoneOf, type ZoneId } from './zone-id.ts';

const minuteNs = 60e9;
const day = 86_400_000;

/** One change of a zone's offset: its local time by the clock before it, and both offsets in minutes east of UTC. */
interface Change {
  readonly local: LocalMs;
  readonly before: number;
  readonly after: number;
}

const offsetAt = (zone: ZoneId, instant: Temporal.Instant): number =>
  Math.round(instant.toZonedDateTimeISO(zone).offsetNanoseconds / minuteNs);

/** Minutes east of UTC in a zone at a local time; of a time that is skipped, those before; of one that is twice, the first. */
export function offsetOfZone(zone: ZoneId, local: LocalMs): number {
  const at = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime();
  return Math.round(at.toZonedDateTime(zone).offsetNanoseconds / minuteNs);
}

function changesIn(zone: ZoneId, year: number): { readonly first: number; readonly changes: readonly Change[] } {
  const start = Temporal.PlainDateTime.from({ year, month: 1, day: 1 }).toZonedDateTime(zone);
  const first = Math.round(start.offsetNanoseconds / minuteNs);
  const changes: Change[] = [];
  let at = start;
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null) break;
    const before = offsetAt(zone, next.toInstant().subtract({ nanoseconds: 1 }));
    const after = Math.round(next.offsetNanoseconds / minuteNs);
    const local = next.epochMilliseconds + before * 60_000;
    if (new Date(local).getUTCFullYear() !== year) break;
    // Changes of the zone's name alone are none.
    if (before !== after) changes.push({ local, before, after });
    at = next;
  }
  return { first, changes };
}

/** A yearly date as Windows rules have it; midnight is the last millisecond of the day before, as in Windows' own data. */
function yearly(local: LocalMs, week: number): SystemTime {
  const date = new Date(local % day === 0 ? local - 1 : local);
  return {
    year: 0,
    month: date.getUTCMonth() + 1,
    dayOfWeek: date.getUTCDay(),
    day: week,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    milliseconds: date.getUTCMilliseconds(),
  };
}

/** In which weeks of its month (5 the last) a day is. */
function weeksOf(local: LocalMs): number[] {
  const date = new Date(local % day === 0 ? local - 1 : local);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const week = Math.ceil(date.getUTCDate() / 7);
  const last = date.getUTCDate() + 7 > days;
  return last ? (week === 5 ? [5] : [5, week]) : [week];
}

const yearRules = new Map<string, readonly BiasRule[]>();
/** Zones and years whose rules are remembered. */
const rememberedYears = 10_000;

/** The rules that a zone's clocks may follow in one year, the likeliest first. */
function rulesOfYear(zone: ZoneId, year: number): readonly BiasRule[] {
  const cacheKey = `${zone} ${year}`;
  const cached = yearRules.get(cacheKey);
  if (cached) return cached;
  if (yearRules.size >= rememberedYears) yearRules.clear();
  const rules = possibleRules(zone, year);
  yearRules.set(cacheKey, rules);
  return rules;
}

function possibleRules(zone: ZoneId, year: number): BiasRule[] {
  const { first, changes } = changesIn(zone, year);
  if (changes.length === 0)
    return [{ bias: -first || 0, standardBias: 0, daylightBias: 0, standardDate: never, daylightDate: never }];
  const [a, b] = twoChanges(first, changes, year);
  const [forward, back] = a.after > a.before ? [a, b] : [b, a];
  const standard = back.after;
  const delta = forward.after - standard;
  return weeksOf(forward.local).flatMap((daylightWeek) =>
    weeksOf(back.local).map((standardWeek) => ({
      bias: -standard || 0,
      standardBias: 0,
      daylightBias: -delta,
      standardDate: dateOf(back, standardWeek, year),
      daylightDate: dateOf(forward, daylightWeek, year),
    })),
  );
}

const dateOf = (change: Change, week: number, year: number): SystemTime =>
  change.local === Date.UTC(year, 0, 1)
    ? { ...never, month: 1, dayOfWeek: new Date(change.local).getUTCDay(), day: 1 }
    : yearly(change.local, week);

/**
 * A rule has room for two changes. One alone is joined by one at the beginning of the year, as Windows does; of more
 * (Ramadan within summer time), the two around the longest stretch are kept.
 */
function twoChanges(first: number, changes: readonly Change[], year: number): readonly [Change, Change] {
  const [only] = changes;
  if (changes.length === 1) return [{ local: Date.UTC(year, 0, 1), before: only!.after, after: only!.before }, only!];
  if (changes.length === 2 && changes[1]!.after === first) return [changes[0]!, changes[1]!];
  let longest = 0;
  let at = 0;
  for (let i = 0; i + 1 < changes.length; i++) {
    const length = changes[i + 1]!.local - changes[i]!.local;
    if (length > longest && changes[i]!.after !== changes[i]!.before) [longest, at] = [length, i];
  }
  const from = changes[at]!;
  const to = changes[at + 1]!;
  return [from, { local: to.local, before: from.after, after: from.before }];
}

const key = (rule: BiasRule): string => JSON.stringify(rule);

interface Run {
  readonly year: number;
  rules: readonly BiasRule[];
}

const runs = new Map<string, readonly Run[]>();
/** Zones and spans whose rules are remembered. */
const remembered = 500;

/** Stretches of years with one rule. */
function runsOf(zone: ZoneId, from: number, to: number): readonly Run[] {
  const cacheKey = `${zone} ${from} ${to}`;
  const cached = runs.get(cacheKey);
  if (cached) return cached;
  const found: Run[] = [];
  for (let year = from; year <= to; year++) {
    const rules = rulesOfYear(zone, year);
    const run = found.at(-1);
    const shared = run?.rules.filter((rule) => rules.some((other) => key(other) === key(rule))) ?? [];
    if (run && shared.length > 0) run.rules = shared;
    else found.push({ year, rules });
  }
  if (runs.size >= remembered) runs.clear();
  runs.set(cacheKey, found);
  return found;
}

/** Years around one that tell whether a change is in the fourth or in the last week of its month. */
const context = 6;

/** The rule of a zone in a year, as Windows would tell it. */
export function ruleOfZone(zone: ZoneId, year: number): BiasRule {
  const found = runsOf(zone, year - context, year + context);
  const run = found.findLast((candidate) => candidate.year <= year) ?? found[0]!;
  return run.rules[0]!;
}

/** The first year of the only rule of a zone, as Outlook writes it. */
const always = 1601;

/** Name of a zone in Windows' registry, else in IANA's database. */
const keyNameOf = (zone: ZoneId): string => windowsZoneOf(zone) ?? zone;

/** The definition of a zone for a single appointment: one rule, that of its year. */
export const definitionOfYear = (zone: ZoneId, year: number): TimeZoneDefinition => ({
  keyName: keyNameOf(zone),
  rules: [{ ...ruleOfZone(zone, year), year: always, flags: ruleFlag.effective }],
});

/**
 * The definition of a zone for a series from one year to another (without end: for as many as
 * {@link formatLimits.timeZoneYears}), one rule for each stretch of years. The last one is marked as effective and has to
 * be the one in PidLidTimeZoneStruct (MS-OXOCAL 2.2.1.41).
 */
export function definitionOfYears(zone: ZoneId, from: number, to?: number): TimeZoneDefinition {
  const until = Math.max(from, Math.min(to ?? Number.POSITIVE_INFINITY, from + formatLimits.timeZoneYears));
  const found = runsOf(zone, from, until);
  const rules: DefinitionRule[] =
    found.length === 1
      ? [{ ...ruleOfZone(zone, from), year: always, flags: 0 }]
      : found.map(({ year, rules: [rule] }) => ({ ...rule!, year, flags: 0 }));
  const last = rules.at(-1)!;
  rules[rules.length - 1] = { ...last, flags: ruleFlag.effective | ruleFlag.recurCurrent };
  return { keyName: keyNameOf(zone), rules };
}
