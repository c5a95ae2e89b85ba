/** Bytes of one line before it has to be folded (RFC 6350 3.2). */
const lineBytes = 75;

export interface WrittenProperty {
  readonly group?: string;
  readonly name: string;
  /** Values that are empty are left out. */
  readonly parameters?: Readonly<Record<string, readonly string[] | undefined>>;
  /** With its escapes. */
  readonly value: string;
}

/** A content line, folded, with its line end. */
export function writeLine({ group, name, parameters = {}, value }: WrittenProperty): string {
  let line = `${group ? `${group}.` : ''}${name}`;
  for (const [parameter, values] of Object.entries(parameters))
    if (values && values.length > 0) line += `;${parameter}=${values.map(parameterValue).join(',')}`;
  return `${fold(`${line}:${value}`)}\r\n`;
}

/** A parameter's value, quoted where it has to be, with the escapes of RFC 6868. */
function parameterValue(text: string): string {
  const escaped = text.replace(/[\^"]|\r\n|\r|\n/g, (found) => (found === '^' ? '^^' : found === '"' ? "^'" : '^n'));
  return /^[A-Za-z0-9_./+-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** Breaks a line so that no piece has more than 75 bytes and no letter is cut. */
export function fold(line: string): string {
  if (Buffer.byteLength(line, 'utf8') <= lineBytes) return line;
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const letter of line) {
    const size = Buffer.byteLength(letter, 'utf8');
    if (bytes + size > lineBytes) {
      pieces.push(piece);
      // The blank that begins the next piece counts.
      piece = ' ';
      bytes = 1;
    }
    piece += letter;
    bytes += size;
  }
  pieces.push(piece);
  return pieces.join('\r\n');
}
