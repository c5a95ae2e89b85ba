import { decode, encode, i32, struct, u16 } from '../../wire/index.ts';
import { type BiasRule, systemTime } from './bias-rule.ts';

const layout = struct({
  bias: i32,
  standardBias: i32,
  daylightBias: i32,
  standardYear: u16,
  standardDate: systemTime,
  daylightYear: u16,
  daylightDate: systemTime,
});

const size = 48;

/** Reads PidLidTimeZoneStruct (TZREG, MS-OXOCAL 2.2.1.39). Throws WireError when it is too short. */
export function readTimeZoneStruct(blob: Uint8Array): BiasRule {
  const { standardYear: _, daylightYear: __, ...rule } = decode(layout, blob.subarray(0, size));
  return rule;
}

/** PidLidTimeZoneStruct, 48 bytes. */
export const writeTimeZoneStruct = (rule: BiasRule): Buffer =>
  encode(layout, { ...rule, standardYear: rule.standardDate.year, daylightYear: rule.daylightDate.year });
