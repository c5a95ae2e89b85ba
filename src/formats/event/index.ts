export type {
  Attendee,
  BusyStatus,
  CalendarEvent,
  EventException,
  EventTime,
  OccurrenceFields,
  Person,
  Recurrence,
  Response,
} from './event.ts';
export { instantOf } from './event-time.ts';
export { globalObjectIdOfDay, globalObjectIdOfUid, uidOfGlobalObjectId } from './global-object-id.ts';
export { eventNames, readEvent, writeEvent } from './mapi.ts';
export { type Meeting, type MeetingMethod, meetingClass, meetingNames, readMeeting, writeMeeting } from './meeting.ts';
export { type EventContext, seriesOf } from './times.ts';
export { uncarriedProperties } from './uncarried.ts';
