import ICAL from 'ical.js';
import { formatLimits } from '../limits.ts';
import { type ZoneId, zoneByOffsets, zoneOfName } from '../time-zone/index.ts';
import { type IcalComponent, propertyOf, textOf } from './content.ts';

/** Which zones the TZIDs of one calendar mean; undefined for one that cannot be recognised. */
export type ZoneOfTzid = (tzid: string) => ZoneId | undefined;

/**
 * The zones of a calendar: by their names, else by the rules of their VTIMEZONE in the years around `year`. `preferred` is
 * the one to take where a name or rule stands for several.
 */
export function zonesOfCalendar(calendar: IcalComponent, preferred: ZoneId, year: number): ZoneOfTzid {
  const known = new Map<string, ZoneId | undefined>();
  const definitions = new Map<string, IcalComponent>();
  for (const component of calendar.components) {
    const tzid = component.name === 'VTIMEZONE' ? textOf(propertyOf(component, 'TZID')) : undefined;
    if (tzid !== undefined) definitions.set(tzid, component);
  }
  let searched = 0;
  return (tzid) => {
    if (known.has(tzid)) return known.get(tzid);
    const definition = searched < formatLimits.icalZones ? definitions.get(tzid) : undefined;
    if (definition) searched += 1;
    const zone = recognise(tzid, definition, preferred, year);
    known.set(tzid, zone);
    return zone;
  };
}

function recognise(
  tzid: string,
  definition: IcalComponent | undefined,
  preferred: ZoneId,
  year: number,
): ZoneId | undefined {
  const named = zoneOfName(tzid, preferred);
  if (named !== undefined || !definition) return named;
  const location = textOf(propertyOf(definition, 'X-LIC-LOCATION')) ?? '';
  return zoneOfName(location, preferred) ?? zoneByRules(definition, preferred, year);
}

/** Whether the rules of a VTIMEZONE can be expanded in little time: once or twice a year, as clocks change. */
const isSmall = ({ lines }: IcalComponent): boolean =>
  lines.length <= formatLimits.icalZoneLines &&
  lines.every(
    (line) => !/^RRULE/i.test(line) || (/FREQ=YEARLY/i.test(line) && !/BY(HOUR|MINUTE|SECOND|YEARDAY)/i.test(line)),
  );

/** Recognises a VTIMEZONE by what ical.js makes of its observances. */
function zoneByRules(definition: IcalComponent, preferred: ZoneId, year: number): ZoneId | undefined {
  if (!isSmall(definition)) return undefined;
  try {
    const zone = new ICAL.Timezone(new ICAL.Component(ICAL.parse(definition.lines.join('\r\n')) as never));
    const offsetAt = (local: number): number => {
      const at = new Date(local);
      const time = ICAL.Time.fromDateTimeString(at.toISOString().slice(0, 19));
      return Math.round(zone.utcOffset(time) / 60);
    };
    return zoneByOffsets(offsetAt, [year, year + 1], preferred) ?? zoneByOffsets(offsetAt, [year], preferred);
  } catch {
    // ical.js throws errors of any kind at observances that are broken.
    return undefined;
  }
}
