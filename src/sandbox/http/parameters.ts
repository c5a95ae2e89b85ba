import { OxError } from '../errors.ts';

/** The parameters of a request, wherever they came from: URL, form, or an item of `multiple`. */
export interface Parameters {
  text(name: string): string | undefined;
  /** Missing: SVL-0002. */
  required(name: string): string;
  /** Not a whole number: SVL-0004. */
  integer(name: string): number | undefined;
  requiredInteger(name: string): number;
  /** `true` and `1` are true. */
  flag(name: string): boolean;
  /** A comma-separated list. */
  list(name: string): string[];
}

export function parameters(values: Readonly<Record<string, unknown>>): Parameters {
  const text = (name: string): string | undefined => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const first = Array.isArray(value) ? value[0] : value;
    if (first === undefined || first === null) return undefined;
    return typeof first === 'object' ? JSON.stringify(first) : String(first);
  };
  const required = (name: string): string => {
    const value = text(name);
    if (value === undefined || value === '') throw new OxError('SVL-0002', name);
    return value;
  };
  const whole = (name: string, value: string): number => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) throw new OxError('SVL-0004', `${name}=${value}`);
    return number;
  };
  return {
    text,
    required,
    integer(name) {
      const value = text(name);
      return value === undefined || value === '' ? undefined : whole(name, value);
    },
    requiredInteger: (name) => whole(name, required(name)),
    flag: (name) => text(name) === 'true' || text(name) === '1',
    list(name) {
      const value = text(name);
      if (value === undefined) return [];
      return value
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
    },
  };
}
