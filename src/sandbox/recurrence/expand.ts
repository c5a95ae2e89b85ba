import { type Day, dayOf, daysInMonth, factsOf, weekdayOf } from './day.ts';
import type { Rule } from './rule.ts';

/** A rule that finds nothing in so many periods in a row (31 February) has come to its end. */
const emptyPeriods = 1500;

/**
 * The days of a rule from its first day on, which always counts as the first, as Open-Xchange does it. COUNT is minded
 * here; UNTIL is the caller's, who knows the time of day.
 */
export function* expandDays(rule: Rule, first: Day): Generator<Day> {
  yield first;
  let given = 1;
  let empty = 0;
  for (let period = 0; empty < emptyPeriods; period += 1) {
    const days = positioned(rule, daysOfPeriod(rule, first, period)).filter((day) => day > first);
    empty = days.length === 0 ? empty + 1 : 0;
    for (const day of days) {
      if (rule.count !== undefined && given >= rule.count) return;
      yield day;
      given += 1;
    }
    if (rule.count !== undefined && given >= rule.count) return;
  }
}

function positioned(rule: Rule, days: Day[]): Day[] {
  const sorted = [...new Set(days)].sort((one, other) => one - other);
  if (rule.bySetPosition.length === 0) return sorted;
  const picked = rule.bySetPosition.map((position) => sorted.at(position > 0 ? position - 1 : position));
  return [...new Set(picked.filter((day) => day !== undefined))].sort((one, other) => one - other);
}

function daysOfPeriod(rule: Rule, first: Day, period: number): Day[] {
  const start = factsOf(first);
  const step = period * rule.interval;
  switch (rule.frequency) {
    case 'DAILY':
      return [first + step].filter((day) => fitsMonth(rule, day) && fitsDays(rule, day));
    case 'WEEKLY': {
      const begin = first - ((weekdayOf(first) - rule.weekStart + 7) % 7) + 7 * step;
      const wanted = rule.byDay.length > 0 ? rule.byDay.map(({ weekday }) => weekday) : [weekdayOf(first)];
      return range(begin, begin + 7).filter((day) => wanted.includes(weekdayOf(day)) && fitsMonth(rule, day));
    }
    case 'MONTHLY': {
      const index = start.year * 12 + start.month - 1 + step;
      const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
      return rule.byMonth.length > 0 && !rule.byMonth.includes(month) ? [] : daysOfMonth(rule, year, month, start.day);
    }
    case 'YEARLY':
      return daysOfYear(rule, start.year + step, start, weekdayOf(first));
  }
}

function daysOfYear(rule: Rule, year: number, start: { month: number; day: number }, weekday: number): Day[] {
  const all = () => range(dayOf(year, 1, 1), dayOf(year + 1, 1, 1));
  if (rule.byYearDay.length > 0) {
    const [first, next] = [dayOf(year, 1, 1), dayOf(year + 1, 1, 1)];
    return rule.byYearDay
      .map((number) => (number > 0 ? first + number - 1 : next + number))
      .filter((day) => day >= first && day < next && fitsMonth(rule, day) && fitsDays(rule, day));
  }
  if (rule.byWeek.length > 0) {
    const wanted = rule.byDay.length > 0 ? rule.byDay.map((one) => one.weekday) : [weekday];
    return rule.byWeek
      .flatMap((week) => daysOfWeek(rule, year, week))
      .filter((day) => wanted.includes(weekdayOf(day)) && fitsMonth(rule, day));
  }
  if (rule.byDay.length > 0 && rule.byMonth.length === 0 && rule.byMonthDay.length === 0)
    return nthWeekdays(rule, all());
  const months = rule.byMonth.length > 0 ? rule.byMonth : rule.byMonthDay.length > 0 ? range(1, 13) : [start.month];
  return months.flatMap((month) => daysOfMonth(rule, year, month, start.day));
}

/** Week numbers as ISO 8601 counts them, from the rule's first day of the week. */
function daysOfWeek(rule: Rule, year: number, week: number): Day[] {
  const firstWeek = (of: number) => {
    const fourth = dayOf(of, 1, 4);
    return fourth - ((weekdayOf(fourth) - rule.weekStart + 7) % 7);
  };
  const [begin, end] = [firstWeek(year), firstWeek(year + 1)];
  const start = week > 0 ? begin + 7 * (week - 1) : end + 7 * week;
  return start >= begin && start < end ? range(start, start + 7) : [];
}

function daysOfMonth(rule: Rule, year: number, month: number, startDay: number): Day[] {
  const length = daysInMonth(year, month);
  const first = dayOf(year, month, 1);
  const month31 = range(first, first + length);
  if (rule.byMonthDay.length > 0) {
    const wanted = rule.byMonthDay.map((day) => (day > 0 ? day : length + 1 + day));
    const days = wanted.filter((day) => day >= 1 && day <= length).map((day) => first + day - 1);
    return rule.byDay.length > 0 ? days.filter((day) => nthWeekdays(rule, month31).includes(day)) : days;
  }
  if (rule.byDay.length > 0) return nthWeekdays(rule, month31);
  return startDay <= length ? [first + startDay - 1] : [];
}

/** Days of BYDAY among all days of a month or year. */
function nthWeekdays(rule: Rule, days: readonly Day[]): Day[] {
  return rule.byDay.flatMap(({ position, weekday }) => {
    const fitting = days.filter((day) => weekdayOf(day) === weekday);
    if (position === 0) return fitting;
    const day = fitting.at(position > 0 ? position - 1 : position);
    return day === undefined ? [] : [day];
  });
}

function fitsMonth(rule: Rule, day: Day): boolean {
  return rule.byMonth.length === 0 || rule.byMonth.includes(factsOf(day).month);
}

function fitsDays(rule: Rule, day: Day): boolean {
  const facts = factsOf(day);
  const fromEnd = facts.day - daysInMonth(facts.year, facts.month) - 1;
  const byMonthDay =
    rule.byMonthDay.length === 0 || rule.byMonthDay.includes(facts.day) || rule.byMonthDay.includes(fromEnd);
  return byMonthDay && (rule.byDay.length === 0 || rule.byDay.some(({ weekday }) => weekday === weekdayOf(day)));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
