/** One command of `oxbow`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `oxbow help NAME` prints. */
  readonly help: string;
  /** Returns the exit status. Throws UsageError for options that make no sense. */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong words on the command line: printed with a hint to the command's help. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
