import { Reader, sizedBytes, string8, string16, struct, u32, type WireType, Writer } from '../../wire/index.ts';

/* Bodies of the mailbox endpoint's request types (MS-OXCMAPIHTTP 2.2.4), for server and client. */

const auxiliary = sizedBytes(u32);

export const connectRequest = struct({
  userDn: string8,
  flags: u32,
  defaultCodePage: u32,
  lcidSort: u32,
  lcidString: u32,
  auxiliary,
});

export const connectResponse = struct({
  errorCode: u32,
  pollsMax: u32,
  retryCount: u32,
  retryDelay: u32,
  dnPrefix: string8,
  displayName: string16,
  auxiliary,
});

export const executeRequest = struct({ flags: u32, ropBuffer: sizedBytes(u32), maxRopOut: u32, auxiliary });
export const executeResponse = struct({ errorCode: u32, flags: u32, ropBuffer: sizedBytes(u32), auxiliary });

/** Execute request flags (MS-OXCRPC 3.1.4.2). */
export const executeFlag = { noCompression: 0x1, noXorMagic: 0x2, chain: 0x4 } as const;

export const disconnectRequest = struct({ auxiliary });
export const disconnectResponse = struct({ errorCode: u32, auxiliary });

export const notificationWaitRequest = struct({ flags: u32, auxiliary });
export const notificationWaitResponse = struct({ errorCode: u32, eventPending: u32, auxiliary });

export const noBytes = new Uint8Array(0);

/** A success body: StatusCode 0 and then the fields. */
export function writeBody<T>(type: WireType<T>, value: T): Buffer {
  const writer = new Writer();
  writer.u32(0);
  type.write(writer, value);
  return writer.finish();
}

/** A failure body: a StatusCode other than 0, and no auxiliary buffer. */
export function writeFailure(statusCode: number): Buffer {
  const writer = new Writer(8);
  writer.u32(statusCode);
  writer.u32(0);
  return writer.finish();
}

/** The fields of a response body, or its StatusCode when that is not 0. Throws WireError. */
export function readBody<T>(type: WireType<T>, body: Uint8Array): { statusCode: number; value?: T } {
  const reader = new Reader(body);
  const statusCode = reader.u32();
  if (statusCode !== 0) return { statusCode };
  const value = type.read(reader);
  reader.done();
  return { statusCode, value };
}
