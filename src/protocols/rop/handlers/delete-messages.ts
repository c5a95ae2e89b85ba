import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopDeleteMessages, RopHardDeleteMessages } from '../definitions/folder.ts';
import { messageIdsOf } from '../object-ids.ts';

async function remove(context: RopContext, messageIds: readonly bigint[], hard: boolean) {
  const folder = context.input('folder');
  const { mailbox, origin } = context;
  const { ids, partial } = await messageIdsOf(mailbox, messageIds);
  const result = await mailbox.deleteMessages(folder.folderId, ids, { hard }, origin);
  return { partialCompletion: partial || result.partial };
}

/** RopDeleteMessages, MS-OXCFOLD 3.2.5.11. */
export const deleteMessages: HandlerOf<typeof RopDeleteMessages> = (context, request) =>
  remove(context, request.messageIds, false);

/** RopHardDeleteMessages, MS-OXCFOLD 3.2.5.12. */
export const hardDeleteMessages: HandlerOf<typeof RopHardDeleteMessages> = (context, request) =>
  remove(context, request.messageIds, true);
