/** Content of a message is on the backend, and the backend cannot be reached or no longer has it. */
export class ContentUnavailable extends Error {
  /** It is about this message, so that asking again, or for another one, says nothing new. */
  readonly lasting: boolean;

  constructor(message: string, options: ErrorOptions & { readonly lasting?: boolean } = {}) {
    super(message, options);
    this.name = 'ContentUnavailable';
    this.lasting = options.lasting ?? false;
  }
}
