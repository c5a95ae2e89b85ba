import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopMoveCopyMessages } from '../definitions/folder.ts';
import { messageIdsOf } from '../object-ids.ts';
import { sourceAndDestination } from './move-folder.ts';

/** RopMoveCopyMessages, MS-OXCFOLD 3.2.5.6. Always at once, whatever WantAsynchronous says; the source may be a search folder. */
export const moveCopyMessages: HandlerOf<typeof RopMoveCopyMessages> = async (context, request) => {
  const { source, destination } = sourceAndDestination(context);
  const { mailbox, origin } = context;
  if ((await mailbox.folder(destination.folderId))?.type === 'search') throw new MapiError(ec.searchFolder);
  const { ids, partial } = await messageIdsOf(mailbox, request.messageIds);
  const result = request.wantCopy
    ? await mailbox.copyMessages(source.folderId, ids, destination.folderId, origin)
    : await mailbox.moveMessages(source.folderId, ids, destination.folderId, origin);
  return { partialCompletion: partial || result.partial };
};
