import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { readerBits, unpackBits } from '../../folders/bits.ts';
import { visibleFolder } from '../../folders/groupware.ts';
import { isSystemFolder, systemFolder } from '../../folders/system.ts';
import { numberOf } from '../../folders/tree.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { isDescending, pageOf } from '../../paging.ts';
import { contactColumnNumbers } from '../../people/columns.ts';
import {
  type ContactRow,
  contactArray,
  contactColumns,
  contactColumnsSql,
  contactObject,
  parseFields,
} from '../../people/contact.ts';
import { compileFilter, patternTest } from '../../search-term.ts';
import { newestStamp } from '../../stamps.ts';
import { shiftOf } from '../../time.ts';

/** An address book that the person may read. CON-0104 without the right. */
function readableBook(core: Core, request: ActionRequest, id: string): number {
  const number = numberOf(id);
  const bits =
    number === systemFolder.globalAddressBook
      ? readerBits
      : isSystemFolder(number)
        ? 1
        : visibleFolder(core, request.person, number).bits;
  if (unpackBits(bits).read === 0 && !isSystemFolder(number)) throw new OxError('CON-0104', id);
  return number;
}

function arrays(core: Core, request: ActionRequest, rows: readonly ContactRow[]): unknown[] {
  const columns = contactColumnNumbers(request);
  const shift = shiftOf(request);
  return rows.map((row) => contactArray(core, row, columns, shift));
}

function rowsOf(core: Core, book: number): ContactRow[] {
  return core.db.all<ContactRow>(
    `SELECT ${contactColumnsSql} FROM contact WHERE folder = ? AND deleted = 0 ORDER BY sort_name, id`,
    book,
  );
}

/** Sorts by a column when asked; names otherwise. */
function sorted(core: Core, request: ActionRequest, rows: ContactRow[]): ContactRow[] {
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

const all: Action = (core, request) => {
  const rows = rowsOf(core, readableBook(core, request, request.parameters.required('folder')));
  const { offset, count } = pageOf(request.parameters);
  const page = sorted(core, request, rows).slice(offset, offset + count);
  return { data: arrays(core, request, page), timestamp: newestStamp(rows, 0) || core.stamps.now() };
};

const list: Action = (core, request) => {
  const rows = request.body.array().map((value) => {
    const { folder, folder_id, id } = asObject(value);
    return findContact(core, request, String(folder ?? folder_id ?? ''), id);
  });
  return { data: arrays(core, request, rows), timestamp: newestStamp(rows, 0) || core.stamps.now() };
};

/** CON-0125: there is none; CON-0174: it is in another folder. */
function findContact(core: Core, request: ActionRequest, folder: string, id: unknown): ContactRow {
  const book = readableBook(core, request, folder);
  const number = Number(id);
  const row = Number.isSafeInteger(number)
    ? core.db.get<ContactRow>(`SELECT ${contactColumnsSql} FROM contact WHERE id = ? AND deleted = 0`, number)
    : undefined;
  if (!row) throw new OxError('CON-0125', String(id));
  if (row.folder !== book) throw new OxError('CON-0174', String(id));
  return row;
}

const get: Action = (core, request) => {
  const { parameters } = request;
  const row = findContact(core, request, parameters.required('folder'), parameters.required('id'));
  return { data: contactObject(core, row, shiftOf(request)), timestamp: row.modified };
};

/** Strictly after the stamp; deleted ids as bare numbers at the end; an empty delta answers 0 (reference 1.8). */
const updates: Action = (core, request) => {
  const book = readableBook(core, request, request.parameters.required('folder'));
  const since = request.parameters.requiredInteger('timestamp');
  const rows = core.db.all<ContactRow>(
    `SELECT ${contactColumnsSql} FROM contact WHERE folder = ? AND modified > ? ORDER BY modified, id`,
    book,
    since,
  );
  const shown = request.parameters.text('ignore') === 'deleted' ? rows.filter((row) => !row.deleted) : rows;
  const changed = arrays(
    core,
    request,
    shown.filter((row) => !row.deleted),
  );
  const deleted = shown.filter((row) => row.deleted).map((row) => row.id);
  return { data: [...changed, ...deleted], timestamp: newestStamp(shown, 0) };
};

/** By `{"filter":[…]}`, or the older form with `pattern` and `folder`. */
const search: Action = (core, request) => {
  const body = request.body.object();
  const wanted = body.folders ?? body.folder ?? request.parameters.text('folder') ?? '6';
  const books = (Array.isArray(wanted) ? wanted : [wanted]).map((id) => readableBook(core, request, String(id)));
  const rows = books.flatMap((book) => rowsOf(core, book)).filter(testOf(body));
  const { offset, count } = pageOf(request.parameters);
  return {
    data: arrays(core, request, sorted(core, request, rows).slice(offset, offset + count)),
    timestamp: newestStamp(rows, 0) || core.stamps.now(),
  };
};

const patternFields = [
  'display_name',
  'first_name',
  'last_name',
  'email1',
  'email2',
  'email3',
  'company',
  'department',
];

function testOf(body: Record<string, unknown>): (row: ContactRow) => boolean {
  if (body.filter !== undefined)
    return compileFilter(body.filter, (row, { field = '' }) => [
      field === 'user_id' ? row.person : field === 'id' ? row.id : (parseFields(row)[field] ?? null),
    ]);
  if (body.pattern === undefined) return () => true;
  const fits = patternTest(String(body.pattern));
  return (row) => {
    const fields = parseFields(row);
    return patternFields.some((name) => fields[name] !== undefined && fits(String(fields[name])));
  };
}

const refuseNew: Action = () => {
  throw new OxError('CON-0112');
};

const refuseDelete: Action = () => {
  throw new OxError('CON-0260');
};

/** Module `contacts` (reference 6); the global address book is folder 6, where nobody creates or deletes. */
export const contacts: Readonly<Record<string, Action>> = {
  advancedSearch: search,
  all,
  delete: refuseDelete,
  get,
  list,
  new: refuseNew,
  search,
  updates,
};
