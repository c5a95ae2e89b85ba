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
import {
  type Notification,
  type ResultsOf,
  type RopCall,
  readAnswers,
  refused,
  succeeded,
  writeCalls,
} from './rop-call.ts';

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
export interface MapiHttpClient {
  /** Creates the session context. Throws MapiError when the server refuses the user. */
  connect(legacyDn: string): Promise<{ displayName: string; auxiliary: Uint8Array }>;
  /** Sends operations in one Execute; each has its result, failed or not. */
  execute<const Calls extends readonly RopCall[]>(...calls: Calls): Promise<ResultsOf<Calls>>;
  /** Sends one operation and gives its response. Throws MapiError when it failed. */
  run<Response>(call: RopCall<Response>): Promise<Response>;
  /** Sends operations in one Execute. Throws MapiError of the first that failed. */
  runAll(...calls: readonly RopCall[]): Promise<void>;
  /** Notifications that came with answers since the last call. */
  takeNotifications(): Notification[];
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
  let notifications: Notification[] = [];

  async function execute<const Calls extends readonly RopCall[]>(...calls: Calls): Promise<ResultsOf<Calls>> {
    const { rops, handles } = writeCalls(calls);
    const payload = writeRopPayload(
      rops,
      handles.map((handle) => handle.value),
    );
    const body = encode(executeRequest, {
      flags,
      ropBuffer: wrapPayload(payload, { compress, xor, last: true }),
      maxRopOut: options.maxRopOut ?? defaultMaxRopOut,
      auxiliary: noBytes,
    });
    const answer = await endpoint.call('Execute', body, executeResponse);
    refused('Execute', answer.errorCode);
    const read = readAnswers(unwrapPayloads(answer.ropBuffer).map(readRopPayload), calls, handles);
    notifications.push(...read.notifications);
    return read.results as ResultsOf<Calls>;
  }

  return {
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
    execute,
    async run(call) {
      const [result] = await execute(call);
      return succeeded(call, result as never);
    },
    async runAll(...calls) {
      const results = await execute(...calls);
      calls.forEach((call, i) => {
        succeeded(call, results[i]!);
      });
    },
    takeNotifications() {
      const taken = notifications;
      notifications = [];
      return taken;
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
