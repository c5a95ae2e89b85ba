import type { Core } from '../../core.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { tombstonesSince } from '../../items/tombstones.ts';
import { isDescending, pageOf } from '../../paging.ts';
import { type ContactRow, contactColumns, contactColumnsSql, parseFields } from '../../people/contact.ts';
import { newestStamp } from '../../stamps.ts';
import { shiftOf } from '../../time.ts';
import { arrays, contactIdOf, findContact, object, readableBook, rowsOf, sees } from './shared.ts';

/** Sorts by a column when asked; names otherwise. */
export function sorted(core: Core, request: ActionRequest, rows: ContactRow[]): ContactRow[] {
  const column = contactColumns[request.parameters.integer('sort') ?? 607];
  if (column && column[0] !== 'sort_name') {
    const shift = shiftOf(request);
    const keys = new Map(rows.map((row) => [row, column[1](row, parseFields(row), core, shift)]));
    rows.sort((one, other) => compare(keys.get(one), keys.get(other)));
  }
  return isDescending(request.parameters) ? rows.reverse() : rows;
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one ?? '').localeCompare(String(other ?? ''), 'de');
}

export const all: Action = (core, request) => {
  const rows = rowsOf(core, request, readableBook(core, request, request.parameters.required('folder')));
  const { offset, count } = pageOf(request.parameters);
  const page = sorted(core, request, rows).slice(offset, offset + count);
  return { data: arrays(core, request, page), timestamp: newestStamp(rows, 0) || core.stamps.now() };
};

export const list: Action = (core, request) => {
  const rows = request.body.array().map((value) => {
    const { folder, folder_id, id } = asObject(value);
    return findContact(core, request, String(folder ?? folder_id ?? ''), id).row;
  });
  return { data: arrays(core, request, rows), timestamp: newestStamp(rows, 0) || core.stamps.now() };
};

export const get: Action = (core, request) => {
  const { parameters } = request;
  const { row } = findContact(core, request, parameters.required('folder'), parameters.required('id'));
  return { data: object(core, request, row), timestamp: row.modified };
};

/** Strictly after the stamp; deleted ids bare at the end; an empty delta answers 0 (reference 1.8). */
export const updates: Action = (core, request) => {
  const book = readableBook(core, request, request.parameters.required('folder'));
  const since = request.parameters.requiredInteger('timestamp');
  const changed = core.db
    .all<ContactRow>(
      `SELECT ${contactColumnsSql} FROM contact WHERE folder = ? AND modified > ? ORDER BY modified, id`,
      book.id,
      since,
    )
    .filter((row) => sees(request, book, row));
  const gone = request.parameters.text('ignore') === 'deleted' ? [] : tombstonesSince(core, 'contacts', book.id, since);
  return {
    data: [...arrays(core, request, changed), ...gone.map(({ id }) => contactIdOf(request, id))],
    timestamp: Math.max(newestStamp(changed, 0), ...gone.map(({ stamp }) => stamp)),
  };
};
