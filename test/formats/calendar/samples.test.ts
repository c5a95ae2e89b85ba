import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  readAppointmentRecurrence,
  recurrenceOfSeries,
  seriesOfRecurrence,
  writeAppointmentRecurrence,
} from '../../../src/formats/calendar/index.ts';
import {
  offsetOfRule,
  readTimeZoneDefinition,
  readTimeZoneStruct,
  sameRule,
  zoneByOffsets,
  zoneOfDefinition,
} from '../../../src/formats/time-zone/index.ts';
import { effectiveRule } from '../../../src/formats/time-zone/time-zone-definition.ts';

interface Sample {
  readonly file: string;
  readonly PidLidAppointmentRecur_hex?: string;
  readonly PidLidTimeZoneStruct_hex?: string;
  readonly PidLidAppointmentTimeZoneDefinitionRecur_hex?: string;
}

const path = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'samples', 'msg', 'recurrences.json');
const samples: Sample[] = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { items: Sample[] }).items : [];
const bytes = (hex: string | undefined): Buffer => Buffer.from(hex ?? '', 'hex');

test('recurrences in messages that Outlook wrote are written back byte for byte', {
  skip: samples.length === 0,
}, () => {
  let count = 0;
  for (const { file, PidLidAppointmentRecur_hex: blob } of samples) {
    if (!blob) continue;
    count += 1;
    const { series, overrides } = seriesOfRecurrence(readAppointmentRecurrence(bytes(blob)));
    const written = writeAppointmentRecurrence(recurrenceOfSeries(series, overrides)).toString('hex');
    // Some versions of Outlook write four bytes of zeros behind it.
    assert.ok(blob === written || blob === `${written}00000000`, file);
  }
  assert.ok(count >= 5);
});

test('zones in messages that Outlook wrote are known, by name and by rules alone', {
  skip: samples.length === 0,
}, () => {
  for (const sample of samples) {
    const definition = readTimeZoneDefinition(bytes(sample.PidLidAppointmentTimeZoneDefinitionRecur_hex));
    const rule = readTimeZoneStruct(bytes(sample.PidLidTimeZoneStruct_hex));
    const named = zoneOfDefinition(definition, [2023]);
    assert.ok(named.exact, sample.file);
    assert.equal(
      zoneByOffsets((local) => offsetOfRule(rule, local), [2023], named.zone),
      named.zone,
      sample.file,
    );
    // MS-OXOCAL 2.2.1.41: the effective rule is the one in PidLidTimeZoneStruct.
    assert.ok(sameRule(effectiveRule(definition)!, rule), sample.file);
  }
});
