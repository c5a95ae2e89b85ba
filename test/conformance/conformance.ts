import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { startStoreClient } from '../protocols/rop/mailbox-client.ts';
import { type Outlook, outlookOf } from './outlook.ts';

/** One thing that the specifications say, and how it shows. */
export interface Case {
  /** The requirements it stands for, as `R123 R124`; of the specification of the file where no other is named. */
  readonly of: string;
  /** The statement, in our words. */
  readonly says: string;
  readonly run: (outlook: Outlook) => Promise<void>;
}

/** Runs each case as a test of its own, on a new mailbox. */
export function conformance(specification: string, cases: readonly Case[]): void {
  for (const { of, says, run } of cases) {
    const requirements = of
      .split(' ')
      .map((one) => (one.includes('_') ? one : `${specification}_${one}`))
      .join(' ');
    test(`${says} (${requirements})`, async () => {
      const started = await startStoreClient();
      try {
        await run(outlookOf(started));
        if (started.errors.length > 0) throw started.errors[0];
      } finally {
        await started.close();
      }
    });
  }
}

/** A client of a mailbox of its own. */
export type Client = Awaited<ReturnType<typeof startStoreClient>>;

/** One thing that the specifications say, where a mailbox that others used before will do. */
export interface SharedCase {
  /** As `MS-OXCMSG_R123 MS-OXCMSG_R124`. */
  readonly requirements: string;
  readonly says: string;
  readonly run: (client: Client) => Promise<unknown>;
}

/** Runs each case as a test of its own, all of them on one mailbox. */
export function conformanceOnOneMailbox(cases: readonly SharedCase[]): void {
  let client: Client;
  before(async () => {
    client = await startStoreClient();
  });
  after(() => client.close());
  for (const { requirements, says, run } of cases) {
    test(`${requirements}: ${says}`, async () => {
      await run(client);
      assert.deepEqual(client.errors, []);
    });
  }
}

export const saveAttachment = (c: Client, attachment: number, message: number) =>
  c.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
