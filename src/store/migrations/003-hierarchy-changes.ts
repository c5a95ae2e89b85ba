import type { Kysely } from 'kysely';

/** How often a folder got or lost a subfolder: PidTagHierarchyChangeNumber (MS-OXCFOLD 2.2.2.2.1.8). */
export async function countHierarchyChanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('folder')
    .addColumn('hierarchy_changes', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
}
