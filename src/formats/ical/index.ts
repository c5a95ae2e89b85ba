export { readMeetings, writeMeetingText } from './meeting.ts';
export { type ReadCalendar, readCalendar } from './read.ts';
export { type CalendarOptions, writeCalendar } from './write.ts';
