import type { Core } from '../../core.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { pageOf } from '../../paging.ts';
import { type ContactRow, contactColumns, parseFields } from '../../people/contact.ts';
import { compileFilter, patternTest } from '../../search-term.ts';
import { newestStamp } from '../../stamps.ts';
import { sorted } from './read.ts';
import { arrays, isAddressBooks, readableBook, rowsOf } from './shared.ts';

/** By `{"filter":[…],"folders":[…]}`, or the older form with `pattern` and `folder`. Without a filter: all. */
export const search: Action = (core, request) => {
  const body = request.body.object();
  const wanted = body.folders ?? body.folder ?? request.parameters.text('folder');
  const ids = wanted === undefined ? ['6'] : Array.isArray(wanted) ? wanted : [wanted];
  const test = testOf(core, body);
  return found(
    core,
    request,
    ids
      .flatMap((id) => rowsOf(core, request, readableBook(core, request, String(id))))
      .filter(test)
      .sort((one, other) => (one.sort_name < other.sort_name ? -1 : 1)),
  );
};

/** `query` at the beginning of a name or address; with `email=true` only contacts that can be written to. */
export const autocomplete: Action = (core, request) => {
  const fits = patternTest(`${request.parameters.required('query')}*`);
  const folder = request.parameters.text('folder') ?? (isAddressBooks(request) ? 'con://0/6' : '6');
  const rows = rowsOf(core, request, readableBook(core, request, folder)).filter((row) => {
    const fields = parseFields(row);
    const canWrite = fields.email1 ?? fields.email2 ?? fields.email3 ?? fields.distribution_list;
    if (request.parameters.text('email') !== 'false' && canWrite === undefined) return false;
    return ['display_name', 'first_name', 'last_name', 'email1', 'email2', 'email3'].some(
      (name) => fields[name] !== undefined && fits(String(fields[name])),
    );
  });
  return found(core, request, rows);
};

function found(core: Core, request: ActionRequest, rows: ContactRow[]) {
  const { offset, count } = pageOf(request.parameters);
  return {
    data: arrays(core, request, sorted(core, request, rows).slice(offset, offset + count)),
    timestamp: newestStamp(rows, 0) || core.stamps.now(),
  };
}

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

const fieldValue = new Map(Object.values(contactColumns));
const unshifted = (ms: number) => ms;

function testOf(core: Core, body: Record<string, unknown>): (row: ContactRow) => boolean {
  if (body.filter !== undefined && body.filter !== null)
    return compileFilter(body.filter, (row, { field = '' }) => [
      fieldValue.get(field)?.(row, parseFields(row), core, unshifted) ?? null,
    ]);
  if (body.pattern === undefined) return () => true;
  const fits = patternTest(String(body.pattern));
  return (row) => {
    const fields = parseFields(row);
    return patternFields.some((name) => fields[name] !== undefined && fits(String(fields[name])));
  };
}
