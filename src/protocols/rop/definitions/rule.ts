import { array, sizedBytes, struct, u8, u16 } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { values } from './fields.ts';

/** MS-OXCROPS 2.2.11: rules. */

const ruleData = struct({ ruleDataFlags: u8, propertyValues: values });
export const RopModifyRules = rop(0x41, 'RopModifyRules', {
  handles: ['input'],
  request: struct({ modifyRulesFlags: u8, rulesData: array(u16, ruleData, 3) }),
});

export const RopGetRulesTable = rop(0x3f, 'RopGetRulesTable', {
  handles: ['input', 'output'],
  request: struct({ tableFlags: u8 }),
});

export const RopUpdateDeferredActionMessages = rop(0x57, 'RopUpdateDeferredActionMessages', {
  handles: ['input'],
  request: struct({ serverEntryId: sizedBytes(u16), clientEntryId: sizedBytes(u16) }),
});

export const ruleDefinitions = [RopModifyRules, RopGetRulesTable, RopUpdateDeferredActionMessages];
