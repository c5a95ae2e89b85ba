import { OxError } from '../errors.ts';
import { type FormPart, parseMultipart } from './multipart.ts';

/** The body of a request, read as the action wants it. */
export interface RequestBody {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Missing: SVL-0023; not JSON: SVL-0009. */
  json(): unknown;
  /** An array; anything else: SVL-0028. */
  array(): unknown[];
  /** An object; anything else: SVL-0028. */
  object(): Record<string, unknown>;
  parts(): FormPart[];
}

export function bodyOf(bytes: Buffer, contentType: string): RequestBody {
  return bodyFrom(bytes, contentType, () => {
    if (bytes.length === 0) throw new OxError('SVL-0023');
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new OxError('SVL-0009');
    }
  });
}

/** The `data` of an item of `multiple`. */
export function bodyOfValue(value: unknown): RequestBody {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.alloc(0);
  return bodyFrom(bytes, 'application/json', () => {
    if (value === undefined) throw new OxError('SVL-0023');
    return value;
  });
}

function bodyFrom(bytes: Buffer, contentType: string, json: () => unknown): RequestBody {
  return {
    contentType,
    bytes,
    json,
    array() {
      const value = json();
      if (!Array.isArray(value)) throw new OxError('SVL-0028', 'an array is wanted');
      return value;
    },
    object: () => asObject(json()),
    parts: () => parseMultipart(bytes, contentType),
  };
}

/** The value as an object; anything else: SVL-0028. */
export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OxError('SVL-0028', 'an object is wanted');
  return value as Record<string, unknown>;
}
