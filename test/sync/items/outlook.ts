import {
  attachMethod,
  isLargeValue,
  type NamedProperty,
  PidTag,
  type PropertyBag,
  Ptyp,
  setProperty,
  tagOf,
  typeOf,
} from '../../../src/mapi/index.ts';
import type { AttachmentContent, FolderId, Mailbox, Message } from '../../../src/store/index.ts';

export const client = { kind: 'client' } as const;

type Property = number | NamedProperty;
export type Properties = readonly (readonly [Property, unknown])[];

async function tagsOf(mailbox: Mailbox, properties: readonly Property[]): Promise<number[]> {
  const named = properties.filter((property) => typeof property !== 'number');
  const ids = await mailbox.propertyIds(named, true);
  return properties.map((property) =>
    typeof property === 'number' ? property : tagOf(ids[named.indexOf(property)]!, property.type),
  );
}

export async function bagOf(mailbox: Mailbox, properties: Properties): Promise<PropertyBag> {
  const tags = await tagsOf(
    mailbox,
    properties.map(([property]) => property),
  );
  const bag: PropertyBag = new Map();
  properties.forEach(([, value], at) => {
    setProperty(bag, tags[at]!, value as never);
  });
  return bag;
}

/** Saves a new item as a client does. */
export async function create(
  mailbox: Mailbox,
  folderId: FolderId,
  properties: Properties,
  putAttachments: readonly AttachmentContent[] = [],
): Promise<Message> {
  return mailbox.saveMessage({ folderId, set: await bagOf(mailbox, properties), putAttachments }, client);
}

/** Changes an item as a client does; undefined removes a property. */
export async function change(mailbox: Mailbox, message: Message, properties: Properties): Promise<void> {
  const set = await bagOf(
    mailbox,
    properties.filter(([, value]) => value !== undefined),
  );
  const remove = await tagsOf(
    mailbox,
    properties.flatMap(([property, value]) => (value === undefined ? [property] : [])),
  );
  const { id, folderId } = (await mailbox.messageByKey(message.key))!;
  await mailbox.saveMessage({ id, folderId, set, remove }, client);
}

/** Values of properties as a client reads them. */
export async function valuesOf(
  mailbox: Mailbox,
  message: Message,
  properties: readonly Property[],
): Promise<unknown[]> {
  const { properties: bag } = await mailbox.content((await mailbox.messageByKey(message.key))!);
  return Promise.all(
    (await tagsOf(mailbox, properties)).map(async (tag) => {
      const value = bag.get(tag);
      if (!isLargeValue(value)) return value;
      const bytes = Buffer.from(await value.read(0, value.size));
      return typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes;
    }),
  );
}

export async function messagesOf(mailbox: Mailbox, folderId: FolderId): Promise<Message[]> {
  const found = await Promise.all((await mailbox.messageIds(folderId)).map((id) => mailbox.message(id)));
  return found.filter((message) => message !== undefined);
}

/** The attachment that Outlook makes of a picture (MS-OXOCNTC 2.2.1.8.3). */
export function photo(data: Uint8Array): AttachmentContent {
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.AttachMethod, attachMethod.byValue);
  setProperty(properties, PidTag.AttachDataBinary, data);
  setProperty(properties, PidTag.AttachLongFilename, 'ContactPicture.jpg');
  setProperty(properties, PidTag.AttachmentContactPhoto, true);
  return { number: 0, properties };
}

/** A PNG by its header, 60 bytes. */
export function png(width: number): Buffer {
  const bytes = Buffer.alloc(60);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(10, 20);
  return bytes;
}
