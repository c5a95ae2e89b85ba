import { OxError } from '../errors.ts';
import { contactLimits } from './limits.ts';

interface ImageFacts {
  readonly type: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/bmp';
  readonly width: number;
  readonly height: number;
}

/** A picture as the server keeps it. */
export interface StoredImage {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * Checks a picture and "scales" it: one with more than 250 pixels in a direction gets a comment, so that its bytes differ
 * from what was sent and it still is the same picture (reference 6.2, 17 rule 12). CON-0172 too large, CON-0101 no JPEG,
 * PNG, GIF or BMP.
 */
export function storedImage(bytes: Buffer): StoredImage {
  if (bytes.length > contactLimits.imageBytes) throw new OxError('CON-0172', `${bytes.length} bytes`);
  const facts = factsOf(bytes);
  if (!facts) throw new OxError('CON-0101');
  const isLarge = Math.max(facts.width, facts.height) > contactLimits.imagePixels;
  // What was scaled before is not scaled again.
  return { type: facts.type, bytes: isLarge && !bytes.includes(comment) ? commented(bytes, facts.type) : bytes };
}

const comment = Buffer.from('scaled to 250x250');
const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

function factsOf(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length >= 33 && bytes.subarray(0, 8).equals(pngSignature))
    return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.length >= 13 && /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)))
    return { type: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (bytes.length >= 26 && bytes.toString('latin1', 0, 2) === 'BM')
    return { type: 'image/bmp', width: Math.abs(bytes.readInt32LE(18)), height: Math.abs(bytes.readInt32LE(22)) };
  if (bytes.length >= 4 && bytes[0] === 0xff && bytes[1] === 0xd8) return jpegFacts(bytes);
  return undefined;
}

/** The first frame header (ITU T.81 B.2.2) tells the size; a picture without one counts as small. */
function jpegFacts(bytes: Buffer): ImageFacts {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return { type: 'image/jpeg', width: 1, height: 1 };
}

function commented(bytes: Buffer, type: ImageFacts['type']): Buffer {
  if (type === 'image/jpeg') {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(comment.length + 2);
    return Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xfe]), length, comment, bytes.subarray(2)]);
  }
  // Behind the end of the others, where no reader looks.
  return Buffer.concat([bytes, comment]);
}
