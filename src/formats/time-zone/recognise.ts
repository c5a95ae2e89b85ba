import { type LocalMs, offsetOfRule } from './bias-rule.ts';
import { effectiveRule, offsetOfDefinition, type TimeZoneDefinition } from './time-zone-definition.ts';
import { windowsZones } from './windows-zones.generated.ts';
import { ianaZonesOf, type ZoneId, zoneOfName } from './zone-id.ts';
import { offsetOfZone } from './zone-rules.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Of many zones with the same rules the ones that most people live in. */
const commonest = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Athens',
  'Europe/Moscow',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Asia/Dubai',
  'Asia/Bangkok',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
];

/** Zones by rules are looked for among the first of each Windows zone. */
const candidates = [...new Set([...commonest, ...Object.keys(windowsZones).map((name) => ianaZonesOf(name)[0]!)])];

/**
 * The IANA zone whose offsets are those told, in the given years, all the time: compared on each day of month that
 * matters, away from the hours around a change. `preferred` wins where it fits. Undefined when none does; a fixed offset
 * is always found.
 */
export function zoneByOffsets(
  offsetAt: (local: LocalMs) => number,
  years: readonly number[],
  preferred?: ZoneId,
): ZoneId | undefined {
  const samples = years.flatMap((year) => samplesOf(offsetAt, year));
  const fits = (zone: ZoneId): boolean => samples.every(([local, offset]) => offsetOfZone(zone, local) === offset);
  if (preferred !== undefined && fits(preferred)) return preferred;
  const offsets = new Set(samples.map(([, offset]) => offset));
  const found = candidates.find(fits);
  if (found !== undefined) return found;
  return offsets.size === 1 ? fixedZone([...offsets][0]!) : undefined;
}

/** Local times in a year with the offsets told: the middle of each month, and the days on both sides of each change. */
function samplesOf(offsetAt: (local: LocalMs) => number, year: number): [LocalMs, number][] {
  const samples: [LocalMs, number][] = [];
  const add = (local: LocalMs) => samples.push([local, offsetAt(local)]);
  for (let month = 0; month < 12; month++) add(Date.UTC(year, month, 15, 12));
  const end = Date.UTC(year + 1, 0, 1) - day / 2;
  for (let at = Date.UTC(year, 0, 1, 12); at < end; at += day) {
    if (offsetAt(at) === offsetAt(at + day)) continue;
    add(at);
    add(at + day);
    let [low, high] = [at, at + day];
    const before = offsetAt(low);
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 2 / 60_000) * 60_000;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    add(high - 4 * hour);
    add(high + 4 * hour);
  }
  return samples;
}

/** `+05:30` for 330 minutes east of UTC. */
export function fixedZone(minutes: number): ZoneId {
  if (minutes === 0) return 'UTC';
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/**
 * The IANA zone of a TZDEFINITION: by its name, else by its rules in the given years. Where no zone has these rules, the
 * standard time of the effective one as a fixed offset, and `exact` is false.
 */
export function zoneOfDefinition(
  definition: TimeZoneDefinition,
  years: readonly number[],
  preferred?: ZoneId,
): { readonly zone: ZoneId; readonly exact: boolean } {
  const named = zoneOfName(definition.keyName, preferred);
  if (named !== undefined) return { zone: named, exact: true };
  const rule = effectiveRule(definition);
  if (!rule) return { zone: 'UTC', exact: false };
  const found =
    zoneByOffsets((local) => offsetOfDefinition(definition, local), years, preferred) ??
    zoneByOffsets((local) => offsetOfRule(rule, local), years, preferred);
  if (found !== undefined) return { zone: found, exact: true };
  return { zone: fixedZone(-(rule.bias + rule.standardBias)), exact: false };
}
