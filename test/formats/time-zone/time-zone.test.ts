import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sameRule } from '../../../src/formats/time-zone/bias-rule.ts';
import {
  definitionOfYear,
  definitionOfYears,
  effectiveRule,
  ianaZonesOf,
  offsetOfZone,
  readTimeZoneDefinition,
  readTimeZoneStruct,
  ruleOfZone,
  windowsZoneOf,
  writeTimeZoneDefinition,
  writeTimeZoneStruct,
  zoneByOffsets,
  zoneOfDefinition,
  zoneOfName,
} from '../../../src/formats/time-zone/index.ts';
import { offsetOfDefinition } from '../../../src/formats/time-zone/time-zone-definition.ts';
import { windowsZones } from '../../../src/formats/time-zone/windows-zones.generated.ts';
import { WireError } from '../../../src/wire/index.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const hour = 3_600_000;

/** MS-OXOCAL 4.1.5. */
const pacificStruct =
  'E001000000000000C4FFFFFF000000000B00000001000200000000000000000000000300000002000200000000000000';
/** MS-OXOCAL 4.1.4: Pacific time until 2006 and from 2007. */
const pacificDefinition = `
  0201300002001500500061006300690066006900630020005300740061006E0064006100720064002000540069006D0065000200
  02013E000000D6070000000000000000000000000000E001000000000000C4FFFFFF00000A0000000500020000000000000000000400000001000200
  00000000000002013E000200D7070000000000000000000000000000E001000000000000C4FFFFFF00000B0000000100020000000000000000000300
  000002000200000000000000`;
/** Written by Outlook for a series in Tokyo. */
const outlookTokyo = `
  02012c000200130054006f006b0079006f0020005300740061006e0064006100720064002000540069006d00650001000201
  3e00030041060100000001000000000000000000e4fdffff0000000000000000000000000000000000000000000000000000
  0000000000000000000000000000`;

test('PidLidTimeZoneStruct of the example of MS-OXOCAL 4.1.5 is the rule of Los Angeles in 2007, byte for byte', () => {
  const rule = readTimeZoneStruct(hex(pacificStruct));
  assert.deepEqual(rule, ruleOfZone('America/Los_Angeles', 2007));
  assert.equal(writeTimeZoneStruct(rule).toString('hex').toUpperCase(), pacificStruct);
});

test('the definition of MS-OXOCAL 4.1.4 has the rules of Los Angeles before and after 2007', () => {
  const definition = readTimeZoneDefinition(hex(pacificDefinition));
  assert.equal(definition.keyName, 'Pacific Standard Time');
  assert.deepEqual(
    definition.rules.map(({ year, flags }) => [year, flags]),
    [
      [2006, 0],
      [2007, 2],
    ],
  );
  assert.ok(sameRule(definition.rules[0]!, ruleOfZone('America/Los_Angeles', 2006)));
  assert.ok(sameRule(effectiveRule(definition)!, ruleOfZone('America/Los_Angeles', 2007)));
  assert.deepEqual(zoneOfDefinition(definition, [2007]), { zone: 'America/Los_Angeles', exact: true });
});

test('a definition is written as Outlook writes it', () => {
  const definition = definitionOfYears('Asia/Tokyo', 2023);
  assert.deepEqual(writeTimeZoneDefinition(definition), hex(outlookTokyo));
  assert.deepEqual(readTimeZoneDefinition(hex(outlookTokyo)), definition);
});

test('a definition without a known name is recognised by its rules, the preferred zone first', () => {
  const unnamed = { ...definitionOfYear('Europe/Rome', 2024), keyName: 'Customized Time Zone' };
  assert.deepEqual(zoneOfDefinition(unnamed, [2024]), { zone: 'Europe/Berlin', exact: true });
  assert.deepEqual(zoneOfDefinition(unnamed, [2024], 'Europe/Rome'), { zone: 'Europe/Rome', exact: true });
  assert.deepEqual(zoneOfDefinition(unnamed, [2024], 'Europe/London'), { zone: 'Europe/Berlin', exact: true });
});

test('a definition that no zone follows comes to a fixed offset and says so', () => {
  const [rule] = definitionOfYear('Europe/Berlin', 2024).rules;
  const invented = { keyName: '', rules: [{ ...rule!, bias: -77 }] };
  assert.deepEqual(zoneOfDefinition(invented, [2024]), { zone: '+01:17', exact: false });
});

test('a fixed offset that no zone has stays a fixed offset', () => {
  assert.equal(
    zoneByOffsets(() => 77, [2024]),
    '+01:17',
  );
});

test('names of zones are understood as Windows, IANA and other programs write them', () => {
  const cases: Record<string, string> = {
    'Europe/Berlin': 'Europe/Berlin',
    'W. Europe Standard Time': 'Europe/Berlin',
    'w. europe standard time': 'Europe/Berlin',
    '/mozilla.org/20050126_1/Europe/Vienna': 'Europe/Vienna',
    '/freeassociation.sourceforge.net/America/New_York': 'America/New_York',
    '"Asia/Tokyo"': 'Asia/Tokyo',
    'Etc/UTC': 'UTC',
    GMT: 'UTC',
    'UTC+01:00': '+01:00',
    'GMT-0330': '-03:30',
  };
  for (const [name, zone] of Object.entries(cases)) assert.equal(zoneOfName(name), zone, name);
  assert.equal(zoneOfName('Customized Time Zone'), undefined);
  assert.equal(zoneOfName('2024-01-01T00:00Z[Europe/Berlin]'), undefined);
  assert.equal(zoneOfName('W. Europe Standard Time', 'Europe/Rome'), 'Europe/Rome');
  assert.equal(zoneOfName('Tokyo Standard Time', 'Europe/Rome'), 'Asia/Tokyo');
});

test('each Windows zone comes back from its first IANA zone, and new names of zones are known as well', () => {
  for (const name of Object.keys(windowsZones)) assert.equal(windowsZoneOf(ianaZonesOf(name)[0]!), name);
  assert.equal(windowsZoneOf('Asia/Kolkata'), 'India Standard Time');
  assert.equal(windowsZoneOf('Asia/Calcutta'), 'India Standard Time');
  assert.equal(windowsZoneOf('Nowhere/Else'), undefined);
});

test('the rules of a zone agree with Temporal, also where rules changed', () => {
  const zones = [
    'Europe/Berlin',
    'Europe/Moscow',
    'America/Sao_Paulo',
    'Australia/Lord_Howe',
    'Asia/Amman',
    'Asia/Tehran',
  ];
  for (const zone of zones) {
    const definition = definitionOfYears(zone, 2004, 2030);
    for (let at = Date.UTC(2004, 0, 1, 0, 30); at < Date.UTC(2031, 0, 1); at += 11 * hour)
      assert.equal(offsetOfDefinition(definition, at), offsetOfZone(zone, at), `${zone} ${new Date(at).toISOString()}`);
  }
});

test('of a year with more changes than a rule has room for, most days are right', () => {
  const definition = definitionOfYears('Africa/Cairo', 2010, 2010);
  let wrong = 0;
  for (let day = 0; day < 365; day++) {
    const at = Date.UTC(2010, 0, 1 + day, 12);
    if (offsetOfDefinition(definition, at) !== offsetOfZone('Africa/Cairo', at)) wrong++;
  }
  assert.ok(wrong > 0 && wrong <= 31, `${wrong} days`);
});

test('what is written reads back, and any other bytes are refused or read', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 1990, max: 2035 }), (zone, year) => {
      const definition = definitionOfYears(zone, year, year + 3);
      assert.deepEqual(readTimeZoneDefinition(writeTimeZoneDefinition(definition)), definition);
      assert.deepEqual(readTimeZoneStruct(writeTimeZoneStruct(ruleOfZone(zone, year))), ruleOfZone(zone, year));
    }),
    { numRuns: 60 },
  );
  const whole = hex(pacificDefinition);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const broken = Buffer.from(whole);
      broken[at] = byte;
      for (const bytes of [broken, broken.subarray(0, at)]) {
        try {
          readTimeZoneDefinition(bytes);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }
    }),
  );
});
