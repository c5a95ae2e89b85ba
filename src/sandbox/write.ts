import type { Core } from './core.ts';

/** One transaction of the sandbox; listeners hear of its changes after the commit. */
export function write<T>(core: Core, work: () => T): T {
  try {
    const result = core.db.write(work);
    core.events.flush();
    return result;
  } catch (error) {
    core.events.discard();
    throw error;
  }
}
