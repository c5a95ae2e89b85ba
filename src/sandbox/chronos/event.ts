import type { DateTime } from './date-time.ts';
import type { RecurrenceId } from './recurrence-id.ts';

/** Somebody in a calendar: of the context by `entity`, everybody by `uri`. */
export interface CalendarUser {
  readonly uri: string;
  readonly cn?: string;
  readonly email?: string;
  readonly entity?: number;
  readonly sentBy?: CalendarUser;
}

export type PartStat = 'NEEDS-ACTION' | 'ACCEPTED' | 'DECLINED' | 'TENTATIVE' | 'DELEGATED';

export interface Attendee extends CalendarUser {
  readonly cuType: 'INDIVIDUAL' | 'GROUP' | 'RESOURCE' | 'ROOM' | 'UNKNOWN';
  readonly role: string;
  readonly partStat: PartStat;
  readonly rsvp?: boolean;
  readonly comment?: string;
  /** Uris of the groups through which somebody takes part. */
  readonly member?: readonly string[];
  /** The calendar of a user of the context. */
  readonly folder?: number;
  /** Deleted for oneself: the event no longer shows in the own calendar. */
  readonly hidden?: boolean;
}

export interface Alarm {
  readonly id: number;
  readonly uid: string;
  readonly action: string;
  readonly trigger: { readonly duration?: string; readonly dateTime?: string; readonly related?: string };
  readonly description?: string;
  readonly summary?: string;
  readonly acknowledged?: number;
  readonly relatedTo?: unknown;
  readonly attendees?: unknown;
  readonly attachments?: unknown;
}

export interface Attachment {
  readonly managedId: number;
  readonly filename: string;
  readonly fmtType: string;
  readonly size: number;
  readonly created: number;
}

/** What an event says; texts have the names of the API. */
export interface EventBody {
  readonly summary?: string;
  readonly location?: string;
  readonly description?: string;
  readonly categories?: readonly string[];
  readonly class?: string;
  readonly color?: string;
  readonly status?: string;
  readonly transp?: string;
  /** What module calendar wrote as shown_as, which knows more than transp. */
  readonly shownAs?: number;
  readonly url?: string;
  readonly geo?: unknown;
  readonly filename?: string;
  readonly relatedTo?: string;
  readonly attendeePrivileges?: string;
  readonly conferences?: unknown;
  readonly extendedProperties?: unknown;
  readonly startDate: DateTime;
  readonly endDate: DateTime;
  readonly rrule?: string;
  readonly recurrenceDates?: readonly RecurrenceId[];
  readonly deleteExceptionDates: readonly RecurrenceId[];
  readonly sequence: number;
  /** Of a user of the context, or of somebody outside whose invitation this is. */
  readonly organizer: CalendarUser;
  /** The owner of the calendar it was made in; null in a public one. */
  readonly calendarUser: number | null;
  readonly attendees: readonly Attendee[];
  /** By user id. */
  readonly alarms: Readonly<Record<string, readonly Alarm[]>>;
  readonly attachments: readonly Attachment[];
}

/** An event as it is stored: a single one, the master of a series, or a change exception of one. */
export interface EventRow {
  readonly id: number;
  /** Id of the master, on the master itself too; null for a single event. */
  readonly series: number | null;
  /** Which occurrence an exception stands for. */
  readonly recurrence: RecurrenceId | null;
  readonly uid: string;
  /** The public calendar it lies in. */
  readonly public_folder: number | null;
  readonly body: string;
  readonly created: number;
  readonly created_by: number;
  readonly modified: number;
  readonly modified_by: number;
  /** `timestamp`: of the last change of anything about it. */
  readonly stamp: number;
}

/** An event, read. */
export interface Event extends Omit<EventRow, 'body'> {
  readonly body: EventBody;
}

export const isMaster = (event: Event): boolean => event.series === event.id;
export const isException = (event: Event): boolean => event.recurrence !== null;

export const mailtoOf = (address: string): string => `mailto:${address}`;

/** The address of a calendar user. */
export const addressOf = ({ uri, email }: CalendarUser): string => email ?? uri.replace(/^mailto:/i, '');

/** Whether other people or resources take part than the one whose calendar it is. */
export function isScheduled(body: EventBody): boolean {
  return body.attendees.some(({ entity }) => entity === undefined || entity !== body.organizer.entity);
}
