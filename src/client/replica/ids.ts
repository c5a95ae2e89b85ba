import * as d from '../../protocols/rop/definitions/index.ts';
import { ropCall } from '../rop-call.ts';
import type { ReplicaDatabase } from './database.ts';
import type { ReplicaSession } from './session.ts';

/** Ids that Outlook asks for when it makes an offline file, and what is left when this asks for more. */
const block = 0x10000;
const reserve = 0x1000;

/** Sees to it that ids for new objects are there, also for some time offline (MS-OXCFXICS 3.3.5.2.1). */
export async function reserveIds(db: ReplicaDatabase, { client, mailbox }: ReplicaSession): Promise<void> {
  const [next, end] = [db.setting<number>('nextId') ?? 0, db.setting<number>('endId') ?? 0];
  if (end - next >= reserve) return;
  const { replGuid, globalCount } = await client.run(
    ropCall(d.RopGetLocalReplicaIds, mailbox.logon, { idCount: block }),
  );
  if (replGuid !== db.setting('replica')) throw new Error(`ids of the replica ${replGuid}`);
  db.transaction(() => {
    db.setSetting('nextId', globalCount);
    db.setSetting('endId', globalCount + block);
  });
}

/** An id that no object ever had. Throws when the replica has none left, which takes a connection to mend. */
export function newId(db: ReplicaDatabase): number {
  const next = db.setting<number>('nextId') ?? 0;
  if (next >= (db.setting<number>('endId') ?? 0)) throw new Error('the replica has no ids left');
  db.setSetting('nextId', next + 1);
  return next;
}
