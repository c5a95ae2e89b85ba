import type { RopPayload } from '../protocols/mapihttp/index.ts';
import { type Notification, type ResultsOf, type RopCall, readAnswers, succeeded, writeCalls } from './rop-call.ts';

/** Carries operations to a server, wherever that is, and keeps what it tells besides. */
export interface RopClient {
  /** Sends operations in one Execute; each has its result, failed or not. */
  execute<const Calls extends readonly RopCall[]>(...calls: Calls): Promise<ResultsOf<Calls>>;
  /** Sends one operation and gives its response. Throws MapiError when it failed. */
  run<Response>(call: RopCall<Response>): Promise<Response>;
  /** Sends operations in one Execute. Throws MapiError of the first that failed. */
  runAll(...calls: readonly RopCall[]): Promise<void>;
  /** Notifications that came with answers since the last call. */
  takeNotifications(): Notification[];
}

/** One Execute: the operations with the handle table go, the payloads of the answer come. */
export type CarryRops = (request: RopPayload) => Promise<readonly RopPayload[]>;

export function createRopClient(carry: CarryRops): RopClient {
  let notifications: Notification[] = [];

  async function execute<const Calls extends readonly RopCall[]>(...calls: Calls): Promise<ResultsOf<Calls>> {
    const { rops, handles } = writeCalls(calls);
    const payloads = await carry({ rops, handles: handles.map((handle) => handle.value) });
    const read = readAnswers(payloads, calls, handles);
    notifications.push(...read.notifications);
    return read.results as ResultsOf<Calls>;
  }

  return {
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
  };
}
