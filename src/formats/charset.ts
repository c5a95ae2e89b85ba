import { isAscii, isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import iconv from 'iconv-lite';
import libmime from 'libmime';
import { decode, normalizeCharset } from 'libmime/lib/charset.js';
import type { Bytes } from './large-value.ts';

/** Code pages and the charset names that are written for them (MS-UCODEREF 2.2.1); the first name is preferred. */
const codePages: readonly (readonly [number, ...string[]])[] = [
  [65001, 'utf-8', 'utf8', 'unicode-1-1-utf-8', 'cp65001'],
  [20127, 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso646-us', 'us'],
  [28591, 'iso-8859-1', 'latin1', 'iso_8859-1', 'l1'],
  [28592, 'iso-8859-2', 'latin2', 'iso_8859-2'],
  [28593, 'iso-8859-3', 'latin3', 'iso_8859-3'],
  [28594, 'iso-8859-4', 'latin4', 'iso_8859-4'],
  [28595, 'iso-8859-5', 'cyrillic', 'iso_8859-5'],
  [28596, 'iso-8859-6', 'arabic', 'iso_8859-6', 'iso-8859-6-i'],
  [28597, 'iso-8859-7', 'greek', 'iso_8859-7'],
  [28598, 'iso-8859-8', 'hebrew', 'iso_8859-8'],
  [38598, 'iso-8859-8-i', 'iso-8859-8-e', 'logical'],
  [28599, 'iso-8859-9', 'latin5', 'iso_8859-9'],
  [28603, 'iso-8859-13'],
  [28605, 'iso-8859-15', 'latin9', 'iso_8859-15', 'latin-9'],
  [1250, 'windows-1250', 'cp1250', 'x-cp1250'],
  [1251, 'windows-1251', 'cp1251', 'x-cp1251'],
  [1252, 'windows-1252', 'cp1252', 'x-ansi', 'ansi', 'x-cp1252'],
  [1253, 'windows-1253', 'cp1253'],
  [1254, 'windows-1254', 'cp1254'],
  [1255, 'windows-1255', 'cp1255'],
  [1256, 'windows-1256', 'cp1256'],
  [1257, 'windows-1257', 'cp1257'],
  [1258, 'windows-1258', 'cp1258'],
  [874, 'windows-874', 'tis-620', 'iso-8859-11', 'cp874', 'dos-874'],
  [932, 'shift_jis', 'sjis', 'shift-jis', 'x-sjis', 'ms_kanji', 'windows-31j', 'cp932', 'ms932'],
  [50220, 'iso-2022-jp', 'csiso2022jp', 'iso2022-jp', 'jis', 'iso-2022-jp-ms'],
  [51932, 'euc-jp', 'eucjp', 'x-euc-jp'],
  [936, 'gb2312', 'gbk', 'cp936', 'csgb2312', 'x-gbk', 'gb_2312-80', 'euc-cn', 'x-euc-cn'],
  [54936, 'gb18030'],
  [
    949,
    'ks_c_5601-1987',
    'euc-kr',
    'cp949',
    'ksc5601',
    'uhc',
    'korean',
    'ks_c_5601',
    'ks_c_5601-1989',
    'x-windows-949',
  ],
  [51949, 'euc-kr'],
  [950, 'big5', 'cp950', 'big5-hkscs', 'x-x-big5'],
  [20866, 'koi8-r', 'koi8'],
  [21866, 'koi8-u', 'koi8-ru'],
  [10000, 'macintosh', 'mac', 'x-mac-roman'],
  [10007, 'x-mac-cyrillic', 'maccyrillic'],
  [437, 'ibm437', 'cp437'],
  [737, 'ibm737', 'cp737'],
  [775, 'ibm775', 'cp775'],
  [850, 'ibm850', 'cp850', 'cp-850'],
  [852, 'ibm852', 'cp852'],
  [855, 'ibm855', 'cp855'],
  [857, 'ibm857', 'cp857'],
  [858, 'ibm00858', 'cp858'],
  [860, 'ibm860', 'cp860'],
  [861, 'ibm861', 'cp861'],
  [862, 'dos-862', 'cp862', 'ibm862'],
  [863, 'ibm863', 'cp863'],
  [864, 'ibm864', 'cp864'],
  [865, 'ibm865', 'cp865'],
  [866, 'cp866', 'ibm866'],
  [869, 'ibm869', 'cp869'],
  [1200, 'utf-16', 'utf-16le', 'unicode', 'ucs-2'],
  [1201, 'utf-16be', 'unicodefffe'],
];
const codePageByName = new Map<string, number>();
const nameByCodePage = new Map<number, string>();
for (const [codePage, ...names] of codePages) {
  nameByCodePage.set(codePage, names[0]!);
  for (const name of names) if (!codePageByName.has(name)) codePageByName.set(name, codePage);
}

/** What iconv-lite calls the code pages whose usual name stands for something narrower there. */
const decoders = new Map<number, string>([
  [20127, 'windows-1252'],
  [28591, 'windows-1252'],
  [936, 'gb18030'],
  [949, 'cp949'],
  [932, 'cp932'],
  [38598, 'iso-8859-8'],
  [51932, 'euc-jp'],
  [10007, 'maccyrillic'],
]);

const tidy = (label: string): string =>
  label
    .trim()
    .replace(/^["'\s]+/, '')
    // Looking back makes each run count once: a label may be as long as a header.
    .replace(/(?<!["'\s;])["'\s;]+$/, '')
    .toLowerCase();

/** Code page of a charset label as found in mail, wrong spellings tolerated; undefined when it is not known. */
export function codePageOf(label: string | undefined): number | undefined {
  if (!label) return undefined;
  const name = tidy(label);
  const direct = codePageByName.get(name);
  if (direct !== undefined) return direct;
  const number = /^(?:cp|windows|win|ibm|dos|x-cp|x-windows|ms)[-_]?(\d+)$/.exec(name)?.[1];
  if (number !== undefined && nameByCodePage.has(Number(number))) return Number(number);
  return codePageByName.get(normalizeCharset(name).toLowerCase());
}

/** The charset name to write for a code page; undefined when it is not known. */
export const charsetOf = (codePage: number | undefined): string | undefined =>
  codePage === undefined ? undefined : nameByCodePage.get(codePage);

/** Whether mail can hold text in this code page as it is: it is known and ASCII means ASCII in it. */
export const isMailCodePage = (codePage: number): boolean =>
  nameByCodePage.has(codePage) && codePage !== 1200 && codePage !== 1201;

function decoderOf(label: string | undefined, codePage = codePageOf(label)): string | undefined {
  if (codePage !== undefined) return decoders.get(codePage) ?? nameByCodePage.get(codePage);
  if (!label) return undefined;
  const name = normalizeCharset(tidy(label));
  return iconv.encodingExists(name) ? name : undefined;
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const isAscii8 = (codePage: number | undefined): boolean =>
  codePage === undefined || codePage === 20127 || codePage === 28591 || codePage === 1252;

/**
 * Text of bytes in a labelled charset. Without a label, with an unknown one, or where the label says ASCII or UTF-8:
 * UTF-8 when they are, else Windows-1252. Never throws.
 */
export function decodeText(bytes: Uint8Array, label?: string): string {
  const codePage = codePageOf(label);
  const name = decoderOf(label, codePage);
  if (name === undefined || codePage === 20127 || codePage === 65001) return guessText(bytes);
  return stripMark(decode(asBuffer(bytes), name));
}

/** Text as bytes of a labelled charset; UTF-8 when that one is not known. */
export function encodeLabelled(text: string, label: string): Buffer {
  const name = decoderOf(label);
  return name !== undefined && iconv.encodingExists(name) ? iconv.encode(text, name) : Buffer.from(text, 'utf8');
}

/** Text of bytes whose charset nobody told: UTF-8 when they are valid as such, else Windows-1252. */
export function guessText(bytes: Uint8Array): string {
  const buffer = asBuffer(bytes);
  return stripMark(isUtf8(buffer) ? buffer.toString('utf8') : iconv.decode(buffer, 'windows-1252'));
}

const stripMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** The code page that these bytes are really in, given their label: what PidTagInternetCodepage has to say. */
export function actualCodePage(bytes: Uint8Array, label: string | undefined): number | undefined {
  const codePage = codePageOf(label);
  if (label && codePage === undefined) return undefined;
  if (!isAscii8(codePage) && codePage !== 65001) return codePage;
  if (isAscii(bytes)) return codePage ?? 65001;
  if (codePage === 28591 || codePage === 1252) return codePage;
  return isUtf8(bytes) ? 65001 : 1252;
}

/** Decodes a stream of bytes in a labelled charset, in pieces. */
export async function* decodeStream(bytes: Bytes, label: string | undefined): AsyncIterable<string> {
  const decoder = libmime.createDecodeStream(decoderOf(label) ?? 'utf-8');
  const utf8 = new TextDecoder('utf-8');
  for await (const chunk of Readable.from(bytes).pipe(decoder)) yield utf8.decode(chunk as Buffer, { stream: true });
  const rest = utf8.decode();
  if (rest) yield rest;
}
