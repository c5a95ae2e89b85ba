import { BackendError } from '../backends/index.ts';

/** A change that cannot be pushed before something else happened: no failure, just later. */
export class Waiting extends Error {
  /** ms since 1970; the next poll when absent. */
  readonly until: number | undefined;

  constructor(message: string, until?: number) {
    super(message);
    this.name = 'Waiting';
    this.until = until;
  }
}

/** What is gone needs no more changing; the next look at the folder tells the rest. False when it was gone. */
export async function ignoreMissing(call: () => Promise<unknown>): Promise<boolean> {
  const done = await unlessMissing(async () => {
    await call();
    return true;
  });
  return done ?? false;
}

/** Undefined when the backend says that the object is not there. */
export async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof BackendError && error.kind === 'notFound')) throw error;
    return undefined;
  }
}
