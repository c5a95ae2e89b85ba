import libmime from 'libmime';
import { PidTag, type PropertyBag, setProperty } from '../../mapi/index.ts';
import { actualCodePage, codePageOf, decodeStream, decodeText, isMailCodePage } from '../charset.ts';
import { htmlToText, textToHtmlFragment, toCrLf } from '../html-text.ts';
import { type Bytes, readAll, replayed } from '../large-value.ts';
import { formatLimits } from '../limits.ts';

/** A text part that makes up the body, or part of it. */
export interface BodyPart {
  /** Of its Content-Type. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly contentId: string | undefined;
  /** Bytes before the transfer encoding is undone; not less than after it. */
  readonly encodedSize: number;
  readonly open: () => Bytes;
}

/** A piece of the body in one or two forms: what a multipart/alternative holds, or a text part by itself. */
export interface BodySegment<T> {
  readonly plain: T[];
  readonly html: T[];
}

/** PidTagNativeBody, MS-OXCMSG 2.2.1.56.2. */
export const nativeBody = { plain: 1, rtf: 2, html: 3 } as const;

const utf8CodePage = 65001;

/**
 * Sets PidTagBody, PidTagHtml and what belongs to them; several segments become one body (MS-OXCMAIL 2.2.3.3.2.2).
 * Where there is only HTML the text is made from it, as Outlook asks for either. Returns the addresses (lower case)
 * that the HTML refers to, `cid:` ones and others.
 */
export async function bodyProperties(
  bag: PropertyBag,
  segments: readonly BodySegment<BodyPart>[],
): Promise<Set<string>> {
  const referenced = new Set<string>();
  const htmlParts = segments.flatMap(({ html }) => html);
  // Absent would mean that there is RTF in step with the text.
  setProperty(bag, PidTag.RtfInSync, false);
  setProperty(bag, PidTag.NativeBody, htmlParts.length > 0 ? nativeBody.html : nativeBody.plain);
  setProperty(bag, PidTag.InternetCodepage, utf8CodePage);
  if (htmlParts.length > 0) {
    const whole = htmlParts.length === 1 && segments.every(({ html }) => html.length > 0);
    if (whole) await setSingleHtml(bag, htmlParts[0]!);
    else await setJoinedHtml(bag, segments);
    for (const part of htmlParts) await collectReferences(part, referenced);
    const id = htmlParts[0]!.contentId;
    if (id) setProperty(bag, PidTag.BodyContentId, id);
  } else {
    const first = segments[0]?.plain[0];
    if (first) setProperty(bag, PidTag.InternetCodepage, await codePageOfPart(first));
  }
  if (segments.length > 0) await setBody(bag, segments);
  return referenced;
}

const isSmall = (parts: readonly BodyPart[]): boolean =>
  parts.reduce((sum, part) => sum + part.encodedSize, 0) <= formatLimits.heldValue / 2;

const charsetOfPart = (part: BodyPart): string | undefined => part.parameters.get('charset');

async function codePageOfPart(part: BodyPart): Promise<number> {
  if (!isSmall([part])) return codePageOf(charsetOfPart(part)) ?? utf8CodePage;
  return actualCodePage(await readAll(part.open()), charsetOfPart(part)) ?? utf8CodePage;
}

/** One HTML part is kept byte for byte in its charset, when mail may use that one. */
async function setSingleHtml(bag: PropertyBag, part: BodyPart): Promise<void> {
  if (!isSmall([part])) {
    setProperty(bag, PidTag.Html, await replayed(part.open));
    setProperty(bag, PidTag.InternetCodepage, codePageOf(charsetOfPart(part)) ?? utf8CodePage);
    return;
  }
  const bytes = await readAll(part.open());
  const charset = charsetOfPart(part) ?? metaCharset(bytes);
  const codePage = actualCodePage(bytes, charset);
  const asIs = codePage !== undefined && isMailCodePage(codePage);
  setProperty(bag, PidTag.Html, asIs ? bytes : Buffer.from(decodeText(bytes, charset), 'utf8'));
  setProperty(bag, PidTag.InternetCodepage, asIs ? codePage : utf8CodePage);
}

/** Several HTML parts, or text between them, become one document in UTF-8. */
async function setJoinedHtml(bag: PropertyBag, segments: readonly BodySegment<BodyPart>[]): Promise<void> {
  const open = () => encoded(htmlPieces(segments), 'utf8');
  const small = isSmall(segments.flatMap(({ html, plain }) => (html.length > 0 ? html : plain)));
  setProperty(bag, PidTag.Html, await (small ? readAll(open()) : replayed(open)));
}

async function* htmlPieces(segments: readonly BodySegment<BodyPart>[]): AsyncIterable<string> {
  for (const { html, plain } of segments) {
    for (const part of html) {
      yield* decodedPieces(part);
      yield '\r\n';
    }
    if (html.length > 0) continue;
    for (const part of plain) {
      yield '<div>';
      for await (const piece of plainPieces(part)) yield textToHtmlFragment(isSmall([part]) ? piece.trimEnd() : piece);
      yield '</div>\r\n';
    }
  }
}

async function setBody(bag: PropertyBag, segments: readonly BodySegment<BodyPart>[]): Promise<void> {
  const small = isSmall(segments.flatMap(({ html, plain }) => (plain.length > 0 ? plain : html)));
  if (small) {
    let text = '';
    for await (const piece of textPieces(segments)) text += piece;
    setProperty(bag, PidTag.Body, text);
    return;
  }
  // Text is never made from HTML of this size: its layout has no bound.
  if (segments.every(({ plain }) => plain.length === 0)) return;
  const open = () => encoded(textPieces(segments.filter(({ plain }) => plain.length > 0)), 'utf16le');
  setProperty(bag, PidTag.Body, await replayed(open));
}

async function* textPieces(segments: readonly BodySegment<BodyPart>[]): AsyncIterable<string> {
  let first = true;
  for (const { html, plain } of segments) {
    for (const part of plain.length > 0 ? plain : html) {
      if (!first) yield '\r\n';
      first = false;
      if (plain.length > 0) yield* plainPieces(part);
      else yield htmlToText(await htmlOf(part));
    }
  }
}

async function* encoded(pieces: AsyncIterable<string>, encoding: 'utf8' | 'utf16le'): Bytes {
  for await (const piece of pieces) yield Buffer.from(piece, encoding);
}

/** Text with its lines ended as MAPI has them; text that is to be re-flowed only when small (RFC 3676). */
async function* plainPieces(part: BodyPart): AsyncIterable<string> {
  if (isSmall([part])) {
    const text = decodeText(await readAll(part.open()), charsetOfPart(part)).replaceAll('\0', '');
    const flowed = part.parameters.get('format')?.toLowerCase() === 'flowed';
    const deleteSpace = part.parameters.get('delsp')?.toLowerCase() === 'yes';
    // The library drops the last line end.
    const end = /\n$/.test(text) ? '\n' : '';
    yield toCrLf(flowed ? libmime.decodeFlowed(text, deleteSpace) + end : text);
    return;
  }
  let heldReturn = false;
  for await (const piece of decodeStream(part.open(), charsetOfPart(part))) {
    const text: string = (heldReturn ? '\r' : '') + piece.replaceAll('\0', '');
    heldReturn = text.endsWith('\r');
    yield toCrLf(heldReturn ? text.slice(0, -1) : text);
  }
  if (heldReturn) yield '\r\n';
}

async function* decodedPieces(part: BodyPart): AsyncIterable<string> {
  if (isSmall([part])) yield await htmlOf(part);
  else yield* decodeStream(part.open(), charsetOfPart(part));
}

async function htmlOf(part: BodyPart): Promise<string> {
  const bytes = await readAll(part.open());
  return decodeText(bytes, charsetOfPart(part) ?? metaCharset(bytes));
}

/** The charset that the HTML itself names, for when its MIME part does not. */
const metaCharset = (bytes: Buffer): string | undefined =>
  /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(bytes.toString('latin1', 0, 4096))?.[1];

const reference = /(?:\b(?:src|background|href)\s*=\s*["']?|url\(\s*["']?)([^"'\s>)]{1,1000})/gi;

async function collectReferences(part: BodyPart, referenced: Set<string>): Promise<void> {
  let carry = '';
  for await (const chunk of part.open()) {
    const text: string = carry + Buffer.from(chunk as Uint8Array).toString('latin1');
    const found: RegExpExecArray[] = [...text.matchAll(reference)];
    for (const match of found) {
      const address = match[1]!.replaceAll('&amp;', '&');
      referenced.add(address.toLowerCase());
      if (/^cid:.*%/i.test(address)) referenced.add(unescaped(address).toLowerCase());
    }
    carry = text.slice(-1100);
  }
}

function unescaped(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
