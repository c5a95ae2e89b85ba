import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';

/** Codes that a module answers to text which its table cannot hold. */
export interface TextCodes {
  readonly tooLong: string;
  readonly badCharacter: string;
}

export interface TextField {
  readonly column?: number;
  readonly name: string;
  readonly maximum: number;
}

/**
 * Checks texts against the table's columns: too long ones together in one TRUNCATED error with `truncated` and
 * `problematic` (reference 1.2), characters beyond the BMP on servers before 7.10, whose database cannot store them
 * (reference 16.28).
 */
export function checkTexts(
  core: Core,
  fields: readonly TextField[],
  values: Readonly<Record<string, unknown>>,
  codes: TextCodes,
): void {
  const problematic: Record<string, unknown>[] = [];
  for (const { column, name, maximum } of fields) {
    const value = values[name];
    if (typeof value !== 'string') continue;
    if (core.context.version === '7.8' && /[\u{10000}-\u{10ffff}]/u.test(value))
      throw new OxError(codes.badCharacter, name);
    if (value.length > maximum) problematic.push({ id: column ?? 0, length: value.length, max_size: maximum, name });
  }
  if (problematic.length === 0) return;
  const names = problematic.map(({ name }) => String(name));
  throw new OxError(codes.tooLong, names.join(', '), {
    truncated: problematic.map(({ id }) => id),
    problematic: problematic.map(({ name: _name, ...facts }) => facts),
  });
}
