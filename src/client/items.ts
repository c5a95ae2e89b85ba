import {
  type Cell,
  fileTimeToDate,
  type NamedProperty,
  PidLid,
  PidTag,
  type PropertyTag,
  tagOf,
} from '../mapi/index.ts';
import { RopGetPropertyIdsFromNames } from '../protocols/rop/definitions/index.ts';
import { type OpenMailbox, openNewestFirst, readRows, release } from './mailbox.ts';
import { ropCall } from './rop-call.ts';
import type { RopClient } from './rop-client.ts';

/** What lists of contacts and tasks show of one. */
export interface ItemLine {
  /** PidTagMessageClass. */
  readonly messageClass: string;
  readonly subject: string;
  readonly company: string;
  /** First e-mail address of a contact. */
  readonly email: string;
  /** The due day of a task, midnight UTC. */
  readonly due: Date | undefined;
  readonly complete: boolean;
}

/** Names that nobody used yet get ids, as with Outlook (MS-OXCPRPT 2.2.12.1). */
const create = 0x02;
const named: readonly NamedProperty[] = [PidLid.Email1EmailAddress, PidLid.TaskDueDate, PidLid.TaskComplete];

/** The items of a folder of contacts or tasks that changed last, newest first. */
export async function newestItems(
  client: RopClient,
  mailbox: OpenMailbox,
  folderId: bigint,
  count: number,
): Promise<ItemLine[]> {
  const { propertyIds } = await client.run(
    ropCall(RopGetPropertyIdsFromNames, mailbox.logon, { flags: create, propertyNames: [...named] }),
  );
  const columns: PropertyTag[] = [
    PidTag.MessageClass,
    PidTag.Subject,
    PidTag.CompanyName,
    ...named.map(({ type }, at) => tagOf(propertyIds[at]!, type)),
  ];
  const { folder, table } = await openNewestFirst(client, mailbox, folderId, columns, PidTag.LastModificationTime);
  const rows = await readRows(client, table, columns, count);
  await release(client, table, folder);
  return rows.map(([messageClass, subject, company, email, due, complete]) => ({
    messageClass: text(messageClass),
    subject: text(subject),
    company: text(company),
    email: text(email),
    due: typeof due === 'bigint' ? fileTimeToDate(due) : undefined,
    complete: complete === true,
  }));
}

const text = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '');
