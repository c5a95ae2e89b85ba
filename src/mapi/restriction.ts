import type { PropertyValue } from './property-bag.ts';
import type { PropertyTag } from './property-type.ts';

/** Relational operators, MS-OXCDATA 2.12.5. */
export const relop = { lt: 0, le: 1, gt: 2, ge: 3, eq: 4, ne: 5, regex: 6, memberOfDl: 0x64 } as const;

/** FuzzyLevelLow and FuzzyLevelHigh of a content restriction, MS-OXCDATA 2.12.4. */
export const fuzzyLow = { fullString: 0, substring: 1, prefix: 2, prefixOnWords: 0x10, phraseMatch: 0x20 } as const;
export const fuzzyHigh = { ignoreCase: 1, ignoreNonSpace: 2, loose: 4 } as const;

/** A property and its value, as in a TaggedPropertyValue. */
export interface TaggedValue {
  readonly tag: PropertyTag;
  readonly value: PropertyValue;
}

/** A restriction, MS-OXCDATA 2.12: a condition on one object. */
export type Restriction =
  | { readonly kind: 'and'; readonly restrictions: readonly Restriction[] }
  | { readonly kind: 'or'; readonly restrictions: readonly Restriction[] }
  | { readonly kind: 'not'; readonly restriction: Restriction }
  | {
      readonly kind: 'content';
      readonly fuzzyLevelLow: number;
      readonly fuzzyLevelHigh: number;
      readonly tag: PropertyTag;
      readonly value: TaggedValue;
    }
  | { readonly kind: 'property'; readonly relop: number; readonly tag: PropertyTag; readonly value: TaggedValue }
  | { readonly kind: 'compare'; readonly relop: number; readonly tag1: PropertyTag; readonly tag2: PropertyTag }
  | { readonly kind: 'bitmask'; readonly notEqualZero: boolean; readonly tag: PropertyTag; readonly mask: number }
  | { readonly kind: 'size'; readonly relop: number; readonly tag: PropertyTag; readonly size: number }
  | { readonly kind: 'exist'; readonly tag: PropertyTag }
  | { readonly kind: 'subobject'; readonly tag: PropertyTag; readonly restriction: Restriction }
  | { readonly kind: 'comment'; readonly values: readonly TaggedValue[]; readonly restriction: Restriction | undefined }
  | { readonly kind: 'count'; readonly count: number; readonly restriction: Restriction };
