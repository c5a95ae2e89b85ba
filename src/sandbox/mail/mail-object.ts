import {
  contentOf,
  decodeText,
  firstValue,
  isAttachment,
  leaves,
  type MimePart,
  parseHeader,
  parseMail,
  textOf,
} from '../mime/index.ts';
import { envelopeOf, type MailRow, type MailView, mailColumns } from './columns.ts';

/** Headers that have a field of their own in the object. */
const standardHeaders = new Set(
  'from to cc bcc subject date message-id content-type content-transfer-encoding content-disposition mime-version'.split(
    ' ',
  ),
);

export interface ObjectOptions {
  /** raw, text, textNoHtmlAttach, html, noimg or document. */
  readonly view: string;
  /** Cuts text parts to this many characters. */
  readonly maxSize: number | undefined;
  readonly source: boolean;
  readonly unread: number;
}

/** The detailed mail data of `mail?action=get`. */
export function mailObject(row: MailRow, view: MailView, raw: Buffer, options: ObjectOptions): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const { name, value } of Object.values(mailColumns)) data[name] = value(row, view);
  delete data.flag_seen;
  const root = parseMail(raw);
  const parts = attachmentsOf(root, options);
  data.user = [
    ...(row.color > 0 ? [`$cl_${row.color}`] : []),
    ...((JSON.parse(row.keywords ?? '[]') as string[]) ?? []),
  ];
  data.unread = options.unread;
  data.content_type = envelopeOf(row).contentType;
  data.headers = otherHeaders(row);
  data.attachments = parts.list;
  if (parts.truncated) data.truncated = true;
  if (options.source) data.source = raw.toString('utf8');
  for (const key of ['disp_notification_to', 'msg_ref']) if (data[key] === null) delete data[key];
  return data;
}

function otherHeaders(row: MailRow): Record<string, string | string[]> {
  const fields = parseHeader(Buffer.from(row.header));
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of fields) {
    if (standardHeaders.has(name.toLowerCase())) continue;
    const text = decodeText(value);
    const present = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = present === undefined ? text : [...(Array.isArray(present) ? present : [present]), text];
  }
  const messageId = firstValue(fields, 'message-id');
  if (messageId !== undefined) headers['Message-ID'] = messageId;
  return headers;
}

/** First the text, then its alternative, then the files. */
function attachmentsOf(
  root: MimePart,
  options: ObjectOptions,
): { list: Record<string, unknown>[]; truncated: boolean } {
  const parts = leaves(root);
  const texts = parts.filter((part) => !isAttachment(part) && /^text\/(plain|html)$/.test(part.contentType));
  const wantsHtml = options.view === 'html' || options.view === 'noimg' || options.view === 'document';
  const wantsText = options.view.startsWith('text');
  const html = texts.find((part) => part.contentType === 'text/html');
  const plain = texts.find((part) => part.contentType === 'text/plain');
  const shown = wantsHtml ? [html ?? plain] : wantsText ? [plain ?? html] : texts;
  let truncated = false;
  const list: Record<string, unknown>[] = shown
    .filter((part) => part !== undefined)
    .map((part, index) => {
      const text = textOf(part);
      const cut = options.maxSize !== undefined && text.length > options.maxSize;
      truncated ||= cut;
      return {
        id: part.id,
        content_type: part.contentType,
        content: cut ? text.slice(0, options.maxSize) : text,
        size: part.body.length,
        disp: index === 0 ? 'inline' : 'alternative',
      };
    });
  for (const part of parts.filter((one) => !texts.includes(one)))
    list.push({
      id: part.id,
      content_type: part.contentType,
      filename: part.fileName ?? null,
      size: contentOf(part).length,
      disp: isAttachment(part) ? 'attachment' : 'inline',
      ...(part.contentId === undefined ? {} : { cid: `<${part.contentId}>` }),
      content: null,
    });
  return { list, truncated };
}
