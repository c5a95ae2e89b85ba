import type { Core } from '../../core.ts';
import { deliverMail } from '../../mail/transport.ts';
import { buildMail } from '../../mime/build.ts';
import { type Person, personById } from '../../people/person.ts';
import { type Attendee, addressOf, type CalendarUser, type Event } from '../event.ts';
import { spanOf } from '../series.ts';
import { calendarText, type Method } from './calendar-text.ts';
import { textsOf } from './texts.ts';

/** Who gets mail about a change: parameter `scheduling` (reference 5.3). */
export interface Audience {
  readonly internal: boolean;
  readonly external: boolean;
}

/** X-Open-Xchange-Type of the mails that stay in the context. */
export type ChangeType =
  | 'New'
  | 'Modified'
  | 'Deleted'
  | 'Accepted'
  | 'Declined'
  | 'Tentatively accepted'
  | 'Not yet accepted';

/** A change that others are to hear of. */
export interface SchedulingMessage {
  readonly method: Method;
  readonly type: ChangeType;
  /** The master with its exceptions, or what changed of it. */
  readonly events: readonly Event[];
  readonly recipients: readonly CalendarUser[];
  /** Of a reply: who replies. */
  readonly attendee?: Attendee;
  readonly comment?: string | undefined;
}

const fileNames = { REQUEST: 'invite.ics', CANCEL: 'cancel.ics', REPLY: 'response.ics' } as const;

/**
 * Sends a message to each recipient once, within the running transaction: people of the context get it into their inbox,
 * others into the outgoing mails. Whoever makes the change, resources and groups get none; nor does anybody hear of what
 * is over.
 */
export function sendMessage(core: Core, actor: Person, audience: Audience, message: SchedulingMessage): void {
  const now = core.stamps.now();
  if (message.events.every(({ body }) => (spanOf(body).last ?? now) < now)) return;
  const told = new Set<string>();
  for (const recipient of message.recipients) {
    const address = addressOf(recipient).toLowerCase();
    if (told.has(address) || recipient.entity === actor.id || !isPerson(recipient)) continue;
    told.add(address);
    const person = recipient.entity === undefined ? undefined : personById(core, recipient.entity);
    if (person ? !audience.internal : !audience.external) continue;
    deliverMail(core, mailTo(core, actor, recipient, person, message), actor.address, [address]);
  }
}

const isPerson = (user: CalendarUser & { cuType?: string }): boolean =>
  user.cuType === undefined || user.cuType === 'INDIVIDUAL';

function mailTo(
  core: Core,
  actor: Person,
  recipient: CalendarUser,
  person: Person | undefined,
  message: SchedulingMessage,
): Buffer {
  const { method, type, events, attendee, comment } = message;
  const event = events[0]!;
  const from = method === 'REPLY' ? (attendee ?? event.body.organizer) : event.body.organizer;
  const date = core.stamps.next();
  const texts = textsOf(message, person?.locale ?? 'en_US', person?.timezone ?? actor.timezone);
  const reference = `<${event.uid.replace(/[^\w.-]/g, '_')}@${core.context.domains[0]}>`;
  return buildMail({
    from: named(from),
    to: [named(recipient)],
    subject: texts.subject,
    messageId: `<${date}.itip.${event.id}@${core.context.domains[0]}>`,
    date,
    inReplyTo: reference,
    references: [reference],
    text: texts.text,
    html: texts.html,
    calendar: {
      method,
      text: calendarText(method, events, date, { comment, ...(attendee ? { attendees: [attendee] } : {}) }),
      fileName: fileNames[method],
    },
    headers: {
      ...(addressOf(from).toLowerCase() === actor.address.toLowerCase() ? {} : { Sender: actor.address }),
      'X-Priority': '3 (normal)',
      'X-Mailer': 'Open-Xchange Mailer v7.10.6-Rev20',
      'Auto-Submitted': 'auto-generated',
      ...(person ? oxHeaders(event, person, type) : {}),
    },
  });
}

const named = (user: CalendarUser): string => (user.cn ? `${user.cn} <${addressOf(user)}>` : addressOf(user));

/** What web clients find the appointment by. */
function oxHeaders(event: Event, person: Person, type: ChangeType): Record<string, string> {
  const folder =
    event.public_folder ??
    event.body.attendees.find(({ entity, cuType }) => entity === person.id && cuType === 'INDIVIDUAL')?.folder;
  return {
    ...(folder === undefined ? {} : { 'X-OX-Reminder': `${event.id},${folder},1` }),
    'X-Open-Xchange-Module': 'Appointments',
    'X-Open-Xchange-Type': type,
    'X-Open-Xchange-Object': String(event.id),
    'X-Open-Xchange-Sequence': String(event.body.sequence),
    'X-Open-Xchange-UID': event.uid.replace(/[\r\n]/g, ''),
    ...(event.recurrence === null ? {} : { 'X-Open-Xchange-RDATE': event.recurrence }),
  };
}
