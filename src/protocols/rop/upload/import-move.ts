import { ec, MapiError } from '../../../mapi/index.ts';
import type { Mailbox, Message, MovedIdentity } from '../../../store/index.ts';
import { addToIcsSet } from '../../fasttransfer/index.ts';
import type { RopContext } from '../context.ts';
import type { CollectorObject } from '../objects.ts';
import { formerly, remembered } from './import-message.ts';
import { type ImportedVersion, mergedPredecessors, ownCounter, relationOf, uploadOrigin } from './imported.ts';

/** A move as a cached-mode client made it. */
export interface ImportedMove {
  readonly sourceFolder: Uint8Array;
  readonly sourceMessage: Uint8Array;
  /** What the client has seen of the message; the change that the move itself is may be in it or not. */
  readonly seen: Uint8Array;
  /** Id and version of the message in the destination; its time is not told. */
  readonly destination: Omit<ImportedVersion, 'lastModified'>;
}

/**
 * Moves a message under the id that the client gave it (MS-OXCFXICS 3.2.5.9.4.4). False when the client's version is
 * newer than the one here: it will bring that by a message change, so the one here keeps its keys. Errors:
 * SYNC_E_OBJECT_DELETED when the message is no longer there, ecInvalidParam.
 */
export async function importMove(
  context: RopContext,
  collector: CollectorObject,
  move: ImportedMove,
): Promise<boolean> {
  const { mailbox } = context;
  const { folderId } = collector;
  const { destination } = move;
  const outcome = await mailbox.transaction(async () => {
    if ((await mailbox.folder(folderId)) === undefined) throw new MapiError(ec.syncObjectDeleted);
    const there = await mailbox.findBySourceKey(destination.sourceKey, { softDeleted: true });
    if (there !== undefined) {
      // The client did not hear the answer to the same move, and says it again.
      const moved = there.kind === 'message' && !there.deleted ? await mailbox.message(there.id) : undefined;
      if (moved?.folderId !== folderId) throw new MapiError(there.deleted ? ec.syncObjectDeleted : ec.invalidParam);
      return { message: moved, applied: true, seen: false };
    }
    if (await mailbox.isRememberedDeleted(folderId, ...remembered(destination.sourceKey))) {
      throw new MapiError(ec.syncObjectDeleted);
    }
    const source = await sourceOf(mailbox, folderId, move);
    if (source === undefined) throw new MapiError(ec.syncObjectDeleted);
    return carryOut(context, source, folderId, move);
  });
  const { message, applied, seen } = outcome;
  const set = message.associated ? collector.state.seenFai : collector.state.seen;
  if (seen) addToIcsSet(set, mailbox.replicaGuid, message.changeNumber);
  return applied;
}

/** The message to move; also one that the server itself has brought to the destination (a mail that was sent). */
async function sourceOf(mailbox: Mailbox, folderId: number, move: ImportedMove): Promise<Message | undefined> {
  const folder = await mailbox.findBySourceKey(move.sourceFolder);
  const found = await mailbox.findBySourceKey(move.sourceMessage);
  const message = found?.kind === 'message' ? await mailbox.message(found.id) : undefined;
  if (message !== undefined) return folder?.id === message.folderId ? message : undefined;
  const moved = move.sourceMessage.length === 22 ? (await formerly(mailbox, move.sourceMessage))?.message : undefined;
  return moved?.folderId === folderId && moved.deleted === undefined ? moved : undefined;
}

async function carryOut(
  context: RopContext,
  source: Message,
  folderId: number,
  { seen: seenByClient, destination: { sourceKey, changeKey, predecessorChangeList } }: ImportedMove,
): Promise<{ message: Message; applied: boolean; seen: boolean }> {
  const { mailbox } = context;
  const newId = ownCounter(mailbox.replicaGuid, sourceKey);
  const serverIsNewer = relationOf(source.predecessorChangeList, predecessorChangeList) !== 'known';
  const clientIsNewer = relationOf(seenByClient, source.predecessorChangeList) !== 'known';
  const version = clientIsNewer
    ? { keepVersion: true }
    : serverIsNewer
      ? { predecessorChangeList: mergedPredecessors(predecessorChangeList, source.predecessorChangeList) }
      : { changeKey, predecessorChangeList };
  const identity: MovedIdentity = { ...version, ...(newId === undefined ? { sourceKey } : { newId }) };
  const identities = new Map([[source.id, identity]]);
  const { ids } = await mailbox.moveMessages(source.folderId, [source.id], folderId, uploadOrigin(context), identities);
  const message = await mailbox.message(ids.get(source.id) ?? 0);
  if (message === undefined) throw new MapiError(ec.syncObjectDeleted);
  return { message, applied: !clientIsNewer, seen: !serverIsNewer };
}
