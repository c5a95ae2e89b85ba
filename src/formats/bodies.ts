import { getBinary, getNumber, getProperty, getString, PidTag, type ReadonlyPropertyBag } from '../mapi/index.ts';
import { charsetOf } from './charset.ts';
import { htmlToText } from './html-text.ts';
import { nativeBody } from './mime/bodies-to-mapi.ts';
import { rtfBody } from './rtf/body.ts';
import { htmlTextOf } from './written-bodies.ts';

/** Which body the others are made from (MS-OXBBODY 2.1.2.1), a value of PidTagNativeBody; 0 when there is none. */
export function nativeBodyOf(bag: ReadonlyPropertyBag): number {
  const stored = getNumber(bag, PidTag.NativeBody);
  if (stored) return stored;
  if (getProperty(bag, PidTag.Html) !== undefined) return nativeBody.html;
  if (getProperty(bag, PidTag.RtfCompressed) !== undefined) return nativeBody.rtf;
  return getProperty(bag, PidTag.Body) === undefined ? 0 : nativeBody.plain;
}

/** PidTagHtml as text, decoded by PidTagInternetCodepage; undefined when absent or too large to be held. */
export function htmlText(bag: ReadonlyPropertyBag): string | undefined {
  const html = getBinary(bag, PidTag.Html);
  return html && htmlTextOf(html, charsetOf(getNumber(bag, PidTag.InternetCodepage)));
}

/** The message as plain text, whichever body it has; undefined when it has none that can be held. */
export function plainText(bag: ReadonlyPropertyBag): string | undefined {
  const body = getString(bag, PidTag.Body);
  if (body !== undefined) return body;
  const html = htmlText(bag);
  if (html !== undefined) return htmlToText(html);
  const rtf = getBinary(bag, PidTag.RtfCompressed);
  const converted = rtf && rtfBody(rtf);
  return converted?.text ?? (converted?.html === undefined ? undefined : htmlToText(converted.html));
}

/** Characters of a preview: what Outlook's list has room for. */
const previewLength = 255;

/** The beginning of the text on one line, for lists. */
export const previewText = (text: string): string =>
  text
    .slice(0, previewLength * 8)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, previewLength);
