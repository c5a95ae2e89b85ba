import { OxError } from '../../errors.ts';
import type { Tree } from '../../folders/mail-view.ts';
import type { FolderView } from '../../folders/view.ts';
import { folderArray } from '../../folders/view.ts';
import type { ActionRequest } from '../../http/action.ts';
import { columnNumbers } from '../../mail/select.ts';
import { shiftOf } from '../../time.ts';

/** The parameter `tree`; 0 when left out. */
export function treeOf(request: ActionRequest): Tree {
  const tree = request.parameters.text('tree') ?? '0';
  if (tree !== '0' && tree !== '1') throw new OxError('SVL-0004', `tree=${tree}`);
  return tree;
}

/** Folders as arrays of the asked-for columns. */
export function folderArrays(request: ActionRequest, folders: readonly FolderView[]): unknown[][] {
  const columns = columnNumbers(request);
  const shift = shiftOf(request);
  return folders.map((folder) => folderArray(folder, columns, shift));
}
