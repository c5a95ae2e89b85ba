export { htmlText, nativeBodyOf, plainText, previewText } from './bodies.ts';
export { dayNumber } from './calendar/day-number.ts';
export { type Occurrence, occurrencesOf } from './calendar/occurrences.ts';
export { firstPatternDay } from './calendar/pattern-days.ts';
export { isExactInMapi } from './calendar/pattern-to-mapi.ts';
export { RuleError, ruleOfSeries, ruleParts, seriesOfRule } from './calendar/rrule.ts';
export type { Pattern as SeriesPattern, Series, SeriesEnd } from './calendar/series.ts';
export { addressText, postalAddress } from './contact/address.ts';
export type { AddressKind, Contact, Day, EmailAddress, Gender, Photo, PostalAddress } from './contact/contact.ts';
export { defaultFileAs, type FileAs, type FileAsForm, fileAsForms, fileAsOf, fileAsText } from './contact/file-as.ts';
export { contactNames, readContact, writeContact } from './contact/mapi.ts';
export { isPhoto, photoAttachment, pictureType, readPhoto, writeHasPicture } from './contact/photo.ts';
export { type ContactText, contactTextNames } from './contact/texts.ts';
export type { DistributionList, Member, MemberAddress, MemberSource } from './distribution-list/distribution-list.ts';
export {
  distributionListNames,
  readDistributionList,
  writeDistributionList,
} from './distribution-list/mapi.ts';
export { type Envelope, envelopeProperties, recipientProperties, recipientType } from './envelope.ts';
export type {
  Attendee,
  BusyStatus,
  CalendarEvent,
  EventException,
  EventTime,
  OccurrenceFields,
  Person,
  Recurrence,
  Response as AttendeeResponse,
} from './event/event.ts';
export { comparable, instantOf, localOf, timeLike } from './event/event-time.ts';
export { cleanGlobalObjectId, globalObjectIdOfUid, uidOfGlobalObjectId } from './event/global-object-id.ts';
export { eventNames, readEvent, writeEvent } from './event/mapi.ts';
export { type Meeting, type MeetingMethod, meetingNames, readMeeting, writeMeeting } from './event/meeting.ts';
export { eventOfPlain, isException, type PlainEvent, plainEvent } from './event/plain.ts';
export { type EventContext, seriesOf } from './event/times.ts';
export { uncarriedProperties } from './event/uncarried.ts';
export { htmlToText, textToHtml } from './html-text.ts';
export { lastDayOf, originalDay } from './ical/event-from-ical.ts';
export { ruleOfEvent } from './ical/event-to-ical.ts';
export { readMeetings, writeMeetingText } from './ical/meeting.ts';
export { type ReadCalendar, readCalendar } from './ical/read.ts';
export { compact, compactDate, compactInstant } from './ical/times.ts';
export { type CalendarOptions, writeCalendar } from './ical/write.ts';
export type { CommonFields, Sensitivity } from './item/common.ts';
export { dayOfMs, msOfDay } from './item/days.ts';
export type { Note } from './item/note.ts';
export { type ItemContext, plainLines } from './item/properties.ts';
export { rowsOf } from './item/rows.ts';
export { bytesValue, chunksOf, rangeOf, readAll } from './large-value.ts';
export { formatLimits } from './limits.ts';
export { type MailAddress, parseAddresses } from './mime/address.ts';
export { nativeBody } from './mime/bodies-to-mapi.ts';
export { recipientAddress } from './mime/mapi-to-headers.ts';
export { type ParseOptions, parseMime } from './mime/parse.ts';
export { type WriteOptions, writeMime } from './mime/write.ts';
export { rtfBody } from './rtf/body.ts';
export { compressRtf, decompressRtf, RtfError } from './rtf/compressed.ts';
export { deencapsulate } from './rtf/deencapsulate.ts';
export { encapsulateHtml, encapsulateText } from './rtf/encapsulate.ts';
export { splitSubject } from './subject.ts';
export { readTask, taskNames, writeTask } from './task/mapi.ts';
export { alignedRecurrence } from './task/recurrence.ts';
export { localDay } from './task/rules.ts';
export { impliedPercent, type Task, type TaskDay, type TaskRecurrence, type TaskStatus } from './task/task.ts';
export { windowsZoneOf, type ZoneId, zoneOfName } from './time-zone/zone-id.ts';
export { type ReadVcard, readVcards } from './vcard/read.ts';
export {
  type VcardOptions,
  vcardExceptions,
  type WrittenVcard,
  writeVcard,
  writeVcardList,
} from './vcard/write.ts';
