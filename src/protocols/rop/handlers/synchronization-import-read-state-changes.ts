import { ec, MapiError, parseSourceKey } from '../../../mapi/index.ts';
import type { MessageId } from '../../../store/index.ts';
import { addToIcsSet } from '../../fasttransfer/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSynchronizationImportReadStateChanges } from '../definitions/sync.ts';
import { checked, collectorOf, uploadOrigin } from '../upload/imported.ts';

/** GID, or LongTermId with its padding. */
const keySizes = [22, 24];

/** RopSynchronizationImportReadStateChanges, MS-OXCFXICS 3.2.5.9.4.6. FAI messages and unknown ids are passed over. */
export const synchronizationImportReadStateChanges: HandlerOf<typeof RopSynchronizationImportReadStateChanges> = async (
  context,
  request,
) => {
  const { folderId, state } = collectorOf(context, true);
  if (request.messageReadStates.length === 0) throw new MapiError(ec.invalidParam);
  const wanted = request.messageReadStates.map(({ messageId, markAsRead }) => {
    if (!keySizes.includes(messageId.length)) throw new MapiError(ec.invalidParam);
    const key = messageId.subarray(0, 22);
    checked(() => parseSourceKey(key));
    return { key, markAsRead };
  });
  const { mailbox } = context;
  const changes = await mailbox.transaction(async () => {
    // The last word on a message counts.
    const reads = new Map<MessageId, boolean>();
    for (const { key, markAsRead } of wanted) {
      const found = await mailbox.findBySourceKey(key);
      const message = found?.kind === 'message' ? await mailbox.message(found.id) : undefined;
      if (message?.folderId === folderId && !message.associated) reads.set(message.id, markAsRead);
    }
    const numbers: number[] = [];
    for (const read of [true, false]) {
      const ids = [...reads].filter(([, value]) => value === read).map(([id]) => id);
      for (const id of await mailbox.setReadState(folderId, ids, read, uploadOrigin(context))) {
        numbers.push((await mailbox.message(id))!.readChangeNumber);
      }
    }
    return numbers;
  });
  for (const number of changes) addToIcsSet(state.read, mailbox.replicaGuid, number);
  return {};
};
