import { encode, Reader, struct, u8, u16, Writer } from '../../wire/index.ts';
import { formatLimits } from '../limits.ts';
import {
  type BiasRule,
  biasRule,
  type LocalMs,
  never,
  offsetOfRule,
  type SystemTime,
  systemTime,
} from './bias-rule.ts';

/** Flags of a TZRule (MS-OXOCAL 2.2.1.41.1). */
export const ruleFlag = { recurCurrent: 1, effective: 2 } as const;

export interface DefinitionRule extends BiasRule {
  /** Bits of {@link ruleFlag}. */
  readonly flags: number;
  /** The first year of the rule; it ends with that of the next one. */
  readonly year: number;
}

/** A TZDEFINITION: a zone's name in Windows' registry and its rules through the years. */
export interface TimeZoneDefinition {
  readonly keyName: string;
  readonly rules: readonly DefinitionRule[];
}

const version = { major: 2, minor: 1 } as const;
const headerFlag = { guid: 1, keyName: 2 } as const;
/** Bytes of a TZRule after its size field. */
const ruleSize = 0x3e;

const ruleLayout = struct({ flags: u16, start: systemTime, rule: biasRule });
const prefix = struct({ major: u8, minor: u8, size: u16 });

/**
 * Reads PidLidAppointmentTimeZoneDefinitionRecur, …StartDisplay or …EndDisplay (MS-OXOCAL 2.2.1.41–43). Sizes in the
 * blob are believed, so that longer headers and rules of later versions are stepped over. Throws WireError.
 */
export function readTimeZoneDefinition(blob: Uint8Array): TimeZoneDefinition {
  const reader = new Reader(blob);
  const head = prefix.read(reader);
  if (head.major !== version.major) reader.fail(`time zone definition of version ${head.major}`);
  const header = reader.slice(head.size);
  const flags = header.u16();
  if ((flags & headerFlag.guid) !== 0) header.bytes(16);
  const keyName = (flags & headerFlag.keyName) === 0 ? '' : header.bytes(header.u16() * 2).toString('utf16le');
  const count = reader.count(header.u16(), ruleSize);
  if (count > formatLimits.timeZoneRules) reader.fail(`${count} rules of a time zone`);
  const rules: DefinitionRule[] = [];
  for (let i = 0; i < count; i++) {
    const { size } = prefix.read(reader);
    const { flags, start, rule } = ruleLayout.read(reader.slice(size));
    rules.push({ ...rule, flags, year: start.year });
  }
  return { keyName: keyName.replace(/\0.*$/s, ''), rules };
}

/** The day on which a rule begins. MS-OXOCAL wants zeros after the year; Outlook writes 1 January, which is followed. */
const startOf = (year: number): SystemTime => ({ ...never, year, month: 1, day: 1 });

/** The bytes of a TZDEFINITION. */
export function writeTimeZoneDefinition({ keyName, rules }: TimeZoneDefinition): Buffer {
  const name = keyName.slice(0, formatLimits.timeZoneName);
  const writer = new Writer();
  writer.bytes(encode(prefix, { ...version, size: 6 + name.length * 2 }));
  writer.u16(headerFlag.keyName);
  writer.u16(name.length);
  writer.bytes(Buffer.from(name, 'utf16le'));
  writer.u16(rules.length);
  for (const { flags, year, ...rule } of rules) {
    writer.bytes(encode(prefix, { ...version, size: ruleSize }));
    ruleLayout.write(writer, { flags, start: startOf(year), rule });
  }
  return writer.finish();
}

/** The rule for a year: the last that has begun; before all of them, the first. Undefined when there is none. */
export function ruleInYear(rules: readonly DefinitionRule[], year: number): DefinitionRule | undefined {
  let found = rules[0];
  for (const rule of rules) if (rule.year <= year && rule.year >= (found?.year ?? 0)) found = rule;
  return found;
}

/** The rule that is marked as the one to use; without a mark the last. */
export const effectiveRule = ({ rules }: TimeZoneDefinition): DefinitionRule | undefined =>
  rules.find(({ flags }) => (flags & ruleFlag.effective) !== 0) ?? rules.at(-1);

/** Minutes east of UTC that a definition says for a local time. */
export function offsetOfDefinition({ rules }: TimeZoneDefinition, local: LocalMs): number {
  const rule = ruleInYear(rules, new Date(local).getUTCFullYear());
  return rule ? offsetOfRule(rule, local) : 0;
}
