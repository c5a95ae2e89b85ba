import {
  getBinary,
  getNumber,
  getProperty,
  isLargeValue,
  type LargeValue,
  PidTag,
  type ReadonlyPropertyBag,
} from '../mapi/index.ts';
import { charsetOf, decodeText, guessText, isMailCodePage } from './charset.ts';
import { htmlToText, toCrLf } from './html-text.ts';
import { type Bytes, bytesValue, chunksOf, replayed } from './large-value.ts';
import { rtfBody } from './rtf/body.ts';

/** A body as it goes into a text part. */
export interface WrittenBody {
  readonly charset: string;
  readonly source: LargeValue;
}

/**
 * The bodies to write: HTML where there is any, from PidTagHtml or out of the RTF, and always text, made from the HTML
 * when it is not there and not too large (MS-OXCMAIL 2.1.3.3).
 */
export async function writtenBodies(bag: ReadonlyPropertyBag): Promise<{ plain?: WrittenBody; html?: WrittenBody }> {
  const body = getProperty(bag, PidTag.Body);
  const plain = isLargeValue(body)
    ? await fromUtf16(body)
    : typeof body === 'string'
      ? ofText(toCrLf(body))
      : undefined;
  const html = getProperty(bag, PidTag.Html);
  if (isLargeValue(html)) return { plain, html: { charset: htmlCharset(bag) ?? 'utf-8', source: html } };
  if (html instanceof Uint8Array && html.length > 0) {
    const charset = htmlCharset(bag);
    const text = htmlTextOf(html, charset);
    const written = charset ? { charset, source: bytesValue(html) } : ofText(text);
    return { plain: plain ?? ofText(htmlToText(text)), html: written };
  }
  const rtf = getBinary(bag, PidTag.RtfCompressed);
  const converted = rtf && rtfBody(rtf);
  if (converted?.html !== undefined) {
    return { plain: plain ?? ofText(htmlToText(converted.html)), html: ofText(converted.html) };
  }
  return { plain: plain ?? (converted?.text === undefined ? undefined : ofText(toCrLf(converted.text))) };
}

/** Name of the charset that PidTagHtml is in and mail may use; undefined when it has to be converted. */
function htmlCharset(bag: ReadonlyPropertyBag): string | undefined {
  const codePage = getNumber(bag, PidTag.InternetCodepage);
  return codePage !== undefined && isMailCodePage(codePage) ? charsetOf(codePage) : undefined;
}

/** Text of PidTagHtml given its charset's name. */
export const htmlTextOf = (html: Uint8Array, charset: string | undefined): string =>
  charset ? decodeText(html, charset) : guessText(html);

function ofText(text: string): WrittenBody {
  const ascii = /^[\0-\x7f]*$/.test(text);
  return { charset: ascii ? 'us-ascii' : 'utf-8', source: bytesValue(Buffer.from(text, 'utf8')) };
}

/** A large PidTagBody, UTF-16 as all large strings are, as UTF-8. */
async function fromUtf16(body: LargeValue): Promise<WrittenBody> {
  return { charset: 'utf-8', source: await replayed(() => utf8Of(chunksOf(body))) };
}

async function* utf8Of(utf16: Bytes): Bytes {
  const decoder = new TextDecoder('utf-16le');
  for await (const chunk of utf16) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8');
  const rest = decoder.decode();
  if (rest) yield Buffer.from(rest, 'utf8');
}
