import { htmlToText, rtfBody, textToHtml } from '../../../formats/index.ts';
import {
  decodeCodePage,
  encodeCodePage,
  getNumber,
  idOf,
  isKnownCodePage,
  isLargeValue,
  isPropertyError,
  type PropertyTag,
  type StoredValue,
} from '../../../mapi/index.ts';
import type { MessageDraft } from '../message-draft.ts';
import type { FoundProperty } from './holder.ts';
import { readWhole } from './values.ts';

/**
 * The body in the form that is asked for (MS-OXCMSG 3.2.4.1): the one that is stored, or made from it (HTML first, then
 * RTF, then plain text). Compressed RTF is given only when stored; clients do well without.
 */

const body = 0x1000001f;
const html = 0x10130102;
const htmlText = 0x1013001f;
const rtf = 0x10090102;
const nativeBody = 0x10160003;
const rtfInSync = 0x0e1f000b;
const internetCodepage = 0x3fde0003;

const bodyIds = new Set([body, html, rtf, nativeBody, rtfInSync].map(idOf));
export const isBodyTag = (tag: PropertyTag): boolean => bodyIds.has(idOf(tag));

/** Bodies beyond this are not converted: the other form is then missing, as it would be for a client offline. */
const conversionLimit = 8 * 1024 * 1024;
const utf8 = 65001;

const native = { undefined: 0, plain: 1, rtf: 2, html: 3 } as const;

const stored = async (draft: MessageDraft, tag: PropertyTag): Promise<StoredValue | undefined> =>
  (await draft.find(tag))?.[1];

async function nativeBodyOf(draft: MessageDraft): Promise<number> {
  if ((await stored(draft, html)) !== undefined) return native.html;
  if ((await stored(draft, rtf)) !== undefined) return native.rtf;
  return (await stored(draft, body)) === undefined ? native.undefined : native.plain;
}

async function text(tag: PropertyTag, value: StoredValue, codePage: number): Promise<string | undefined> {
  if (typeof value === 'string') return value;
  if (isLargeValue(value)) {
    if (value.size > conversionLimit) return undefined;
    const bytes = await readWhole(value, conversionLimit);
    return tag === html ? decodeCodePage(codePage)(bytes) : bytes.toString('utf16le');
  }
  return value instanceof Uint8Array ? decodeCodePage(codePage)(value) : undefined;
}

/** The body property of this tag; undefined when there is no body in any form that it can be made from. */
export async function findBody(draft: MessageDraft, wanted: PropertyTag): Promise<FoundProperty | undefined> {
  const found = await draft.find(wanted);
  const id = idOf(wanted);
  if (id === idOf(nativeBody)) return found ?? [nativeBody, await nativeBodyOf(draft)];
  // Outlook takes its absence for true and then shows the plain text of HTML mail.
  if (id === idOf(rtfInSync)) {
    const hasRtf = (await stored(draft, rtf)) !== undefined;
    return [rtfInSync, hasRtf && found?.[1] !== false];
  }
  if (id === idOf(rtf)) return found;
  const codePage = await htmlCodePage(draft);
  if (id === idOf(body)) {
    if (found !== undefined) return found;
    const source = await stored(draft, html);
    const markup = source === undefined ? undefined : await text(html, source, codePage);
    if (markup !== undefined) return [body, htmlToText(markup)];
    const rich = await richBody(draft);
    const plain = rich?.text ?? (rich?.html === undefined ? undefined : htmlToText(rich.html));
    return plain === undefined ? undefined : [body, plain];
  }
  if (found === undefined) {
    const markup = await markupFromOthers(draft, codePage);
    if (markup === undefined) return undefined;
    return wantsText(wanted) ? [htmlText, markup] : [html, encodeCodePage(codePage)(markup)];
  }
  if (!wantsText(wanted) || isPropertyError(found[1]) || typeof found[1] === 'string') return found;
  const markup = await text(html, found[1], codePage);
  return markup === undefined ? found : [htmlText, markup];
}

/** HTML out of the RTF or the plain text. */
async function markupFromOthers(draft: MessageDraft, codePage: number): Promise<string | undefined> {
  const rich = await richBody(draft);
  if (rich?.html !== undefined) return rich.html;
  if (rich?.text !== undefined) return textToHtml(rich.text);
  const source = await stored(draft, body);
  const plain = source === undefined ? undefined : await text(body, source, codePage);
  return plain === undefined ? undefined : textToHtml(plain);
}

/** What the stored RTF says; undefined when there is none, or none that can be read. */
async function richBody(draft: MessageDraft): Promise<{ html?: string; text?: string } | undefined> {
  const value = await stored(draft, rtf);
  if (value instanceof Uint8Array) return rtfBody(value);
  if (value === undefined || !isLargeValue(value) || value.size > conversionLimit) return undefined;
  return rtfBody(await readWhole(value, conversionLimit));
}

/** PidTagBodyHtml asks for the same id as text. */
const wantsText = (tag: PropertyTag): boolean => (tag & 0xffff) === 0x1f || (tag & 0xffff) === 0x1e;

async function htmlCodePage(draft: MessageDraft): Promise<number> {
  const found = await draft.find(internetCodepage);
  const codePage = found === undefined ? undefined : getNumber(new Map([found]), internetCodepage);
  return codePage === undefined || !isKnownCodePage(codePage) ? utf8 : codePage;
}

/** The body properties to list: those stored, and what follows from them. */
export async function bodyTags(draft: MessageDraft): Promise<PropertyTag[]> {
  return (await nativeBodyOf(draft)) === native.undefined ? [rtfInSync] : [rtfInSync, nativeBody];
}

/**
 * What has to go when a body is saved in one form only: the other forms are of the body before (MS-OXBBODY 3.2).
 */
export function staleBodies(set: ReadonlyMap<PropertyTag, unknown>): PropertyTag[] {
  const isSet = (tag: PropertyTag): boolean => {
    for (const known of set.keys()) if (idOf(known) === idOf(tag)) return true;
    return false;
  };
  const [plainSet, htmlSet, rtfSet] = [isSet(body), isSet(html), isSet(rtf)];
  if (!plainSet && !htmlSet && !rtfSet) return [];
  const stale: PropertyTag[] = [];
  if (!rtfSet) stale.push(rtf);
  if (!htmlSet) stale.push(html);
  if (!plainSet) stale.push(body);
  if (!isSet(nativeBody)) stale.push(nativeBody);
  if (!isSet(rtfInSync)) stale.push(rtfInSync);
  return stale;
}
