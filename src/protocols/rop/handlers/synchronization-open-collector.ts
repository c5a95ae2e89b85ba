import { ec, MapiError } from '../../../mapi/index.ts';
import { emptyIcsState } from '../../fasttransfer/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSynchronizationOpenCollector } from '../definitions/sync.ts';
import { folderOf } from '../object-ids.ts';

/** RopSynchronizationOpenCollector, MS-OXCFXICS 3.2.5.9.4.1. */
export const synchronizationOpenCollector: HandlerOf<typeof RopSynchronizationOpenCollector> = async (
  context,
  { isContentsCollector },
) => {
  const { logon } = context;
  const { id: folderId, type } = await folderOf(context.input('folder'));
  if (type === 'search') throw new MapiError(ec.notSupported);
  context.setOutput({ kind: 'collector', logon, folderId, contents: isContentsCollector, state: emptyIcsState() });
  return {};
};
