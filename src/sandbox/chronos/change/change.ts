import { OxError } from '../../errors.ts';
import { asObject } from '../../http/body.ts';
import type { FormPart } from '../../http/multipart.ts';
import { type AttachmentRow, attachmentModule, insertAttachment } from '../../items/attachments.ts';
import { noteItemChange } from '../../items/folder.ts';
import type { CalendarAccess } from '../access.ts';
import { isSame, parseAttendee, userById, userOf } from '../attendees.ts';
import { type Conflict, conflictsOf } from '../busy.ts';
import type { Attachment, CalendarUser, Event, EventBody } from '../event.ts';
import type { EventJson } from '../fields.ts';
import { chronosLimits } from '../limits.ts';
import { type Audience, type SchedulingMessage, sendMessage } from '../scheduling/notify.ts';
import { eventById, placesFor } from '../store.ts';

/** What is the same for every change of a request, and what has come of it so far. */
export interface Change {
  readonly access: CalendarAccess;
  readonly audience: Audience;
  /** Whether other appointments of the attendees are in the way; booked resources always are. */
  readonly checkConflicts: boolean;
  readonly comment?: string | undefined;
  /** File parts that `attachments` refer to. */
  readonly files: readonly FormPart[];
  readonly created: Event[];
  readonly updated: Event[];
  readonly deleted: Event[];
}

/** Something is in the way; nothing was stored. */
export class ConflictsFound extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('conflicts');
    this.conflicts = conflicts;
  }
}

export function demandNoConflicts({ access, checkConflicts }: Change, event: Event): void {
  const conflicts = conflictsOf(access, event, checkConflicts);
  if (conflicts.length > 0) throw new ConflictsFound(conflicts);
}

/** Notes an event in a list of the result in place of an older state of it, and tells listeners. */
export function noteEvent(change: Change, list: 'created' | 'updated' | 'deleted', event: Event): void {
  const { core, person } = change.access;
  const lists = [change.created, change.updated, change.deleted];
  const isCreated = change.created.some(({ id }) => id === event.id);
  for (const one of lists) {
    const at = one.findIndex(({ id }) => id === event.id);
    if (at >= 0) one.splice(at, 1);
  }
  if (list === 'deleted' && isCreated) return;
  change[isCreated && list === 'updated' ? 'created' : list].push(event);
  for (const folder of placesFor(event)) noteItemChange(core, person, 'calendar', folder);
}

/** The events of the result as they are by now. */
export function settle(change: Change): void {
  const { core } = change.access;
  for (const list of [change.created, change.updated])
    list.forEach((event, index) => {
      list[index] = eventById(core, event.id);
    });
}

export function tell(change: Change, message: Omit<SchedulingMessage, 'comment'>): void {
  const { core, person } = change.access;
  sendMessage(core, person, change.audience, { ...message, comment: change.comment });
}

/** The organizer of a new event: the owner of the calendar, a deputy standing in; in a public one the person. */
export function organizerFor({ core, folder, user, person }: CalendarAccess, given: unknown): CalendarUser {
  if (given !== undefined && given !== null && !folder.isPublic) {
    const { cuType: _cuType, role: _role, partStat: _partStat, ...organizer } = parseAttendee(core, asObject(given));
    // Somebody outside has invited: the event is theirs.
    if (organizer.entity === undefined) return organizer;
  }
  const organizer = userById(core, user);
  return user === person.id ? organizer : { ...organizer, sentBy: userOf(person) };
}

/** CAL-4222, CAL-42210: where an event may hide what it is (reference 5.4). */
export function demandClass({ folder }: CalendarAccess, body: EventBody): void {
  if (body.class !== 'CONFIDENTIAL' && body.class !== 'PRIVATE') return;
  if (folder.isPublic || folder.isShared) throw new OxError('CAL-4222', body.class);
  if (body.class === 'PRIVATE' && body.attendees.some(({ cuType }) => cuType === 'RESOURCE'))
    throw new OxError('CAL-42210');
}

/**
 * The member `attachments`: those named by `managedId` stay, those with `uri` as `cid:<part>` are taken from the files,
 * all others go (reference 5.8). CAL-4047: none of the event's.
 */
export function changedAttachments(
  change: Change,
  event: number,
  before: readonly Attachment[],
  json: EventJson,
): readonly Attachment[] {
  const value = json.attachments;
  if (value === undefined) return before;
  if (value === null) return [];
  if (!Array.isArray(value)) throw new OxError('CAL-4006', 'attachments');
  const { core, person } = change.access;
  return value.map((entry) => {
    const { managedId, uri, filename, fmtType } = asObject(entry);
    if (managedId !== undefined && managedId !== null) {
      const known = before.find((one) => one.managedId === Number(managedId));
      if (!known) throw new OxError('CAL-4047', String(managedId));
      return known;
    }
    const name = typeof uri === 'string' && uri.startsWith('cid:') ? uri.slice(4) : undefined;
    const file = change.files.find((part) => part.name === name || part.fileName === name);
    if (!file) throw new OxError('CAL-4047', String(uri));
    if (file.content.length > chronosLimits.attachmentBytes) throw new OxError('CAL-4006', 'attachment too large');
    return shownAttachment(
      insertAttachment(core, {
        module: attachmentModule.appointment,
        attached: event,
        name: String(filename ?? file.fileName ?? 'file'),
        type: String(fmtType ?? file.contentType),
        content: file.content,
        by: person.id,
      }),
    );
  });
}

/** A file as chronos shows it. */
export function shownAttachment({ id, name, type, size, created }: AttachmentRow): Attachment {
  return { managedId: id, filename: name, fmtType: type, size, created };
}

/** Everybody of an event but the organizer. */
export const guestsOf = (body: EventBody) => body.attendees.filter((attendee) => !isSame(attendee, body.organizer));
