import {
  connectRequest,
  connectResponse,
  disconnectRequest,
  disconnectResponse,
  executeFlag,
  executeRequest,
  executeResponse,
  noBytes,
  notificationWaitRequest,
  notificationWaitResponse,
  readRopPayload,
  unwrapPayloads,
  wrapPayload,
  writeRopPayload,
} from '../protocols/mapihttp/index.ts';
import { encode } from '../wire/index.ts';
import { createEndpointClient } from './endpoint.ts';
import type { HttpClient } from './http.ts';
import { clientLimits } from './limits.ts';
import { refused } from './rop-call.ts';
import { createRopClient, type RopClient } from './rop-client.ts';

/** How Execute requests are sent and may be answered. */
export interface ExecuteOptions {
  /** Compress requests, and allow it for answers. Default true. */
  readonly compress?: boolean;
  /** Obfuscate requests, and allow it for answers. Default false, as Outlook does over TLS. */
  readonly xor?: boolean;
  /** Allow chained answers. Default false. */
  readonly chain?: boolean;
  /** MaxRopOut in bytes. */
  readonly maxRopOut?: number;
}

/** A mailbox session as Outlook has one: Connect, operations, waiting for notifications, Disconnect. */
export interface MapiHttpClient extends RopClient {
  /** Creates the session context. Throws MapiError when the server refuses the user. */
  connect(legacyDn: string): Promise<{ displayName: string; auxiliary: Uint8Array }>;
  /** True when notifications are there to be fetched by an Execute; false after the server's time (five minutes). */
  notificationWait(signal?: AbortSignal): Promise<boolean>;
  ping(): Promise<void>;
  disconnect(): Promise<void>;
}

const defaultMaxRopOut = 0x10008;

export function createMapiHttpClient(http: HttpClient, url: string, options: ExecuteOptions = {}): MapiHttpClient {
  const endpoint = createEndpointClient(http, url);
  const compress = options.compress ?? true;
  const xor = options.xor ?? false;
  const flags =
    (compress ? 0 : executeFlag.noCompression) |
    (xor ? 0 : executeFlag.noXorMagic) |
    (options.chain ? executeFlag.chain : 0);
  const client = createRopClient(async ({ rops, handles }) => {
    const body = encode(executeRequest, {
      flags,
      ropBuffer: wrapPayload(writeRopPayload(rops, handles), { compress, xor, last: true }),
      maxRopOut: options.maxRopOut ?? defaultMaxRopOut,
      auxiliary: noBytes,
    });
    const answer = await endpoint.call('Execute', body, executeResponse);
    refused('Execute', answer.errorCode);
    return unwrapPayloads(answer.ropBuffer).map(readRopPayload);
  });

  return {
    ...client,
    async connect(legacyDn) {
      const body = encode(connectRequest, {
        userDn: legacyDn,
        flags: 0,
        defaultCodePage: 1252,
        lcidSort: 0x409,
        lcidString: 0x409,
        auxiliary: noBytes,
      });
      const { errorCode, displayName, auxiliary } = await endpoint.call('Connect', body, connectResponse);
      refused('Connect', errorCode);
      return { displayName, auxiliary };
    },
    async notificationWait(signal) {
      const body = encode(notificationWaitRequest, { flags: 0, auxiliary: noBytes });
      const answer = await endpoint.call('NotificationWait', body, notificationWaitResponse, {
        timeoutMs: clientLimits.waitMs,
        ...(signal ? { signal } : {}),
      });
      refused('NotificationWait', answer.errorCode);
      return answer.eventPending !== 0;
    },
    async ping() {
      await endpoint.post('PING', noBytes);
    },
    async disconnect() {
      const body = encode(disconnectRequest, { auxiliary: noBytes });
      const { errorCode } = await endpoint.call('Disconnect', body, disconnectResponse);
      endpoint.forgetCookies();
      refused('Disconnect', errorCode);
    },
  };
}
