import {
  createHttpClient,
  createMapiHttpClient,
  createNspiClient,
  discover,
  type FolderLine,
  folderTree,
  type HttpClient,
  type ItemLine,
  logOn,
  type MapiHttpClient,
  newestItems,
  newestMails,
  type OpenMailbox,
  sendMail,
  watchArrivals,
} from '../client/index.ts';
import { PidTag } from '../mapi/index.ts';

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
    const folders = await showFolders(visit, print);
    await showMails(visit, print);
    for (const folder of folders) await showItems(visit, folder, print);
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

async function showFolders({ client, mailbox }: Visit, print: Print): Promise<FolderLine[]> {
  print();
  print('Folders');
  const folders = await folderTree(client, mailbox);
  for (const folder of folders) {
    const unread = folder.unread > 0 ? `, ${folder.unread} unread` : '';
    print(`  ${'  '.repeat(folder.depth)}${folder.name}  ${folder.items}${unread}`);
  }
  return folders;
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

/** How the lines of folders with items other than mail look, by PidTagContainerClass. */
const itemLabels: Readonly<Record<string, (item: ItemLine) => string>> = {
  'IPF.Contact': ({ messageClass, subject, company, email }) =>
    [subject || '-', messageClass === 'IPM.DistList' ? '(list)' : '', company, email && `<${email}>`]
      .filter(Boolean)
      .join('  '),
  'IPF.Task': ({ subject, due, complete }) =>
    `${complete ? 'x' : ' '} ${due?.toISOString().slice(0, 10) ?? ''.padEnd(10)}  ${subject}`,
};

async function showItems({ client, mailbox }: Visit, folder: FolderLine, print: Print): Promise<void> {
  const label = itemLabels[folder.containerClass];
  if (!label || folder.items === 0) return;
  print();
  print(`Newest in ${folder.name}`);
  for (const item of await newestItems(client, mailbox, folder.folderId, 10)) print(`  ${label(item)}`);
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
