/** Bytes that cannot be what they are read as: truncated, out of bounds, or of no known kind. */
export class WireError extends Error {
  readonly offset: number;

  constructor(message: string, offset = -1) {
    super(offset < 0 ? message : `${message} at byte ${offset}`);
    this.name = 'WireError';
    this.offset = offset;
  }
}
