import { type Cell, largePropertyTagArray, propertyRow, restriction, taggedValue } from '../../mapi/index.ts';
import {
  array,
  bytes,
  i32,
  optional,
  sizedBytes,
  string8,
  string16,
  struct,
  u8,
  u32,
  type WireType,
} from '../../wire/index.ts';
import { stat } from './stat.ts';

/**
 * Request and response bodies of the address book endpoint, MS-OXCMAPIHTTP 2.2.5. Every request ends with an auxiliary
 * buffer; a response is StatusCode, ErrorCode, these fields, and an empty one.
 */
const present = 0xff;
const maybe = <T>(type: WireType<T>) => optional(type, present);

const auxiliary = { auxiliary: sizedBytes(u32) };
const tags = maybe(largePropertyTagArray);
const minimalIds = array(u32, u32, 4);
const maybeStat = maybe(stat);

/** Columns and the rows in them, MS-OXCMAPIHTTP 2.2.5.12.2. */
export interface RowSet {
  readonly columns: number[];
  readonly rows: Cell[][];
}

const rowSet: WireType<RowSet> = {
  read(reader) {
    const columns = largePropertyTagArray.read(reader);
    const row = propertyRow(columns, 'addressBook');
    return { columns, rows: array(u32, row, 1).read(reader) };
  },
  write(writer, value) {
    largePropertyTagArray.write(writer, value.columns);
    array(u32, propertyRow(value.columns, 'addressBook')).write(writer, value.rows);
  },
};

/** AddressBookPropertyValueList, MS-OXCMAPIHTTP 2.2.1.3. */
const valueList = array(u32, taggedValue('addressBook'), 4);

export const requests = {
  Bind: struct({ flags: u32, stat: maybeStat, ...auxiliary }),
  Unbind: struct({ reserved: u32, ...auxiliary }),
  GetSpecialTable: struct({ flags: u32, stat: maybeStat, version: maybe(u32), ...auxiliary }),
  QueryRows: struct({
    flags: u32,
    stat: maybeStat,
    explicitTable: minimalIds,
    rowCount: u32,
    columns: tags,
    ...auxiliary,
  }),
  ResolveNames: struct({
    reserved: u32,
    stat: maybeStat,
    columns: tags,
    names: maybe(array(u32, string16, 2)),
    ...auxiliary,
  }),
  DNToMId: struct({ reserved: u32, names: maybe(array(u32, string8, 1)), ...auxiliary }),
  GetProps: struct({ flags: u32, stat: maybeStat, tags, ...auxiliary }),
  GetPropList: struct({ flags: u32, minimalId: u32, codePage: u32, ...auxiliary }),
  QueryColumns: struct({ reserved: u32, flags: u32, ...auxiliary }),
  UpdateStat: struct({ reserved: u32, stat: maybeStat, deltaRequested: u8, ...auxiliary }),
  SeekEntries: struct({
    reserved: u32,
    stat: maybeStat,
    target: maybe(taggedValue('addressBook')),
    explicitTable: maybe(minimalIds),
    columns: tags,
    ...auxiliary,
  }),
  GetMatches: struct({
    reserved: u32,
    stat: maybeStat,
    minimalIds: maybe(minimalIds),
    interfaceOptions: u32,
    filter: maybe(restriction('addressBook')),
    propertyName: maybe(struct({ guid: bytes(16), id: u32 })),
    rowCount: u32,
    columns: tags,
    ...auxiliary,
  }),
  CompareMIds: struct({ reserved: u32, stat: maybeStat, minimalId1: u32, minimalId2: u32, ...auxiliary }),
  ResortRestriction: struct({ reserved: u32, stat: maybeStat, minimalIds: maybe(minimalIds), ...auxiliary }),
  GetTemplateInfo: struct({ flags: u32, type: u32, dn: maybe(string8), codePage: u32, localeId: u32, ...auxiliary }),
  ModLinkAtt: struct({
    flags: u32,
    tag: u32,
    minimalId: u32,
    entryIds: maybe(array(u32, sizedBytes(u32), 4)),
    ...auxiliary,
  }),
  ModProps: struct({ reserved: u32, stat: maybeStat, tags, values: maybe(valueList), ...auxiliary }),
  GetMailboxUrl: struct({ flags: u32, userDn: string16, ...auxiliary }),
  GetAddressBookUrl: struct({ flags: u32, userDn: string16, ...auxiliary }),
};

export const responses = {
  Bind: struct({ serverGuid: bytes(16) }),
  Unbind: struct({}),
  GetSpecialTable: struct({ codePage: u32, version: maybe(u32), rows: maybe(array(u32, valueList, 4)) }),
  QueryRows: struct({ stat: maybeStat, rows: maybe(rowSet) }),
  ResolveNames: struct({ codePage: u32, minimalIds: maybe(minimalIds), rows: maybe(rowSet) }),
  DNToMId: struct({ minimalIds: maybe(minimalIds) }),
  GetProps: struct({ codePage: u32, values: maybe(valueList) }),
  GetPropList: struct({ tags }),
  QueryColumns: struct({ tags }),
  UpdateStat: struct({ stat: maybeStat, delta: maybe(i32) }),
  SeekEntries: struct({ stat: maybeStat, rows: maybe(rowSet) }),
  GetMatches: struct({ stat: maybeStat, minimalIds: maybe(minimalIds), rows: maybe(rowSet) }),
  CompareMIds: struct({ result: i32 }),
  ResortRestriction: struct({ stat: maybeStat, minimalIds: maybe(minimalIds) }),
  GetTemplateInfo: struct({ codePage: u32, values: maybe(valueList) }),
  ModLinkAtt: struct({}),
  ModProps: struct({}),
  GetMailboxUrl: struct({ serverUrl: string16 }),
  GetAddressBookUrl: struct({ serverUrl: string16 }),
};

export type OperationName = keyof typeof requests;
