import { ec, MapiError } from '../../../mapi/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopEmptyFolder, RopHardDeleteMessagesAndSubfolders } from '../definitions/folder.ts';

async function empty(context: RopContext, associated: boolean, hard: boolean) {
  const folder = context.input('folder');
  const type = (await context.mailbox.folder(folder.folderId))?.type;
  if (type === 'root' || type === 'search') throw new MapiError(ec.notSupported);
  const options = { associated, folders: true, hard };
  const { partial } = await context.mailbox.emptyFolder(folder.folderId, options, context.origin);
  return { partialCompletion: partial };
}

/** RopEmptyFolder, MS-OXCFOLD 3.2.5.9: messages and subfolders go, but stay recoverable. */
export const emptyFolder: HandlerOf<typeof RopEmptyFolder> = (context, request) =>
  empty(context, request.wantDeleteAssociated, false);

/** RopHardDeleteMessagesAndSubfolders, MS-OXCFOLD 3.2.5.10. */
export const hardDeleteMessagesAndSubfolders: HandlerOf<typeof RopHardDeleteMessagesAndSubfolders> = (
  context,
  request,
) => empty(context, request.wantDeleteAssociated, true);
