import { encodeCodePage, isKnownCodePage, type PropertyType, Ptyp } from '../../mapi/index.ts';

/** How text goes into a stream: with which property type, and in which bytes. */
export interface TextForm {
  readonly type: PropertyType;
  /** Bytes without terminator; undefined: UTF-16. */
  readonly encode: ((text: string) => Uint8Array) | undefined;
}

/** SendOptions, MS-OXCFXICS 2.2.3.1.1.1.2. */
export const sendOptions = {
  unicode: 0x01,
  useCpid: 0x02,
  recoverMode: 0x04,
  forceUnicode: 0x08,
  partialItem: 0x10,
  reserved1: 0x20,
  reserved2: 0x40,
} as const;
export const knownSendOptions = 0x7f;

/** A code page property type (MS-OXCFXICS 2.2.4.1.1.1) has this bit; the others are the code page. */
export const codePageType = 0x8000;
/** That of UTF-16, code page 1200. */
const unicodeCodePage = codePageType | 1200;

/**
 * The form of text that SendOptions ask for (MS-OXCFXICS 3.2.5.8.1.1). All text is kept as Unicode, so that "as
 * stored" is Unicode. `codePage` is that of the connection.
 */
export function textForm(options: number, codePage: number): TextForm {
  if (options & sendOptions.useCpid) return { type: unicodeCodePage, encode: undefined };
  if (options & (sendOptions.unicode | sendOptions.forceUnicode)) return { type: Ptyp.String, encode: undefined };
  return { type: Ptyp.String8, encode: encodeCodePage(isKnownCodePage(codePage) ? codePage : 1252) };
}
