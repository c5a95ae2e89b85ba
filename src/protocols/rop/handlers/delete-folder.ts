import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopDeleteFolder } from '../definitions/folder.ts';
import { existingFolderId } from '../object-ids.ts';

/** MS-OXCFOLD 2.2.1.3.1. */
const deleteFolderFlags = { messages: 0x01, folders: 0x04, hardDelete: 0x10 } as const;

/** RopDeleteFolder, MS-OXCFOLD 3.2.5.3. Other flags are ignored, as by Exchange (note 15). */
export const deleteFolder: HandlerOf<typeof RopDeleteFolder> = async (context, request) => {
  context.input('folder');
  const { mailbox, origin } = context;
  const flags = request.deleteFolderFlags;
  const folderId = await existingFolderId(mailbox, request.folderId);
  if (folderId === mailbox.specialFolder('root')) throw new MapiError(ec.notSupported);
  const { partial } = await mailbox.deleteFolder(
    folderId,
    {
      messages: (flags & deleteFolderFlags.messages) !== 0,
      folders: (flags & deleteFolderFlags.folders) !== 0,
      hard: (flags & deleteFolderFlags.hardDelete) !== 0,
    },
    origin,
  );
  return { partialCompletion: partial };
};
