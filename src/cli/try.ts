import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, UsageError } from './command.ts';
import { runningServer } from './running-server.ts';
import { defaultTrialData } from './trial.ts';
import type { TryOptions } from './try-out.ts';

/** Password of everybody in the trial's own organisation. */
const trialPassword = 'oxbow';

export const tryCommand: Command = {
  name: 'try',
  summary: 'act as Outlook against a running server and print what it sees',
  help: `oxbow try [--url URL] [--user ADDRESS] [--password PASSWORD] [--send-to ADDRESS]
oxbow try --cached [--once] [--file FILE] [--url URL] [--user ADDRESS] [--password PASSWORD]

Finds the account by Autodiscover, connects over MAPI/HTTP, logs on, and prints the folder
tree and the newest mails. Without options it looks into the trial that is running.

With --cached it works as Outlook does in cached mode: it downloads the whole mailbox into
a replica, compares that with the server property by property, then follows what happens
and prints it until it is interrupted.

  --url URL              the server (default: the running trial's)
  --user ADDRESS         whose mailbox (default: the trial's first person)
  --password PASSWORD    (default: OXBOW_PASSWORD of the environment, or the trial's)
  --send-to ADDRESS      also send a mail and wait until it arrives
  --password-of-recipient PASSWORD
                         to see it arrive in the recipient's mailbox (default: the trial's);
                         without it the wait ends when the mail has left the Outbox
  --timeout SECONDS      how long to wait for it (default 60)
  --cached               download the mailbox, compare, and follow it
  --once                 with --cached: end after the comparison; status 1 when not equal
  --file FILE            with --cached: where the replica is kept; another run goes on from it
                         (default: a temporary file)
  --ca FILE              PEM of the certificate authority to trust (default: the trial's)
  --insecure             take any certificate
  --data DIR             the trial's data folder (default ${defaultTrialData})
`,
  async run(args) {
    const options = readOptions(args);
    const print = (line = ''): void => void process.stdout.write(`${line}\n`);
    if (options.cached !== undefined) {
      const { tryCached } = await import('./try-cached.ts');
      return tryCached({ ...options, ...options.cached }, print, interrupted());
    }
    const { tryOut } = await import('./try-out.ts');
    return tryOut(options, print);
  },
};

/** Aborts when the person or the system wants the program to end. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

/** In cached mode: what only that needs. */
interface Options extends TryOptions {
  readonly cached?: { readonly once: boolean; readonly file?: string };
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      user: { type: 'string' },
      password: { type: 'string' },
      'send-to': { type: 'string' },
      'password-of-recipient': { type: 'string' },
      timeout: { type: 'string', default: '60' },
      cached: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      file: { type: 'string' },
      ca: { type: 'string' },
      insecure: { type: 'boolean', default: false },
      data: { type: 'string', default: defaultTrialData },
    },
  });
  if (!values.cached && (values.once || values.file !== undefined))
    throw new UsageError('--once and --file go with --cached');
  if (values.cached && values['send-to'] !== undefined) throw new UsageError('--send-to does not go with --cached');
  const trial = runningServer(resolve(values.data));
  const ofTrial = trial !== undefined && (values.url === undefined || sameOrigin(values.url, trial.url));
  const url = values.url ?? trial?.url;
  if (url === undefined)
    throw new UsageError(`no trial has run in ${values.data}; start one with npm start, or give --url and --user`);
  if (!URL.canParse(url)) throw new UsageError(`--url: "${url}" is not a URL`);
  const user = values.user ?? (ofTrial ? trial.people?.[0]?.address : undefined);
  if (user === undefined) throw new UsageError('--user is missing');
  const password = values.password ?? process.env.OXBOW_PASSWORD ?? (ofTrial ? trialPassword : undefined);
  if (password === undefined) throw new UsageError('--password is missing');
  const seconds = Number(values.timeout);
  if (!(seconds > 0)) throw new UsageError(`--timeout: "${values.timeout}" is not a number of seconds`);
  const passwordOfRecipient = values['password-of-recipient'] ?? (ofTrial ? trialPassword : undefined);
  const authorityFile = values.ca ?? (ofTrial && !values.insecure ? trial.certificateAuthority : undefined);
  return {
    url,
    user,
    password,
    timeoutMs: seconds * 1000,
    insecure: values.insecure,
    ...(values.cached
      ? { cached: { once: values.once, ...(values.file === undefined ? {} : { file: values.file }) } }
      : {}),
    ...(values['send-to'] === undefined ? {} : { sendTo: values['send-to'] }),
    ...(passwordOfRecipient === undefined ? {} : { passwordOfRecipient }),
    ...(authorityFile === undefined ? {} : { certificateAuthority: readFileSync(authorityFile, 'utf8') }),
  };
}

const sameOrigin = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
