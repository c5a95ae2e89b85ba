import { ec, MapiError, parseSourceKey } from '../../../mapi/index.ts';
import type { FolderId, IdRange, Mailbox, MessageId, Origin } from '../../../store/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSynchronizationImportDeletes } from '../definitions/sync.ts';
import { formerly } from '../upload/import-message.ts';
import { checked, collectorOf, fixedValues, uploadOrigin } from '../upload/imported.ts';

/** ImportDeleteFlags, MS-OXCFXICS 2.2.3.2.4.5.1. */
const importDeleteFlag = { hierarchy: 0x01, hardDelete: 0x02 } as const;
/** PtypMultipleBinary without an id: the source keys. */
const sourceKeysTag = 0x00001102;

/**
 * RopSynchronizationImportDeletes, MS-OXCFXICS 3.2.5.9.4.5: all or none. What is deleted already is passed over, and
 * what never was here is remembered.
 */
export const synchronizationImportDeletes: HandlerOf<typeof RopSynchronizationImportDeletes> = async (
  context,
  request,
) => {
  const flags = request.importDeleteFlags;
  if ((flags & ~(importDeleteFlag.hierarchy | importDeleteFlag.hardDelete)) !== 0) throw new MapiError(ec.invalidParam);
  const hierarchy = (flags & importDeleteFlag.hierarchy) !== 0;
  const { folderId } = collectorOf(context, !hierarchy);
  const [given] = fixedValues(request.propertyValues, [sourceKeysTag]);
  const keys = (given as Uint8Array[]).map((key) => {
    checked(() => parseSourceKey(key));
    return Buffer.from(key);
  });
  const { mailbox } = context;
  const hard = (flags & importDeleteFlag.hardDelete) !== 0;
  await mailbox.transaction(() =>
    hierarchy
      ? deleteFolders(mailbox, keys, hard, uploadOrigin(context))
      : deleteMessages(mailbox, folderId, keys, hard, uploadOrigin(context)),
  );
  return {};
};

async function deleteMessages(
  mailbox: Mailbox,
  folderId: FolderId,
  keys: readonly Uint8Array[],
  hard: boolean,
  origin: Origin,
): Promise<void> {
  const ids: MessageId[] = [];
  const unknown: IdRange[] = [];
  for (const key of keys) {
    const found = await mailbox.findBySourceKey(key, { softDeleted: true });
    if (found === undefined) {
      if ((await formerly(mailbox, key)) === undefined) unknown.push(rangeOf(key));
    } else if (found.kind === 'message' && !found.deleted) {
      if ((await mailbox.message(found.id))?.folderId === folderId) ids.push(found.id);
    }
  }
  await mailbox.deleteMessages(folderId, ids, { hard }, origin);
  await mailbox.rememberDeleted(folderId, unknown);
}

async function deleteFolders(mailbox: Mailbox, keys: readonly Uint8Array[], hard: boolean, origin: Origin) {
  const unknown: IdRange[] = [];
  for (const key of keys) {
    const found = await mailbox.findBySourceKey(key, { softDeleted: true });
    if (found === undefined) unknown.push(rangeOf(key));
    else if (found.kind === 'folder' && !found.deleted) {
      await mailbox.deleteFolder(found.id, { hard, messages: true, folders: true }, origin);
    }
  }
  await mailbox.rememberDeleted(undefined, unknown);
}

function rangeOf(key: Uint8Array): IdRange {
  const { guid, counter } = parseSourceKey(key);
  return { guid, low: counter, high: counter };
}
