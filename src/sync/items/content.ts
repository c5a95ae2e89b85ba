import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ItemFields, ItemPicture } from '../../backends/index.ts';
import { chunksOf, isPhoto, photoAttachment, readAll, readPhoto, writeHasPicture } from '../../formats/index.ts';
import {
  type AttachmentContent,
  isLargeValue,
  type MessageContent,
  type PropertyBag,
  Ptyp,
  type ReadonlyPropertyBag,
  setProperty,
  typeOf,
} from '../../mapi/index.ts';
import type { Message, MessageChange, NewMessage } from '../../store/index.ts';
import { syncLimits } from '../limits.ts';
import type { ItemKind } from './kinds.ts';
import { toLocalMembers, toRemoteMembers } from './members.ts';
import type { ItemSync, KindSync } from './sync.ts';

/** An item as a message has it. */
export interface LocalItem {
  readonly content: MessageContent;
  /** The same with all properties in memory. */
  readonly whole: MessageContent;
  /** The identity that it has of its own. */
  readonly uid: string | undefined;
  /** What it says, with members by the backend's names. */
  readonly fields: ItemFields;
  /** What the backend would say of it. */
  readonly shown: ItemFields;
  readonly picture: { readonly value: ItemPicture; readonly digest: string } | undefined;
}

/** Reads all of a message. `known` is what the backend is known to have of it. */
export async function readLocal(
  items: ItemSync,
  { kind, backend }: KindSync,
  message: Message,
  known?: ItemFields,
): Promise<LocalItem> {
  const content = await items.account.mailbox.content(message);
  const whole = { ...content, properties: await inMemory(content.properties) };
  const { uid, fields } = await fieldsOf(items, kind, whole, known);
  return { content, whole, uid, fields, shown: plain(backend.shown(fields)), picture: await pictureOf(content) };
}

async function fieldsOf(
  items: ItemSync,
  kind: ItemKind,
  content: MessageContent,
  known?: ItemFields,
): Promise<{ uid: string | undefined; fields: ItemFields }> {
  // The identity is given once: it is no field that changes.
  const { uid, ...fields } = kind.read(content, items.context) as Record<string, unknown> & { uid?: string };
  return { uid: uid || undefined, fields: await toRemoteMembers(items, kind, fields, known) };
}

/** Fields as they come out of a base, so that they compare. */
export const plain = (fields: ItemFields): ItemFields => JSON.parse(JSON.stringify(fields));

async function inMemory(bag: ReadonlyPropertyBag): Promise<PropertyBag> {
  const whole: PropertyBag = new Map(bag);
  for (const [tag, value] of bag) {
    if (!isLargeValue(value) || value.size > syncLimits.itemValueBytes) continue;
    const bytes = await readAll(chunksOf(value));
    whole.set(tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
  }
  return whole;
}

const photoIn = (content: MessageContent) => content.attachments.find(({ properties }) => isPhoto(properties));

async function pictureOf(content: MessageContent): Promise<LocalItem['picture']> {
  const attachment = photoIn(content);
  const value = attachment && (await readPhoto(attachment.properties));
  return value && { value, digest: pictureDigest(value) };
}

export const pictureDigest = (picture: ItemPicture): string =>
  createHash('sha256').update(picture.data).digest('hex').slice(0, 16);

/** A new message that says what the backend says, and what the backend would say of that. */
export async function newLocal(
  items: ItemSync,
  { kind, backend }: KindSync,
  remote: { readonly fields: ItemFields; readonly uid: string | undefined },
  picture: ItemPicture | undefined,
): Promise<{ message: NewMessage; shown: ItemFields }> {
  const content: MessageContent = { properties: new Map(), recipients: [], attachments: [] };
  const fields = await toLocalMembers(items, kind, backend.complete(remote.fields, {}));
  kind.write(content, remote.uid === undefined ? fields : { ...fields, uid: remote.uid }, items.context);
  if (picture) writeHasPicture(content.properties, true, items.context);
  const shown = plain(backend.shown((await fieldsOf(items, kind, content, remote.fields)).fields));
  const putAttachments = picture ? [photoAttachment(picture, 0)] : content.attachments;
  const { properties: set, recipients } = content;
  return {
    message: {
      set,
      read: true,
      flags: 0,
      ...(recipients.length > 0 ? { recipients } : {}),
      ...(putAttachments.length > 0 ? { putAttachments } : {}),
    },
    shown,
  };
}

/**
 * The change that makes a message say merged fields, and what the backend would say of it afterwards. `picture`: the one
 * it is to have, null for none, undefined when it stays.
 */
export async function localChange(
  items: ItemSync,
  { kind, backend }: KindSync,
  local: LocalItem,
  merged: ItemFields,
  picture: ItemPicture | null | undefined,
): Promise<{ change: Omit<MessageChange, 'folderId'> | undefined; shown: ItemFields }> {
  const { uid, whole } = local;
  const content = copyOf(whole);
  const fields = await toLocalMembers(items, kind, backend.complete(merged, local.fields));
  kind.write(content, uid === undefined ? fields : { ...fields, uid }, items.context);
  if (picture !== undefined) writeHasPicture(content.properties, picture !== null, items.context);
  const shown = plain(backend.shown((await fieldsOf(items, kind, content, merged)).fields));
  const before = whole.properties;
  const set: PropertyBag = new Map();
  for (const [tag, value] of content.properties)
    if (!isDeepStrictEqual(before.get(tag), value)) setProperty(set, tag, value);
  const remove = [...before.keys()].filter((tag) => !content.properties.has(tag));
  const { recipients } = content;
  const change = {
    ...(set.size > 0 ? { set } : {}),
    ...(remove.length > 0 ? { remove } : {}),
    ...(isDeepStrictEqual(recipients, whole.recipients) ? {} : { recipients }),
    ...attachmentChange(whole.attachments, content.attachments),
    ...photo(local, picture),
  };
  return { change: Object.keys(change).length > 0 ? change : undefined, shown };
}

/** A copy whose bags may be written into without touching those of the original. */
const copyOf = ({ properties, recipients, attachments }: MessageContent): MessageContent => ({
  properties: new Map(properties),
  recipients: recipients.map((recipient) => new Map(recipient)),
  attachments: attachments.map(({ embedded, ...attachment }) => ({
    ...attachment,
    properties: new Map(attachment.properties),
    ...(embedded ? { embedded: copyOf(embedded) } : {}),
  })),
});

function attachmentChange(
  before: readonly AttachmentContent[],
  after: readonly AttachmentContent[],
): Pick<MessageChange, 'putAttachments' | 'removeAttachments'> {
  const known = new Map(before.map((attachment) => [attachment.number, attachment]));
  const putAttachments = after.filter((one) => !isDeepStrictEqual(known.get(one.number), one));
  const numbers = new Set(after.map(({ number }) => number));
  const removeAttachments = [...known.keys()].filter((number) => !numbers.has(number));
  return {
    ...(putAttachments.length > 0 ? { putAttachments } : {}),
    ...(removeAttachments.length > 0 ? { removeAttachments } : {}),
  };
}

function photo({ content }: LocalItem, picture: ItemPicture | null | undefined): Partial<MessageChange> {
  if (picture === undefined) return {};
  const before = photoIn(content);
  if (picture === null) return before ? { removeAttachments: [before.number] } : {};
  const number = before?.number ?? Math.max(-1, ...content.attachments.map((one) => one.number)) + 1;
  return { putAttachments: [photoAttachment(picture, number)] };
}
