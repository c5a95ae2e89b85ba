import type { LogonObject, ServerObject } from './objects.ts';
import type { Session } from './session.ts';

/** What a handler sees of the Execute call that its operation came in. */
export interface RopContext {
  readonly session: Session;
  readonly logonId: number;
  /**
   * The object of the input handle. Throws MapiError ecNullObject when the handle is unset or unknown, ecNotSupported
   * when the object is of another kind than those given.
   */
  input<K extends ServerObject['kind']>(...kinds: K[]): Extract<ServerObject, { kind: K }>;
  /** The object of the second handle of operations that have one (destination, response, source). */
  second<K extends ServerObject['kind']>(...kinds: K[]): Extract<ServerObject, { kind: K }>;
  /** The logon that the input object belongs to. */
  readonly logon: LogonObject;
  /** Puts a new object into the output handle slot; it gets its handle when the operation succeeds. */
  setOutput(object: ServerObject): void;
  /** Bytes left for what follows ReturnValue in this response: give less, or throw {@link NoRoom}. */
  readonly room: number;
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
