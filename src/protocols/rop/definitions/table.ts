import type { SortOrder } from '../../../mapi/index.ts';
import { sortOrder } from '../../../mapi/index.ts';
import { bool8, i32, sizedBytes, struct, u8, u16, u32, u64, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { rowBytes, rowsBytes, scoped, sizedRestriction, tags } from './fields.ts';

/** MS-OXCROPS 2.2.5: tables. */

/** MS-OXCTABL 2.2.2.1.3: the only one that this server answers. */
export const tableStatusComplete = 0;
/** MS-OXCTABL 2.2.2.1.1. */
export const bookmark = { beginning: 0, current: 1, end: 2, custom: 3 } as const;
export const queryRowsFlags = { advance: 0x00, noAdvance: 0x01, enablePackedBuffers: 0x02 } as const;

const tableStatus = struct({ tableStatus: u8 });
const bookmarkBytes = sizedBytes(u16);

export const RopSetColumns = rop(0x12, 'RopSetColumns', {
  handles: ['input'],
  request: struct({ setColumnsFlags: u8, propertyTags: tags }),
  response: tableStatus,
});

/** SortOrderCount stands before CategoryCount and ExpandedCount, the orders after them. */
const sortTableRequest: WireType<{
  sortTableFlags: number;
  categoryCount: number;
  expandedCount: number;
  sortOrders: SortOrder[];
}> = {
  read: (r) => {
    const sortTableFlags = r.u8();
    const count = r.u16();
    const categoryCount = r.u16();
    const expandedCount = r.u16();
    const sortOrders: SortOrder[] = [];
    for (let left = r.count(count, 5); left > 0; left--) sortOrders.push(sortOrder.read(r));
    return { sortTableFlags, categoryCount, expandedCount, sortOrders };
  },
  write: (w, value) => {
    w.u8(value.sortTableFlags);
    w.u16(value.sortOrders.length);
    w.u16(value.categoryCount);
    w.u16(value.expandedCount);
    for (const order of value.sortOrders) sortOrder.write(w, order);
  },
};
export const RopSortTable = rop(0x13, 'RopSortTable', {
  handles: ['input'],
  request: sortTableRequest,
  response: tableStatus,
});

export const RopRestrict = rop(0x14, 'RopRestrict', {
  handles: ['input'],
  request: struct({ restrictFlags: u8, restriction: sizedRestriction }),
  response: tableStatus,
});

export const RopQueryRows = rop(0x15, 'RopQueryRows', {
  handles: ['input'],
  request: struct({ queryRowsFlags: u8, forwardRead: bool8, rowCount: u16 }),
  response: scoped<{ origin: number; rows: Uint8Array[] }>({ origin: u8, rows: rowsBytes }),
});

export const RopGetStatus = rop(0x16, 'RopGetStatus', { handles: ['input'], response: tableStatus });

export const RopQueryPosition = rop(0x17, 'RopQueryPosition', {
  handles: ['input'],
  response: struct({ numerator: u32, denominator: u32 }),
});

export const RopSeekRow = rop(0x18, 'RopSeekRow', {
  handles: ['input'],
  request: struct({ origin: u8, rowCount: i32, wantRowMovedCount: bool8 }),
  response: struct({ hasSoughtLess: bool8, rowsSought: i32 }),
});

export const RopSeekRowBookmark = rop(0x19, 'RopSeekRowBookmark', {
  handles: ['input'],
  request: struct({ bookmark: bookmarkBytes, rowCount: i32, wantRowMovedCount: bool8 }),
  response: struct({ rowNoLongerVisible: bool8, hasSoughtLess: bool8, rowsSought: i32 }),
});

export const RopSeekRowFractional = rop(0x1a, 'RopSeekRowFractional', {
  handles: ['input'],
  request: struct({ numerator: u32, denominator: u32 }),
});

export const RopCreateBookmark = rop(0x1b, 'RopCreateBookmark', {
  handles: ['input'],
  response: struct({ bookmark: bookmarkBytes }),
});

export const RopFreeBookmark = rop(0x89, 'RopFreeBookmark', {
  handles: ['input'],
  request: struct({ bookmark: bookmarkBytes }),
});

export const RopQueryColumnsAll = rop(0x37, 'RopQueryColumnsAll', {
  handles: ['input'],
  response: struct({ propertyTags: tags }),
});

export const RopAbort = rop(0x38, 'RopAbort', { handles: ['input'], response: tableStatus });

export interface FindRowResponse {
  readonly rowNoLongerVisible: boolean;
  /** The row found, as its bytes. */
  readonly row: Uint8Array | undefined;
}
const findRowResponse: WireType<FindRowResponse> = {
  read: (r, scope) => ({
    rowNoLongerVisible: bool8.read(r),
    row: bool8.read(r) ? rowBytes.read(r, scope) : undefined,
  }),
  write: (w, value) => {
    bool8.write(w, value.rowNoLongerVisible);
    bool8.write(w, value.row !== undefined);
    if (value.row) w.bytes(value.row);
  },
};
export const RopFindRow = rop(0x4f, 'RopFindRow', {
  handles: ['input'],
  request: struct({ findRowFlags: u8, restriction: sizedRestriction, origin: u8, bookmark: bookmarkBytes }),
  response: findRowResponse,
});

export const RopResetTable = rop(0x81, 'RopResetTable', { handles: ['input'] });

export const RopExpandRow = rop(0x59, 'RopExpandRow', {
  handles: ['input'],
  request: struct({ maxRowCount: u16, categoryId: u64 }),
  response: scoped<{ expandedRowCount: number; rows: Uint8Array[] }>({ expandedRowCount: u32, rows: rowsBytes }),
});

export const RopCollapseRow = rop(0x5a, 'RopCollapseRow', {
  handles: ['input'],
  request: struct({ categoryId: u64 }),
  response: struct({ collapsedRowCount: u32 }),
});

export const RopGetCollapseState = rop(0x6b, 'RopGetCollapseState', {
  handles: ['input'],
  request: struct({ rowId: u64, rowInstanceNumber: u32 }),
  response: struct({ collapseState: sizedBytes(u16) }),
});

export const RopSetCollapseState = rop(0x6c, 'RopSetCollapseState', {
  handles: ['input'],
  request: struct({ collapseState: sizedBytes(u16) }),
  response: struct({ bookmark: bookmarkBytes }),
});

export const tableDefinitions = [
  RopSetColumns,
  RopSortTable,
  RopRestrict,
  RopQueryRows,
  RopGetStatus,
  RopQueryPosition,
  RopSeekRow,
  RopSeekRowBookmark,
  RopSeekRowFractional,
  RopCreateBookmark,
  RopFreeBookmark,
  RopQueryColumnsAll,
  RopAbort,
  RopFindRow,
  RopResetTable,
  RopExpandRow,
  RopCollapseRow,
  RopGetCollapseState,
  RopSetCollapseState,
];
