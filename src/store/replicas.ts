import { ec, type Guid, MapiError } from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import type { MailboxInfo } from './types.ts';

/** The replicas that every mailbox knows, by replid: the own one, those of Exchange, and the mapping signature. */
export const standardReplicas = (info: Pick<MailboxInfo, 'replicaGuid' | 'mappingSignature'>): [number, Guid][] => [
  [1, info.replicaGuid],
  [2, 'ed33cbe5-94e2-48b6-8bea-bba984896933'],
  [3, '68349a54-323d-4a38-9aa9-e00a683131ba'],
  [4, 'bb0754de-7f26-4d08-932f-fe7a9d22f8bd'],
  [5, info.mappingSignature],
];

export interface Replicas {
  replidOf(guid: Guid, create: boolean): Promise<number | undefined>;
  guidOf(replid: number): Promise<Guid | undefined>;
}

/** The replid map of a mailbox (MS-OXCSTOR 3.2.1): entries are never changed or removed, so known ones stay in memory. */
export function replicas(context: MailboxContext): Replicas {
  const byReplid = new Map(standardReplicas(context.mailbox));
  const byGuid = new Map([...byReplid].map(([replid, guid]) => [guid, replid]));
  const remember = (replid: number, guid: Guid) => {
    const action = () => {
      byReplid.set(replid, guid);
      byGuid.set(guid, replid);
    };
    if (context.inTransaction()) context.afterCommit(action);
    else action();
  };
  const stored = async (by: 'guid' | 'replid', value: string | number) => {
    const row = await context
      .db()
      .selectFrom('replica')
      .select(['replid', 'guid'])
      .where('mailbox_id', '=', context.mailbox.id)
      .where(by, '=', value as never)
      .executeTakeFirst();
    if (row) remember(row.replid, row.guid);
    return row;
  };
  const create = (guid: Guid) =>
    context.transaction(async () => {
      const existing = await stored('guid', guid);
      if (existing) return existing.replid;
      const last = await context
        .db()
        .selectFrom('replica')
        .select((eb) => eb.fn.max('replid').as('replid'))
        .where('mailbox_id', '=', context.mailbox.id)
        .executeTakeFirst();
      const replid = (last?.replid ?? 0) + 1;
      if (replid > storeLimits.replids) throw new MapiError(ec.quotaExceeded, 'too many replicas');
      await context.db().insertInto('replica').values({ mailbox_id: context.mailbox.id, replid, guid }).execute();
      remember(replid, guid);
      return replid;
    });

  return {
    async replidOf(guid, mayCreate) {
      const known = byGuid.get(guid) ?? (await stored('guid', guid))?.replid;
      return known ?? (mayCreate ? create(guid) : undefined);
    },
    guidOf: async (replid) => byReplid.get(replid) ?? (await stored('replid', replid))?.guid,
  };
}
