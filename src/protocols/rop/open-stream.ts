import {
  decodeCodePage,
  ec,
  encodeCodePage,
  isLargeValue,
  isPropertyError,
  type LargeValue,
  MapiError,
  type PropertyTag,
  Ptyp,
  type StoredValue,
  typeOf,
} from '../../mapi/index.ts';
import type { PropertyHolder } from './properties/holder.ts';
import { readWhole } from './properties/values.ts';
import { createSpool, isSpool, type Spool } from './spool.ts';
import { inMemoryLimit, StreamState } from './stream.ts';

/** OpenModeFlags, MS-OXCPRPT 2.2.14.1. */
const streamMode = { readOnly: 0, readWrite: 1, create: 2, bestAccess: 3 } as const;

/** 8-bit text has to be converted in one piece; a body of this size is no text any more. */
const convertedTextLimit = 64 * 1024 * 1024;

const isBytes = (type: number): boolean => type === Ptyp.Binary || type === Ptyp.Object;

/**
 * The property of `tag` as a stream. Errors: ecNotFound, ecNotSupported (a type without stream), ecAccessDenied,
 * ecInvalidParam.
 */
export async function openPropertyStream(holder: PropertyHolder, tag: PropertyTag, mode: number): Promise<StreamState> {
  const type = typeOf(tag);
  if (type !== Ptyp.String && type !== Ptyp.String8 && !isBytes(type)) throw new MapiError(ec.notSupported);
  if (mode > streamMode.bestAccess) throw new MapiError(ec.invalidParam);
  const mayWrite = holder.writable && !holder.isReadOnly(tag);
  if (mode !== streamMode.readOnly && mode !== streamMode.bestAccess && !mayWrite) throw new MapiError(ec.accessDenied);
  const writes = mode !== streamMode.readOnly && mayWrite;

  const source = mode === streamMode.create ? undefined : await currentBytes(holder, tag);
  if (source === undefined && mode !== streamMode.create) throw new MapiError(ec.notFound);
  const { streams } = holder;
  streams.retain?.();
  return new StreamState(
    source ?? new Uint8Array(0),
    writes
      ? {
          commit: (value) => {
            if (isSpool(value)) streams.adopt?.(value);
            return streams.put(tag, propertyValueOf(holder, type, value));
          },
          written: (stream) => streams.pending?.(stream),
        }
      : undefined,
    source === undefined,
    () => streams.release?.(),
  );
}

/** The bytes of the property as it is, in the form that the tag asks for; undefined when there is none. */
async function currentBytes(holder: PropertyHolder, tag: PropertyTag): Promise<Uint8Array | LargeValue | undefined> {
  const found = await holder.find(tag);
  if (found === undefined) return undefined;
  const [foundTag, value] = found;
  if (isPropertyError(value)) return undefined;
  const type = typeOf(tag);
  const isText = typeOf(foundTag) === Ptyp.String || typeOf(foundTag) === Ptyp.String8;
  if (isText === isBytes(type)) return undefined;
  if (isLargeValue(value)) return type === Ptyp.String8 ? narrow(holder, value) : value;
  if (typeof value === 'string') {
    return type === Ptyp.String8 ? encodeCodePage(holder.codePage)(value) : Buffer.from(value, 'utf16le');
  }
  return value instanceof Uint8Array ? value : undefined;
}

async function narrow(holder: PropertyHolder, value: LargeValue): Promise<Uint8Array> {
  if (value.size > convertedTextLimit) throw new MapiError(ec.notEnoughMemory);
  return encodeCodePage(holder.codePage)((await readWhole(value, convertedTextLimit)).toString('utf16le'));
}

/** What a stream's bytes are as a property value. */
function propertyValueOf(holder: PropertyHolder, type: number, value: Uint8Array | Spool): StoredValue {
  if (isBytes(type)) return value;
  if (type === Ptyp.String) return isSpool(value) ? value : textOf(value);
  if (isSpool(value) && value.size > convertedTextLimit) throw new MapiError(ec.notEnoughMemory);
  const text = decodeCodePage(holder.codePage)(isSpool(value) ? value.readNow(0, value.size) : value);
  if (text.length * 2 <= inMemoryLimit) return withoutEnd(text);
  const spool = createSpool();
  spool.write(0, Buffer.from(text, 'utf16le'));
  holder.streams.adopt?.(spool);
  return spool;
}

const textOf = (bytes: Uint8Array): string =>
  withoutEnd(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length & ~1).toString('utf16le'));

/** Some clients write the terminator, which is no part of the value. */
const withoutEnd = (text: string): string => (text.endsWith('\0') ? text.slice(0, -1) : text);
