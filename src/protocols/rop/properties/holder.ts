import type { PropertyError, PropertyTag, StoredValue, TaggedValue } from '../../../mapi/index.ts';
import type { StreamState } from '../stream.ts';

/** A property as an object has it: its tag with the type it is kept in, and the value or why there is none. */
export type FoundProperty = readonly [tag: PropertyTag, value: StoredValue | PropertyError];

/** MS-OXCDATA 2.7; `index` is the place in the request. */
export interface PropertyProblem {
  readonly index: number;
  readonly propertyTag: PropertyTag;
  readonly errorCode: number;
}

/** A property that could not be changed. */
export interface Refusal {
  readonly tag: PropertyTag;
  readonly errorCode: number;
}

/**
 * The properties of a server object, whichever kind it is: what the ROPs of MS-OXCPRPT work on. Values may be
 * computed; text is always Unicode here.
 */
export interface PropertyHolder {
  readonly writable: boolean;
  /** Code page of 8-bit text (MS-OXCPRPT 3.2.5.1). */
  readonly codePage: number;
  /** The property of this id, whatever the type asked for; undefined when there is none. */
  find(tag: PropertyTag): Promise<FoundProperty | undefined>;
  /** Tags of all properties it has, with the types they are kept in. */
  list(): Promise<PropertyTag[]>;
  /**
   * Sets and removes properties; those that cannot be are returned and stay as they are. Throws MapiError when nothing
   * can be changed at all.
   */
  change(set: readonly TaggedStored[], remove: readonly PropertyTag[]): Promise<Refusal[]>;
  /** Whether this property is computed, so that no stream can write it. */
  isReadOnly(tag: PropertyTag): boolean;
  /** What streams on this object need of it. */
  readonly streams: StreamOwner;
}

/** How a stream reaches the object that it is open on. */
export interface StreamOwner {
  /** Sets a property to what a stream commits. */
  put(tag: PropertyTag, value: StoredValue): void | Promise<void>;
  /** The stream has bytes that the property does not have yet; they count when somebody looks. */
  pending?(stream: StreamState): void;
  /** Takes over a temporary file that a value lies in. */
  adopt?(resource: { release(): void }): void;
  /** Keeps what values lie in until {@link release}. */
  retain?(): void;
  release?(): void;
}

/** Like TaggedValue, but the value may be large. */
export interface TaggedStored extends Omit<TaggedValue, 'value'> {
  readonly value: StoredValue;
}

/** One refusal a property, as the answers number them: by their place in what was asked. */
export function problemsOf(tags: readonly PropertyTag[], refusals: readonly Refusal[]): PropertyProblem[] {
  const byTag = new Map(refusals.map((refusal) => [refusal.tag, refusal.errorCode]));
  const problems: PropertyProblem[] = [];
  for (const [index, propertyTag] of tags.entries()) {
    const errorCode = byTag.get(propertyTag);
    if (errorCode !== undefined) problems.push({ index, propertyTag, errorCode });
  }
  return problems;
}
