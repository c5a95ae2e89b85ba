import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { envelopeOf, type MailRow } from '../../mail/columns.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';
import { selectFullRows, selectionOf, viewOf } from '../../mail/select.ts';
import { readRaw } from '../../mail/store.ts';
import { firstValue, leaves, parseHeader, parseMail, textOf } from '../../mime/index.ts';
import { isDescending, pageOf } from '../../paging.ts';
import { compileFilter, type Test, textTest } from '../../search-term.ts';

/** By `{"filter":[…]}` (reference 1.13) or the older list of `{"col":"607","pattern":"…"}`, which all must fit. */
export const search: Action = (core, request) => {
  const view = openMailFolder(core, request.person, request.parameters.required('folder'));
  demandRight(view, 'r');
  const selection = selectionOf(request);
  const body = request.body.json();
  const test = testOf(core, body);
  const messageId = wantedMessageId(body);
  const { offset, count } = pageOf(request.parameters);
  const descending = isDescending(request.parameters) ? 'DESC' : 'ASC';
  const rows = core.db.all<MailRow>(
    `${selectFullRows} WHERE m.folder = ?${messageId === undefined ? '' : ' AND c.message_id = ?'}
     ORDER BY m.received ${descending}, m.uid ${descending}`,
    view.folder.id,
    ...(messageId === undefined ? [] : [messageId]),
  );
  const shown = viewOf(request, view.id);
  const data = rows.filter(test).slice(offset, offset + count);
  return { data: data.map((row) => selection.toArray(row, shown)), timestamp: core.stamps.now() };
};

function testOf(core: Core, body: unknown): Test<MailRow> {
  if (Array.isArray(body)) {
    const tests = body.map((entry) => {
      const { col, pattern } = asObject(entry);
      const name = columnFields[String(col)] ?? 'content';
      const fits = textTest(`*${String(pattern ?? '')}*`);
      return (row: MailRow) => fieldValues(core, row, name).some((value) => fits(String(value)));
    });
    return (row) => tests.every((test) => test(row));
  }
  const filter = asObject(body).filter;
  if (filter === undefined) throw new OxError('SVL-0028', 'filter');
  return compileFilter(filter, (row, operand) =>
    operand.header === undefined
      ? fieldValues(core, row, operand.field ?? '')
      : [firstValue(parseHeader(Buffer.from(row.header)), operand.header) ?? null],
  );
}

const columnFields: Readonly<Record<string, string>> = {
  603: 'from',
  604: 'to',
  605: 'cc',
  606: 'bcc',
  607: 'subject',
};

function fieldValues(core: Core, row: MailRow, field: string): unknown[] {
  switch (field) {
    case 'from':
    case 'to':
    case 'cc':
    case 'bcc':
      return envelopeOf(row)[field].map(([name, address]) => `${name ?? ''} <${address}>`);
    case 'subject':
      return [row.subject];
    case 'size':
      return [row.size];
    case 'flags':
      return [row.flags];
    case 'color_label':
      return [row.color];
    case 'received_date':
      return [row.received];
    case 'sent_date':
      return [row.sent ?? row.received];
    case 'id':
      return [String(row.uid)];
    case 'attachment':
      return [row.attachment === 1];
    case 'content':
    case 'text':
      return leaves(parseMail(readRaw(core, row)))
        .filter((part) => part.contentType.startsWith('text/'))
        .map(textOf);
    default:
      throw new OxError('SVL-0010', `search field ${field}`);
  }
}

/** A search for one Message-ID is answered by an index. */
function wantedMessageId(body: unknown): string | undefined {
  const filter = Array.isArray(body) ? undefined : asObject(body).filter;
  if (!Array.isArray(filter) || filter[0] !== '=' || typeof filter[2] !== 'string') return undefined;
  const operand = filter[1] as { header?: unknown } | null;
  const isMessageId = typeof operand?.header === 'string' && operand.header.toLowerCase() === 'message-id';
  return isMessageId && !/[*?]/.test(filter[2]) ? filter[2] : undefined;
}
