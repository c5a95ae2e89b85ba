import type { Guid } from './guid.ts';

/** The name of a named property, MS-OXCDATA 2.6.1: a property set and a LID or a string. */
export type PropertyName =
  | { readonly guid: Guid; readonly lid: number; readonly name?: undefined }
  | { readonly guid: Guid; readonly name: string; readonly lid?: undefined };

/** A text unique for each name; string names compare without regard to case. */
export const propertyNameKey = (name: PropertyName): string =>
  name.name === undefined ? `${name.guid}:#${name.lid}` : `${name.guid}:${name.name.toLowerCase()}`;
