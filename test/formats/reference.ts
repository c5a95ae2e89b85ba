import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { layoutFree, type ReadAttachment, type Reading } from './reading.ts';

type Mailbox = { readonly address?: string; readonly group?: readonly Mailbox[] };

const addresses = (list: readonly Mailbox[] | undefined): string =>
  (list ?? [])
    .flatMap((one) => one.group ?? [one])
    .map(({ address }) => (address ?? '').toLowerCase())
    .filter((address) => address !== '')
    .join(',');

const first = (list: string): string => list.split(',')[0]!;

const attachment = (name: string | null | undefined, type: string, content: Uint8Array): ReadAttachment => ({
  name: name || undefined,
  type,
  content: Buffer.from(content),
});

/** What postal-mime reads. */
export async function byPostalMime(raw: Buffer): Promise<Reading> {
  const mail = await PostalMime.parse(raw, {
    forceRfc822Attachments: true,
    maxHeadersSize: 1e8,
    maxNestingDepth: 1000,
  });
  return {
    subject: layoutFree(mail.subject),
    from: first(addresses(mail.from ? [mail.from] : [])),
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    bcc: addresses(mail.bcc),
    date: mail.date ? String(Date.parse(mail.date)) : '',
    messageId: layoutFree(mail.messageId),
    text: layoutFree(mail.text),
    html: layoutFree(mail.html),
    attachments: mail.attachments.map((one) =>
      attachment(one.filename, one.mimeType, new Uint8Array(one.content as ArrayBuffer)),
    ),
  };
}

/** What mailparser reads; a date that it cannot read is now, and is left out. */
export async function byMailparser(raw: Buffer): Promise<Reading> {
  const options = { skipTextToHtml: true, skipImageLinks: true, skipHtmlToText: true, keepCidLinks: true };
  // biome-ignore lint/suspicious/noExplicitAny: the package has no types
  const mail: any = await simpleParser(raw, options);
  const lists = (value: unknown): string =>
    [value]
      .flat()
      .filter(Boolean)
      .map((list) => addresses((list as { value: Mailbox[] }).value))
      .join(',');
  return {
    subject: layoutFree(mail.subject),
    from: first(lists(mail.from)),
    to: lists(mail.to),
    cc: lists(mail.cc),
    bcc: lists(mail.bcc),
    date: mail.date && Math.abs(+mail.date - Date.now()) > 3_600_000 ? String(+mail.date) : '',
    messageId: layoutFree(mail.messageId),
    text: layoutFree(mail.text),
    html: layoutFree(mail.html || ''),
    attachments: mail.attachments.map((one: { filename?: string; contentType: string; content: Uint8Array }) =>
      attachment(one.filename, one.contentType, one.content),
    ),
  };
}
