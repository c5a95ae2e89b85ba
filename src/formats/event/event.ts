import type { AttachmentContent } from '../../mapi/index.ts';
import type { Series } from '../calendar/index.ts';
import type { Sensitivity } from '../item/common.ts';
import type { Note } from '../item/note.ts';
import type { ZoneId } from '../time-zone/index.ts';

/** When something begins or ends: a whole day anywhere, a time in a zone, or the same time on every clock. */
export type EventTime =
  | { readonly kind: 'day'; readonly date: Temporal.PlainDate }
  | { readonly kind: 'zoned'; readonly local: Temporal.PlainDateTime; readonly zone: ZoneId }
  | { readonly kind: 'floating'; readonly local: Temporal.PlainDateTime };

/** PidLidBusyStatus (MS-OXOCAL 2.2.1.2); busy is absent. */
export type BusyStatus = 'free' | 'tentative' | 'outOfOffice' | 'workingElsewhere';

/** PidLidResponseStatus and PidTagRecipientTrackStatus (MS-OXOCAL 2.2.1.11); none is absent. */
export type Response = 'organizer' | 'tentative' | 'accepted' | 'declined' | 'notResponded';

export interface Person {
  readonly name: string;
  /** SMTP address; empty when there is none. */
  readonly address: string;
}

export interface Attendee extends Person {
  readonly role: 'required' | 'optional' | 'resource';
  readonly response?: Response;
}

/** What an occurrence may have of its own. Fields that say nothing are absent. */
export interface OccurrenceFields {
  start: EventTime;
  /** The end; of whole days the day after the last. */
  end: EventTime;
  subject?: string;
  location?: string;
  note?: Note;
  categories?: string[];
  sensitivity?: Sensitivity;
  /** Colour label of Open-Xchange, 1 to 10. */
  colorLabel?: number;
  importance?: 'low' | 'high';
  busyStatus?: BusyStatus;
  /** Minutes before the start. */
  reminder?: number;
  cancelled?: boolean;
  attendees?: Attendee[];
  /** Attachments as MAPI has them; those that hold exceptions are not among them. */
  attachments?: AttachmentContent[];
  /** The user's own answer. */
  response?: Response;
  /** Content lines of iCalendar that no field stands for, unfolded. */
  extra?: string[];
}

/** An occurrence that differs from its series: all its fields, not only those that differ. */
export interface EventException {
  /** The day of the pattern that it stands for. */
  readonly original: Temporal.PlainDate;
  readonly fields: OccurrenceFields;
}

/** How an event repeats; when it starts and which occurrences differ, the event itself tells. */
export type Recurrence = Omit<Series, 'start' | 'durationMinutes' | 'modified'>;

/** A calendar event, single or a series: what MAPI's appointments, iCalendar and the groupware have in common. */
export interface CalendarEvent extends OccurrenceFields {
  uid: string;
  recurrence?: Recurrence;
  /** By their original days, ascending. */
  exceptions?: EventException[];
  /** Of one occurrence that stands alone (an invitation to it): its original day. */
  occurrence?: Temporal.PlainDate;
  organizer?: Person;
  /** Who sent the invitation for the organizer. */
  sentBy?: Person;
  /** Absent for 0. */
  sequence?: number;
  /** The user was invited by somebody else. */
  received?: boolean;
  /** Invitations have been sent. */
  invited?: boolean;
  noResponseWanted?: boolean;
  noCounterProposals?: boolean;
  /** What the organizer shows as when an attendee accepts. */
  intendedBusyStatus?: BusyStatus | 'busy';
  ownerAppointmentId?: number;
  onlineMeetingLink?: string;
}
