import { type NamedProperty, type PropertyName, propertyNameKey } from './named-property.ts';
import { idOf, type PropertyId, type PropertyTag, tagOf } from './property-type.ts';

/** First id of named properties (MS-OXCPRPT 3.1.1.1). */
const firstNamedId = 0x8000;

/**
 * Which tags named properties have in one mailbox, for code that only turns formats into properties and back: the
 * caller has asked the mailbox for all names beforehand.
 */
export interface NamedTags {
  /** The tag of a named property. Throws when nobody asked the mailbox for its name. */
  tagOf(property: NamedProperty): PropertyTag;
  /** The name behind the id of a tag, where it is known. */
  nameOf(tag: PropertyTag): PropertyName | undefined;
}

/** The tags of names whose ids a mailbox told, in the same order; names without an id (0) are not known. */
export function namedTags(names: readonly PropertyName[], ids: readonly PropertyId[]): NamedTags {
  const idByKey = new Map<string, PropertyId>();
  const nameById = new Map<PropertyId, PropertyName>();
  names.forEach((name, at) => {
    const id = ids[at];
    if (!id) return;
    idByKey.set(propertyNameKey(name), id);
    nameById.set(id, name);
  });
  return {
    tagOf(property) {
      const id = idByKey.get(propertyNameKey(property));
      if (id === undefined) throw new Error(`no id for the named property ${propertyNameKey(property)}`);
      return tagOf(id, property.type);
    },
    nameOf: (tag) => nameById.get(idOf(tag)),
  };
}

/** Tags with ids of their own, in the order in which they are first asked for: where there is no mailbox. */
export function freshNamedTags(): NamedTags {
  const idByKey = new Map<string, PropertyId>();
  const nameById = new Map<PropertyId, PropertyName>();
  return {
    tagOf(property) {
      const key = propertyNameKey(property);
      const id = idByKey.get(key) ?? firstNamedId + idByKey.size;
      idByKey.set(key, id);
      nameById.set(id, property);
      return tagOf(id, property.type);
    },
    nameOf: (tag) => nameById.get(idOf(tag)),
  };
}
