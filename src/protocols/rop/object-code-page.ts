import { decodeCodePage, encodeCodePage } from '../../mapi/index.ts';
import { type Reader, Writer } from '../../wire/index.ts';
import type { ServerObject } from './objects.ts';
import type { Session } from './session.ts';

/** Code page of 8-bit strings in operations on this object (MS-OXCROPS 3.1.5.4). */
export function codePageOf(session: Session, object: ServerObject | undefined): number {
  if (object?.kind === 'message') return object.draft.codePage || session.codePage;
  if (object?.kind === 'attachment') return object.message.draft.codePage || session.codePage;
  return session.codePage;
}

export function readInCodePage(reader: Reader, codePage: number): void {
  reader.decode8 = decodeCodePage(codePage);
}

export function writerInCodePage(codePage: number): Writer {
  const writer = new Writer();
  writer.encode8 = encodeCodePage(codePage);
  return writer;
}
