import iconv from 'iconv-lite';
import { ec, MapiError } from './error-code.ts';

/** Windows code pages whose iconv name is not simply `cp` and the number. */
const names: Readonly<Record<number, string>> = {
  708: 'iso-8859-6',
  932: 'shift_jis',
  936: 'gbk',
  949: 'cp949',
  950: 'cp950',
  10000: 'macroman',
  20127: 'ascii',
  // CP_TELETEX: T.61 and Latin 1 agree in what directory names are made of; accents before letters are not known.
  20261: 'iso-8859-1',
  20866: 'koi8-r',
  20932: 'euc-jp',
  20936: 'gb2312',
  20949: 'cp949',
  21866: 'koi8-u',
  28605: 'iso-8859-15',
  38598: 'iso-8859-8',
  51932: 'euc-jp',
  51936: 'gb2312',
  51949: 'euc-kr',
  51950: 'big5',
  52936: 'gb2312',
  54936: 'gb18030',
  65000: 'utf-7',
  65001: 'utf-8',
};

/** 16- and 32-bit encodings cannot carry NUL-terminated 8-bit text. */
const refused = new Set([1200, 1201, 12000, 12001]);

function encodingOf(codePage: number): string | undefined {
  if (refused.has(codePage)) return undefined;
  // 28591…28599, 28603 and 28605 are the parts of ISO 8859.
  const name =
    names[codePage] ?? (codePage > 28590 && codePage < 28606 ? `iso-8859-${codePage - 28590}` : `cp${codePage}`);
  return iconv.encodingExists(name) ? name : undefined;
}

function encodingOrFail(codePage: number): string {
  const name = encodingOf(codePage);
  if (name === undefined) throw new MapiError(ec.invalidCodepage, `code page ${codePage} is not known`);
  return name;
}

/** Whether 8-bit text can be in this Windows code page. */
export const isKnownCodePage = (codePage: number): boolean => encodingOf(codePage) !== undefined;

/** A decoder of 8-bit text, for {@link Reader.decode8}. Throws MapiError ecInvalidCodepage for an unknown code page. */
export function decodeCodePage(codePage: number): (bytes: Uint8Array) => string {
  const name = encodingOrFail(codePage);
  return (bytes) =>
    iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, { stripBOM: false });
}

/** An encoder of 8-bit text, for {@link Writer.encode8}; what the code page lacks becomes `?`. Throws as above. */
export function encodeCodePage(codePage: number): (text: string) => Buffer {
  const name = encodingOrFail(codePage);
  return (text) => iconv.encode(text, name, { addBOM: false });
}
