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
 * RopSetLocalReplicaMidsetDeleted, MS-OXCFXICS 2.2.3.2.4.8: ids that the client will not use. As no id is ever used
 * twice, there is nothing to remember.
 */
export const setLocalReplicaMidsetDeleted: HandlerOf<typeof RopSetLocalReplicaMidsetDeleted> = (context) => {
  context.input('folder');
  return {};
};
