import {
  decodeBag,
  encodeBag,
  type MessageContent,
  type PropertyBag,
  type ReadonlyPropertyBag,
} from '../../mapi/index.ts';
import { Reader, Writer } from '../../wire/index.ts';

/** A message as the bytes that the replica keeps; the reverse of {@link decodeContent}. */
export function encodeContent(content: MessageContent): Buffer {
  const writer = new Writer(4096);
  writeContent(writer, content);
  return writer.finish();
}

/** Byte values are views on `bytes`. Throws WireError for what is no such content. */
export function decodeContent(bytes: Uint8Array): MessageContent {
  const reader = new Reader(bytes);
  const content = readContent(reader);
  reader.done();
  return content;
}

function writeContent(w: Writer, { properties, recipients, attachments }: MessageContent): void {
  writeBag(w, properties);
  w.u32(recipients.length);
  for (const recipient of recipients) writeBag(w, recipient);
  w.u32(attachments.length);
  for (const { number, properties: own, embedded } of attachments) {
    w.u32(number);
    writeBag(w, own);
    w.u8(embedded === undefined ? 0 : 1);
    if (embedded !== undefined) writeContent(w, embedded);
  }
}

function readContent(r: Reader): MessageContent {
  const properties = readBag(r);
  const recipients = Array.from({ length: r.count(r.u32(), 4) }, () => readBag(r));
  const attachments = Array.from({ length: r.count(r.u32(), 9) }, () => {
    const number = r.u32();
    const own = readBag(r);
    return { number, properties: own, ...(r.u8() === 0 ? {} : { embedded: readContent(r) }) };
  });
  return { properties, recipients, attachments };
}

function writeBag(w: Writer, bag: ReadonlyPropertyBag): void {
  const bytes = encodeBag(bag);
  w.u32(bytes.length);
  w.bytes(bytes);
}

const readBag = (r: Reader): PropertyBag => decodeBag(r.bytes(r.u32()));
