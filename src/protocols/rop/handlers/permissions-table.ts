import { ec, MapiError, PidTag, type PropertyTag, type StoredValue } from '../../../mapi/index.ts';
import { createListTable } from '../../../store/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetPermissionsTable, RopModifyPermissions } from '../definitions/permission.ts';
import { openTable } from './table-object.ts';

const columns: readonly PropertyTag[] = [PidTag.EntryId, PidTag.MemberId, PidTag.MemberName, PidTag.MemberRights];

interface Member {
  readonly key: number;
  readonly id: bigint;
  readonly name: string;
  readonly rights: number;
}

/**
 * The two members of every permissions list (MS-OXCPERM 2.2.1.2 and 2.2.4). A mailbox is its owner's alone, so nobody
 * else has any right.
 */
const members: readonly Member[] = [
  { key: 1, id: 0n, name: '', rights: 0 },
  { key: 2, id: 0xffffffffffffffffn, name: 'Anonymous', rights: 0 },
];

const values: ReadonlyMap<PropertyTag, (member: Member) => StoredValue> = new Map<
  PropertyTag,
  (member: Member) => StoredValue
>([
  [PidTag.EntryId, () => new Uint8Array()],
  [PidTag.MemberId, (member) => member.id],
  [PidTag.MemberName, (member) => member.name],
  [PidTag.MemberRights, (member) => member.rights],
]);

/** RopGetPermissionsTable, MS-OXCPERM 3.2.5.1. */
export const getPermissionsTable: HandlerOf<typeof RopGetPermissionsTable> = (context) => {
  context.input('folder');
  const table = createListTable<Member>({
    rows: () => members,
    key: (member) => member.key,
    property: (member, tag) => values.get(tag)?.(member),
    allColumns: () => columns,
  });
  openTable(context, table, 'permissions', false);
  return {};
};

/** RopModifyPermissions, MS-OXCPERM 3.2.5.2: rights of others are given in the groupware. */
export const modifyPermissions: HandlerOf<typeof RopModifyPermissions> = (context) => {
  context.input('folder');
  throw new MapiError(ec.notSupported);
};
