import {
  connectRequest,
  disconnectRequest,
  executeRequest,
  noBytes,
  notificationWaitRequest,
  wrapPayload,
  writeRopPayload,
} from '../../../src/protocols/mapihttp/index.ts';
import { encode } from '../../../src/wire/index.ts';

/* Bodies of requests to the mailbox endpoint. */

export function connectBody(userDn: string, flags = 0): Buffer {
  return encode(connectRequest, {
    userDn,
    flags,
    defaultCodePage: 1252,
    lcidSort: 1033,
    lcidString: 1033,
    auxiliary: noBytes,
  });
}

/** An Execute around these operations; the answer neither compressed nor obfuscated unless `flags` says otherwise. */
export function executeBody(
  rops: Uint8Array,
  handles: readonly number[] = [],
  options: { flags?: number; room?: number; compress?: boolean; xor?: boolean } = {},
): Buffer {
  return encode(executeRequest, {
    flags: options.flags ?? 3,
    ropBuffer: wrapPayload(writeRopPayload(rops, handles), {
      compress: options.compress ?? false,
      xor: options.xor ?? false,
      last: true,
    }),
    maxRopOut: options.room ?? 0x10008,
    auxiliary: noBytes,
  });
}

export const waitBody = encode(notificationWaitRequest, { flags: 0, auxiliary: noBytes });
export const disconnectBody = encode(disconnectRequest, { auxiliary: noBytes });
