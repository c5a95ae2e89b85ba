import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import { zoneLines } from '../../../src/sandbox/chronos/scheduling/zone-text.ts';

test('an independent reader finds the offsets of a zone throughout its year', () => {
  for (const zone of [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Sao_Paulo',
    'UTC',
  ]) {
    const text = ['BEGIN:VCALENDAR', ...zoneLines(zone, 2026), 'END:VCALENDAR'].join('\r\n');
    const component = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vtimezone');
    const timezone = new ICAL.Timezone({ component: component!, tzid: zone });
    for (let day = 0; day < 365; day += 1) {
      const local = Temporal.PlainDateTime.from('2026-01-01T12:00:00').add({ days: day });
      const time = ICAL.Time.fromDateTimeString(local.toString());
      const expected = local.toZonedDateTime(zone).offsetNanoseconds / 1_000_000_000;
      // Rules of a year say nothing of what came before their first turn.
      const first =
        zoneLines(zone, 2026)
          .find((line) => line.startsWith('DTSTART:2026'))
          ?.slice(8) ?? '';
      if (local.toString().replace(/[-:]/g, '') < first) continue;
      assert.equal(timezone.utcOffset(time), expected, `${zone} ${local}`);
    }
  }
});
