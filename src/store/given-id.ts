import { ec, MapiError } from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';

/**
 * Checks an id that a client brings for a new object: one that it was given before (so below `nextCounter`), and not in
 * use. Errors: ecInvalidParam.
 */
export async function checkNewId(
  context: MailboxContext,
  table: 'folder' | 'message',
  id: number,
  nextCounter: number,
): Promise<void> {
  const taken =
    id < 1 ||
    id >= nextCounter ||
    (await context
      .db()
      .selectFrom(table)
      .select('id')
      .where('mailbox_id', '=', context.mailbox.id)
      .where('id', '=', id)
      .executeTakeFirst());
  if (taken) throw new MapiError(ec.invalidParam, `the ${table} id was not reserved or is in use`);
}
