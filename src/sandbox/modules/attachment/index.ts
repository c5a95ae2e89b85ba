import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { type AttachmentRow, contentOf, insertAttachment } from '../../items/attachments.ts';
import { columnNumbers } from '../../mail/select.ts';
import { shiftOf } from '../../time.ts';
import { write } from '../../write.ts';
import { type Target, targetOf } from './target.ts';

/** com.openexchange.attachment MAX_UPLOAD_SIZE. */
const uploadBytes = 10_485_760;

type Column = readonly [name: string, value: (row: AttachmentRow, target: Target, request: ActionRequest) => unknown];

/** ox-columns.json, `attachment`. */
const columns: Readonly<Record<number, Column>> = {
  1: ['id', (row) => row.id],
  2: ['created_by', (row) => row.created_by],
  4: ['creation_date', (row, _target, request) => shiftOf(request)(row.created)],
  800: ['folder', (_row, target) => target.folder],
  801: ['attached', (_row, target) => target.id],
  802: ['module', (_row, target) => target.module],
  803: ['filename', (row) => row.name],
  804: ['file_size', (row) => row.size],
  805: ['file_mimetype', (row) => row.type],
  806: ['rtf_flag', (row) => row.rtf === 1],
};

function targetIn(core: Core, request: ActionRequest): Target {
  const { parameters } = request;
  return targetOf(core, request, {
    module: parameters.requiredInteger('module'),
    folder: parameters.required('folder'),
    attached: parameters.required('attached'),
  });
}

/** ATT-0405: there is none of that id. */
function attachmentIn(target: Target, id: unknown): AttachmentRow {
  const row = target.attachments.find((one) => one.id === Number(id));
  if (!row) throw new OxError('ATT-0405', String(id));
  return row;
}

const newest = (rows: readonly AttachmentRow[], core: Core): number =>
  rows.reduce((stamp, { created }) => Math.max(stamp, created), 0) || core.stamps.now();

const all: Action = (core, request) => {
  const target = targetIn(core, request);
  const wanted = columnNumbers(request);
  const data = target.attachments.map((row) =>
    wanted.map((number) => columns[number]?.[1](row, target, request) ?? null),
  );
  return { data, timestamp: newest(target.attachments, core) };
};

const get: Action = (core, request) => {
  const target = targetIn(core, request);
  const row = attachmentIn(target, request.parameters.required('id'));
  const members = Object.values(columns).map(([name, value]) => [name, value(row, target, request)]);
  return { data: Object.fromEntries(members), timestamp: row.created };
};

/** The bytes. */
const document: Action = (core, request) => {
  const row = attachmentIn(targetIn(core, request), request.parameters.required('id'));
  return { file: contentOf(core, row.id), contentType: row.type, fileName: row.name };
};

/** POST with `json_0`, `json_1` … and `file_0`, `file_1` …; answers the ids. ATT-0401 without a file, ATT-0001 too large. */
const attach: Action = (core, request) => {
  const parts = request.body.parts();
  const jsons = parts.filter(({ name }) => /^json_\d+$/.test(name));
  if (jsons.length === 0) throw new OxError('SVL-0002', 'json_0');
  return write(core, () => {
    let timestamp = 0;
    const data = jsons.map((part) => {
      const json = asObject(JSON.parse(part.content.toString('utf8')));
      const file = parts.find(({ name }) => name === part.name.replace('json', 'file'));
      if (!file) throw new OxError('ATT-0401', part.name);
      if (file.content.length > uploadBytes) throw new OxError('ATT-0001', `${file.content.length} bytes`);
      const target = targetOf(core, request, {
        module: Number(json.module),
        folder: String(json.folder),
        attached: json.attached,
      });
      target.demandWrite();
      const row = insertAttachment(core, {
        module: target.module,
        attached: target.id,
        name: String(json.filename ?? file.fileName ?? 'file'),
        type: String(json.file_mimetype ?? file.contentType),
        rtf: json.rtf_flag === true || json.rft_flag === true,
        content: file.content,
        by: request.person.id,
      });
      timestamp = target.touch([...target.attachments, row]);
      return row.id;
    });
    return { data, timestamp };
  });
};

/** The body is the ids. */
const detach: Action = (core, request) => {
  const ids = request.body.array().map(Number);
  return write(core, () => {
    const target = targetIn(core, request);
    target.demandWrite();
    for (const id of ids) attachmentIn(target, id);
    const timestamp = target.touch(target.attachments.filter(({ id }) => !ids.includes(id)));
    for (const id of ids) core.db.run('DELETE FROM attachment WHERE id = ?', id);
    return { data: '', timestamp };
  });
};

/** Module `attachment` for contacts, tasks and appointments (reference 10). */
export const attachment: Readonly<Record<string, Action>> = { all, attach, detach, document, get };
