import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import { checkTexts } from '../items/text.ts';
import { parseRule } from '../recurrence/rule.ts';
import { instantOf, isAllDay, parseDateTime } from './date-time.ts';
import type { EventBody } from './event.ts';
import { eventTexts } from './limits.ts';
import { dateTimeOf } from './recurrence-id.ts';

type Draft = { -readonly [Name in keyof EventBody]?: EventBody[Name] | undefined };
export type EventJson = Readonly<Record<string, unknown>>;

const texts = [
  'summary',
  'location',
  'description',
  'color',
  'url',
  'filename',
  'relatedTo',
  'attendeePrivileges',
] as const;
const choices = {
  class: ['PUBLIC', 'CONFIDENTIAL', 'PRIVATE'],
  status: ['TENTATIVE', 'CONFIRMED', 'CANCELLED'],
  transp: ['OPAQUE', 'TRANSPARENT'],
} as const;

/** Members that an event keeps as they come. */
const asTheyCome = ['extendedProperties', 'conferences'] as const;

/** Everything an organizer may change that is told here; attendees, alarms and attachments have files of their own. */
export const plainFields: readonly string[] = [
  ...texts,
  ...Object.keys(choices),
  ...asTheyCome,
  'categories',
  'geo',
  'startDate',
  'endDate',
  'rrule',
  'recurrenceDates',
  'deleteExceptionDates',
];

/** What module calendar adds to the JSON of chronos. */
export const shownAsField = 'x-shown-as';

/**
 * The plain fields as they become when a body is laid over them: absent stays, null removes. CAL-4006 and its like for
 * wrong values; the dates, the end and the rule are checked together.
 */
export function changedFields(core: Core, before: EventBody | undefined, json: EventJson): EventBody {
  const draft: Draft = { ...before };
  const has = (name: string) => Object.hasOwn(json, name);
  for (const name of texts) if (has(name)) draft[name] = textOf(name, json[name]);
  for (const [name, allowed] of Object.entries(choices))
    if (has(name)) draft[name as keyof typeof choices] = choiceOf(name, json[name], allowed);
  for (const name of asTheyCome) if (has(name)) draft[name] = json[name] ?? undefined;
  if (has('transp'))
    draft.shownAs = typeof json[shownAsField] === 'number' ? (json[shownAsField] as number) : undefined;
  if (has('categories')) draft.categories = categoriesOf(json.categories);
  if (has('geo')) draft.geo = geoOf(json.geo);
  if (!before || has('startDate')) draft.startDate = parseDateTime(json.startDate, 'startDate');
  if (has('endDate')) draft.endDate = json.endDate === null ? undefined : parseDateTime(json.endDate, 'endDate');
  draft.endDate ??= defaultEnd(draft.startDate!);
  if (has('rrule')) draft.rrule = textOf('rrule', json.rrule);
  for (const name of ['recurrenceDates', 'deleteExceptionDates'] as const)
    if (has(name)) draft[name] = idsOf(name, json[name]);
  checkTexts(core, eventTexts, draft as Record<string, unknown>, { tooLong: 'CAL-5070', badCharacter: 'CAL-5071' });
  checkTimes(draft as EventBody);
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as unknown as EventBody;
}

function defaultEnd(start: EventBody['startDate']): EventBody['endDate'] {
  if (!isAllDay(start)) return start;
  const next = Temporal.PlainDate.from(start.value).add({ days: 1 }).toString().replaceAll('-', '');
  return { value: next };
}

function checkTimes({ startDate, endDate, rrule }: EventBody): void {
  if (isAllDay(startDate) !== isAllDay(endDate)) throw new OxError('CAL-4229');
  const zone = startDate.tzid ?? 'UTC';
  const length = instantOf(endDate, endDate.tzid ?? zone) - instantOf(startDate, zone);
  if (length < 0 || (isAllDay(startDate) && length === 0)) throw new OxError('CAL-4221');
  if (rrule !== undefined) parseRule(rrule);
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new OxError('CAL-4006', name);
  return value;
}

function choiceOf(name: string, value: unknown, allowed: readonly string[]): string | undefined {
  const text = textOf(name, value)?.toUpperCase();
  if (text !== undefined && !allowed.includes(text)) throw new OxError('CAL-4006', `${name}=${text}`);
  return text;
}

function categoriesOf(value: unknown): string[] | undefined {
  if (value === null || value === undefined) return undefined;
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
    throw new OxError('CAL-4006', 'categories');
  return value.length === 0 ? undefined : (value as string[]);
}

function geoOf(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const { lat, long } = asObject(value);
  if (typeof lat !== 'number' || typeof long !== 'number' || Math.abs(lat) > 90 || Math.abs(long) > 180)
    throw new OxError('CAL-4003');
  return { lat, long };
}

function idsOf(name: string, value: unknown): string[] | undefined {
  if (value === null || value === undefined) return name === 'deleteExceptionDates' ? [] : undefined;
  if (!Array.isArray(value)) throw new OxError('CAL-4006', name);
  for (const id of value) dateTimeOf(String(id));
  return value.map(String);
}
