import type { PropertyTag, StoredValue } from '../mapi/index.ts';
import type { Folder, Mailbox, Message } from './types.ts';

/**
 * The value of any property of a message or folder as Outlook sees it: computed, or else as stored. Undefined when the
 * object does not have it. 8-bit text tags give the text; PtypUnspecified tags give nothing (find the tag by
 * `storedTag` or the lists below first). Synchronous and quick: made for rows of tables.
 */
export declare function folderProperty(mailbox: Mailbox, folder: Folder, tag: PropertyTag): StoredValue | undefined;
export declare function messageProperty(mailbox: Mailbox, message: Message, tag: PropertyTag): StoredValue | undefined;
