import { randomBytes } from 'node:crypto';
import { request as httpsRequest } from 'node:https';

/** What one mail looks like on Open-Xchange. */
export interface OxMail {
  readonly id: string;
  readonly folder: string;
  readonly subject: string;
  /** Bits of column 611. */
  readonly flags: number;
}

export const oxFlag = { answered: 1, draft: 4, flagged: 8, seen: 32, forwarded: 256 } as const;

/** Folder id of everybody's inbox. */
export const inbox = 'default0/INBOX';

/** A mail from outside; `more`: further header fields. */
export const rawMail = (subject: string, more = ''): string =>
  `From: "Erik Øst" <erik@elsewhere.example>\r\nTo: Anna <anna@oxbow.test>\r\nSubject: ${subject}\r\n` +
  `Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${subject.replace(/\W/g, '')}@elsewhere.example>\r\n${more}` +
  `Content-Type: text/plain; charset=utf-8\r\n\r\nText of ${subject}.\r\n`;

interface Answer {
  readonly data?: unknown;
  readonly error?: string;
  readonly code?: string;
}

export interface OxClient {
  /** One action; gives `data`. Throws with Open-Xchange's code when it failed. */
  get(module: string, action: string, query?: Readonly<Record<string, unknown>>): Promise<unknown>;
  put(module: string, action: string, query: Readonly<Record<string, unknown>>, body: unknown): Promise<unknown>;
  /** Stores raw mails; gives their ids. */
  import(folder: string, raws: readonly (Uint8Array | string)[], flags?: number): Promise<string[]>;
  mails(folder: string): Promise<OxMail[]>;
  /** Ids of the mail folders below a folder, all levels. */
  folders(parent?: string): Promise<string[]>;
}

/** Somebody who uses Open-Xchange's own web client: plain HTTPS to its API (ox-http-api), no code of the gateway. */
export async function logInToOx(origin: string, authority: string, login: string): Promise<OxClient> {
  const cookies = new Map<string, string>();
  let session = '';

  function send(
    method: string,
    module: string,
    query: Readonly<Record<string, unknown>>,
    body?: Uint8Array,
    type = 'text/javascript',
  ): Promise<string> {
    const url = new URL(`${origin}/ajax/${module}`);
    for (const [name, value] of Object.entries({ ...(session ? { session } : {}), ...query }))
      url.searchParams.set(name, String(value));
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        url,
        {
          method,
          ca: authority,
          headers: {
            'user-agent': 'Browser/1',
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...(body ? { 'content-type': type, 'content-length': body.length } : {}),
          },
        },
        (response) => {
          for (const line of response.headers['set-cookie'] ?? []) {
            const [name, value] = line.split(';')[0]!.split('=');
            cookies.set(name!, value!);
          }
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  function dataOf(what: string, text: string): unknown {
    const answer = JSON.parse(text) as Answer;
    if (answer.error !== undefined) throw new Error(`${what}: ${answer.code} ${answer.error}`);
    return answer.data;
  }

  const form = new URLSearchParams({ name: login, password: 'oxbow', client: 'test' }).toString();
  const answer = JSON.parse(
    await send('POST', 'login', { action: 'login' }, Buffer.from(form), 'application/x-www-form-urlencoded'),
  ) as { session?: string; error?: string };
  if (answer.session === undefined) throw new Error(`login of ${login}: ${answer.error}`);
  session = answer.session;

  const client: OxClient = {
    async get(module, action, query = {}) {
      return dataOf(`${module} ${action}`, await send('GET', module, { action, ...query }));
    },
    async put(module, action, query, body) {
      const bytes = Buffer.from(JSON.stringify(body));
      return dataOf(`${module} ${action}`, await send('PUT', module, { action, ...query }, bytes));
    },
    async import(folder, raws, flags = 0) {
      const boundary = `b${randomBytes(16).toString('hex')}`;
      const parts = raws.flatMap((raw, index) => [
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="file_${index}"; filename="mail.eml"\r\n` +
            'Content-Type: message/rfc822\r\n\r\n',
        ),
        Buffer.from(raw as Uint8Array),
        Buffer.from('\r\n'),
      ]);
      const page = await send(
        'POST',
        'mail',
        { action: 'import', folder, flags, force: true },
        Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
        `multipart/form-data; boundary=${boundary}`,
      );
      const data = dataOf('mail import', page.slice(page.indexOf('({') + 1, page.lastIndexOf('})') + 1));
      return (data as { id: string }[]).map(({ id }) => id);
    },
    async mails(folder) {
      const rows = (await client.get('mail', 'all', { folder, columns: '600,607,611' })) as [string, string, number][];
      return rows.map(([id, subject, flags]) => ({ id, folder, subject, flags }));
    },
    async folders(parent = 'default0') {
      const rows = (await client.get('folders', 'list', { parent, tree: 0, all: 1, columns: '1,304' })) as [
        string,
        boolean,
      ][];
      const found: string[] = [];
      for (const [id, hasSubfolders] of rows) {
        found.push(id);
        if (hasSubfolders) found.push(...(await client.folders(id)));
      }
      return found;
    },
  };
  return client;
}

/** The mail of this subject in a folder. */
export const oxMail = async (ox: OxClient, folder: string, subject: string): Promise<OxMail | undefined> =>
  (await ox.mails(folder)).find((mail) => mail.subject === subject);
