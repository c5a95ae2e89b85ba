export {
  type AppointmentRecurrence,
  overrideFlag,
  type RecurrenceException,
  readAppointmentRecurrence,
  writeAppointmentRecurrence,
} from './appointment-recurrence.ts';
export { dayNumber, plainDate } from './day-number.ts';
export { seriesOfPattern } from './mapi-to-pattern.ts';
export { type Occurrence, occurrencesOf } from './occurrences.ts';
export { canonicalPattern, extentOf, firstPatternDay, isPatternDay, patternDays } from './pattern-days.ts';
export { isExactInMapi, patternOfSeries } from './pattern-to-mapi.ts';
export { type RecurrencePattern, readTaskRecurrence, writeTaskRecurrence } from './recurrence-pattern.ts';
export { RuleError, ruleOfSeries, ruleParts, seriesOfRule } from './rrule.ts';
export type { ModifiedOccurrence, Pattern, Series, SeriesEnd } from './series.ts';
export { type Overrides, recurrenceOfSeries, seriesOfRecurrence } from './series-recurrence.ts';
