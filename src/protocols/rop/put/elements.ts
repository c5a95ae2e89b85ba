import { ec, MapiError } from '../../../mapi/index.ts';
import { type Marker, marker, type StreamElement } from '../../fasttransfer/index.ts';

/**
 * A rule of the stream's syntax (MS-OXCFXICS 2.2.4.2), which yields whenever it needs more of the stream than has come.
 * On its way out it frees what it holds, also when it is ended early.
 */
export type Rule<T = void> = AsyncGenerator<void, T, void>;

/** The elements of a stream as they come, with one to look at. */
export class Elements {
  private source: Iterator<StreamElement> = [].values();
  private here: StreamElement | undefined;

  /** What comes after the elements so far. */
  load(source: Iterator<StreamElement>): void {
    this.source = source;
  }

  /** Goes on to the next element; false: it has not come yet, yield. Throws WireError for what is none. */
  next(): boolean {
    const { value, done } = this.source.next();
    this.here = done === true ? undefined : value;
    return done !== true;
  }

  /** The element to look at. */
  get current(): StreamElement {
    if (this.here === undefined) throw new TypeError('no element has come');
    return this.here;
  }

  /** The marker to look at; undefined when it is a property. */
  get marker(): Marker | undefined {
    const { current } = this;
    return current.kind === 'marker' ? current.marker : undefined;
  }

  /** Errors: ecFormatError unless this marker is to look at. */
  expect(wanted: Marker): void {
    if (this.marker !== wanted) throw this.unexpected();
  }

  /** What to throw for an element that the syntax has no place for. */
  unexpected(): MapiError {
    const { current } = this;
    if (current.kind !== 'marker') return new MapiError(ec.formatError, `${current.kind} in the wrong place`);
    if (current.marker === marker.fxErrorInfo) return new SourceFailed();
    return new MapiError(ec.formatError, `marker 0x${current.marker.toString(16)} in the wrong place`);
  }
}

/** The source could not go on with an object, and says so instead of the rest of it (MS-OXCFXICS 2.2.4.3.4). */
export class SourceFailed extends MapiError {
  constructor() {
    super(ec.error, 'the source of the stream failed');
    this.name = 'SourceFailed';
  }
}
