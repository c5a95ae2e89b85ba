import {
  ec,
  idOf,
  isPropertyError,
  MapiError,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type StoredValue,
} from '../../mapi/index.ts';
import type { AttachmentContent, MessageContent } from '../../store/index.ts';
import type { RopContext } from './context.ts';
import { copyFlags } from './definitions/index.ts';
import type { AttachmentDraft, MessageDraft } from './message-draft.ts';
import type { AttachmentObject, FolderObject, MessageObject } from './objects.ts';
import type { PropertyHolder, Refusal, TaggedStored } from './properties/holder.ts';
import { propertiesOf } from './properties/of.ts';
import { createSpool, isSpool } from './spool.ts';

/** What RopCopyTo and RopCopyProperties share (MS-OXCPRPT 3.2.5.7, 3.2.5.8). */

const ecMessageCycle = 0x00000504;

export type Copyable = FolderObject | MessageObject | AttachmentObject;

/** Both objects of a copy, which must be of one kind. Errors: ecNotSupported, ecDstNullObject, ecAccessDenied. */
export function copyEnds(context: RopContext): [source: Copyable, destination: Copyable] {
  const source = context.input('folder', 'message', 'attachment');
  const destination = context.second('folder', 'message', 'attachment');
  if (source.kind !== destination.kind) throw new MapiError(ec.notSupported);
  if (destination.kind !== 'folder' && !destination.writable) throw new MapiError(ec.accessDenied);
  return [source, destination];
}

/** Errors: ecInvalidParam for unknown bits, ecNotSupported for moving properties of a folder. */
export function checkCopyFlags(flags: number, source: Copyable): { overwrite: boolean } {
  if ((flags & ~(copyFlags.move | copyFlags.noOverwrite)) !== 0) throw new MapiError(ec.invalidParam);
  if ((flags & copyFlags.move) !== 0 && source.kind === 'folder') throw new MapiError(ec.notSupported);
  return { overwrite: (flags & copyFlags.noOverwrite) === 0 };
}

/** Puts a value that lies in a handle's temporary file into one of the destination's own. */
async function detached(
  value: StoredValue,
  adopt: ((spool: { release(): void }) => void) | undefined,
): Promise<StoredValue> {
  if (!isSpool(value)) return value;
  const copy = createSpool();
  for (let at = 0; at < value.size; at += 0x10000) copy.write(at, value.readNow(at, 0x10000));
  copy.resize(value.size);
  adopt?.(copy);
  return copy;
}

async function detachedBag(bag: PropertyBag, owner: MessageDraft): Promise<PropertyBag> {
  const copy: PropertyBag = new Map();
  for (const [tag, value] of bag) copy.set(tag, await detached(value, (spool) => owner.adopt(spool)));
  return copy;
}

async function detachedContent(content: MessageContent, owner: MessageDraft): Promise<MessageContent> {
  const attachments: AttachmentContent[] = [];
  for (const attachment of content.attachments) attachments.push(await detachedAttachment(attachment, owner));
  return {
    properties: await detachedBag(content.properties, owner),
    recipients: content.recipients.map((recipient) => new Map(recipient)),
    attachments,
  };
}

async function detachedAttachment(attachment: AttachmentContent, owner: MessageDraft): Promise<AttachmentContent> {
  return {
    number: attachment.number,
    properties: await detachedBag(attachment.properties, owner),
    ...(attachment.embedded === undefined ? {} : { embedded: await detachedContent(attachment.embedded, owner) }),
  };
}

/** Copies the properties of these tags; those that the source lacks or the destination refuses are returned. */
export async function copyValues(
  from: PropertyHolder,
  to: PropertyHolder,
  tags: readonly PropertyTag[],
  overwrite: boolean,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const values: TaggedStored[] = [];
  for (const tag of tags) {
    if (to.isReadOnly(tag)) {
      refusals.push({ tag, errorCode: ec.accessDenied });
      continue;
    }
    const found = await from.find(tag);
    if (found === undefined || isPropertyError(found[1])) {
      refusals.push({ tag, errorCode: found === undefined ? ec.notFound : ec.notSupported });
      continue;
    }
    if (!overwrite && (await to.find(tag)) !== undefined) continue;
    values.push({ tag: found[0], value: await detached(found[1], to.streams.adopt) });
  }
  if (values.length > 0) refusals.push(...(await to.change(values, [])));
  return refusals;
}

/** Tags of what is stored with an object: what is computed is not to be copied. */
export async function storedTags(context: RopContext, object: Copyable): Promise<PropertyTag[]> {
  if (object.kind === 'message') return [...(await object.draft.properties()).keys()];
  if (object.kind === 'attachment') return [...object.draft.properties().keys()];
  const listed = await propertiesOf(context, object).list();
  // The destination keeps its name.
  return listed.filter((tag) => idOf(tag) !== idOf(PidTag.DisplayName));
}

/** Sub-objects by the tags that stand for them in tag lists. */
export const subObjects = {
  message: [PidTag.MessageRecipients, PidTag.MessageAttachments],
  attachment: [PidTag.AttachDataObject],
  folder: [PidTag.ContainerContents, PidTag.FolderAssociatedContents, PidTag.ContainerHierarchy],
} as const;

/** Copies the wanted sub-objects (recipients, attachments, an embedded message, messages, folders). */
export async function copySubObjects(
  context: RopContext,
  source: Copyable,
  destination: Copyable,
  isWanted: (tag: PropertyTag) => boolean,
  overwrite: boolean,
): Promise<void> {
  if (source.kind === 'message' && destination.kind === 'message') {
    if (isWanted(PidTag.MessageAttachments)) refuseCycle(source.draft, destination.draft);
    await copyMessageParts(source.draft, destination.draft, isWanted, overwrite);
  } else if (source.kind === 'attachment' && destination.kind === 'attachment') {
    if (isWanted(PidTag.AttachDataObject)) await copyEmbedded(source.draft, destination.draft, overwrite);
  } else if (source.kind === 'folder' && destination.kind === 'folder') {
    await copyFolderParts(context, source, destination, isWanted);
  }
}

async function copyMessageParts(
  source: MessageDraft,
  destination: MessageDraft,
  isWanted: (tag: PropertyTag) => boolean,
  overwrite: boolean,
): Promise<void> {
  if (isWanted(PidTag.MessageRecipients) && (overwrite || (await destination.recipients()).length === 0)) {
    destination.setRecipients((await source.recipients()).map((recipient) => new Map(recipient)));
  }
  if (!isWanted(PidTag.MessageAttachments)) return;
  for (const attachment of await source.attachments()) {
    const number = await destination.newAttachmentNumber();
    const copy = await detachedAttachment(attachment, destination);
    const properties = new Map(copy.properties).set(PidTag.AttachNumber, number);
    destination.putAttachment({ ...copy, number, properties });
  }
}

async function copyEmbedded(source: AttachmentDraft, destination: AttachmentDraft, overwrite: boolean): Promise<void> {
  refuseCycle(source.message, destination.message);
  const content = source.embeddedContent;
  if (content === undefined || (!overwrite && destination.embeddedContent !== undefined)) return;
  destination.setEmbedded(await detachedContent(content, destination.message));
}

/** A message cannot take in what it is itself inside of. */
function refuseCycle(source: MessageDraft, destination: MessageDraft): void {
  let outer = destination.attachment?.message;
  while (outer !== undefined) {
    if (outer === source) throw new MapiError(ecMessageCycle);
    outer = outer.attachment?.message;
  }
}

async function copyFolderParts(
  context: RopContext,
  source: FolderObject,
  destination: FolderObject,
  isWanted: (tag: PropertyTag) => boolean,
): Promise<void> {
  const { mailbox, origin } = context;
  if (destination.logon.mailbox !== mailbox) throw new MapiError(ec.notSupported);
  for (let at = await mailbox.folder(destination.folderId); at !== undefined; ) {
    if (at.id === source.folderId) throw new MapiError(ec.folderCycle);
    at = at.parentId === undefined ? undefined : await mailbox.folder(at.parentId);
  }
  const contents = [
    [PidTag.ContainerContents, false],
    [PidTag.FolderAssociatedContents, true],
  ] as const;
  for (const [tag, associated] of contents) {
    if (!isWanted(tag)) continue;
    const ids = await mailbox.messageIds(source.folderId, { associated });
    await mailbox.copyMessages(source.folderId, ids, destination.folderId, origin);
  }
  if (!isWanted(PidTag.ContainerHierarchy)) return;
  for (const child of await mailbox.childFolders(source.folderId)) {
    await mailbox.copyFolder(child.id, destination.folderId, child.displayName, true, origin);
  }
}
