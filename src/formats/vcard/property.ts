/** One property of a vCard: a content line without folding and encodings. */
export interface VcardProperty {
  readonly group: string | undefined;
  /** Upper case. */
  readonly name: string;
  /** By upper-case names; TYPE also holds the bare words of vCard 2.1. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  /** As it stands in the file, escapes and all; quoted-printable and charsets are decoded. */
  readonly value: string;
}

export type VcardVersion = '2.1' | '3.0' | '4.0';

/** The words of TYPE, upper case. */
export const typesOf = ({ parameters }: VcardProperty): Set<string> =>
  new Set((parameters.get('TYPE') ?? []).flatMap((type) => type.split(',')).map((type) => type.trim().toUpperCase()));

/** Rank among alike, 1 the most wanted (RFC 6350 5.3); `PREF` of older versions is 1, none is 101. */
export function preferenceOf(property: VcardProperty): number {
  const rank = Number(property.parameters.get('PREF')?.[0]);
  if (rank >= 1 && rank <= 100) return rank;
  return typesOf(property).has('PREF') ? 1 : 101;
}

/** Text with its escapes undone (RFC 6350 3.4). */
export const unescapeText = (value: string): string =>
  value.replace(/\\(\r\n|[\s\S])/g, (_, letter: string) => (letter === 'n' || letter === 'N' ? '\n' : letter));

export const escapeText = (text: string): string =>
  text.replace(/[\\,;]/g, (letter) => `\\${letter}`).replace(/\r\n|\r|\n/g, '\\n');

/** A value split at a separator that is not escaped; the pieces keep their escapes. */
export function splitEscaped(value: string, separator: ',' | ';'): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1;
    else if (value[at] === separator) {
      pieces.push(value.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(value.slice(start));
  return pieces;
}
