import { OxError } from '../errors.ts';

/** The whole number of a field, which may be given as text; undefined for none. Errors: SVL-0010. */
export function numberOf(name: string, value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new OxError('SVL-0010', name);
  return number;
}
