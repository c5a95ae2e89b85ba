import {
  getNumber,
  type MessageContent,
  PidLid,
  PidTag,
  type PropertyBag,
  recipientTypeOf,
  setProperty,
} from '../../mapi/index.ts';
import { recipientProperties, sender, sentRepresenting, setPerson } from '../envelope.ts';
import type { PropertyWriter } from '../item/properties.ts';
import { personOf, recipientAddress } from '../mime/mapi-to-headers.ts';
import type { Attendee, Person } from './event.ts';
import { responseNumber, responseOf } from './rules.ts';

/** PidTagRecipientFlags (MS-OXOCAL 2.2.4.10.1). */
const recipientFlag = { sendable: 1, organizer: 2, exceptionalDeleted: 0x20 } as const;

/** PidTagRecipientType of attendees (MS-OXOCAL 2.2.4.10.7). */
const roleNumbers = { required: 1, optional: 2, resource: 3 } as const;
const roles = ['required', 'required', 'optional', 'resource'] as const;

const flagsOf = (recipient: PropertyBag): number => getNumber(recipient, PidTag.RecipientFlags) ?? 0;
const isOrganizer = (recipient: PropertyBag): boolean => (flagsOf(recipient) & recipientFlag.organizer) !== 0;

/** Who is asked to come, in the order of the recipients, without the organizer. */
export function readAttendees({ recipients }: MessageContent): Attendee[] {
  return recipients.flatMap((recipient) => {
    const person = recipientAddress(recipient);
    if (!person || isOrganizer(recipient) || (flagsOf(recipient) & recipientFlag.exceptionalDeleted) !== 0) return [];
    const response = responseOf(getNumber(recipient, PidTag.RecipientTrackStatus));
    const role = roles[recipientTypeOf(recipient)] ?? 'required';
    return [{ ...person, role, ...(response ? { response } : {}) }];
  });
}

const keyOf = ({ address, name }: Person): string => (address || name).toLowerCase();

/**
 * Makes the recipients of a message those of an event, the organizer first (MS-OXOCAL 3.1.4.7). Who is there already keeps
 * the properties of the row.
 */
export function writeAttendees(content: MessageContent, attendees: readonly Attendee[], organizer?: Person): void {
  const known = new Map(
    content.recipients.flatMap((recipient) => {
      const person = recipientAddress(recipient);
      return person ? [[keyOf(person), recipient] as const] : [];
    }),
  );
  const rows: PropertyBag[] = [];
  const add = (person: Person, type: number, flags: number, response: number): void => {
    const before = known.get(keyOf(person));
    const row: PropertyBag =
      before && recipientAddress(before)?.name === person.name
        ? before
        : new Map([...(before ?? []), ...recipientProperties(person, type, rows.length)]);
    setProperty(row, PidTag.Rowid, rows.length);
    setProperty(row, PidTag.RecipientType, type);
    setProperty(row, PidTag.RecipientFlags, flags);
    setProperty(row, PidTag.RecipientTrackStatus, response);
    rows.push(row);
  };
  if (organizer)
    add(organizer, roleNumbers.required, recipientFlag.sendable | recipientFlag.organizer, responseNumber('organizer'));
  for (const attendee of attendees) {
    if (organizer && keyOf(attendee) === keyOf(organizer)) continue;
    add(attendee, roleNumbers[attendee.role], recipientFlag.sendable, responseNumber(attendee.response));
  }
  content.recipients.splice(0, content.recipients.length, ...rows);
}

/** The lists of names that Outlook shows and searches (MS-OXOCAL 2.2.1.16–18). */
export function writeAttendeeStrings(to: PropertyWriter, attendees: readonly Attendee[]): void {
  const names = (of: readonly Attendee[]): string => of.map(({ name, address }) => name || address).join('; ');
  to.set(PidLid.AllAttendeesString, names(attendees));
  to.set(PidLid.ToAttendeesString, names(attendees.filter(({ role }) => role === 'required')));
  to.set(PidLid.CcAttendeesString, names(attendees.filter(({ role }) => role === 'optional')));
}

/** Who organizes a meeting, and who sent the invitation in the organizer's place. */
export function readOrganizer({ properties }: MessageContent): { organizer?: Person; sentBy?: Person } {
  const organizer = personOf(properties, sentRepresenting);
  if (!organizer) return {};
  const by = personOf(properties, sender);
  return by && keyOf(by) !== keyOf(organizer) ? { organizer, sentBy: by } : { organizer };
}

/** Sets PidTagSentRepresenting… and PidTagSender…, both of which Outlook wants to find. */
export function writeOrganizer({ properties }: MessageContent, organizer: Person, sentBy?: Person): void {
  setPerson(properties, sentRepresenting, organizer);
  setPerson(properties, sender, sentBy ?? organizer);
}
