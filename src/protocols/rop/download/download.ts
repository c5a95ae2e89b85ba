import { ec, MapiError } from '../../../mapi/index.ts';
import type { KnownContents, Mailbox } from '../../../store/index.ts';
import {
  type Block,
  type BufferSource,
  cutIntoBuffers,
  emptyIcsState,
  type IcsState,
  StreamWriter,
  type TextForm,
} from '../../fasttransfer/index.ts';
import { knownOf, type StateKind, stateOf } from './state.ts';

/** A FastTransfer download context: a stream that is made while it is fetched (MS-OXCFXICS 3.2.1.2). */
export interface Download {
  readonly mailbox: Mailbox;
  /** Steps done, and all of them as far as known; at least 1. */
  readonly progress: { done: number; total: number };
  /** Which state a synchronization has; undefined for copies and for a state that is downloaded itself. */
  readonly kind: StateKind | undefined;
  /** The client's state; the one it has afterwards once the stream has been made to its end. */
  readonly state: IcsState;
  /** The part of the client's state that is about this mailbox. */
  known(): KnownContents;
  finish(state: KnownContents): void;
  /** Something that was left out of the stream, for the operator. */
  report(error: unknown): void;
  /** Whether buffers were asked for: then the state cannot be uploaded any more. */
  readonly started: boolean;
  next(size: number): Promise<{ data: Uint8Array; done: boolean }>;
  close(): void;
}

export interface DownloadOptions {
  readonly mailbox: Mailbox;
  readonly form: TextForm;
  readonly kind?: StateKind;
  readonly report?: (error: unknown) => void;
  /** Runs once when the download is over. */
  readonly release?: () => void;
  /** Writes the stream; what is left in the writer at the end is taken. */
  readonly write: (download: Download, out: StreamWriter) => AsyncGenerator<Block>;
}

/** A download that begins when the first buffer is asked for. */
export function createDownload(options: DownloadOptions): Download {
  const { mailbox } = options;
  let state = emptyIcsState();
  let source: BufferSource | undefined;
  let closed = false;
  const download: Download = {
    mailbox,
    progress: { done: 0, total: 1 },
    kind: options.kind,
    get state() {
      return state;
    },
    known: () => knownOf(state, mailbox.replicaGuid),
    finish: (known) => {
      state = stateOf(known, mailbox.replicaGuid);
    },
    report: (error) => options.report?.(error),
    get started() {
      return source !== undefined;
    },
    async next(size) {
      if (closed) throw new MapiError(ec.objectDeleted);
      source ??= cutIntoBuffers(whole(download, options));
      return source.next(size);
    },
    close() {
      if (closed) return;
      closed = true;
      source?.close();
      options.release?.();
    },
  };
  return download;
}

async function* whole(download: Download, options: DownloadOptions): AsyncGenerator<Block> {
  const out = new StreamWriter(options.form);
  yield* options.write(download, out);
  const last = out.take();
  if (last !== undefined) yield last;
}
