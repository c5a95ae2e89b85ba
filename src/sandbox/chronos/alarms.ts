import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import { isBasic } from './date-time.ts';
import type { Alarm } from './event.ts';
import { chronosLimits } from './limits.ts';
import { nextNumber } from './store.ts';

/** The member `alarms` of a body; alarms that were there keep their ids. CAL-4005 for what is none, CAL-5074 too many. */
export function parseAlarms(core: Core, value: unknown, before: readonly Alarm[]): Alarm[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new OxError('CAL-4005', 'alarms');
  if (value.length > chronosLimits.alarms) throw new OxError('CAL-5074', String(value.length));
  return value.map((entry) => {
    const given = asObject(entry);
    const { duration, dateTime, related } = asObject(given.trigger ?? {});
    const action = given.action ?? 'DISPLAY';
    if (typeof action !== 'string' || !['DISPLAY', 'AUDIO', 'EMAIL'].includes(action))
      throw new OxError('CAL-4005', 'action');
    if (
      typeof duration === 'string'
        ? durationMs(duration) === undefined
        : typeof dateTime !== 'string' || !isBasic(dateTime)
    )
      throw new OxError('CAL-4005', 'trigger');
    const known = before.find(({ id, uid }) => id === given.id || uid === given.uid);
    const kept = [
      'description',
      'summary',
      'acknowledged',
      'relatedTo',
      'attendees',
      'attachments',
      'extendedProperties',
    ]
      .filter((name) => given[name] !== undefined && given[name] !== null)
      .map((name) => [name, given[name]]);
    return {
      id: known?.id ?? nextNumber(core, 'alarm'),
      uid: typeof given.uid === 'string' ? given.uid : (known?.uid ?? crypto.randomUUID()),
      action,
      trigger:
        typeof duration === 'string'
          ? { duration, related: related === 'END' ? 'END' : 'START' }
          : { dateTime: String(dateTime) },
      ...Object.fromEntries(kept),
    };
  });
}

/** A duration of RFC 5545 3.3.6 in ms; undefined: none. */
export function durationMs(text: string): number | undefined {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!match || /^[+-]?PT?$/.test(text)) return undefined;
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const size = ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return match[1] === '-' ? -size : size;
}

/** A duration of whole minutes before the start. */
export const minutesBefore = (minutes: number): string => `-PT${minutes}M`;
