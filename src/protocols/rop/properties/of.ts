import type { RopContext } from '../context.ts';
import type { AttachmentObject, FolderObject, LogonObject, MessageObject } from '../objects.ts';
import { attachmentHolder } from './attachment.ts';
import { folderHolder } from './folder.ts';
import type { PropertyHolder } from './holder.ts';
import { logonHolder } from './logon.ts';
import { messageHolder } from './message.ts';

/** Kinds of object that have properties. */
export const propertyKinds = ['logon', 'folder', 'message', 'attachment'] as const;
export type PropertyObject = LogonObject | FolderObject | MessageObject | AttachmentObject;

/** The properties of an object. */
export function propertiesOf(context: RopContext, object: PropertyObject): PropertyHolder {
  switch (object.kind) {
    case 'logon':
      return logonHolder(object, context.session);
    case 'folder':
      return folderHolder(object, context.origin, context.session.codePage);
    case 'message':
      return messageHolder(object);
    case 'attachment':
      return attachmentHolder(object, object.message.draft.codePage);
  }
}
