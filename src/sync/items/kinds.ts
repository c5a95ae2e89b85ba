import type { ItemFields, ItemKindName } from '../../backends/index.ts';
import {
  type CalendarEvent,
  type Contact,
  contactNames,
  type DistributionList,
  distributionListNames,
  type EventContext,
  eventNames,
  eventOfPlain,
  plainEvent,
  readContact,
  readDistributionList,
  readEvent,
  readTask,
  type Task,
  taskNames,
  writeContact,
  writeDistributionList,
  writeEvent,
  writeTask,
} from '../../formats/index.ts';
import {
  getString,
  type MessageContent,
  type NamedProperty,
  PidTag,
  type ReadonlyPropertyBag,
} from '../../mapi/index.ts';
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
  read(content: MessageContent, context: EventContext): ItemFields;
  /** Makes a message say the fields; an empty one becomes a new item. */
  write(content: MessageContent, fields: ItemFields, context: EventContext): void;
  /** It is known by its own uid wherever it goes, as invitations are. */
  readonly keepsUid?: true;
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
    read: ({ properties: bag }, context) =>
      isList(classOf(bag)) ? { list: true, ...readDistributionList(bag, context) } : { ...readContact(bag, context) },
    write({ properties: bag }, { list, ...fields }, context) {
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
    read: ({ properties }, context) => ({ ...readTask(properties, context) }),
    write: ({ properties }, fields, context) => writeTask(properties, fields as Task, context),
  },
  {
    name: 'events',
    containerClass: 'IPF.Appointment',
    role: 'calendar',
    messageClass: /^IPM\.Appointment(\.|$)/i,
    names: eventNames,
    keepsUid: true,
    read(content, context) {
      const found = readEvent(content, context);
      return found ? plainEvent(found.event) : {};
    },
    write(content, fields, context) {
      const event = eventOfPlain(fields);
      if (event) writeEvent(content, withFiles(event, content, context), context);
    },
  },
];

/** Files do not go to the backend: those that an appointment and its exceptions have stay. */
function withFiles(event: CalendarEvent, content: MessageContent, context: EventContext): CalendarEvent {
  const before = content.properties.size > 0 ? readEvent(content, context)?.event : undefined;
  const filesOf = new Map(
    (before?.exceptions ?? []).map(({ original, fields }) => [original.toString(), fields.attachments]),
  );
  const withOwn = <T extends object>(fields: T, attachments: CalendarEvent['attachments']): T =>
    attachments ? { ...fields, attachments } : fields;
  const { exceptions } = event;
  return {
    ...withOwn(event, before?.attachments),
    ...(exceptions
      ? {
          exceptions: exceptions.map(({ original, fields }) => ({
            original,
            fields: withOwn(fields, filesOf.get(original.toString())),
          })),
        }
      : {}),
  };
}

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
