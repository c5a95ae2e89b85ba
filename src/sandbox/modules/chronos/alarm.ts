import { type CalendarAccess, composite, demandUnchanged, findEvent, readableCalendar } from '../../chronos/access.ts';
import { durationMs } from '../../chronos/alarms.ts';
import { answerEvent } from '../../chronos/change/attend.ts';
import { instantOf, localText, parseUtc } from '../../chronos/date-time.ts';
import type { Alarm, Event } from '../../chronos/event.ts';
import { type Instance, instancesOf } from '../../chronos/occurrences.ts';
import { eventsIn } from '../../chronos/store.ts';
import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { readableIds } from './read.ts';
import { carryOut, changeOf } from './shared.ts';

/** How far before its event an alarm may be. */
const reachMs = 35 * 86_400_000;

/** Alarms of the own calendars that are due until `rangeEnd` and nobody acknowledged. */
const pending: Action = (core, request) => {
  const until = parseUtc(request.parameters.required('rangeEnd'), 'rangeEnd');
  const actions = request.parameters.list('actions');
  const now = core.stamps.now();
  const data = readableIds(core, request).flatMap((id) => {
    const access = readableCalendar(core, request.person, id);
    if (access.folder.owner !== request.person.id) return [];
    return eventsIn(core, access.folder.id, now - reachMs, until + reachMs)
      .filter(({ body }) => (body.alarms[access.user]?.length ?? 0) > 0)
      .flatMap((event) => triggersOf(access, event, now - 86_400_000, until))
      .filter(({ action }) => actions.length === 0 || actions.includes(action));
  });
  return { data: data.sort((one, other) => one.time.localeCompare(other.time)), timestamp: now };
};

function triggersOf(access: CalendarAccess, event: Event, from: number, until: number) {
  const alarms = event.body.alarms[access.user] ?? [];
  return [...instancesOf(access, event, from, until + reachMs)].flatMap((instance) =>
    alarms.flatMap((alarm) => {
      const time = triggerTime(alarm, instance);
      if (time === undefined || time < from || time > until || time <= (alarm.acknowledged ?? 0)) return [];
      return [
        {
          action: alarm.action,
          account: 0,
          folder: composite(access.folder.id),
          eventId: String(event.id),
          ...(instance.occurrence ? { recurrenceId: instance.occurrence.recurrenceId } : {}),
          alarmId: alarm.id,
          time: `${localText(time)}Z`,
        },
      ];
    }),
  );
}

function triggerTime({ trigger }: Alarm, { from, to }: Instance): number | undefined {
  if (trigger.dateTime !== undefined) return instantOf({ value: trigger.dateTime }, 'UTC');
  const offset = durationMs(trigger.duration ?? '');
  return offset === undefined ? undefined : (trigger.related === 'END' ? to : from) + offset;
}

const change =
  (
    alarmsOf: (alarms: readonly Alarm[], alarm: Alarm, now: number, snooze: number) => unknown[],
    needsTime: boolean,
  ): Action =>
  (core, request) => {
    const { parameters } = request;
    const work = changeOf(core, request, parameters.required('folder'));
    return carryOut(core, request, work, () => {
      const event = findEvent(work.access, parameters.required('id'));
      const alarms = event.body.alarms[work.access.user] ?? [];
      const alarm = alarms.find(({ id }) => id === parameters.requiredInteger('alarmId'));
      if (!alarm) throw new OxError('CAL-4049', parameters.text('alarmId'));
      const snooze = needsTime ? parameters.requiredInteger('snoozeTime') : 0;
      answerEvent(work, event, undefined, alarmsOf(alarms, alarm, core.stamps.now(), snooze));
    });
  };

const ack = change(
  (alarms, alarm, now) => alarms.map((one) => (one.id === alarm.id ? { ...one, acknowledged: now } : one)),
  false,
);

/** The alarm is acknowledged, and a related one goes off later. */
const snooze = change(
  (alarms, alarm, now, ms) => [
    ...alarms.map((one) => (one.id === alarm.id ? { ...one, acknowledged: now } : one)),
    {
      action: alarm.action,
      trigger: { dateTime: `${localText(now + ms)}Z` },
      relatedTo: { relType: 'SNOOZE', value: alarm.uid },
      description: alarm.description,
    },
  ],
  true,
);

/** The body is the whole list of alarms. */
const updateAlarms: Action = (core, request) => {
  const { parameters } = request;
  const work = changeOf(core, request, parameters.required('folder'));
  return carryOut(core, request, work, () => {
    const event = findEvent(work.access, parameters.required('id'));
    demandUnchanged(event, parameters.requiredInteger('timestamp'));
    answerEvent(work, event, undefined, request.body.array(), parameters.text('recurrenceId'));
  });
};

/** Module `chronos/alarm` (reference 5.3). */
export const chronosAlarm: Readonly<Record<string, Action>> = { ack, pending, snooze, updateAlarms };
