import type { Task } from '../../formats/index.ts';
import { taskColumns } from './item-columns.ts';
import { columnsOf, completeOx, readOx, writeOx } from './item-fields.ts';
import type { OxItemModule } from './items.ts';
import { taskFields } from './task-fields.ts';
import { recurrenceField } from './task-recurrence.ts';

/** The module `tasks` (ox-http-api 7), for a person in an IANA time zone. */
export function oxTasks(timeZone: string): OxItemModule {
  const fields = taskFields(timeZone);
  return {
    module: 'tasks',
    numbers: taskColumns,
    columns: columnsOf(fields),
    read: (row) => ({ ...readOx(fields, row) }),
    write: (task) => writeOx(fields, task as Task),
    together: [
      ['status', 'percent_completed'],
      ['start_time', 'end_time', 'full_time'],
      recurrenceField(timeZone).columns,
    ],
    complete: (theirs, ours) => ({ ...completeOx(fields, theirs as Task, ours as Task) }),
  };
}
