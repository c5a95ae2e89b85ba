import { canonicalTag, type PropertyTag, type StoredValue } from '../mapi/index.ts';
import { computedFolderTags, defaultFolderTags } from './computed-folder.ts';
import { computedMessageTags, defaultMessageTags } from './computed-message.ts';
import type { Folder, Mailbox, Message } from './types.ts';

export { messageFlags } from './computed-message.ts';

/**
 * The value of any property of a message as Outlook sees it: computed, or else as stored, or else its default.
 * Undefined when the object does not have it. 8-bit text tags give the text; PtypUnspecified tags give nothing (find
 * the tag in the bag or the lists below first). Synchronous and quick: made for rows of tables.
 */
export function messageProperty(mailbox: Mailbox, message: Message, tag: PropertyTag): StoredValue | undefined {
  const compute = computedMessageTags.get(tag);
  if (compute) return compute(message, mailbox);
  const key = canonicalTag(tag);
  return message.properties.get(key) ?? defaultMessageTags.get(key)?.(message, mailbox);
}

/** As {@link messageProperty}, of a folder. */
export function folderProperty(mailbox: Mailbox, folder: Folder, tag: PropertyTag): StoredValue | undefined {
  const key = canonicalTag(tag);
  const compute = computedFolderTags.get(key);
  if (compute) return compute(folder, mailbox);
  return folder.properties.get(key) ?? defaultFolderTags.get(key)?.(folder, mailbox);
}

/** Tags that every message or folder has besides those of its bag (some of them only sometimes). */
export const messagePropertyTags: readonly PropertyTag[] = [
  ...new Set([...computedMessageTags.keys(), ...defaultMessageTags.keys()]),
];
export const folderPropertyTags: readonly PropertyTag[] = [
  ...new Set([...computedFolderTags.keys(), ...defaultFolderTags.keys()]),
];
