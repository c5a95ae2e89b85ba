import { ec, MapiError, type PropertyBag, type PropertyTag, parseSourceKey } from '../../../mapi/index.ts';
import { ContentUnavailable, type Mailbox, type Message, type MessageChange } from '../../../store/index.ts';
import { addToIcsSet } from '../../fasttransfer/index.ts';
import type { RopContext } from '../context.ts';
import type { MessageDraft } from '../message-draft.ts';
import type { CollectorObject, MessageObject } from '../objects.ts';
import {
  type ImportedVersion,
  isLastWriter,
  mergedPredecessors,
  ownCounter,
  type Relation,
  relationOf,
  uploadOrigin,
} from './imported.ts';
import { besideMail } from './same-mail.ts';

/** A message change that was announced on a collector and is not saved yet. */
export interface PendingImport {
  readonly collector: CollectorObject;
  readonly version: ImportedVersion;
  readonly associated: boolean;
  readonly failOnConflict: boolean;
}

/** What an import meets on the server. */
type Target =
  | { readonly kind: 'new' }
  | { readonly kind: 'here'; readonly message: Message; readonly relation: Relation }
  /** Deleted, or moved away, by somebody else meanwhile: without the message when that is gone for good. */
  | { readonly kind: 'gone'; readonly message: Message | undefined };

/**
 * Finds what a message change is about (MS-OXCFXICS 3.2.5.9.4.2). Errors: SYNC_E_OBJECT_DELETED for an id that the
 * client itself gave up and for a folder that is gone, SYNC_E_IGNORE, SYNC_E_CONFLICT, ecInvalidParam.
 */
export async function importTarget(mailbox: Mailbox, pending: PendingImport): Promise<Target> {
  const { collector, version, associated, failOnConflict } = pending;
  const { folderId } = collector;
  if ((await mailbox.folder(folderId)) === undefined) throw new MapiError(ec.syncObjectDeleted);
  const found = await mailbox.findBySourceKey(version.sourceKey, { softDeleted: true });
  if (found?.kind === 'folder') throw new MapiError(ec.invalidParam, 'the id of a folder');
  const message = found && !found.deleted ? await mailbox.message(found.id) : undefined;
  if (message?.folderId === folderId) {
    if (message.associated !== associated) throw new MapiError(ec.invalidParam, 'normal or FAI, it stays what it was');
    const relation = relationOf(version.predecessorChangeList, message.predecessorChangeList);
    if (relation === 'known') throw new MapiError(ec.syncIgnore);
    if (relation === 'conflict' && failOnConflict) throw new MapiError(ec.syncConflict);
    return { kind: 'here', message, relation };
  }
  const gone = found
    ? { message: message ?? (await deleted(mailbox, found.id)) }
    : await formerly(mailbox, version.sourceKey);
  if (gone !== undefined) {
    const { message: now } = gone;
    // The very version that was uploaded before it went: the client did not hear the answer.
    const known = now && relationOf(version.predecessorChangeList, now.predecessorChangeList) === 'known';
    if (failOnConflict || associated || known) throw new MapiError(ec.syncObjectDeleted);
    return { kind: 'gone', message: now };
  }
  if (await mailbox.isRememberedDeleted(folderId, ...remembered(version.sourceKey))) {
    throw new MapiError(ec.syncObjectDeleted);
  }
  return { kind: 'new' };
}

const deleted = (mailbox: Mailbox, id: number): Promise<Message | undefined> =>
  mailbox.message(id, { softDeleted: true });

/** What became of the message that had a source key before it was moved; undefined when none had it. */
export async function formerly(
  mailbox: Mailbox,
  sourceKey: Uint8Array,
): Promise<{ readonly message: Message | undefined } | undefined> {
  const counter = ownCounter(mailbox.replicaGuid, sourceKey);
  return counter === undefined ? undefined : mailbox.messageFormerly(counter);
}

/**
 * RopSaveChangesMessage of an imported message: conflicts are resolved here (MS-OXCFXICS 3.1.5.6.2), and whichever
 * version loses is kept in the Conflicts folder. The change counts as seen by the client unless it has to fetch the
 * outcome. Errors: as {@link importTarget}.
 */
export async function saveImported(context: RopContext, object: MessageObject, pending: PendingImport): Promise<void> {
  const { mailbox } = context;
  const beside = await fetchBefore(mailbox, object.draft, pending);
  const undo = object.draft.remember();
  try {
    const outcome = await mailbox.transaction(() => apply(context, object, pending, beside));
    const { saved, seen, readBefore } = outcome;
    object.messageId = saved.id;
    object.folderId = saved.folderId;
    object.draft.stored = saved;
    object.draft.forgetChanges();
    delete object.pending;
    if (!seen) return;
    const { state } = pending.collector;
    addToIcsSet(pending.associated ? state.seenFai : state.seen, mailbox.replicaGuid, saved.changeNumber);
    if (saved.readChangeNumber !== readBefore) addToIcsSet(state.read, mailbox.replicaGuid, saved.readChangeNumber);
  } catch (error) {
    undo();
    throw error;
  }
}

interface Outcome {
  readonly saved: Message;
  /** The client holds what the server holds now. */
  readonly seen: boolean;
  readonly readBefore?: number;
}

async function apply(
  context: RopContext,
  object: MessageObject,
  pending: PendingImport,
  beside: Beside | undefined,
): Promise<Outcome> {
  const { mailbox } = context;
  const { version, associated } = pending;
  const target = await importTarget(mailbox, pending);
  const save = async (identity: Partial<MessageChange>): Promise<Message> => {
    object.draft.identity = identity;
    return (await object.draft.save(uploadOrigin(context), true))!;
  };
  const { sourceKey, changeKey, predecessorChangeList, lastModified } = version;
  if (target.kind === 'new') {
    const newId = ownCounter(mailbox.replicaGuid, sourceKey);
    const identity = { changeKey, predecessorChangeList, lastModified };
    return { saved: await save({ ...identity, ...(newId === undefined ? { sourceKey } : { newId }) }), seen: true };
  }
  const conflicts = mailbox.specialFolder('conflicts');
  if (target.kind === 'gone') {
    const saved = await save({ folderId: conflicts, lastModified });
    if (target.message !== undefined) await noteKept(context, target.message, predecessorChangeList);
    return { saved, seen: false };
  }

  const { message, relation } = target;
  const whole = { id: message.id, replace: true, changeKey, lastModified };
  if (beside !== undefined && beside.changeNumber === message.changeNumber && relation === 'newer') {
    const { draft } = object;
    const { id, folderId } = message;
    const { set, remove } = beside;
    const flags = { ...(draft.read === undefined ? {} : { read: draft.read }) };
    const change = { id, folderId, set, remove, ...flags, changeKey, predecessorChangeList, lastModified };
    const saved = await mailbox.saveMessage(change, uploadOrigin(context));
    return { saved, seen: true, readBefore: message.readChangeNumber };
  }
  if (relation === 'newer') {
    const saved = await save({ ...whole, predecessorChangeList });
    return { saved, seen: true, readBefore: message.readChangeNumber };
  }
  const merged = mergedPredecessors(predecessorChangeList, message.predecessorChangeList);
  if (isLastWriter(version, message)) {
    if (!associated) await keepCopy(context, message, conflicts);
    return { saved: await save({ ...whole, predecessorChangeList: merged }), seen: false };
  }
  if (!associated) await save({ folderId: conflicts, lastModified });
  const { id, folderId } = message;
  const saved = await mailbox.saveMessage(
    { id, folderId, predecessorChangeList: merged, lastModified: message.lastModified },
    uploadOrigin(context),
  );
  return { saved, seen: false };
}

/** A version that is kept elsewhere is one that this message succeeds: it is not kept again when it comes again. */
async function noteKept({ mailbox, session }: RopContext, message: Message, predecessors: Uint8Array): Promise<void> {
  const predecessorChangeList = mergedPredecessors(predecessors, message.predecessorChangeList);
  const { id, key, folderId, lastModified } = message;
  if (message.deleted !== undefined) await mailbox.noteDeletedVersion(key, predecessorChangeList);
  else {
    // Told to the client that uploads, too: it has another version.
    const origin = { kind: 'client', session: session.id } as const;
    await mailbox.saveMessage({ id, folderId, predecessorChangeList, lastModified }, origin);
  }
}

/** Copies the server's version to where the user finds it. Nothing is replaced that could not be kept. */
async function keepCopy(context: RopContext, message: Message, conflicts: number): Promise<void> {
  const { mailbox } = context;
  const { partial } = await mailbox.copyMessages(message.folderId, [message.id], conflicts, uploadOrigin(context));
  if (partial) throw new ContentUnavailable('the other version of a conflict cannot be kept');
}

/** The properties of a mail that itself stays on the backend as it is. */
interface Beside {
  readonly changeNumber: number;
  readonly set: PropertyBag;
  readonly remove: readonly PropertyTag[];
}

/**
 * Looks at a mail on the backend before the transaction, in which nobody else can write. Fetches the version that may
 * have to be kept, or tells what goes beside the mail when the client did not change the mail itself.
 */
async function fetchBefore(mailbox: Mailbox, draft: MessageDraft, pending: PendingImport): Promise<Beside | undefined> {
  const target = await importTarget(mailbox, pending);
  if (target.kind !== 'here' || target.message.contentState === 'local') return undefined;
  const { message, relation } = target;
  if (relation === 'conflict' && !isLastWriter(pending.version, message)) return undefined;
  const content = await mailbox.content(message);
  if (relation === 'conflict') return undefined;
  const beside = await besideMail(message, content, await draft.whole());
  return beside && { ...beside, changeNumber: message.changeNumber };
}

/** For {@link Mailbox.isRememberedDeleted}. */
export function remembered(sourceKey: Uint8Array) {
  const { guid, counter } = parseSourceKey(sourceKey);
  return [guid, counter] as const;
}
