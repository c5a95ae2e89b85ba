export { type BiasRule, offsetOfRule, sameRule } from './bias-rule.ts';
export { fixedZone, zoneByOffsets, zoneOfDefinition } from './recognise.ts';
export {
  effectiveRule,
  readTimeZoneDefinition,
  type TimeZoneDefinition,
  writeTimeZoneDefinition,
} from './time-zone-definition.ts';
export { readTimeZoneStruct, writeTimeZoneStruct } from './time-zone-struct.ts';
export { ianaZonesOf, windowsZoneOf, type ZoneId, zoneOfName } from './zone-id.ts';
export { definitionOfYear, definitionOfYears, offsetOfZone, ruleOfZone } from './zone-rules.ts';
