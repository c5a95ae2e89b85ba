import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { ActionRequest } from '../http/action.ts';
import { decodeText, firstValue, parseHeader } from '../mime/index.ts';
import { shiftOf } from '../time.ts';
import { type MailRow, type MailView, mailColumns } from './columns.ts';
import type { MailFolderView } from './folder.ts';

/** Turns rows into the arrays that `columns` and `headers` ask for. */
export interface Selection {
  /** Columns for SELECT, with `m` for mail and `c` for content. */
  readonly sql: string;
  /** Whether the content has to be joined. */
  readonly joined: boolean;
  toArray(row: MailRow, view: MailView): unknown[];
}

/** Missing columns: SVL-0002; what is no number: SVL-0004. Unknown numbers answer null. */
export function selectionOf(request: ActionRequest): Selection {
  const numbers = columnNumbers(request);
  const headers = request.parameters.list('headers');
  const fields = numbers.map((number) => mailColumns[number]);
  const contents = new Set(fields.flatMap((field) => (field?.content ? [`c.${field.content}`] : [])));
  if (headers.length > 0) contents.add('c.header');
  return {
    sql: ['m.uid, m.flags, m.color, m.received, m.keywords, m.reference, m.content', ...contents].join(', '),
    joined: contents.size > 0,
    toArray(row, view) {
      const values: unknown[] = fields.map((field) => field?.value(row, view) ?? null);
      if (headers.length > 0) {
        const parsed = parseHeader(Buffer.from(row.header));
        for (const name of headers) {
          const value = firstValue(parsed, name);
          values.push(value === undefined ? null : decodeText(value));
        }
      }
      return values;
    },
  };
}

/** The parameter `columns`. */
export function columnNumbers(request: ActionRequest): number[] {
  const list = request.parameters.list('columns');
  if (list.length === 0) throw new OxError('SVL-0002', 'columns');
  return list.map((entry) => {
    if (!/^\d{1,6}$/.test(entry)) throw new OxError('SVL-0004', `columns=${entry}`);
    return Number(entry);
  });
}

/** How the asking person sees the mails of a folder. */
export function viewOf(request: ActionRequest, folderId: string): MailView {
  return {
    folderId,
    accountName: request.person.address,
    shift: shiftOf(request),
  };
}

export const joinContent = 'JOIN content c ON c.id = m.content';

/** Everything of a mail and its content but the raw bytes. */
export const selectFullRows = `SELECT m.uid, m.flags, m.color, m.received, m.keywords, m.reference, m.content, c.subject,
  c.sent, c.size, c.attachment, c.priority, c.envelope, c.message_id, c.header FROM mail m ${joinContent}`;

/** One row of {@link selectFullRows}. */
export function fullRow(core: Core, folder: MailFolderView, uid: number): MailRow | undefined {
  return core.db.get<MailRow>(`${selectFullRows} WHERE m.folder = ? AND m.uid = ?`, folder.folder.id, uid);
}
