const rowsOfTables = new WeakMap<object, readonly (readonly [string, unknown])[]>();

/** Names and rows of a declarative table, made once: there are some hundred, and thousands of items. */
export function rowsOf<Row>(table: object): readonly (readonly [string, Row])[] {
  const known = rowsOfTables.get(table) ?? Object.entries(table);
  rowsOfTables.set(table, known);
  return known as readonly (readonly [string, Row])[];
}
