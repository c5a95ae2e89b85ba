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

/** What a handle changed in a property bag that it does not own: values set and properties removed. */
export class PropertyChanges {
  readonly set: PropertyBag = new Map();
  /** By id, because removing does not look at the type; the tag is the one that was asked for. */
  readonly removed = new Map<PropertyId, PropertyTag>();

  get isEmpty(): boolean {
    return this.set.size === 0 && this.removed.size === 0;
  }

  put(tag: PropertyTag, value: StoredValue): void {
    this.removed.delete(idOf(tag));
    setProperty(this.set, tag, value);
  }

  remove(tag: PropertyTag): void {
    removeProperty(this.set, tag);
    this.removed.set(idOf(tag), canonicalTag(tag));
  }

  clear(): void {
    this.set.clear();
    this.removed.clear();
  }

  /** The tag and value of this id as seen through the changes, whatever its type. */
  find(base: ReadonlyPropertyBag, tag: PropertyTag): [PropertyTag, StoredValue] | undefined {
    const changed = storedTag(this.set, tag);
    if (changed !== undefined) return [changed, this.set.get(changed) as StoredValue];
    if (this.removed.has(idOf(tag))) return undefined;
    const original = storedTag(base, tag);
    return original === undefined ? undefined : [original, base.get(original) as StoredValue];
  }

  /** A copy of `base` with the changes made. */
  applyTo(base: ReadonlyPropertyBag): PropertyBag {
    const bag: PropertyBag = new Map(base);
    for (const tag of this.removed.values()) removeProperty(bag, tag);
    for (const [tag, value] of this.set) setProperty(bag, tag, value);
    return bag;
  }
}
