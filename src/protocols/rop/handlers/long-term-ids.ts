import { counterOf, ec, MapiError, makeId, nilGuid, replidOfId } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopIdFromLongTermId, RopLongTermIdFromId } from '../definitions/logon.ts';

/** RopLongTermIdFromId, MS-OXCSTOR 3.2.5.8. Whether there is such an object does not matter. */
export const longTermIdFromId: HandlerOf<typeof RopLongTermIdFromId> = async (context, request) => {
  const { mailbox } = context.input('logon');
  // Exchange answers so for an id of all zeros (note 43).
  if (request.objectId === 0n) return { longTermId: { guid: nilGuid, counter: 0 } };
  const guid = await mailbox.guidOfReplid(replidOfId(request.objectId));
  if (guid === undefined) throw new MapiError(ec.notFound);
  return { longTermId: { guid, counter: counterOf(request.objectId) } };
};

/** RopIdFromLongTermId, MS-OXCSTOR 3.2.5.9: a replica not known before gets a replid. */
export const idFromLongTermId: HandlerOf<typeof RopIdFromLongTermId> = async (context, request) => {
  const { mailbox } = context.input('logon');
  const { guid, counter } = request.longTermId;
  if (guid === nilGuid) throw new MapiError(ec.invalidParam);
  const replid = await mailbox.replidOf(guid, true);
  if (replid === undefined) throw new MapiError(ecParameterOverflow);
  return { objectId: makeId(replid, counter) };
};

/** No replids are left. */
const ecParameterOverflow = 0x450;
