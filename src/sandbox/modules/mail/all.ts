import type { Action } from '../../http/action.ts';
import { type MailRow, sortExpressions } from '../../mail/columns.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';
import { joinContent, selectionOf, viewOf } from '../../mail/select.ts';
import { isDescending, pageOf } from '../../paging.ts';

/** Mails of a folder. Newest first by arrival (`sort=610&order=desc`) reads only the asked-for rows of an index. */
export const all: Action = (core, request) => {
  const { parameters } = request;
  const view = openMailFolder(core, request.person, parameters.required('folder'));
  demandRight(view, 'r');
  const selection = selectionOf(request);
  const sort = parameters.integer('sort');
  const expression = sort === undefined ? undefined : sortExpressions[sort];
  const conditions = ['m.folder = ?'];
  if (parameters.flag('unseen')) conditions.push('m.flags & 32 = 0');
  if (parameters.text('deleted') === 'false') conditions.push('m.flags & 2 = 0');

  let descending = isDescending(parameters);
  let { offset, count } = pageOf(parameters);
  // Far pages are read from the other end, so that no page costs more than half the folder.
  const whole = conditions.length === 1 && expression === undefined ? view.folder.total : undefined;
  const fromEnd = whole !== undefined && offset > whole / 2;
  if (fromEnd) {
    const end = Math.min(whole, offset + count);
    count = Math.max(0, end - offset);
    offset = whole - end;
    descending = !descending;
  }
  const direction = descending ? 'DESC' : 'ASC';
  const order = `${expression === undefined ? '' : `${expression} ${direction}, `}m.received ${direction}, m.uid ${direction}`;
  const join = selection.joined || expression?.includes('c.') ? joinContent : '';
  const rows = core.db.all<MailRow>(
    `SELECT ${selection.sql} FROM mail m ${join} WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ? OFFSET ?`,
    view.folder.id,
    count,
    offset,
  );
  if (fromEnd) rows.reverse();
  const shown = viewOf(request, view.id);
  return { data: rows.map((row) => selection.toArray(row, shown)), timestamp: core.stamps.now() };
};
