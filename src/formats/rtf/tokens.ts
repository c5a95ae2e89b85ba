/** Pieces of RTF (RTF specification 1.9.1, "RTF Syntax"). `byte`: an escaped 8-bit character, `\'hh`. */
export type RtfToken =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'word'; readonly word: string; readonly parameter: number | undefined }
  /** A control symbol, as `*` or `~`. */
  | { readonly kind: 'symbol'; readonly symbol: string }
  | { readonly kind: 'byte'; readonly byte: number }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** The tokens of an RTF document. Binary data is left out, line ends in the source too. Never fails. */
export function* rtfTokens(rtf: Buffer): Generator<RtfToken> {
  for (let at = 0; at < rtf.length; ) {
    const byte = rtf[at]!;
    if (byte === 0x7b || byte === 0x7d) {
      yield byte === 0x7b ? { kind: 'open' } : { kind: 'close' };
      at += 1;
    } else if (byte === 10 || byte === 13 || byte === 0) {
      at += 1;
    } else if (byte !== 0x5c) {
      let end = at + 1;
      while (end < rtf.length && !isSpecial(rtf[end]!)) end += 1;
      yield { kind: 'bytes', bytes: rtf.subarray(at, end) };
      at = end;
    } else if (isLetter(rtf[at + 1])) {
      let end = at + 2;
      while (isLetter(rtf[end]) && end - at < 64) end += 1;
      const word = rtf.toString('latin1', at + 1, end);
      let digits = end;
      if (rtf[digits] === 0x2d && isDigit(rtf[digits + 1])) digits += 1;
      while (isDigit(rtf[digits]) && digits - end < 12) digits += 1;
      const parameter = digits > end ? Number(rtf.toString('latin1', end, digits)) : undefined;
      at = rtf[digits] === 0x20 ? digits + 1 : digits;
      if (word === 'bin') at += Math.max(0, parameter ?? 0);
      else yield { kind: 'word', word, parameter };
    } else if (rtf[at + 1] === 0x27) {
      const value = Number.parseInt(rtf.toString('latin1', at + 2, at + 4), 16);
      if (!Number.isNaN(value)) yield { kind: 'byte', byte: value };
      at += 4;
    } else {
      const symbol = rtf.toString('latin1', at + 1, at + 2);
      // An escaped line end is a paragraph.
      if (symbol === '\r' || symbol === '\n') yield { kind: 'word', word: 'par', parameter: undefined };
      else if (symbol !== '') yield { kind: 'symbol', symbol };
      at += 2;
    }
  }
}

const isSpecial = (byte: number): boolean =>
  byte === 0x5c || byte === 0x7b || byte === 0x7d || byte === 10 || byte === 13 || byte === 0;
