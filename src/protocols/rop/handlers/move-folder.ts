import { ec, MapiError } from '../../../mapi/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopCopyFolder, RopMoveFolder } from '../definitions/folder.ts';
import { existingFolderId } from '../object-ids.ts';
import type { FolderObject } from '../objects.ts';

/** Source and destination folder. Both have to be of one mailbox: the client copies between mailboxes itself. */
export function sourceAndDestination(context: RopContext): { source: FolderObject; destination: FolderObject } {
  const source = context.input('folder');
  const destination = context.second('folder');
  if (source.logon.mailbox.id !== destination.logon.mailbox.id) throw new MapiError(ec.notSupported);
  return { source, destination };
}

/** RopMoveFolder, MS-OXCFOLD 3.2.5.7. */
export const moveFolder: HandlerOf<typeof RopMoveFolder> = async (context, request) => {
  const { destination } = sourceAndDestination(context);
  const { mailbox, origin } = context;
  if (request.newFolderName === '') throw new MapiError(ec.invalidParam);
  const folderId = await existingFolderId(mailbox, request.folderId);
  await mailbox.moveFolder(folderId, destination.folderId, request.newFolderName, origin);
  return { partialCompletion: false };
};

/** RopCopyFolder, MS-OXCFOLD 3.2.5.8. */
export const copyFolder: HandlerOf<typeof RopCopyFolder> = async (context, request) => {
  const { destination } = sourceAndDestination(context);
  const { mailbox, origin } = context;
  if (request.newFolderName === '') throw new MapiError(ec.invalidParam);
  const folderId = await existingFolderId(mailbox, request.folderId);
  await mailbox.copyFolder(folderId, destination.folderId, request.newFolderName, request.wantRecursive, origin);
  return { partialCompletion: false };
};
