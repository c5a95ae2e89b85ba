/** A route pattern for a whole path segment, letters in either case: Outlook spells its paths in several ways. */
export function caseless(segment: string): string {
  const letters = segment.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`).replace(/\./g, '\\.');
  return `^${letters}$`;
}
