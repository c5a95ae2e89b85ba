import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServerStatus } from '../server/index.ts';
import { type Command, UsageError } from './command.ts';
import { askServer } from './running-server.ts';
import { defaultTrialData } from './trial.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'accounts of a running server: what waits, what failed, what needs an answer',
  help: `oxbow status [--data DIR] [--json]

Lists the accounts that have signed in since the server started: state of their synchronization,
changes not yet on the groupware server, the last failure, mails that cannot be read, and folders
that stand still because more than half of their mails vanished on the groupware server (see:
oxbow help release).

  --data DIR   the server's data folder (default ${defaultTrialData})
  --json       as JSON
`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { data: { type: 'string', default: defaultTrialData }, json: { type: 'boolean', default: false } },
    });
    const status = (await askServer(resolve(values.data), '/admin/status')) as ServerStatus;
    process.stdout.write(values.json ? `${JSON.stringify(status, undefined, 2)}\n` : describe(status, values.data));
    return 0;
  },
};

/** Mails that are told of one by one. */
const listed = 10;

export function describe({ accounts }: ServerStatus, data: string): string {
  if (accounts.length === 0) return 'Nobody has signed in since the server started.\n';
  const lines: string[] = [];
  for (const { address, status, unreadable } of accounts) {
    lines.push(`${address.padEnd(32)} ${status.state.padEnd(9)} ${status.outbox} waiting`);
    if (status.lastError) lines.push(`  last failure: ${status.lastError}`);
    for (const { folder, vanished, of } of status.brakes)
      lines.push(
        `  ${vanished} of ${of} mails vanished from ${folder} at once; they are kept here until you say that they may go:`,
        `  oxbow release --user ${address} --folder "${folder}" --data ${data}`,
      );
    for (const { folder, subject, reason } of unreadable.slice(0, listed))
      lines.push(`  cannot be read, and is not in Outlook: ${JSON.stringify(subject)} in ${folder} (${reason})`);
    if (unreadable.length > listed) lines.push(`  and ${unreadable.length - listed} more; --json lists them all`);
  }
  return `${lines.join('\n')}\n`;
}

export const releaseCommand: Command = {
  name: 'release',
  summary: 'let mails that vanished on the groupware server be deleted here too',
  help: `oxbow release --user ADDRESS --folder FOLDER [--data DIR]

When more than half of a folder with over 20 mails vanishes at once on the groupware server, Oxbow
deletes nothing and waits. This says that it was meant: the mails are then deleted here, too (they
stay recoverable in Outlook). If it was not meant, bring the mails back on the groupware server.

  --user ADDRESS    the account
  --folder FOLDER   the folder as \`oxbow status\` names it
  --data DIR        the server's data folder (default ${defaultTrialData})
`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        user: { type: 'string' },
        folder: { type: 'string' },
        data: { type: 'string', default: defaultTrialData },
      },
    });
    if (!values.user || !values.folder) throw new UsageError('--user ADDRESS and --folder FOLDER are needed');
    await askServer(resolve(values.data), '/admin/release', { address: values.user, folder: values.folder });
    process.stdout.write(`What vanished from ${values.folder} is deleted with the next look.\n`);
    return 0;
  },
};
