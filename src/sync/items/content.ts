import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ItemFields, ItemPicture } from '../../backends/index.ts';
import { chunksOf, isPhoto, photoAttachment, readAll, readPhoto, writeHasPicture } from '../../formats/index.ts';
import {
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
  /** All properties, none of them elsewhere. */
  readonly bag: ReadonlyPropertyBag;
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
  const bag = await inMemory(content.properties);
  const fields = await fieldsOf(items, kind, bag, known);
  return { content, bag, fields, shown: plain(backend.shown(fields)), picture: await pictureOf(content) };
}

async function fieldsOf(
  items: ItemSync,
  kind: ItemKind,
  bag: ReadonlyPropertyBag,
  known?: ItemFields,
): Promise<ItemFields> {
  // The identity there is ours to give, once: it is no field that changes.
  const { uid: _, ...fields } = kind.read(bag, items.context) as Record<string, unknown>;
  return toRemoteMembers(items, kind, fields, known);
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
  const set: PropertyBag = new Map();
  const fields = await toLocalMembers(items, kind, backend.complete(remote.fields, {}));
  kind.write(set, remote.uid === undefined ? fields : { ...fields, uid: remote.uid }, items.context);
  if (picture) writeHasPicture(set, true, items.context);
  const shown = plain(backend.shown(await fieldsOf(items, kind, set, remote.fields)));
  return {
    message: { set, read: true, flags: 0, ...(picture ? { putAttachments: [photoAttachment(picture, 0)] } : {}) },
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
  const bag: PropertyBag = new Map(local.bag);
  const { uid } = kind.read(bag, items.context);
  const fields = await toLocalMembers(items, kind, backend.complete(merged, local.fields));
  kind.write(bag, uid === undefined ? fields : { ...fields, uid }, items.context);
  if (picture !== undefined) writeHasPicture(bag, picture !== null, items.context);
  const shown = plain(backend.shown(await fieldsOf(items, kind, bag, merged)));
  const set: PropertyBag = new Map();
  for (const [tag, value] of bag) if (!isDeepStrictEqual(local.bag.get(tag), value)) setProperty(set, tag, value);
  const remove = [...local.bag.keys()].filter((tag) => !bag.has(tag));
  const change = {
    ...(set.size > 0 ? { set } : {}),
    ...(remove.length > 0 ? { remove } : {}),
    ...photo(local, picture),
  };
  return { change: Object.keys(change).length > 0 ? change : undefined, shown };
}

function photo({ content }: LocalItem, picture: ItemPicture | null | undefined): Partial<MessageChange> {
  if (picture === undefined) return {};
  const before = photoIn(content);
  if (picture === null) return before ? { removeAttachments: [before.number] } : {};
  const number = before?.number ?? Math.max(-1, ...content.attachments.map((one) => one.number)) + 1;
  return { putAttachments: [photoAttachment(picture, number)] };
}
