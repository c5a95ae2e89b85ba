import { ec, type Guid, MapiError } from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import type { FolderId, IdRange } from './types.ts';

/** Stands for the folders of a mailbox where messages have the folder that they are in. */
const hierarchy = 0;

/** See {@link Mailbox.rememberDeleted}. Ranges that touch become one. */
export const rememberDeleted = (
  context: MailboxContext,
  folderId: FolderId | undefined,
  ranges: readonly IdRange[],
): Promise<void> =>
  context.transaction(async () => {
    for (const { guid, low, high } of ranges) {
      if (!(low >= 1 && low <= high && high <= storeLimits.lastCounter)) throw new MapiError(ec.invalidParam);
      await addRange(context, folderId ?? hierarchy, guid, low, high);
    }
  });

async function addRange(context: MailboxContext, folderId: number, guid: Guid, low: number, high: number) {
  const of = { mailbox_id: context.mailbox.id, folder_id: folderId, guid };
  const touching = await context
    .db()
    .selectFrom('deleted_id')
    .select(['low', 'high'])
    .where((eb) => eb.and(of))
    .where('low', '<=', high + 1)
    .where('high', '>=', low - 1)
    .execute();
  const range = {
    low: Math.min(low, ...touching.map((row) => row.low)),
    high: Math.max(high, ...touching.map((row) => row.high)),
  };
  await context
    .db()
    .deleteFrom('deleted_id')
    .where((eb) => eb.and(of))
    .where('low', '>=', range.low)
    .where('low', '<=', range.high)
    .execute();
  await context
    .db()
    .insertInto('deleted_id')
    .values({ ...of, ...range })
    .execute();
}

/** See {@link Mailbox.isRememberedDeleted}. */
export async function isRememberedDeleted(
  context: MailboxContext,
  folderId: FolderId | undefined,
  guid: Guid,
  counter: number,
): Promise<boolean> {
  const row = await context
    .db()
    .selectFrom('deleted_id')
    .select('low')
    .where((eb) => eb.and({ mailbox_id: context.mailbox.id, folder_id: folderId ?? hierarchy, guid }))
    .where('low', '<=', counter)
    .where('high', '>=', counter)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
