import MailComposer from 'nodemailer/lib/mail-composer';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import type { FormPart } from '../http/multipart.ts';

/** Builds the MIME of `mail?action=new` from its json_0 and files (reference 4.3). SVL-0010 for members of other shape. */
export async function composeMail(json: Record<string, unknown>, files: readonly FormPart[]): Promise<Buffer> {
  const bodies = (Array.isArray(json.attachments) ? json.attachments : []).map(asObject);
  const html = bodies.find((body) => /html/i.test(String(body.content_type ?? 'text/html')));
  const plain = bodies.find((body) => /plain/i.test(String(body.content_type ?? '')));
  const composer = new MailComposer({
    from: addresses(json.from, 'from'),
    to: addresses(json.to, 'to'),
    cc: addresses(json.cc, 'cc'),
    bcc: addresses(json.bcc, 'bcc'),
    replyTo: addresses(json.reply_to, 'reply_to'),
    subject: String(json.subject ?? ''),
    ...(html ? { html: String(html.content ?? '') } : {}),
    ...(plain ? { text: String(plain.content ?? '') } : {}),
    headers: {
      ...headersOf(json.headers),
      ...(json.priority === undefined ? {} : { 'X-Priority': String(json.priority) }),
      ...(json.disp_notification_to ? { 'Disposition-Notification-To': String(json.disp_notification_to) } : {}),
    },
    attachments: files.map((file) => ({
      filename: file.fileName ?? 'file',
      content: file.content,
      contentType: file.contentType,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const message = composer.compile();
  message.keepBcc = true;
  return message.build();
}

type Address = { name: string; address: string };

function addresses(value: unknown, field: string): Address[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value === '' ? [] : [{ name: '', address: value }];
  if (!Array.isArray(value)) throw new OxError('SVL-0010', field);
  return value.map((entry) => {
    const [name, address] = Array.isArray(entry) ? entry : [null, entry];
    if (typeof address !== 'string') throw new OxError('SVL-0010', field);
    return { name: typeof name === 'string' ? name : '', address };
  });
}

function headersOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  return Object.fromEntries(
    Object.entries(asObject(value))
      .filter(([name]) => /^[A-Za-z0-9-]{1,80}$/.test(name))
      .map(([name, text]) => [name, String(text).replace(/[\r\n]+/g, ' ')]),
  );
}
