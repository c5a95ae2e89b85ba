import { ec, MapiError, parseSourceKey } from '../mapi/index.ts';
import { WireError } from '../wire/index.ts';
import type { MailboxContext } from './internal.ts';

/**
 * The source key to store for an object that a client brought: null when it says the same as the object's own id.
 * Errors: ecInvalidParam unless it has 22 bytes.
 */
export function ownSourceKey(context: MailboxContext, given: Uint8Array | undefined, id: number): Uint8Array | null {
  if (given === undefined) return null;
  try {
    const { guid, counter } = parseSourceKey(given);
    return guid === context.mailbox.replicaGuid && counter === id ? null : given;
  } catch (error) {
    if (error instanceof WireError) throw new MapiError(ec.invalidParam, error.message);
    throw error;
  }
}

/** See {@link Mailbox.findBySourceKey}. */
export async function findBySourceKey(
  context: MailboxContext,
  key: Uint8Array,
  softDeleted: boolean,
): Promise<{ kind: 'folder' | 'message'; id: number; deleted: boolean } | undefined> {
  const guidAndCounter = parsed(key);
  if (guidAndCounter === undefined) return undefined;
  const own = guidAndCounter.guid === context.mailbox.replicaGuid;
  for (const [column, value] of [...(own ? [['id', guidAndCounter.counter]] : []), ['source_key', key]] as const) {
    for (const table of ['folder', 'message'] as const) {
      const query = context
        .db()
        .selectFrom(table)
        .select(['id', 'deleted'])
        .where('mailbox_id', '=', context.mailbox.id)
        .where(column as 'id', '=', value as never)
        .orderBy('deleted');
      const row = await (softDeleted ? query : query.where('deleted', '=', 0)).executeTakeFirst();
      if (row) return { kind: table, id: row.id, deleted: row.deleted !== 0 };
    }
  }
  return undefined;
}

function parsed(key: Uint8Array) {
  try {
    return parseSourceKey(key);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
