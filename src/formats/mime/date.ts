const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Named zones of RFC 5322 4.3 and common others, in minutes. */
const zones: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  cet: 60,
  met: 60,
  cest: 120,
  mest: 120,
  bst: 60,
  wet: 0,
  west: 60,
  eet: 120,
  eest: 180,
  msk: 180,
  jst: 540,
};

const dateTime =
  /(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2,4})\s+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d+)?\s*(?:([+-])(\d{1,2}?):?(\d{2})?(?!\d)|([a-z]+))?/i;

/**
 * A date of RFC 5322 3.3 and 4.3 in ms since 1970; undefined when it is none. A zone that is missing or unknown is UTC,
 * as the standard says. Other forms are left to the platform.
 */
export function parseDate(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const text = value
    .slice(0, 200)
    .replace(/\([^)]*\)/g, ' ')
    .trim();
  const match = dateTime.exec(text);
  if (!match) return valid(Date.parse(text));
  const [, day, month, yearText, hour, minute, second, sign, zoneHours, zoneMinutes, zoneName] = match;
  const monthIndex = months.indexOf(month!.toLowerCase());
  if (monthIndex < 0) return undefined;
  const yearNumber = Number(yearText);
  const year =
    yearText!.length === 2
      ? (yearNumber < 50 ? 2000 : 1900) + yearNumber
      : yearText!.length === 3
        ? 1900 + yearNumber
        : yearNumber;
  // Of 2400 or a minute of 99 nobody knows what is meant; the calendar's overflow is the best guess.
  const local = Date.UTC(year, monthIndex, Number(day), Number(hour), Number(minute), Number(second ?? 0));
  const offset = sign
    ? (sign === '-' ? -1 : 1) * (Number(zoneHours!) * 60 + Number(zoneMinutes ?? 0))
    : (zones[(zoneName ?? '').toLowerCase()] ?? 0);
  return valid(local - offset * 60_000);
}

/** FILETIME begins in 1601; nothing before it can be held. */
const valid = (ms: number): number | undefined =>
  Number.isFinite(ms) && ms > -11644473600000 && ms < 253402300800000 ? ms : undefined;

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The date as RFC 5322 3.3 writes it, in UTC. */
export function formatDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const month = months[date.getUTCMonth()]!;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${days[date.getUTCDay()]}, ${two(date.getUTCDate())} ${month[0]!.toUpperCase()}${month.slice(1)} ${String(date.getUTCFullYear()).padStart(4, '0')} ${time} +0000`;
}
