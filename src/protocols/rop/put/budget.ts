import { ec, MapiError, type PropertyTag, type StoredValue } from '../../../mapi/index.ts';
import { valueSize } from '../properties/values.ts';
import { putLimits } from './limits.ts';

type Counted = 'heldBytes' | 'files' | 'recipients' | 'attachments';

/** What is left for one message and all inside it. */
export interface Budget {
  /** Errors: ecTooBig when that is more than is left. */
  spend(what: Counted, amount: number): void;
}

export function createBudget(): Budget {
  const left = {
    heldBytes: putLimits.heldBytes as number,
    files: putLimits.files as number,
    recipients: putLimits.recipients as number,
    attachments: putLimits.attachments as number,
  };
  return {
    spend(what, amount) {
      left[what] -= amount;
      if (left[what] < 0) throw new MapiError(ec.tooBig, `a message with too many ${what}`);
    },
  };
}

/** Bytes of the tag, and of what an entry of a bag takes. */
const entrySize = 64;

/** About what a property takes in memory, in bytes. */
export const heldSize = (tag: PropertyTag, value: StoredValue): number => entrySize + valueSize(tag, value);
