import { decodeCodePage, encodeCodePage, isKnownCodePage, MapiError } from '../../mapi/index.ts';
import { type Reader, Writer } from '../../wire/index.ts';
import type { ServerObject } from './objects.ts';
import type { Session } from './session.ts';

/** Code page of 8-bit strings in operations on this object (MS-OXCROPS 3.1.5.4). */
export function codePageOf(session: Session, object: ServerObject | undefined): number {
  if (object?.kind === 'message') return object.draft.codePage || session.codePage;
  if (object?.kind === 'attachment') return object.message.draft.codePage || session.codePage;
  return session.codePage;
}

const ecUnknownCodePage = 0x3ef;

/** Errors: ecUnknownCodePage. */
export function checkCodePage(codePage: number): void {
  if (!isKnownCodePage(codePage)) throw new MapiError(ecUnknownCodePage);
}

interface Codec {
  readonly decode: (bytes: Uint8Array) => string;
  readonly encode: (text: string) => Uint8Array;
}
const codecs = new Map<number, Codec>();
/** For a code page that nobody knows, and that RopLogon refuses. */
const fallback = 1252;

function codecOf(codePage: number): Codec {
  const known = isKnownCodePage(codePage) ? codePage : fallback;
  let codec = codecs.get(known);
  if (codec === undefined) {
    codec = { decode: decodeCodePage(known), encode: encodeCodePage(known) };
    codecs.set(known, codec);
  }
  return codec;
}

export function readInCodePage(reader: Reader, codePage: number): void {
  reader.decode8 = codecOf(codePage).decode;
}

export function writerInCodePage(codePage: number): Writer {
  const writer = new Writer();
  writer.encode8 = codecOf(codePage).encode;
  return writer;
}
