import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopCreateFolder } from '../definitions/folder.ts';
import { wireId } from '../object-ids.ts';

/** FolderType, MS-OXCFOLD 2.2.1.2.1. */
const folderTypes = new Map([
  [1, 'generic' as const],
  [2, 'search' as const],
]);
/** Characters of a folder's name; Outlook's own limit. */
const longestName = 255;

/** RopCreateFolder, MS-OXCFOLD 3.2.5.2. An existing folder that is opened is not told as such, as with Exchange. */
export const createFolder: HandlerOf<typeof RopCreateFolder> = async (context, request) => {
  const parent = context.input('folder');
  const { logon, mailbox, origin } = context;
  const type = folderTypes.get(request.folderType);
  if (type === undefined || request.displayName === '' || request.displayName.length > longestName)
    throw new MapiError(ec.invalidParam);
  const { folder } = await mailbox.createFolder(
    {
      parentId: parent.folderId,
      displayName: request.displayName,
      type,
      openExisting: request.openExisting,
      ...(request.comment === '' ? {} : { comment: request.comment }),
    },
    origin,
  );
  context.setOutput({ kind: 'folder', logon, folderId: folder.id });
  return { folderId: wireId(folder.id), isExistingFolder: false };
};
