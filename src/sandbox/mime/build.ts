import { createHash } from 'node:crypto';
import libmime from 'libmime';
import { encode, wrap } from 'nodemailer/lib/qp';
import { mailDate } from '../time.ts';

export interface BuiltFile {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
  /** An inline picture of the HTML text, by this Content-ID. */
  readonly cid?: string;
}

export interface BuiltMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  readonly date: number;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly text: string;
  readonly html?: string;
  /** An iTIP object (RFC 6047): beside the texts as text/calendar, and attached as a file. */
  readonly calendar?: { readonly method: string; readonly text: string; readonly fileName: string };
  readonly files?: readonly BuiltFile[];
  /** A whole mail sent along. */
  readonly embedded?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Builds a mail; the same parts give the same bytes. Addresses as `Name <a@b>`. */
export function buildMail(mail: BuiltMail): Buffer {
  const seed = createHash('md5').update(mail.messageId).digest('hex').slice(0, 16);
  const head = [
    `From: ${encodeAddress(mail.from)}`,
    `To: ${mail.to.map(encodeAddress).join(', ')}`,
    ...(mail.cc?.length ? [`Cc: ${mail.cc.map(encodeAddress).join(', ')}`] : []),
    `Subject: ${libmime.encodeWords(mail.subject, 'Q', 52)}`,
    `Date: ${mailDate(mail.date)}`,
    `Message-ID: ${mail.messageId}`,
    ...(mail.inReplyTo ? [`In-Reply-To: ${mail.inReplyTo}`] : []),
    ...(mail.references?.length ? [`References: ${mail.references.join('\r\n ')}`] : []),
    ...Object.entries(mail.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    'MIME-Version: 1.0',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n`), bodyOf(mail, seed)]);
}

function encodeAddress(address: string): string {
  const match = /^(.*) <(.+)>$/.exec(address);
  if (!match) return address;
  const name = match[1]!;
  if (/[^\x20-\x7e]/.test(name)) return `${libmime.encodeWord(name, 'Q', 52)} <${match[2]}>`;
  return /^[\w .-]+$/.test(name) ? address : `"${name}" <${match[2]}>`;
}

/** Content-Type and what follows. */
function bodyOf(mail: BuiltMail, seed: string): Buffer {
  const inline = (mail.files ?? []).filter((file) => file.cid !== undefined);
  const attached = (mail.files ?? []).filter((file) => file.cid === undefined);
  let body = textPart('plain', mail.text);
  if (mail.html !== undefined) {
    let html = textPart('html', mail.html);
    if (inline.length > 0) html = multipart('related', `=_r${seed}`, [html, ...inline.map(filePart)]);
    const calendar = mail.calendar ? [calendarPart(mail.calendar)] : [];
    body = multipart('alternative', `=_a${seed}`, [body, html, ...calendar]);
  }
  const more = attached.map(filePart);
  if (mail.calendar)
    more.push(
      filePart({ name: mail.calendar.fileName, type: 'application/ics', content: Buffer.from(mail.calendar.text) }),
    );
  if (mail.embedded) more.push(embeddedPart(mail.embedded));
  return more.length > 0 ? multipart('mixed', `=_m${seed}`, [body, ...more]) : body;
}

function textPart(kind: 'plain' | 'html', text: string): Buffer {
  const encoded = wrap(encode(text.replace(/\r?\n/g, '\r\n')));
  return Buffer.from(
    `Content-Type: text/${kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encoded}\r\n`,
  );
}

function calendarPart({ method, text }: NonNullable<BuiltMail['calendar']>): Buffer {
  const lines = Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(
    `Content-Type: text/calendar; method=${method}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n`,
  );
}

function filePart(file: BuiltFile): Buffer {
  const lines = file.content.toString('base64').replace(/.{76}/g, '$&\r\n');
  const name = encodeURIComponent(file.name);
  const place =
    file.cid === undefined
      ? `Content-Disposition: attachment; filename*=utf-8''${name}`
      : `Content-Disposition: inline; filename*=utf-8''${name}\r\nContent-ID: <${file.cid}>`;
  return Buffer.from(`Content-Type: ${file.type}\r\n${place}\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n`);
}

function embeddedPart(raw: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from('Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n'),
    raw,
    Buffer.from('\r\n'),
  ]);
}

function multipart(kind: string, boundary: string, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from(`Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}
