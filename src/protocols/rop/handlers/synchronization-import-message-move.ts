import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSynchronizationImportMessageMove } from '../definitions/sync.ts';
import { importMove } from '../upload/import-move.ts';
import { collectorOf, versionOf } from '../upload/imported.ts';

/** RopSynchronizationImportMessageMove, MS-OXCFXICS 3.2.5.9.4.4: on the collector of the destination. */
export const synchronizationImportMessageMove: HandlerOf<typeof RopSynchronizationImportMessageMove> = async (
  context,
  request,
) => {
  const collector = collectorOf(context, true);
  const { destinationMessageId, changeNumber, predecessorChangeList } = request;
  const applied = await importMove(context, collector, {
    sourceFolder: Buffer.from(request.sourceFolderId),
    sourceMessage: Buffer.from(request.sourceMessageId),
    seen: Buffer.from(predecessorChangeList),
    destination: versionOf([destinationMessageId, 0n, changeNumber, predecessorChangeList]),
  });
  // A warning, though the message is moved: the version of the client is still to come.
  if (!applied) throw new MapiError(ec.syncClientChangeNewer);
  return { messageId: 0n };
};
