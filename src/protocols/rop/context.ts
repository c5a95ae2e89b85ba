import { MapiError } from '../../mapi/index.ts';
import type { Mailbox, Origin } from '../../store/index.ts';
import type { Writer } from '../../wire/index.ts';
import type { LogonObject, ServerObject } from './objects.ts';
import type { Session } from './session.ts';

/** What a handler sees of the Execute call that its operation came in. */
export interface RopContext {
  readonly session: Session;
  readonly logonId: number;
  /** Origin of what this operation changes. */
  readonly origin: Origin;
  /**
   * The object of the input (or source) handle. Throws MapiError ecNullObject when the handle is unset or unknown,
   * ecNotSupported when the object is of another kind than those given.
   */
  input<K extends ServerObject['kind']>(...kinds: K[]): Extract<ServerObject, { kind: K }>;
  /** The object of the second handle of operations that have one; ecDstNullObject for an unset destination. */
  second<K extends ServerObject['kind']>(...kinds: K[]): Extract<ServerObject, { kind: K }>;
  /** Index of the input handle, for responses that repeat it. */
  readonly inputIndex: number;
  /** Number of the input handle; notifications name their object by it. */
  readonly inputHandle: number;
  /** The logon that the input object belongs to. */
  readonly logon: LogonObject;
  /** The mailbox of {@link logon}. */
  readonly mailbox: Mailbox;
  /** Code page of 8-bit strings in this operation (MS-OXCROPS 3.1.5.4). */
  readonly codePage: number;
  /** A new writer in that code page, for rows and the like. */
  writer(): Writer;
  /**
   * Puts a new object into the output handle slot; it gets its handle when the operation succeeds and its answer fits.
   * `opened` is called with that handle then.
   */
  setOutput(object: ServerObject, opened?: (handle: number) => void): void;
  /** Bytes left for what follows ReturnValue in this response: give less, or throw {@link NoRoom}. */
  readonly room: number;
  /** This is a repetition by the server for a chained answer (MS-OXCRPC 3.1.4.2.1.2.2). */
  readonly chained: boolean;
}

/** The response does not fit into what is left: the client is told to send this and the following operations again. */
export class NoRoom extends Error {
  readonly sizeNeeded: number;

  constructor(sizeNeeded: number) {
    super('response does not fit');
    this.name = 'NoRoom';
    this.sizeNeeded = sizeNeeded;
  }
}

/** A failure whose response carries fields (the definition's `failure` layout) other than the usual empty ones. */
export class RopFailure extends MapiError {
  readonly fields: unknown;

  constructor(code: number, fields: unknown) {
    super(code);
    this.name = 'RopFailure';
    this.fields = fields;
  }
}
