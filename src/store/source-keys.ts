import { ec, MapiError, parseSourceKey } from '../mapi/index.ts';
import { WireError } from '../wire/index.ts';
import type { MailboxContext } from './internal.ts';

/**
 * The source key to store for an object that a client brought: null when it says the same as the object's own id.
 * Errors: ecInvalidParam unless it has 22 bytes.
 */
export function ownSourceKey(context: MailboxContext, given: Uint8Array | undefined, id: number): Uint8Array | null {
  if (given === undefined) return null;
  try {
    const { guid, counter } = parseSourceKey(given);
    return guid === context.mailbox.replicaGuid && counter === id ? null : given;
  } catch (error) {
    if (error instanceof WireError) throw new MapiError(ec.invalidParam, error.message);
    throw error;
  }
}
