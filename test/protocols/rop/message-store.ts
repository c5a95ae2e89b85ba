import {
  ec,
  isLargeValue,
  MapiError,
  PidTag,
  type PropertyBag,
  type PropertyName,
  propertyNameKey,
  type ReadonlyPropertyBag,
  removeProperty,
  type StoredValue,
  setProperty,
} from '../../../src/mapi/index.ts';
import { displayListsOf } from '../../../src/protocols/rop/properties/message.ts';
import type { AttachmentContent, Mailbox, Message, MessageChange, MessageContent } from '../../../src/store/index.ts';
import type { FakeMailbox } from './fake-store.ts';

export interface Submission {
  readonly id: number;
  readonly sentFolderId: number | null;
  readonly notBefore?: number;
}

/** Messages of a fake mailbox, in memory: whole when saved, copies when read. */
export interface MessageStore {
  readonly submissions: Submission[];
  readonly names: PropertyName[];
  /** How often content was asked for. */
  contentReads: number;
  /** Saved by somebody else. */
  touch(id: number): void;
  /** Makes its content come from elsewhere: only the given properties stay in the index. */
  makeRemote(id: number, envelope: readonly number[]): void;
  message(id: number): Message | undefined;
  failSubmit: boolean;
}

interface Kept {
  message: Message;
  content: MessageContent;
}

/** Reads large values whole, as a store copies them. */
async function copyBag(bag: ReadonlyPropertyBag): Promise<PropertyBag> {
  const copy: PropertyBag = new Map();
  for (const [tag, value] of bag) setProperty(copy, tag, await copyValue(tag, value));
  return copy;
}

async function copyValue(tag: number, value: StoredValue): Promise<StoredValue> {
  if (!isLargeValue(value)) return value;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < value.size; ) {
    const part = await value.read(at, 0x10000);
    if (part.length === 0) break;
    parts.push(part);
    at += part.length;
  }
  const whole = Buffer.concat(parts);
  if (whole.length <= 0x10000) return (tag & 0xffff) === 0x1f ? whole.toString('utf16le') : whole;
  return { size: whole.length, read: async (from, length) => whole.subarray(from, from + length) };
}

async function copyAttachment(attachment: AttachmentContent): Promise<AttachmentContent> {
  return {
    number: attachment.number,
    properties: await copyBag(attachment.properties),
    ...(attachment.embedded && { embedded: await copyContent(attachment.embedded) }),
  };
}

async function copyContent(content: MessageContent): Promise<MessageContent> {
  const recipients: PropertyBag[] = [];
  for (const recipient of content.recipients) recipients.push(await copyBag(recipient));
  const attachments: AttachmentContent[] = [];
  for (const attachment of content.attachments) attachments.push(await copyAttachment(attachment));
  return { properties: await copyBag(content.properties), recipients, attachments };
}

/** Gives a fake mailbox messages. */
export function withMessages(fake: FakeMailbox): MessageStore {
  const kept = new Map<number, Kept>();
  const names: PropertyName[] = [];
  const submissions: Submission[] = [];
  let counter = 500;

  const saveMessage = async (change: MessageChange): Promise<Message> => {
    const old = change.id === undefined ? undefined : kept.get(change.id);
    if (change.id !== undefined && old === undefined) throw new MapiError(ec.objectDeleted);
    if (old && change.baseChangeNumber !== undefined && change.baseChangeNumber !== old.message.changeNumber) {
      throw new MapiError(ec.objectModified);
    }
    const properties = old ? new Map(old.content.properties) : new Map();
    for (const tag of change.remove ?? []) removeProperty(properties, tag);
    for (const [tag, value] of await copyBag(change.set ?? new Map())) setProperty(properties, tag, value);
    if (change.recipients) {
      for (const [tag, value] of displayListsOf([...change.recipients] as PropertyBag[]))
        setProperty(properties, tag, value);
    }
    const attachments = new Map((old?.content.attachments ?? []).map((a) => [a.number, a]));
    for (const number of change.removeAttachments ?? []) attachments.delete(number);
    for (const put of change.putAttachments ?? []) attachments.set(put.number, await copyAttachment(put));
    const recipients: PropertyBag[] = [];
    for (const bag of change.recipients ?? old?.content.recipients ?? []) recipients.push(await copyBag(bag));
    counter += 1;
    const id = change.id ?? change.newId ?? counter;
    const message: Message = {
      key: id,
      id,
      folderId: change.folderId,
      associated: old?.message.associated ?? change.associated ?? false,
      changeNumber: counter,
      readChangeNumber: 0,
      changeKey: Buffer.from(`change key ${counter}`),
      predecessorChangeList: Buffer.from('list'),
      sourceKey: undefined,
      read: change.read ?? old?.message.read ?? false,
      unmodified: old === undefined,
      flags: change.flags ?? old?.message.flags ?? 0,
      status: old?.message.status ?? 0,
      hasAttachments: attachments.size > 0,
      size: 1234,
      created: old?.message.created ?? 1n,
      lastModified: BigInt(counter),
      deleted: undefined,
      contentState: 'local',
      properties,
    };
    kept.set(id, { message, content: { properties, recipients, attachments: [...attachments.values()] } });
    return message;
  };

  const store: MessageStore = {
    submissions,
    names,
    contentReads: 0,
    failSubmit: false,
    message: (id) => kept.get(id)?.message,
    touch(id) {
      const entry = kept.get(id)!;
      counter += 1;
      entry.message = { ...entry.message, changeNumber: counter };
    },
    makeRemote(id, envelope) {
      const entry = kept.get(id)!;
      const properties = new Map([...entry.content.properties].filter(([tag]) => envelope.includes(tag)));
      entry.message = { ...entry.message, contentState: 'remote', properties };
    },
  };

  const methods: Partial<Mailbox> = {
    saveMessage: (change) => saveMessage(change),
    message: async (id) => kept.get(id)?.message,
    folderSourceKey: () => Buffer.alloc(22),
    async content(message) {
      store.contentReads += 1;
      return copyContent(kept.get(message.id)!.content);
    },
    async setReadState(_folderId, ids, read) {
      const changed: number[] = [];
      for (const id of ids === 'all' ? [...kept.keys()] : ids) {
        const entry = kept.get(id);
        if (!entry || entry.message.read === read) continue;
        entry.message = { ...entry.message, read };
        changed.push(id);
      }
      return changed;
    },
    async setMessageStatus(id, mask, status) {
      const entry = kept.get(id)!;
      const before = entry.message.status;
      entry.message = { ...entry.message, status: (before & ~mask) | (status & mask) };
      return before;
    },
    async submitMessage(id, options) {
      if (store.failSubmit) throw new MapiError(ec.error);
      const entry = kept.get(id)!;
      entry.message = { ...entry.message, flags: entry.message.flags | 4 };
      submissions.push({ id, ...options });
    },
    async abortSubmit(id) {
      const at = submissions.findIndex((submission) => submission.id === id);
      if (at < 0) throw new MapiError(ec.unableToAbort);
      submissions.splice(at, 1);
    },
    async propertyIds(wanted, create) {
      return wanted.map((name) => {
        let at = names.findIndex((known) => propertyNameKey(known) === propertyNameKey(name));
        if (at < 0 && create) at = names.push(name) - 1;
        return at < 0 ? 0 : 0x8000 + at;
      });
    },
    propertyNames: async (ids) => ids.map((id) => names[id - 0x8000]),
    allPropertyNames: async () => names.map((name, at) => ({ id: 0x8000 + at, name })),
    storeProperties: async () => storeProperties,
    async setStoreProperties(set, remove) {
      for (const tag of remove) removeProperty(storeProperties, tag);
      for (const [tag, value] of set) setProperty(storeProperties, tag, value);
    },
    messageIds: async () => [...kept.keys()],
    childFolders: async () => [],
  };
  const storeProperties: PropertyBag = new Map([[PidTag.OutOfOfficeState, true]]);
  Object.assign(fake.mailbox, methods);
  return store;
}
