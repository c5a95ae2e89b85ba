import { type Event, isException, isMaster, isScheduled } from './event.ts';

/** What a list shows of an event without its attendees (reference 5.4). */
export function flagsOf(event: Event, user: number): string[] {
  const { body } = event;
  const own = body.attendees.find(({ entity, cuType }) => entity === user && cuType === 'INDIVIDUAL');
  const scheduled = isScheduled(body);
  const flags: (string | false | undefined)[] = [
    body.attachments.length > 0 && 'attachments',
    (body.alarms[user]?.length ?? 0) > 0 && 'alarms',
    scheduled && 'scheduled',
    scheduled && body.organizer.entity === user && 'organizer',
    scheduled && body.organizer.entity !== user && own !== undefined && 'attendee',
    body.class === 'PRIVATE' && 'private',
    body.class === 'CONFIDENTIAL' && 'confidential',
    body.transp === 'TRANSPARENT' && 'transparent',
    body.status && `event_${body.status.toLowerCase()}`,
    own?.partStat.toLowerCase().replace('-', '_'),
    (isMaster(event) || isException(event)) && 'series',
    isException(event) && 'overridden',
  ];
  return flags.filter((flag): flag is string => typeof flag === 'string' && flag !== '');
}
