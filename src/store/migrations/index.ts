import type { Kysely, Migration } from 'kysely';
import { createMailbox } from './001-mailbox.ts';
import { createSearchFolders } from './002-search-folders.ts';
import { countHierarchyChanges } from './003-hierarchy-changes.ts';
import { prepareUpload } from './004-upload.ts';
import { orderByChange } from './005-change-order.ts';
import { keepFormerIds } from './006-former-ids.ts';
import { releaseContent } from './007-released-content.ts';
import { columnTypes, type DatabaseKind } from './column-types.ts';

/** All changes of the schema in their order; names are never changed and steps never removed. */
const steps = {
  '001-mailbox': createMailbox,
  '002-search-folders': createSearchFolders,
  '003-hierarchy-changes': countHierarchyChanges,
  '004-upload': prepareUpload,
  '005-change-order': orderByChange,
  '006-former-ids': keepFormerIds,
  '007-released-content': releaseContent,
};

/** The migrations for one kind of database, as Kysely's Migrator wants them. */
export function migrations(kind: DatabaseKind): Record<string, Migration> {
  const types = columnTypes(kind);
  return Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, { up: (db: Kysely<unknown>) => step(db, types) }]),
  );
}
