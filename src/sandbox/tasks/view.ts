import type { Core } from '../core.ts';
import { personById } from '../people/person.ts';
import type { TimeShift } from '../time.ts';
import { fieldsOf, type TaskFields, type TaskRow } from './task.ts';

/** How a task is looked at: in which folder, by whom, in which zone. */
export interface TaskView {
  readonly core: Core;
  readonly folder: number;
  readonly personId: number;
  readonly shift: TimeShift;
}

type Value = (row: TaskRow, fields: TaskFields, view: TaskView) => unknown;
type Column = readonly [name: string, value: Value];

const plain = (name: keyof TaskFields): Column => [name, (_row, fields) => fields[name]];

const recurring = (name: string): Column => [
  name,
  (_row, { recurrence }) => (recurrence as unknown as Record<string, unknown> | undefined)?.[name],
];

const msPerDay = 86_400_000;

/** 201 and 202 are days always; 316 and 317 go by full_time (reference 7.2). */
const day = (ms: number | undefined, fields: TaskFields, { shift }: TaskView) =>
  ms === undefined ? undefined : fields.full_time ? ms : Math.floor(shift(ms) / msPerDay) * msPerDay;
const time = (ms: number | undefined, fields: TaskFields, { shift }: TaskView) =>
  ms === undefined || fields.full_time ? ms : shift(ms);
const shifted = (ms: number | undefined, { shift }: TaskView) => (ms === undefined ? undefined : shift(ms));

/** Columns of module tasks (ox-columns.json: common, calendar_and_tasks_shared, tasks). */
export const taskColumns: Readonly<Record<number, Column>> = {
  1: ['id', (row) => row.id],
  2: ['created_by', (row) => row.created_by],
  3: ['modified_by', (row) => row.modified_by],
  4: ['creation_date', (row, _fields, { shift }) => shift(row.created)],
  5: ['last_modified', (row, _fields, { shift }) => shift(row.modified)],
  6: ['last_modified_utc', (row) => row.modified],
  20: ['folder_id', (_row, _fields, view) => view.folder],
  100: plain('categories'),
  101: ['private_flag', (_row, fields) => fields.private_flag === true],
  102: ['color_label', (_row, fields) => fields.color_label ?? 0],
  104: ['number_of_attachments', (_row, fields) => fields.number_of_attachments ?? 0],
  105: ['lastModifiedOfNewestAttachmentUTC', (_row, fields) => fields.newest_attachment],
  200: plain('title'),
  201: ['start_date', (_row, fields, view) => day(fields.start, fields, view)],
  202: ['end_date', (_row, fields, view) => day(fields.end, fields, view)],
  203: plain('note'),
  204: ['alarm', (_row, fields, view) => shifted(fields.alarms[view.personId], view)],
  209: ['recurrence_type', (_row, fields) => fields.recurrence?.recurrence_type ?? 0],
  212: recurring('days'),
  213: recurring('day_in_month'),
  214: recurring('month'),
  215: recurring('interval'),
  216: recurring('until'),
  220: ['participants', (_row, fields) => fields.participants],
  221: [
    'users',
    (_row, fields, { core }) =>
      fields.users.map(({ id, confirm, message }) => ({
        id,
        display_name: personById(core, id)?.displayName,
        confirmation: confirm,
        ...(message === undefined ? {} : { confirmmessage: message }),
      })),
  ],
  222: recurring('occurrences'),
  223: ['uid', (row) => row.uid],
  300: plain('status'),
  301: plain('percent_completed'),
  302: plain('actual_costs'),
  303: plain('actual_duration'),
  305: plain('billing_information'),
  307: plain('target_costs'),
  308: plain('target_duration'),
  309: plain('priority'),
  312: plain('currency'),
  313: plain('trip_meter'),
  314: plain('companies'),
  315: ['date_completed', (_row, fields, view) => shifted(fields.date_completed, view)],
  316: ['start_time', (_row, fields, view) => time(fields.start, fields, view)],
  317: ['end_time', (_row, fields, view) => time(fields.end, fields, view)],
  401: plain('full_time'),
};

/** An array of columns; unset is null. */
export function taskArray(row: TaskRow, columns: readonly number[], view: TaskView): unknown[] {
  const fields = fieldsOf(row);
  return columns.map((number) => taskColumns[number]?.[1](row, fields, view) ?? null);
}

/** The object form; what is unset is left out. */
export function taskObject(row: TaskRow, view: TaskView): Record<string, unknown> {
  const fields = fieldsOf(row);
  const object: Record<string, unknown> = {};
  for (const [name, value] of Object.values(taskColumns)) {
    const shown = value(row, fields, view);
    if (shown !== undefined && shown !== null) object[name] = shown;
  }
  return object;
}
