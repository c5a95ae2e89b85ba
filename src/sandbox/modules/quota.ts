import type { Core } from '../core.ts';
import type { Action } from '../http/action.ts';

/** Bytes and number of a person's mails. Copies that share their content count each, as on a mail server. */
function mailUse(core: Core, personId: number): { use: number; count: number } {
  return core.db.get<{ use: number; count: number }>(
    `SELECT coalesce(sum(c.size), 0) AS use, count(*) AS count
     FROM mail_folder f JOIN mail m ON m.folder = f.id JOIN content c ON c.id = m.content WHERE f.owner = ?`,
    personId,
  )!;
}

const get: Action = (core, request) => {
  const { use, count } = mailUse(core, request.person.id);
  const account = {
    account_id: '0',
    account_name: request.person.address,
    quota: -1,
    use,
    countquota: -1,
    countuse: count,
  };
  return { data: { mail: { display_name: 'E-Mail', accounts: [account] } } };
};

const mail: Action = (core, request) => {
  const { use, count } = mailUse(core, request.person.id);
  return { data: { quota: -1, use, countquota: -1, countuse: count } };
};

const filestore: Action = () => ({ data: { quota: -1, use: 0 } });

/** Module `quota` (reference 10); nothing is limited. */
export const quota: Readonly<Record<string, Action>> = { get, mail, filestore };
