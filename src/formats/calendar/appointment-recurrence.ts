import { Reader, WireError, Writer } from '../../wire/index.ts';
import { formatLimits } from '../limits.ts';
import { type Minutes, type RecurrencePattern, recurrencePattern } from './recurrence-pattern.ts';

/** OverrideFlags of an ExceptionInfo, MS-OXOCAL 2.2.1.44.2. */
export const overrideFlag = {
  subject: 0x0001,
  meetingType: 0x0002,
  reminderDelta: 0x0004,
  reminder: 0x0008,
  location: 0x0010,
  busyStatus: 0x0020,
  attachment: 0x0040,
  subType: 0x0080,
  appointmentColor: 0x0100,
  exceptionalBody: 0x0200,
} as const;

/** What of an occurrence differs from its series: ExceptionInfo and ExtendedException in one. */
export interface RecurrenceException {
  readonly start: Minutes;
  readonly end: Minutes;
  readonly originalStart: Minutes;
  readonly subject?: string;
  /** PidLidAppointmentStateFlags. */
  readonly meetingType?: number;
  readonly reminderDelta?: number;
  readonly reminderSet?: boolean;
  readonly location?: string;
  readonly busyStatus?: number;
  /** Whether the exception has attachments. */
  readonly attachment?: boolean;
  /** Whether it is all day. */
  readonly allDay?: boolean;
  readonly appointmentColor?: number;
  readonly exceptionalBody?: boolean;
  /** PidLidChangeHighlight. */
  readonly changeHighlight?: number;
}

/** AppointmentRecurrencePattern (MS-OXOCAL 2.2.1.44.5), PidLidAppointmentRecur. */
export interface AppointmentRecurrence {
  readonly pattern: RecurrencePattern;
  /** Minutes after midnight, local time; `endOffset` may be beyond the day. */
  readonly startOffset: number;
  readonly endOffset: number;
  readonly exceptions: readonly RecurrenceException[];
}

const readerVersion2 = 0x3006;
const writerVersion2 = 0x3009;
/** Least bytes of an ExceptionInfo. */
const leastException = 14;

/** Text in code page bytes; the same text follows in Unicode, so any code page will do. */
const narrow = (text: string): Buffer => Buffer.from(text.replace(/[^\0-\xff]/g, '?'), 'latin1');

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads PidLidAppointmentRecur. As tolerant as the data of 25 years needs: a blob that ends after the pattern is one of a
 * whole day without exceptions; Unicode texts may be missing; what follows the last field is ignored. Throws WireError
 * when the pattern itself or the ExceptionInfos cannot be read.
 */
export function readAppointmentRecurrence(blob: Uint8Array): AppointmentRecurrence {
  if (blob.length > formatLimits.recurrenceBlob) throw new WireError(`recurrence of ${blob.length} bytes`);
  const r = new Reader(blob);
  const pattern = recurrencePattern.read(r);
  if (r.remaining < 16) return { pattern, startOffset: 0, endOffset: 24 * 60, exceptions: [] };
  r.u32();
  const writer = r.u32();
  const startOffset = r.u32();
  const endOffset = r.u32();
  const exceptions: Mutable<RecurrenceException>[] = [];
  if (r.remaining < 2) return { pattern, startOffset, endOffset, exceptions };
  const flags: number[] = [];
  const count = r.count(r.u16(), leastException);
  for (let i = 0; i < count; i++) exceptions.push(readExceptionInfo(r, flags));
  try {
    r.bytes(r.u32());
    exceptions.forEach((exception, i) => {
      readExtendedException(r, exception, flags[i]!, writer);
    });
  } catch (error) {
    // The texts in Unicode are a repetition of what was read above.
    if (!(error instanceof WireError)) throw error;
  }
  return { pattern, startOffset, endOffset, exceptions };
}

function readExceptionInfo(r: Reader, allFlags: number[]): Mutable<RecurrenceException> {
  const exception: Mutable<RecurrenceException> = { start: r.u32(), end: r.u32(), originalStart: r.u32() };
  const flags = r.u16();
  allFlags.push(flags);
  const has = (name: keyof typeof overrideFlag): boolean => (flags & overrideFlag[name]) !== 0;
  const text = (): string => {
    r.u16();
    return r.decode8(r.bytes(r.u16()));
  };
  if (has('subject')) exception.subject = text();
  if (has('meetingType')) exception.meetingType = r.u32();
  if (has('reminderDelta')) exception.reminderDelta = r.u32();
  if (has('reminder')) exception.reminderSet = r.u32() !== 0;
  if (has('location')) exception.location = text();
  if (has('busyStatus')) exception.busyStatus = r.u32();
  if (has('attachment')) exception.attachment = r.u32() !== 0;
  if (has('subType')) exception.allDay = r.u32() !== 0;
  if (has('appointmentColor')) exception.appointmentColor = r.u32();
  if (has('exceptionalBody')) exception.exceptionalBody = true;
  return exception;
}

function readExtendedException(
  r: Reader,
  exception: Mutable<RecurrenceException>,
  flags: number,
  writerVersion: number,
): void {
  if (writerVersion >= writerVersion2) {
    const highlight = r.slice(r.u32());
    if (highlight.remaining >= 4) {
      const value = highlight.u32();
      if (value !== 0) exception.changeHighlight = value;
    }
  }
  r.bytes(r.u32());
  const texts = flags & (overrideFlag.subject | overrideFlag.location);
  if (texts === 0) return;
  r.bytes(12);
  const text = (): string => r.bytes(r.u16() * 2).toString('utf16le');
  if ((flags & overrideFlag.subject) !== 0) exception.subject = text();
  if ((flags & overrideFlag.location) !== 0) exception.location = text();
  r.bytes(r.u32());
}

/** PidLidAppointmentRecur as the newest writer has it; exceptions in the order given. */
export function writeAppointmentRecurrence({
  pattern,
  startOffset,
  endOffset,
  exceptions,
}: AppointmentRecurrence): Buffer {
  const w = new Writer();
  recurrencePattern.write(w, pattern);
  w.u32(readerVersion2);
  w.u32(writerVersion2);
  w.u32(startOffset);
  w.u32(endOffset);
  w.u16(exceptions.length);
  for (const exception of exceptions) writeExceptionInfo(w, exception);
  w.u32(0);
  for (const exception of exceptions) writeExtendedException(w, exception);
  w.u32(0);
  return w.finish();
}

/** Texts in the blob are beginnings: the exception's own message has them whole. */
const cut = (text: string | undefined): string | undefined => text?.slice(0, formatLimits.recurrenceText);

function writeExceptionInfo(w: Writer, exception: RecurrenceException): void {
  w.u32(exception.start);
  w.u32(exception.end);
  w.u32(exception.originalStart);
  let flags = 0;
  const body = new Writer();
  const put = <T>(name: keyof typeof overrideFlag, value: T | undefined, write: (value: T) => void): void => {
    if (value === undefined) return;
    flags |= overrideFlag[name];
    write(value);
  };
  const text = (value: string): void => {
    const bytes = narrow(value);
    body.u16(bytes.length + 1);
    body.u16(bytes.length);
    body.bytes(bytes);
  };
  const number = (value: number): void => body.u32(value);
  const flag = (value: boolean): void => body.u32(value ? 1 : 0);
  put('subject', cut(exception.subject), text);
  put('meetingType', exception.meetingType, number);
  put('reminderDelta', exception.reminderDelta, number);
  put('reminder', exception.reminderSet, flag);
  put('location', cut(exception.location), text);
  put('busyStatus', exception.busyStatus, number);
  put('attachment', exception.attachment, flag);
  put('subType', exception.allDay, flag);
  put('appointmentColor', exception.appointmentColor, number);
  if (exception.exceptionalBody) flags |= overrideFlag.exceptionalBody;
  w.u16(flags);
  w.bytes(body.view());
}

function writeExtendedException(w: Writer, exception: RecurrenceException): void {
  w.u32(4);
  w.u32(exception.changeHighlight ?? 0);
  w.u32(0);
  const { subject, location } = exception;
  if (subject === undefined && location === undefined) return;
  w.u32(exception.start);
  w.u32(exception.end);
  w.u32(exception.originalStart);
  for (const text of [cut(subject), cut(location)]) {
    if (text === undefined) continue;
    w.u16(text.length);
    w.bytes(Buffer.from(text, 'utf16le'));
  }
  w.u32(0);
}
