import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetLocalReplicaIds } from '../definitions/logon.ts';
import type { RopSetLocalReplicaMidsetDeleted } from '../definitions/sync.ts';
import { ropLimits } from '../limits.ts';

/** RopGetLocalReplicaIds, MS-OXCFXICS 3.2.5.9.4.7: ids that belong to the client for ever. */
export const getLocalReplicaIds: HandlerOf<typeof RopGetLocalReplicaIds> = async (context, request) => {
  const { mailbox } = context.input('logon');
  if (request.idCount === 0 || request.idCount > ropLimits.localReplicaIds) throw new MapiError(ec.invalidParam);
  return { replGuid: mailbox.replicaGuid, globalCount: await mailbox.allocateIds(request.idCount) };
};

/**
 * RopSetLocalReplicaMidsetDeleted, MS-OXCFXICS 3.2.5.9.4.8: ids that messages of this folder had on the client only, or
 * will never have.
 */
export const setLocalReplicaMidsetDeleted: HandlerOf<typeof RopSetLocalReplicaMidsetDeleted> = async (
  context,
  request,
) => {
  const { folderId } = context.input('folder');
  const ranges = request.longTermIdRanges.map(({ minLongTermId: min, maxLongTermId: max }) => {
    if (min.guid !== max.guid) throw new MapiError(ec.invalidParam);
    return { guid: min.guid, low: min.counter, high: max.counter };
  });
  await context.mailbox.rememberDeleted(folderId, ranges);
  return {};
};
