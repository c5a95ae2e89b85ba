import { array, struct, u8, u16 } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { values } from './fields.ts';

/** MS-OXCROPS 2.2.10: folder permissions. */

const permissionData = struct({ permissionDataFlags: u8, propertyValues: values });
export const RopModifyPermissions = rop(0x40, 'RopModifyPermissions', {
  handles: ['input'],
  request: struct({ modifyFlags: u8, permissionsData: array(u16, permissionData, 3) }),
});

export const RopGetPermissionsTable = rop(0x3e, 'RopGetPermissionsTable', {
  handles: ['input', 'output'],
  request: struct({ tableFlags: u8 }),
});

export const permissionDefinitions = [RopModifyPermissions, RopGetPermissionsTable];
