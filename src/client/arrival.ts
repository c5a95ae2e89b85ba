import { setTimeout as delay } from 'node:timers/promises';
import {
  type MailLine,
  type MailTable,
  type OpenMailbox,
  openMailTable,
  release,
  subscribeNewMail,
} from './mailbox.ts';
import type { MapiHttpClient } from './mapi-http-client.ts';

/** Looks at the folder at least this often, should a notification not come. */
const lookEveryMs = 5_000;
/** How many of the newest mails are looked at. */
const lookAt = 20;

/** Watches a folder for mails from the moment it was made, so that none that comes soon is missed. */
export interface ArrivalWatch {
  /** The mail of this subject as soon as it is in the folder; undefined when it did not come in time. */
  arrival(subject: string, timeoutMs: number): Promise<MailLine | undefined>;
  close(): Promise<void>;
}

export async function watchArrivals(
  client: MapiHttpClient,
  mailbox: OpenMailbox,
  folderId: bigint,
): Promise<ArrivalWatch> {
  const subscription = await subscribeNewMail(client, mailbox, folderId);
  const table: MailTable = await openMailTable(client, mailbox, folderId);
  return {
    async arrival(subject, timeoutMs) {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const found = (await table.newest(lookAt)).find((mail) => mail.subject === subject);
        if (found !== undefined) return found;
        client.takeNotifications();
        const left = until - performance.now();
        if (left <= 0) return undefined;
        await waitAtMost(client, Math.min(left, lookEveryMs));
      }
    },
    async close() {
      await table.close();
      await release(client, subscription);
    },
  };
}

async function waitAtMost(client: MapiHttpClient, ms: number): Promise<void> {
  const signal = AbortSignal.timeout(Math.ceil(ms));
  try {
    // A server that answers at once although nothing is there must not keep us busy.
    if (!(await client.notificationWait(signal))) await delay(100);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
