export { collationKey } from './collation.ts';
export { createListTable, type ListTableOptions } from './list-table.ts';
export { compileRestriction, type Lookup, type MatchContext, type Matcher, matches } from './matches.ts';
export { createTables } from './tables.ts';
