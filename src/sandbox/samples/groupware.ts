import type { Core } from '../core.ts';
import type { Person } from '../people/person.ts';
import { fillSampleCalendars } from './appointments.ts';
import { fillSampleContacts } from './contacts.ts';
import { fillSampleTasks } from './tasks.ts';

/** Gives these people contacts, tasks and calendars around now; each three of them work together. */
export function fillSampleGroupware(core: Core, people: readonly Person[]): void {
  const now = core.stamps.now();
  for (let at = 0; at < people.length; at += 3) {
    const trio = people.slice(at, at + 3);
    trio.forEach((person, index) => {
      fillSampleContacts(core, person);
      fillSampleTasks(core, person, trio[(index + 1) % trio.length === index ? -1 : (index + 1) % trio.length], now);
    });
    fillSampleCalendars(core, trio, now);
  }
}
