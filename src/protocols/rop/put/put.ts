import { ec, isKnownCodePage, MapiError } from '../../../mapi/index.ts';
import type { Origin } from '../../../store/index.ts';
import { WireError } from '../../../wire/index.ts';
import { createStreamReader } from '../../fasttransfer/index.ts';
import type { LogonObject } from '../objects.ts';
import { idsOfNames, type PutContext } from './context.ts';
import { Elements, type Rule } from './elements.ts';

/** A FastTransfer upload context (MS-OXCFXICS 3.2.1.2): takes a stream as it comes and makes objects of it. */
export interface Put {
  /**
   * Takes the next bytes; what they complete is there afterwards. Errors: ecFormatError for what is no such stream,
   * those of saving; whatever it was, the same at each further call.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Drops what is not whole. */
  close(): void;
}

export interface PutOptions {
  readonly logon: LogonObject;
  readonly origin: Origin;
  /** That of 8-bit text in the stream. */
  readonly codePage: number;
  /** The syntax of the stream, from its root element on, and what is made of it. */
  readonly root: (put: PutContext) => Rule;
  /** Runs once when the upload is over. */
  readonly release?: () => void;
}

export function createPut(options: PutOptions): Put {
  const { logon, origin } = options;
  const codePage = isKnownCodePage(options.codePage) ? options.codePage : 1252;
  const reader = createStreamReader(codePage);
  const at = new Elements();
  const { mailbox } = logon;
  const rules = whole(options, { at, logon, mailbox, origin, codePage, idOfName: idsOfNames(mailbox) });
  let failure: { readonly error: unknown } | undefined;
  let closed = false;

  return {
    async write(bytes) {
      if (closed) throw new MapiError(ec.objectDeleted);
      if (failure !== undefined) throw failure.error;
      try {
        at.load(reader.push(bytes));
        if (at.next()) await rules.next();
      } catch (error) {
        await rules.return();
        failure = { error: error instanceof WireError ? new MapiError(ec.formatError, error.message) : error };
        throw failure.error;
      }
    },
    close() {
      if (closed) return;
      closed = true;
      void rules
        .return()
        .catch(() => {})
        .then(() => options.release?.());
    },
  };
}

/** The root element and nothing after it. */
async function* whole({ root }: PutOptions, put: PutContext): Rule {
  yield* root(put);
  throw put.at.unexpected();
}
