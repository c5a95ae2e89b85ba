import { openCalendar } from '../chronos/access.ts';
import { createEvent } from '../chronos/change/create.ts';
import { changedContact } from '../contacts/fields.ts';
import { insertContact } from '../contacts/store.ts';
import type { Core } from '../core.ts';
import { standardFolderOf } from '../folders/groupware.ts';
import type { Person } from '../people/person.ts';
import { basicDate, dayOf } from '../recurrence/day.ts';

/** Fills the default folder of contacts; names are told apart by their number. */
export function fillManyContacts(core: Core, owner: Person, count: number): void {
  const folder = standardFolderOf(core, owner.id, 'contacts')!;
  for (let number = 1; number <= count; number += 1) {
    const { fields } = changedContact(
      core,
      {},
      {
        display_name: `Contact ${number}`,
        first_name: 'Contact',
        last_name: String(number),
        company: `Company ${number % 97}`,
        email1: `contact${number}@elsewhere.example`,
        telephone_business1: `+49 221 ${number}`,
        street_business: `Straße ${number % 200}`,
        city_business: 'Köln',
        note: `Note of contact ${number}.`,
        categories: number % 3 === 0 ? 'Kunde' : undefined,
      },
    );
    fields.uid = `many-contact-${owner.id}-${number}`;
    insertContact(core, { folder, fields, image: undefined, person: null, by: owner.id });
  }
}

/** Fills the default calendar: eight appointments a day from 2020 on, each twentieth a weekly series of ten. */
export function fillManyEvents(core: Core, owner: Person, count: number): void {
  const access = openCalendar(core, owner, String(standardFolderOf(core, owner.id, 'calendar')));
  const first = dayOf(2020, 1, 1);
  const silent = { internal: false, external: false };
  for (let number = 1; number <= count; number += 1) {
    const date = basicDate(first + Math.floor(number / 8));
    const hour = String(8 + (number % 8)).padStart(2, '0');
    const change = {
      access,
      audience: silent,
      checkConflicts: false,
      files: [],
      created: [],
      updated: [],
      deleted: [],
    };
    createEvent(change, {
      uid: `many-event-${owner.id}-${number}`,
      summary: `Event ${number}`,
      location: `Room ${number % 9}`,
      description: `Description of event ${number}.`,
      startDate: { value: `${date}T${hour}0000`, tzid: owner.timezone },
      endDate: { value: `${date}T${hour}4500`, tzid: owner.timezone },
      ...(number % 20 === 0 ? { rrule: 'FREQ=WEEKLY;COUNT=10' } : {}),
      ...(number % 4 === 0 ? { alarms: [{ trigger: { duration: '-PT15M' } }] } : {}),
    });
  }
}
