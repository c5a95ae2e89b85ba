import type { HandlerOf } from '../definition.ts';
import type { RopOpenFolder } from '../definitions/folder.ts';
import { existingFolderId } from '../object-ids.ts';

/** RopOpenFolder, MS-OXCFOLD 3.2.5.1. OpenSoftDeleted is ignored, as Exchange does: there are no deleted folders. */
export const openFolder: HandlerOf<typeof RopOpenFolder> = async (context, request) => {
  context.input('logon', 'folder');
  const { logon, mailbox } = context;
  const folderId = await existingFolderId(mailbox, request.folderId);
  context.setOutput({ kind: 'folder', logon, folderId });
  return { hasRules: false, isGhosted: false };
};
