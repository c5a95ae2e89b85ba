import { OxError } from '../../errors.ts';
import { isOrganizer } from '../access.ts';
import { parseAlarms } from '../alarms.ts';
import { isSame } from '../attendees.ts';
import type { Attendee, Event, EventBody, PartStat } from '../event.ts';
import type { RecurrenceId } from '../recurrence-id.ts';
import type { ChangeType } from '../scheduling/notify.ts';
import { eventById, exceptionsOf, saveEvent, touchEvent } from '../store.ts';
import { type Change, noteEvent, tell } from './change.ts';
import { exceptionFor, isExceptionAt } from './exception.ts';

const replyTypes: Readonly<Record<PartStat, ChangeType>> = {
  ACCEPTED: 'Accepted',
  DECLINED: 'Declined',
  TENTATIVE: 'Tentatively accepted',
  'NEEDS-ACTION': 'Not yet accepted',
  DELEGATED: 'Not yet accepted',
};

/**
 * An attendee's answer to an event or one occurrence, and alarms of the calendar's user. The organizer may note answers of
 * people outside. CAL-4043: takes no part; CAL-4033: somebody else of the context.
 */
export function answerEvent(
  change: Change,
  event: Event,
  answer: Attendee | undefined,
  alarms: unknown,
  recurrenceId?: RecurrenceId,
): Event {
  const isOccurrence = recurrenceId !== undefined && !isExceptionAt(event, recurrenceId);
  const target = isOccurrence ? exceptionFor(change, event, recurrenceId) : event;
  const saved = attend(change, target, answer, alarms);
  const { core } = change.access;
  // The answer to a series is one to its exceptions as long as they had the same.
  if (answer && !isOccurrence && event.series === event.id) {
    const before = event.body.attendees.find((one) => isSame(one, answer))?.partStat;
    for (const exception of exceptionsOf(core, event.id)) {
      const own = exception.body.attendees.find((one) => isSame(one, answer));
      if (own && own.partStat === before && !own.hidden) store(change, exception, withAnswer(exception.body, answer));
    }
  }
  if (saved.series !== null && saved.series !== saved.id) {
    touchEvent(core, saved.series);
    noteEvent(change, 'updated', eventById(core, saved.series));
  }
  return eventById(core, saved.id);
}

/** The same for exactly this event. */
export function attend(change: Change, event: Event, answer: Attendee | undefined, alarms: unknown): Event {
  const { access } = change;
  const { core, user } = access;
  let { body } = event;
  let replies: Attendee | undefined;
  if (answer) {
    const there = body.attendees.find((one) => isSame(one, answer));
    if (!there) throw new OxError('CAL-4043', answer.uri);
    const isOwn = there.entity === user && there.cuType === 'INDIVIDUAL';
    if (!isOwn && !(there.entity === undefined && isOrganizer(access, event)))
      throw new OxError('CAL-4033', answer.uri);
    body = withAnswer(body, answer);
    if (isOwn && !isOrganizer(access, event)) replies = body.attendees.find((one) => isSame(one, answer));
  }
  if (alarms !== undefined)
    body = { ...body, alarms: { ...body.alarms, [user]: parseAlarms(core, alarms, body.alarms[user] ?? []) } };
  const saved = store(change, event, body);
  if (replies)
    tell(
      { ...change, comment: replies.comment ?? change.comment },
      {
        method: 'REPLY',
        type: replyTypes[replies.partStat],
        events: [saved],
        recipients: [saved.body.organizer],
        attendee: replies,
      },
    );
  return saved;
}

function store(change: Change, event: Event, body: EventBody): Event {
  const saved = saveEvent(change.access.core, event, body, change.access.person.id);
  noteEvent(change, 'updated', saved);
  return saved;
}

function withAnswer(body: EventBody, answer: Attendee): EventBody {
  return {
    ...body,
    attendees: body.attendees.map((attendee) => {
      if (!isSame(attendee, answer)) return attendee;
      const { comment: _comment, rsvp: _rsvp, ...rest } = attendee;
      return {
        ...rest,
        partStat: answer.partStat,
        ...(answer.comment === undefined ? {} : { comment: answer.comment }),
      };
    }),
  };
}
