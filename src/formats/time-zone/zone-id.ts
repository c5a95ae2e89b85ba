import { windowsZones } from './windows-zones.generated.ts';

/** An IANA zone such as `Europe/Berlin`, `UTC`, or a fixed offset such as `+05:30`: what Temporal takes. */
export type ZoneId = string;

const known = new Map<string, ZoneId | undefined>();

/** The zone of exactly this name in IANA's database, in its spelling; undefined when there is none. */
function ianaZone(name: string): ZoneId | undefined {
  if (known.has(name)) return known.get(name);
  const zone = readZone(name);
  if (known.size < 2_000) known.set(name, zone);
  return zone;
}

function readZone(name: string): ZoneId | undefined {
  // Temporal takes whole timestamps, too, and would read the zone out of them.
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$|^[+-]\d\d:\d\d$/.test(name)) return undefined;
  try {
    const { timeZoneId } = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$|^[+-]00:00$/.test(timeZoneId) ? 'UTC' : timeZoneId;
  } catch {
    return undefined;
  }
}

/** IANA zones of a Windows zone, the commonest first; none when Windows has no such zone. */
export const ianaZonesOf = (windows: string): ZoneId[] =>
  windowsZones[windows]?.split(' ').map((zone) => ianaZone(zone) ?? zone) ?? [];

const windowsByIana = new Map<ZoneId, string>();
for (const [windows, zones] of Object.entries(windowsZones))
  for (const zone of zones.split(' ')) windowsByIana.set(zone, windows);
windowsByIana.set('UTC', 'UTC');

const now = Temporal.Instant.fromEpochMilliseconds(0);

/** Name of the Windows zone of an IANA zone (CLDR windowsZones); undefined when there is none. */
export function windowsZoneOf(zone: ZoneId): string | undefined {
  const direct = windowsByIana.get(zone);
  if (direct !== undefined || ianaZone(zone) === undefined) return direct;
  // CLDR keeps the names of old (Asia/Calcutta); Temporal knows which zones are the same.
  const moment = now.toZonedDateTimeISO(zone);
  const same = [...windowsByIana.keys()].find((other) => {
    const canonical = ianaZone(other);
    return canonical !== undefined && moment.equals(now.toZonedDateTimeISO(canonical));
  });
  const windows = same === undefined ? undefined : windowsByIana.get(same);
  if (windows !== undefined) windowsByIana.set(zone, windows);
  return windows;
}

/** What programs put before the name of a zone: `/mozilla.org/20050126_1/Europe/Berlin`, `/citadel.org/…/…`. */
const withPrefix = /^\/[^/]+\/(?:[\d_.]+\/)?(.+)$/;
const byLowerCase = new Map(Object.keys(windowsZones).map((name) => [name.toLowerCase(), name]));

/**
 * The zone that a name means: an IANA zone, a Windows zone, either with a program's prefix, or an offset such as
 * `UTC+01:00` or `GMT+0530`. `preferred` is given back where it is one of the zones that the Windows name stands for.
 */
export function zoneOfName(name: string, preferred?: ZoneId): ZoneId | undefined {
  const trimmed = name.trim().replace(/^"(.*)"$/, '$1');
  const iana = ianaZone(trimmed);
  if (iana !== undefined) return iana;
  const windows = byLowerCase.get(trimmed.toLowerCase());
  if (windows !== undefined) {
    const zones = ianaZonesOf(windows);
    return preferred !== undefined && windowsZoneOf(preferred) === windows ? preferred : zones[0];
  }
  const offset = /^(?:UTC|GMT)([+-])(\d{1,2}):?(\d\d)?$/i.exec(trimmed);
  if (offset) return ianaZone(`${offset[1]}${offset[2]!.padStart(2, '0')}:${offset[3] ?? '00'}`);
  const inner = withPrefix.exec(trimmed)?.[1];
  return inner === undefined ? undefined : zoneOfName(inner, preferred);
}
