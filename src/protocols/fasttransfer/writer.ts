import {
  fixedSizes,
  guidToBytes,
  isLargeValue,
  isNamed,
  type LargeValue,
  multiValue,
  type PropertyName,
  type PropertyTag,
  type PropertyType,
  type PropertyValue,
  Ptyp,
  restriction,
  type StoredValue,
  typeOf,
  writeValue,
} from '../../mapi/index.ts';
import { Writer } from '../../wire/index.ts';
import { fastTransferLimits } from './limits.ts';
import { type Marker, metaTag } from './markers.ts';
import type { TextForm } from './text.ts';

const restrictions = restriction('rop');
const maxLength = 0xffffffff;

/** Bytes of a stream, and where they may be cut. */
export interface Block {
  readonly bytes: Uint8Array;
  /** Pieces in order: where each ends in `bytes`, and the unit in which it can be cut (0: not at all). */
  readonly pieces: readonly { readonly end: number; readonly unit: 0 | 1 | 2 }[];
}

/**
 * Serializes elements of a FastTransfer stream (MS-OXCFXICS 2.2.4.1) one after another; {@link take} gives what was
 * written so far. Property tags are canonical (text as PtypString); the form of text is the stream's.
 */
export class StreamWriter {
  private readonly form: TextForm;
  private writer = new Writer(4096);
  private pieces: { end: number; unit: 0 | 1 | 2 }[] = [];

  constructor(form: TextForm) {
    this.form = form;
  }

  get length(): number {
    return this.writer.length;
  }

  /** What was written since the last time; undefined when that is nothing. */
  take(): Block | undefined {
    if (this.writer.length === 0) return undefined;
    const block = { bytes: this.writer.view(), pieces: this.pieces };
    this.writer = new Writer(4096);
    this.pieces = [];
    return block;
  }

  marker(value: Marker): void {
    this.writer.u32(value);
    this.cut(0);
  }

  /** MetaTagFXDelProp: what follows are all subobjects that this property stands for. */
  delProp(tag: PropertyTag): void {
    this.property(metaTag.fxDelProp, tag);
  }

  /** A property with a value in memory. Throws TypeError, with nothing written, for a value of another type. */
  property(tag: PropertyTag, value: PropertyValue, name?: PropertyName): void {
    const [length, pieces] = [this.writer.length, this.pieces.length];
    try {
      this.whole(tag, value, name);
    } catch (error) {
      this.writer.truncate(length);
      this.pieces.length = pieces;
      throw error;
    }
  }

  private whole(tag: PropertyTag, value: PropertyValue, name: PropertyName | undefined): void {
    const type = tag === metaTag.idsetGiven ? Ptyp.Binary : typeOf(tag);
    if ((type & multiValue) !== 0) {
      if (!Array.isArray(value)) throw mismatch(tag);
      const element = type & ~multiValue;
      const text = element === Ptyp.String && this.form.encode !== undefined;
      this.definition(tag, text ? Ptyp.String8 | multiValue : type, name);
      this.writer.u32(value.length);
      this.cut(0);
      for (const one of value) this.value(element, one as PropertyValue, tag);
      return;
    }
    this.definition(tag, type === Ptyp.String ? this.form.type : typeOf(tag), name);
    this.value(type, value, tag);
  }

  /** A property whose value does not fit into memory: blocks, in order, together with what was written before. */
  async *large(tag: PropertyTag, value: LargeValue, name?: PropertyName): AsyncGenerator<Block> {
    const isText = typeOf(tag) === Ptyp.String;
    const encode = isText ? this.form.encode : undefined;
    this.definition(tag, isText ? this.form.type : typeOf(tag), name);
    const terminator = isText ? (encode === undefined ? 2 : 1) : 0;
    const size = encode === undefined ? value.size : await sizeOf(encodedParts(value, encode));
    if (size + terminator > maxLength) throw new RangeError(`value of ${size} bytes`);
    this.writer.u32(size + terminator);
    this.cut(0);
    const unit = isText && encode === undefined ? 2 : 1;
    let written = 0;
    for await (const part of encode === undefined ? partsOf(value) : encodedParts(value, encode)) {
      this.writer.bytes(part);
      written += part.length;
      this.cut(unit);
      yield this.take() as Block;
    }
    if (written !== size) throw new RangeError(`${written} bytes of a value of ${size}`);
    this.writer.zeros(terminator);
    if (terminator > 0) this.cut(0);
  }

  /** A property of either kind. */
  async *any(tag: PropertyTag, value: StoredValue, name?: PropertyName): AsyncGenerator<Block> {
    if (isLargeValue(value)) yield* this.large(tag, value, name);
    else this.property(tag, value, name);
  }

  /** Ends a piece of the stream. */
  private cut(unit: 0 | 1 | 2): void {
    this.pieces.push({ end: this.writer.length, unit });
  }

  private definition(tag: PropertyTag, type: PropertyType, name: PropertyName | undefined): void {
    const w = this.writer;
    w.u16(type);
    w.u16(tag >>> 16);
    if (!isNamed(tag)) return;
    if (name === undefined) throw new TypeError(`property 0x${tag.toString(16)} without name`);
    w.bytes(guidToBytes(name.guid));
    if ('lid' in name && name.lid !== undefined) {
      w.u8(0);
      w.u32(name.lid);
    } else {
      w.u8(1);
      w.string16((name as { name: string }).name);
    }
  }

  private value(type: PropertyType, value: PropertyValue, tag: PropertyTag): void {
    const w = this.writer;
    switch (type) {
      case Ptyp.String:
        if (typeof value !== 'string') throw mismatch(tag);
        this.text(value);
        return;
      case Ptyp.Binary:
      case Ptyp.Object:
      case Ptyp.ServerId:
      case Ptyp.RuleAction:
        if (!(value instanceof Uint8Array)) throw mismatch(tag);
        this.bytes(value, 1);
        return;
      case Ptyp.Restriction: {
        const encoded = new Writer();
        restrictions.write(encoded, value as never);
        this.bytes(encoded.view(), 1);
        return;
      }
      case Ptyp.Boolean:
        if (typeof value !== 'boolean') throw mismatch(tag);
        w.u16(value ? 1 : 0);
        break;
      default:
        if (fixedSizes[type] === undefined && type !== Ptyp.ErrorCode) throw mismatch(tag);
        writeValue(w, type, value);
    }
    this.cut(0);
  }

  /** Text ends at a NUL, as its reader would take it. */
  private text(value: string): void {
    const nul = value.indexOf('\0');
    const text = nul < 0 ? value : value.slice(0, nul);
    const { encode } = this.form;
    if (encode !== undefined) {
      this.bytes(Buffer.concat([encode(text), Buffer.alloc(1)]), 1);
      return;
    }
    const size = 2 * text.length + 2;
    this.sized(size, 2, () => this.writer.string16(text));
  }

  private bytes(value: Uint8Array, unit: 1 | 2): void {
    this.sized(value.length, unit, () => this.writer.bytes(value));
  }

  /** A value behind its size; a short one goes with what defines it. */
  private sized(size: number, unit: 1 | 2, write: () => void): void {
    const long = size > fastTransferLimits.uncutValue;
    this.writer.u32(size);
    if (long) this.cut(0);
    write();
    this.cut(long ? unit : 0);
  }
}

const mismatch = (tag: PropertyTag): TypeError => new TypeError(`value of property 0x${tag.toString(16)}`);

/** Whether {@link StreamWriter} can write values of this type. */
export function isTransferable(type: PropertyType): boolean {
  return transferable.has(type & ~multiValue) && !((type & multiValue) !== 0 && single.has(type & ~multiValue));
}
const single: ReadonlySet<PropertyType> = new Set([
  Ptyp.Boolean,
  Ptyp.Object,
  Ptyp.ServerId,
  Ptyp.Restriction,
  Ptyp.RuleAction,
]);
const transferable: ReadonlySet<PropertyType> = new Set([
  Ptyp.Integer16,
  Ptyp.Integer32,
  Ptyp.Floating32,
  Ptyp.Floating64,
  Ptyp.Currency,
  Ptyp.FloatingTime,
  Ptyp.Boolean,
  Ptyp.Object,
  Ptyp.Integer64,
  Ptyp.String,
  Ptyp.Time,
  Ptyp.Guid,
  Ptyp.ServerId,
  Ptyp.Restriction,
  Ptyp.RuleAction,
  Ptyp.Binary,
]);

async function* partsOf(value: LargeValue): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < value.size; ) {
    const part = await value.read(at, Math.min(fastTransferLimits.part, value.size - at));
    if (part.length === 0) throw new RangeError('a value ended before its size');
    yield part;
    at += part.length;
  }
}

/** UTF-16 text of a large value in another encoding, never cut inside a surrogate pair. */
async function* encodedParts(value: LargeValue, encode: (text: string) => Uint8Array): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const part of partsOf(value)) {
    const bytes = Buffer.concat([rest, part]);
    let end = bytes.length & ~1;
    if (end >= 2 && (bytes.readUInt16LE(end - 2) & 0xfc00) === 0xd800) end -= 2;
    rest = Buffer.from(bytes.subarray(end));
    if (end > 0) yield encode(bytes.toString('utf16le', 0, end));
  }
  if (rest.length >= 2) yield encode(rest.toString('utf16le', 0, 2));
}

async function sizeOf(parts: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const part of parts) size += part.length;
  return size;
}
