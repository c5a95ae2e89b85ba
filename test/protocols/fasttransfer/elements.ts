import type { PropertyName, PropertyTag, PropertyValue } from '../../../src/mapi/index.ts';
import { createStreamReader, type Marker, type StreamElement } from '../../../src/protocols/fasttransfer/index.ts';

/** An element with its value whole. */
export type Whole =
  | { readonly marker: Marker }
  | { readonly tag: PropertyTag; readonly name: PropertyName | undefined; readonly value: PropertyValue };

/** Puts values that came in parts together. */
export function wholeElements(elements: Iterable<StreamElement>): Whole[] {
  const result: Whole[] = [];
  let large: { tag: PropertyTag; name: PropertyName | undefined; parts: Uint8Array[]; size: number } | undefined;
  for (const element of elements) {
    switch (element.kind) {
      case 'marker':
        result.push({ marker: element.marker });
        break;
      case 'property':
        result.push({ ...element.property, value: element.value });
        break;
      case 'begin':
        large = { ...element.property, parts: [], size: element.size };
        break;
      case 'part':
        large!.parts.push(Buffer.from(element.bytes));
        break;
      case 'finish': {
        const { tag, name, parts, size } = large!;
        const bytes = Buffer.concat(parts);
        if (bytes.length !== size) throw new Error(`${bytes.length} bytes of a value of ${size}`);
        result.push({ tag, name, value: (tag & 0xffff) === 0x1f ? bytes.toString('utf16le') : bytes });
        large = undefined;
        break;
      }
    }
  }
  return result;
}

/** Reads a stream from its portions. */
export function readStream(portions: Iterable<Uint8Array>, codePage?: number): Whole[] {
  const reader = createStreamReader(codePage);
  const elements: StreamElement[] = [];
  for (const portion of portions) {
    for (const element of reader.push(portion)) {
      elements.push(element.kind === 'part' ? { ...element, bytes: Buffer.from(element.bytes) } : element);
    }
  }
  reader.end();
  return wholeElements(elements);
}
