import { PidTag } from '../../mapi/index.ts';
import { htmlText, nativeBodyOf, plainText } from '../bodies.ts';
import { toCrLf } from '../html-text.ts';
import { nativeBody } from '../mime/bodies-to-mapi.ts';
import { rtfBody } from '../rtf/body.ts';
import { compressRtf } from '../rtf/compressed.ts';
import { encapsulateHtml } from '../rtf/encapsulate.ts';
import { plainLines } from './properties.ts';
import type { FieldRule } from './rules.ts';

/** The text of an item. */
export interface Note {
  /** Plain text, LF line ends. */
  text: string;
  /** The same as HTML, where the item holds HTML. */
  html?: string;
}

/**
 * The body of contacts, appointments and tasks. Outlook edits it as RTF, so HTML goes there. A text without HTML that is
 * the one already there changes nothing: a groupware that holds plain text alone takes no formatting away.
 */
export const noteRule: FieldRule<object, Note> = {
  properties: [PidTag.Body, PidTag.RtfCompressed, PidTag.Html],
  read: (from) => {
    const text = plainLines(plainText(from.bag) ?? '').trimEnd();
    const html = htmlOf(from.bag);
    if (text === '' && html === undefined) return undefined;
    return html === undefined ? { text } : { text, html };
  },
  write: (to, note) => {
    to.setText(PidTag.Body, note?.text);
    to.set(PidTag.Html, undefined);
    to.set(PidTag.RtfCompressed, note?.html === undefined ? undefined : compressRtf(encapsulateHtml(note.html)));
    to.set(PidTag.RtfInSync, note?.html !== undefined);
    to.set(
      PidTag.NativeBody,
      note === undefined ? undefined : note.html === undefined ? nativeBody.plain : nativeBody.rtf,
    );
  },
  same: (before, after) => {
    if (before?.text !== after?.text) return false;
    return after?.html === undefined || withCrLf(after.html) === withCrLf(before?.html);
  },
};

const withCrLf = (html: string | undefined) => html && toCrLf(html);

/** HTML of an item that has any: as such or inside its RTF. What RTF formats by itself is not turned into HTML. */
function htmlOf(bag: Parameters<typeof htmlText>[0]): string | undefined {
  if (nativeBodyOf(bag) !== nativeBody.rtf) return htmlText(bag);
  const rtf = bag.get(PidTag.RtfCompressed);
  const body = rtf instanceof Uint8Array ? rtfBody(rtf) : undefined;
  return body?.text === undefined ? body?.html : undefined;
}
