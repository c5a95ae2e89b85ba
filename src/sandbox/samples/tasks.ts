import type { Core } from '../core.ts';
import { standardFolderOf } from '../folders/groupware.ts';
import type { Person } from '../people/person.ts';
import { changedTask, emptyTask } from '../tasks/change.ts';
import { foldersFor, insertTask } from '../tasks/store.ts';

const day = 86_400_000;
const hour = 3_600_000;

/** Tasks of the last and the coming weeks; `today` is midnight UTC. */
function tasksOf(today: number, colleague: Person | undefined): Record<string, unknown>[] {
  return [
    {
      title: 'Angebot für Harbour Works schreiben',
      note: 'Preise mit Ben abstimmen.\nDeckungsbeitrag prüfen.',
      status: 2,
      percent_completed: 40,
      priority: 3,
      start_time: today - 2 * day,
      end_time: today + 3 * day,
      alarm: today + 2 * day + 8 * hour,
      categories: 'Kunde,Wichtig',
      target_duration: '480',
      actual_duration: '180',
      companies: 'Harbour Works Ltd',
      ...(colleague ? { participants: [{ type: 1, id: colleague.id }] } : {}),
    },
    {
      title: 'Reisekosten abrechnen',
      status: 1,
      priority: 1,
      end_time: today - 3 * day,
      trip_meter: '412 km',
      actual_costs: 187.4,
      currency: 'EUR',
    },
    {
      title: 'Wochenbericht',
      status: 1,
      start_time: today + (5 - new Date(today).getUTCDay() + 7) * day,
      end_time: today + (5 - new Date(today).getUTCDay() + 7) * day,
      recurrence_type: 2,
      interval: 1,
      days: 32,
    },
    { title: 'Geschenk für Mama', status: 1, private_flag: true, end_time: today + 20 * day },
    {
      title: 'Druckfreigabe Broschüre',
      status: 3,
      percent_completed: 100,
      end_time: today - 8 * day,
      date_completed: today - 9 * day + 14 * hour,
    },
    {
      title: 'Rückruf Stadtwerke',
      status: 4,
      percent_completed: 50,
      note: 'Herr Vogt ist im Urlaub.',
      full_time: false,
      start_time: today + 9 * hour,
      end_time: today + 10 * hour,
    },
    { title: 'Neue Regale', status: 5, billing_information: 'Kostenstelle 200', target_costs: 950 },
  ];
}

/** Gives a person tasks, one of them together with a colleague. */
export function fillSampleTasks(core: Core, owner: Person, colleague: Person | undefined, now: number): void {
  const folder = standardFolderOf(core, owner.id, 'tasks')!;
  const today = Math.floor(now / day) * day;
  tasksOf(today, colleague).forEach((body, index) => {
    const fields = changedTask(core, emptyTask, body, { personId: owner.id, unshift: (ms) => ms });
    const folders = foldersFor(
      core,
      { id: folder, owner: owner.id, isPublic: false },
      fields.users.map(({ id }) => id),
    );
    insertTask(core, { uid: `sample-task-${owner.id}-${index}`, fields, folders, by: owner.id });
  });
}
