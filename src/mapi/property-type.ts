/** Property types, MS-OXCDATA 2.11.1. */
export const Ptyp = {
  Unspecified: 0x0000,
  Null: 0x0001,
  Integer16: 0x0002,
  Integer32: 0x0003,
  Floating32: 0x0004,
  Floating64: 0x0005,
  Currency: 0x0006,
  FloatingTime: 0x0007,
  ErrorCode: 0x000a,
  Boolean: 0x000b,
  Object: 0x000d,
  Integer64: 0x0014,
  String8: 0x001e,
  String: 0x001f,
  Time: 0x0040,
  Guid: 0x0048,
  ServerId: 0x00fb,
  Restriction: 0x00fd,
  RuleAction: 0x00fe,
  Binary: 0x0102,
} as const;

/** Bit of a multiple-value type (PtypMultiple…). */
export const multiValue = 0x1000;
/** Bit that, with {@link multiValue}, asks for one table row for each value (MS-OXCTABL 2.2.1.11). */
export const multiValueInstance = 0x2000;

export type PropertyType = number;
export type PropertyId = number;
/** Property id in the high, property type in the low 16 bits; an unsigned 32-bit number (MS-OXCDATA 2.9). */
export type PropertyTag = number;

export const tagOf = (id: PropertyId, type: PropertyType): PropertyTag => ((id << 16) | type) >>> 0;
export const idOf = (tag: PropertyTag): PropertyId => tag >>> 16;
export const typeOf = (tag: PropertyTag): PropertyType => tag & 0xffff;
export const withType = (tag: PropertyTag, type: PropertyType): PropertyTag => ((tag & 0xffff0000) | type) >>> 0;
/** Ids from 0x8000 belong to named properties (MS-OXCPRPT 3.1.1.1). */
export const isNamed = (tag: PropertyTag): boolean => tag >>> 16 >= 0x8000;
