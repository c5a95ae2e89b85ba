import { test } from 'node:test';
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
