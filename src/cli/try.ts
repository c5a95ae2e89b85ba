import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createHttpClient,
  createMapiHttpClient,
  createNspiClient,
  discover,
  folderTree,
  type HttpClient,
  logOn,
  type MapiHttpClient,
  newestMails,
  type OpenMailbox,
  sendMail,
  watchArrivals,
} from '../client/index.ts';
import { PidTag } from '../mapi/index.ts';
import { type Command, UsageError } from './command.ts';
import { defaultTrialData } from './trial.ts';

/** Password of everybody in the trial's own organisation. */
const trialPassword = 'oxbow';

export const tryCommand: Command = {
  name: 'try',
  summary: 'act as Outlook against a running server and print what it sees',
  help: `oxbow try [--url URL] [--user ADDRESS] [--password PASSWORD] [--send-to ADDRESS]

Finds the account by Autodiscover, connects over MAPI/HTTP, logs on, and prints the folder
tree and the newest mails. Without options it looks into the trial that is running.

  --url URL              the server (default: the running trial's)
  --user ADDRESS         whose mailbox (default: the trial's first person)
  --password PASSWORD    (default: OXBOW_PASSWORD of the environment, or the trial's)
  --send-to ADDRESS      also send a mail and wait until it arrives
  --password-of-recipient PASSWORD
                         to see it arrive in the recipient's mailbox (default: the trial's);
                         without it the wait ends when the mail has left the Outbox
  --timeout SECONDS      how long to wait for it (default 60)
  --ca FILE              PEM of the certificate authority to trust (default: the trial's)
  --insecure             take any certificate
  --data DIR             the trial's data folder (default ${defaultTrialData})
`,
  async run(args) {
    const options = readOptions(args);
    const print = (line = ''): void => void process.stdout.write(`${line}\n`);
    return tryOut(options, print);
  },
};

/** What a try needs to know; made from the command line and the running trial. */
export interface TryOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly sendTo?: string;
  readonly passwordOfRecipient?: string;
  readonly timeoutMs: number;
  readonly certificateAuthority?: string;
  readonly insecure: boolean;
}

function readOptions(args: readonly string[]): TryOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      user: { type: 'string' },
      password: { type: 'string' },
      'send-to': { type: 'string' },
      'password-of-recipient': { type: 'string' },
      timeout: { type: 'string', default: '60' },
      ca: { type: 'string' },
      insecure: { type: 'boolean', default: false },
      data: { type: 'string', default: defaultTrialData },
    },
  });
  const trial = runningTrial(resolve(values.data));
  const ofTrial = trial !== undefined && (values.url === undefined || sameOrigin(values.url, trial.url));
  const url = values.url ?? trial?.url;
  if (url === undefined)
    throw new UsageError(`no trial has run in ${values.data}; start one with npm start, or give --url and --user`);
  if (!URL.canParse(url)) throw new UsageError(`--url: "${url}" is not a URL`);
  const user = values.user ?? (ofTrial ? trial.people[0]?.address : undefined);
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
    ...(values['send-to'] === undefined ? {} : { sendTo: values['send-to'] }),
    ...(passwordOfRecipient === undefined ? {} : { passwordOfRecipient }),
    ...(authorityFile === undefined ? {} : { certificateAuthority: readFileSync(authorityFile, 'utf8') }),
  };
}

interface RunningTrial {
  readonly url: string;
  readonly certificateAuthority?: string;
  readonly people: readonly { readonly address: string }[];
}

function runningTrial(data: string): RunningTrial | undefined {
  const file = join(data, 'running.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunningTrial) : undefined;
}

const sameOrigin = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;

/** A person's session, from Autodiscover to logon. */
interface Visit {
  readonly http: HttpClient;
  readonly client: MapiHttpClient;
  readonly mailbox: OpenMailbox;
  close(): Promise<void>;
}

type Print = (line?: string) => void;

/** Runs a try; each step prints what it saw. Returns the exit status; throws with a message for a person. */
export async function tryOut(options: TryOptions, print: Print): Promise<number> {
  const visit = await visitMailbox(options, options.user, options.password, print);
  try {
    await showFolders(visit, print);
    await showMails(visit, print);
    if (options.sendTo === undefined) return 0;
    return await sendAndWait(options, visit, options.sendTo, print);
  } finally {
    await visit.close();
  }
}

const label = (name: string): string => name.padEnd(13);

async function visitMailbox(options: TryOptions, user: string, password: string, print: Print): Promise<Visit> {
  const http = createHttpClient({
    user,
    password,
    insecure: options.insecure,
    ...(options.certificateAuthority === undefined ? {} : { certificateAuthority: options.certificateAuthority }),
  });
  try {
    const account = await discover(http, options.url, user);
    print(`${label('Autodiscover')}${account.displayName} <${account.address}>`);
    print(`${label('')}${account.mailboxUrl}`);
    const client = createMapiHttpClient(http, account.mailboxUrl);
    const { displayName } = await client.connect(account.legacyDn);
    print(`${label('Connect')}${displayName}`);
    const mailbox = await logOn(client, account.legacyDn);
    print(`${label('Logon')}mailbox ${mailbox.mailboxGuid}`);
    print(`${label('Address book')}${await countPeople(http, account.addressBookUrl)}`);
    return {
      http,
      client,
      mailbox,
      async close() {
        await client.disconnect().catch(() => {});
        http.close();
      },
    };
  } catch (error) {
    http.close();
    throw error;
  }
}

async function countPeople(http: HttpClient, url: string): Promise<string> {
  const book = createNspiClient(http, url);
  await book.bind();
  const rows = await book.list([PidTag.DisplayName], 50);
  await book.unbind();
  return rows.length === 0 ? 'nobody' : rows.map(([name]) => String(name)).join(', ');
}

async function showFolders({ client, mailbox }: Visit, print: Print): Promise<void> {
  print();
  print('Folders');
  for (const folder of await folderTree(client, mailbox)) {
    const unread = folder.unread > 0 ? `, ${folder.unread} unread` : '';
    print(`  ${'  '.repeat(folder.depth)}${folder.name}  ${folder.items}${unread}`);
  }
}

async function showMails({ client, mailbox }: Visit, print: Print): Promise<void> {
  print();
  print('Newest in the Inbox');
  const mails = await newestMails(client, mailbox, mailbox.folders.inbox, 10);
  if (mails.length === 0) print('  (nothing)');
  for (const mail of mails) {
    const when = mail.received?.toISOString().slice(0, 16).replace('T', ' ') ?? ''.padEnd(16);
    print(`  ${mail.read ? ' ' : '*'} ${when}  ${mail.sender || '-'}: ${mail.subject}`);
  }
}

async function sendAndWait(options: TryOptions, visit: Visit, to: string, print: Print): Promise<number> {
  const subject = `Oxbow try ${new Date().toISOString()}`;
  const self = to.toLowerCase() === options.user.toLowerCase();
  print();
  // Who receives is watched before anything is sent.
  const recipient =
    self || options.passwordOfRecipient === undefined
      ? undefined
      : await visitMailbox(options, to, options.passwordOfRecipient, () => {});
  try {
    const where = recipient ?? visit;
    const seesArrival = self || recipient !== undefined;
    const folder = seesArrival ? where.mailbox.folders.inbox : where.mailbox.folders.sentItems;
    const watch = await watchArrivals(where.client, where.mailbox, folder);
    const began = performance.now();
    await sendMail(visit.client, visit.mailbox, { to: [to], subject, text: 'A mail that oxbow try sent.\r\n' });
    print(`${label('Sent')}"${subject}" to ${to} in ${seconds(performance.now() - began)}`);
    const mail = await watch.arrival(subject, options.timeoutMs);
    const took = seconds(performance.now() - began);
    await watch.close();
    if (mail === undefined) {
      print(`${label('Not arrived')}within ${took}`);
      return 1;
    }
    if (seesArrival) print(`${label('Arrived')}at ${to} after ${took}`);
    else print(`${label('Sent on')}after ${took}: it is in Sent Items (give --password-of-recipient to see it arrive)`);
    return 0;
  } finally {
    await recipient?.close();
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
