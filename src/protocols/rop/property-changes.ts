import {
  canonicalTag,
  idOf,
  type PropertyBag,
  type PropertyId,
  type PropertyTag,
  type ReadonlyPropertyBag,
  removeProperty,
  type StoredValue,
  setProperty,
  storedTag,
} from '../../mapi/index.ts';

/** A stream with bytes that its property does not have yet. */
export interface PendingWrite {
  commit(): void | Promise<void>;
}

/**
 * What a handle changed in a property bag that it does not own: values set and properties removed. Streams written to
 * count as soon as somebody looks (MS-OXCPRPT 3.2.5.13), so each access commits those that are pending.
 */
export class PropertyChanges {
  private readonly values: PropertyBag = new Map();
  /** By id, because removing does not look at the type; the tag is the one that was asked for. */
  private readonly removals = new Map<PropertyId, PropertyTag>();
  private readonly pending = new Set<PendingWrite>();

  addPending(write: PendingWrite): void {
    this.pending.add(write);
  }

  private settle(): void {
    if (this.pending.size === 0) return;
    const writes = [...this.pending];
    this.pending.clear();
    // Commits to a property bag are done at once; only those to a folder take time.
    for (const write of writes) void write.commit();
  }

  /** Values set. */
  get set(): ReadonlyPropertyBag {
    this.settle();
    return this.values;
  }

  /** Properties removed. */
  get removed(): readonly PropertyTag[] {
    this.settle();
    return [...this.removals.values()];
  }

  get isEmpty(): boolean {
    this.settle();
    return this.values.size === 0 && this.removals.size === 0;
  }

  put(tag: PropertyTag, value: StoredValue): void {
    this.settle();
    this.removals.delete(idOf(tag));
    setProperty(this.values, tag, value);
  }

  remove(tag: PropertyTag): void {
    this.settle();
    removeProperty(this.values, tag);
    this.removals.set(idOf(tag), canonicalTag(tag));
  }

  clear(): void {
    this.settle();
    this.values.clear();
    this.removals.clear();
  }

  /** What to call to have the changes of now again. */
  remember(): () => void {
    this.settle();
    const values = new Map(this.values);
    const removals = new Map(this.removals);
    return () => {
      this.clear();
      for (const [tag, value] of values) this.values.set(tag, value);
      for (const [id, tag] of removals) this.removals.set(id, tag);
    };
  }

  /** The tag and value of this id as seen through the changes, whatever its type. */
  find(base: ReadonlyPropertyBag, tag: PropertyTag): [PropertyTag, StoredValue] | undefined {
    this.settle();
    const changed = storedTag(this.values, tag);
    if (changed !== undefined) return [changed, this.values.get(changed) as StoredValue];
    if (this.removals.has(idOf(tag))) return undefined;
    const original = storedTag(base, tag);
    return original === undefined ? undefined : [original, base.get(original) as StoredValue];
  }

  /** A copy of `base` with the changes made. */
  applyTo(base: ReadonlyPropertyBag): PropertyBag {
    this.settle();
    const bag: PropertyBag = new Map(base);
    for (const tag of this.removals.values()) removeProperty(bag, tag);
    for (const [tag, value] of this.values) setProperty(bag, tag, value);
    return bag;
  }
}
