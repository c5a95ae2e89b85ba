import type { ItemFields, ItemKindName } from '../../backends/index.ts';
import {
  type Contact,
  contactNames,
  type DistributionList,
  distributionListNames,
  type ItemContext,
  readContact,
  readDistributionList,
  readTask,
  type Task,
  taskNames,
  writeContact,
  writeDistributionList,
  writeTask,
} from '../../formats/index.ts';
import { getString, type NamedProperty, PidTag, type PropertyBag, type ReadonlyPropertyBag } from '../../mapi/index.ts';
import type { Folder, FolderRole, Message } from '../../store/index.ts';

/** A kind of item that is not mail, as Outlook has it. */
export interface ItemKind {
  readonly name: ItemKindName;
  /** PidTagContainerClass of its folders. */
  readonly containerClass: string;
  /** The special folder that the backend's default folder is. */
  readonly role: FolderRole;
  readonly messageClass: RegExp;
  /** The named properties that reading and writing may ask for. */
  readonly names: readonly NamedProperty[];
  read(bag: ReadonlyPropertyBag, context: ItemContext): ItemFields;
  /** Makes properties say the fields; an empty bag becomes a new item. */
  write(bag: PropertyBag, fields: ItemFields, context: ItemContext): void;
}

const isList = (messageClass: string): boolean => /^IPM\.DistList(\.|$)/i.test(messageClass);
const classOf = (bag: ReadonlyPropertyBag): string => getString(bag, PidTag.MessageClass) ?? '';

/** In the order in which they are looked at. */
export const itemKinds: readonly ItemKind[] = [
  {
    name: 'contacts',
    containerClass: 'IPF.Contact',
    role: 'contacts',
    messageClass: /^IPM\.(Contact|DistList)(\.|$)/i,
    names: [...contactNames, ...distributionListNames],
    read: (bag, context) =>
      isList(classOf(bag)) ? { list: true, ...readDistributionList(bag, context) } : { ...readContact(bag, context) },
    write(bag, { list, ...fields }, context) {
      if (list === true) writeDistributionList(bag, fields as DistributionList, context);
      else writeContact(bag, fields as Contact, context);
    },
  },
  {
    name: 'tasks',
    containerClass: 'IPF.Task',
    role: 'tasks',
    messageClass: /^IPM\.Task(\.|$)/i,
    names: taskNames,
    read: (bag, context) => ({ ...readTask(bag, context) }),
    write: (bag, fields, context) => writeTask(bag, fields as Task, context),
  },
];

export const kindNamed = (name: string): ItemKind | undefined => itemKinds.find((kind) => kind.name === name);

/** The kind whose items a local folder is for. */
export function kindOfFolder(folder: Folder): ItemKind | undefined {
  if (folder.type !== 'generic') return undefined;
  const containerClass = (getString(folder.properties, PidTag.ContainerClass) ?? '').toLowerCase();
  // Not their subclasses: what Outlook caches in IPF.Contact.RecipientCache and the like are nobody's contacts.
  return itemKinds.find((kind) => containerClass === kind.containerClass.toLowerCase());
}

/** Whether a message is none that a mail server is for, wherever it lies. */
export const isItem = (message: Message): boolean =>
  /^IPM\.(Contact|DistList|Task|Appointment|Activity|StickyNote)(\.|$)/i.test(classOf(message.properties));

export const isOfKind = (message: Message, kind: ItemKind): boolean =>
  kind.messageClass.test(classOf(message.properties));
