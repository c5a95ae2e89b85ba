import assert from 'node:assert/strict';
import { Agent, request as httpsRequest } from 'node:https';
import { connect as tlsConnect } from 'node:tls';
import fc from 'fast-check';
import {
  createHttpClient,
  createNspiClient,
  folderTree,
  type HttpClient,
  newestMails,
  newHandle,
  ropCall,
  sendMail,
} from '../../src/client/index.ts';
import { PidTag } from '../../src/mapi/index.ts';
import {
  addressBookTypes,
  connectResponse,
  executeResponse,
  mapiHttpLimits,
  noBytes,
  readBody,
  readRopPayload,
  responseCode,
  unwrapPayloads,
} from '../../src/protocols/mapihttp/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { connectBody, executeBody } from '../protocols/mapihttp/bodies.ts';
import {
  contentsOf,
  createFolder,
  deleteFolder,
  moveMail,
  type Outlook,
  openSession,
  readMail,
  renameFolder,
  setRead,
  startOutlook,
  writeMail,
} from './outlook.ts';
import { logInToOx } from './ox-client.ts';
import { startTrialProcess, type TrialProcess } from './process.ts';
import { eventually } from './trial.ts';

/** Words that only Ben's mailbox has; nobody else may ever get them. */
const secret = 'Haselnuss4711';

/** A request as it was sent, to be sent again with other bytes. */
export interface Recording {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Target {
  readonly trial: TrialProcess;
  readonly recordings: readonly Recording[];
  readonly anna: Outlook;
  readonly ben: Outlook;
  /** A new session of Anna: the oldest of somebody who opens hundreds are ended. */
  annaAgain(): Promise<Outlook>;
  send(path: string, options?: SendOptions): Promise<Answer>;
  /** One request to a MAPI/HTTP end point, whose answer has to be well formed. */
  mapi(path: string, type: string, body: Uint8Array, cookies?: string, user?: string): Promise<Answer>;
  /** Connect; gives the cookies. */
  session(user?: string): Promise<string>;
  close(): void;
}

interface SendOptions {
  readonly method?: string;
  readonly user?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export const mailboxPath = '/mapi/emsmdb/';

/** No answer may take longer. */
const answerMs = 15_000;

/** Starts the trial as a process, gives Ben a secret, and records what an ordinary session of Anna sends. */
export async function startTarget(): Promise<Target> {
  const trial = await startTrialProcess([process.execPath, 'bin/start.mjs', 'trial', '--log', 'error']);
  const agent = new Agent({ keepAlive: true, ca: trial.authority });
  const recordings: Recording[] = [];
  try {
    const bensOx = await logInToOx(trial.url, trial.authority, 'ben');
    const mail = `From: x@elsewhere.example\r\nTo: ${secret}@elsewhere.example\r\nSubject: ${secret}\r\nMessage-ID: <s@elsewhere.example>\r\n\r\n${secret}\r\n`;
    await bensOx.import('default0/INBOX', [mail]);
    await bensOx.put(
      'folders',
      'new',
      { folder_id: 'default0', tree: 0 },
      { folder: { title: secret, module: 'mail' } },
    );
    const ben = await startOutlook(trial.url, trial.authority, 'ben@oxbow.test', 'oxbow');
    await eventually('Ben has his secret', async () =>
      (await newestMails(ben.client, ben.mailbox, ben.mailbox.folders.inbox, 100)).some(
        ({ subject }) => subject === secret,
      ),
    );
    const anna = await startOutlook(trial.url, trial.authority, 'anna@oxbow.test', 'oxbow');
    await eventually(
      'Anna has mails',
      async () => (await newestMails(anna.client, anna.mailbox, anna.mailbox.folders.inbox, 5)).length > 0,
    );
    await record(anna, recordings);

    const send: Target['send'] = (path, options = {}) => {
      const { method = 'POST', user = 'anna@oxbow.test', password = 'oxbow', headers = {}, body = noBytes } = options;
      return new Promise((resolve, reject) => {
        const request = httpsRequest(
          new URL(trial.url + path),
          {
            method,
            agent,
            timeout: answerMs,
            headers: {
              authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
              'content-length': String(body.length),
              ...headers,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () =>
              resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
            );
          },
        );
        request.on('timeout', () => request.destroy(new Error(`no answer to ${path} within ${answerMs} ms`)));
        // Where the server closed early, its answer may be there all the same.
        request.on('error', (error) => setTimeout(reject, 300, error));
        request.end(body);
      });
    };
    let count = 0;
    const mapi: Target['mapi'] = async (path, type, body, cookies = '', user = 'anna@oxbow.test') => {
      count += 1;
      const answer = await send(path, {
        user,
        body,
        headers: {
          'content-type': 'application/mapi-http',
          'x-requesttype': type,
          'x-requestid': `{E2E00000-0000-4000-8000-000000000000}:${count}`,
          'x-clientinfo': '{E2E00000-0000-4000-8000-000000000001}:1',
          'x-clientapplication': 'Outlook/16.0.17928.20114',
          ...(cookies === '' ? {} : { cookie: cookies }),
        },
      });
      if (user !== 'ben@oxbow.test') keepsSecret(answer);
      checkMapi(type, answer);
      return answer;
    };
    return {
      trial,
      recordings,
      anna,
      ben,
      annaAgain: () => openSession(anna.http, anna.account),
      send,
      mapi,
      async session(user = 'anna@oxbow.test') {
        const who = user === 'anna@oxbow.test' ? anna : ben;
        const body = connectBody(who.account.legacyDn);
        const answer = await mapi(mailboxPath, 'Connect', body, '', user);
        assert.equal(readBody(connectResponse, behindTags(answer.body)).value?.errorCode, 0);
        return cookiesOf(answer);
      },
      close() {
        agent.destroy();
        anna.http.close();
        ben.http.close();
        trial.close();
      },
    };
  } catch (error) {
    agent.destroy();
    trial.close();
    throw error;
  }
}

/** The Execute by which Anna logged on. */
export const logonOf = ({ recordings }: Target): Recording => recordings.find(({ type }) => type === 'Execute')!;

/** A session of Anna that is logged on; gives the cookies. */
export async function loggedOn(target: Target): Promise<string> {
  const cookies = await target.session();
  return cookiesOf(await target.mapi(mailboxPath, 'Execute', logonOf(target).body, cookies), cookies);
}

/** The cookies of an answer, put over those from before. */
export function cookiesOf(answer: Answer, before = ''): string {
  const jar = new Map(before === '' ? [] : before.split('; ').map((one) => one.split(/=(.*)/) as [string, string]));
  for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line)!;
    jar.set(name!, value!);
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** The payload of an answer to Execute; undefined when it has an error. */
export function executeAnswer(answer: Answer) {
  if (answer.headers['x-responsecode'] !== '0') return undefined;
  const { value } = readBody(executeResponse, behindTags(answer.body));
  if (value === undefined || value.errorCode !== 0) return undefined;
  return unwrapPayloads(value.ropBuffer).map(readRopPayload);
}

/** The body behind the meta-tags, which have to be well formed. */
export function behindTags(body: Buffer): Buffer {
  const end = body.indexOf('\r\n\r\n');
  assert.match(body.subarray(0, Math.max(0, end)).toString('latin1'), /^PROCESSING\r\n(PENDING\r\n)*DONE(\r\n|$)/);
  return body.subarray(end + 4);
}

const codes: ReadonlySet<number> = new Set(Object.values(responseCode));

/** An answer of a MAPI/HTTP end point: a code that the specification has, and a body of the form that it has. */
function checkMapi(type: string, answer: Answer): void {
  assert.equal(answer.status, 200, `${type}: HTTP ${answer.status} ${answer.body}`);
  const code = Number(answer.headers['x-responsecode']);
  assert.ok(codes.has(code), `${type}: X-ResponseCode ${answer.headers['x-responsecode']}`);
  assert.notEqual(code, responseCode.unknownFailure, `${type}: unknown failure`);
  if (code !== 0) return;
  const name = type.toLowerCase();
  const body = behindTags(answer.body);
  if (name === 'ping') return;
  assert.ok(body.length >= 8, `${type}: ${body.length} bytes`);
  if (name === 'execute') for (const payload of executeAnswer(answer) ?? []) assert.ok(payload.handles.length <= 256);
}

function keepsSecret({ body, headers }: Answer): void {
  for (const encoding of ['utf8', 'utf16le'] as const)
    assert.ok(!body.includes(Buffer.from(secret, encoding)), 'something of Ben came to Anna');
  assert.ok(!JSON.stringify(headers).includes(secret));
}

/** Sends what Outlook sends in a session of some minutes, and keeps each request. */
async function record(anna: Outlook, recordings: Recording[]): Promise<void> {
  const http: HttpClient = {
    send(url, options) {
      const type = options.headers?.['x-requesttype'];
      if (type !== undefined && type !== 'Disconnect')
        recordings.push({ path: new URL(url).pathname, type, body: Buffer.from(options.body ?? noBytes) });
      return anna.http.send(url, options);
    },
    close() {},
  };
  const outlook = await openSession(http, anna.account, { compress: false });
  const { client, mailbox } = outlook;
  const { inbox, ipmSubtree } = mailbox.folders;
  await folderTree(client, mailbox);
  const [mail] = await newestMails(client, mailbox, inbox, 20);
  const content = await readMail(outlook, inbox, mail!.messageId);
  await setRead(outlook, inbox, mail!.messageId, true);
  const folder = await createFolder(outlook, ipmSubtree, 'Recorded');
  const written = await writeMail(outlook, folder, {
    ...content,
    properties: new Map([...content.properties].filter(([tag]) => tag !== PidTag.MessageFlags)),
  });
  await contentsOf(outlook, folder, [PidTag.Mid, PidTag.Subject, PidTag.MessageSize]);
  await moveMail(outlook, folder, mailbox.folders.deletedItems, written);
  await renameFolder(outlook, folder, 'Recorded again');
  await deleteFolder(outlook, ipmSubtree, folder);
  await sendMail(client, mailbox, { to: ['carla@oxbow.test'], subject: 'Recorded', text: 'Text\r\n' });
  await client.run(
    ropCall(d.RopRegisterNotification, [mailbox.logon, newHandle()], {
      notificationTypes: 0x7e,
      wantWholeStore: true,
    }),
  );
  await client.disconnect();

  const book = createNspiClient(http, anna.account.addressBookUrl);
  await book.bind();
  await book.list([PidTag.DisplayName, PidTag.SmtpAddress], 20);
  await book.resolve(['ben', 'anna@oxbow.test'], [PidTag.DisplayName]);
  await book.unbind();
}

/** Bytes put in the place of others, cut off, repeated, or put in between. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({
    kind: fc.constant('word' as const),
    at: fc.nat(),
    word: fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff, 0x10000),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 40 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Fields before the operations: lengths and the RPC_HEADER_EXT of a recorded Execute. */
const executeHeader = 18;

/** Changed within the operations mostly: a wrong length of the whole is soon refused. */
function altered(recording: Recording, changes: readonly Change[], inside: boolean): Buffer {
  let body = Buffer.from(recording.body);
  const keep = inside && recording.type === 'Execute' ? Math.min(executeHeader, body.length) : 0;
  for (const one of changes) {
    if (body.length <= keep + 4) break;
    const at = keep + (one.at % (body.length - keep - 3));
    if (one.kind === 'byte') body[at] = one.byte;
    else if (one.kind === 'word') body.writeUInt32LE(one.word, at);
    else if (inside) continue;
    else if (one.kind === 'cut') body = body.subarray(0, at);
    else body = Buffer.concat([body.subarray(0, at), one.bytes, body.subarray(at)]);
  }
  return body;
}

/**
 * Sends recorded requests again, in their order, each altered in some places, within sessions of Anna. Bounded by runs
 * and by ms.
 */
export async function sendAltered(target: Target, runs: number, ms: number): Promise<void> {
  const { recordings } = target;
  const step = fc.record({
    which: fc.nat(recordings.length - 1),
    changes: fc.array(change, { maxLength: 3 }),
    inside: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), fc.boolean(), async (steps, inOrder) => {
      let cookies = await loggedOn(target);
      const chosen = inOrder ? [...steps].sort((a, b) => a.which - b.which) : steps;
      for (const { which, changes, inside } of chosen) {
        const recording = recordings[which]!;
        const own = recording.path.includes('emsmdb') && recording.type !== 'Connect';
        const body = altered(recording, changes, inside);
        const answer = await target.mapi(recording.path, recording.type, body, own ? cookies : '');
        if (own) cookies = cookiesOf(answer, cookies);
      }
      assert.ok(target.trial.isRunning(), 'the server ended');
      assert.deepEqual(target.trial.errors(), []);
    }),
    { numRuns: runs, interruptAfterTimeLimit: ms, markInterruptAsFailure: false },
  );
}

const mapiTypes = ['Connect', 'Execute', 'Disconnect', 'PING', ...addressBookTypes, 'Nonsense'];

/** Any bytes to any request type of both MAPI/HTTP end points, with a session and without one. */
export async function sendAnything(target: Target, runs: number, ms: number): Promise<void> {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.uint8Array({ minLength: 100, maxLength: 2000 }),
    fc.constant(noBytes),
    fc.constant(Buffer.alloc(500, 0xff)),
  );
  const cookie = fc.constantFrom('', 'valid', 'MapiContext=garbage; MapiSequence=1', 'MapiContext=; MapiSequence=-1');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(mailboxPath, '/mapi/nspi/', '/MAPI/EMSMDB'),
      fc.constantFrom(...mapiTypes),
      body,
      cookie,
      async (path, type, bytes, which) => {
        const cookies = which === 'valid' ? await target.session() : which;
        await target.mapi(path, type, bytes, cookies);
        assert.deepEqual(target.trial.errors(), []);
      },
    ),
    { numRuns: runs, interruptAfterTimeLimit: ms, markInterruptAsFailure: false },
  );
}

/** Operations whose bytes are any, with any handles, within a session that is logged on. */
export async function sendAnyOperations(target: Target, runs: number, ms: number): Promise<void> {
  const ids = [...d.ropDefinitions.keys()];
  const operation = fc
    .tuple(
      fc.constantFrom(...ids),
      fc.nat(2),
      fc.array(fc.nat(3), { minLength: 2, maxLength: 3 }),
      fc.uint8Array({ maxLength: 60 }),
    )
    .map(([id, logonId, indexes, rest]) => Buffer.from([id, logonId, ...indexes, ...rest]));
  const handle = fc.oneof(fc.nat(6), fc.constantFrom(0xffffffff, 0xdeadbeef, 0x80000000));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(operation, fc.array(handle, { maxLength: 5 })), { minLength: 1, maxLength: 20 }),
      async (operations) => {
        let cookies = await loggedOn(target);
        for (const [rops, handles] of operations) {
          const answer = await target.mapi(mailboxPath, 'Execute', executeBody(rops, handles), cookies);
          cookies = cookiesOf(answer, cookies);
        }
        assert.deepEqual(target.trial.errors(), []);
      },
    ),
    { numRuns: runs, interruptAfterTimeLimit: ms, markInterruptAsFailure: false },
  );
}

/** Anything to Autodiscover and to Open-Xchange's API: no status of a failed server, no secret. */
export async function sendToOthers(target: Target, runs: number, ms: number): Promise<void> {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><Autodiscover>&c;</Autodiscover>',
      `${'<a>'.repeat(20_000)}`,
      '<Autodiscover xmlns="x"><Request><EMailAddress>ben@oxbow.test</EMailAddress></Request></Autodiscover>',
      '{"a":'.repeat(5_000),
      '[]',
      'null',
      '{"folder":{"__proto__":{"x":1}}}',
    ),
  );
  const path = fc.oneof(
    fc.constantFrom(
      '/autodiscover/autodiscover.xml',
      '/Autodiscover/AutoDiscover.XML',
      '/autodiscover/autodiscover.json',
      '/autodiscover/autodiscover.json/v1.0/%00?Protocol=EWS',
      '/ajax/mail?action=all&session=abc&folder=default0/INBOX',
      '/ajax/login?action=login',
      '/ajax/multiple?session=1',
      '/ajax/../../etc/passwd',
      '/ajax/%2e%2e/x',
      '/%',
      '/.//',
      '/healthz',
      '/metrics',
    ),
    fc
      .string({ unit: 'grapheme-ascii', maxLength: 40 })
      .map((part) => `/ajax/${encodeURIComponent(part)}?action=${encodeURIComponent(part)}`),
    fc
      .tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }))
      .map(
        ([a, b]) => `/autodiscover/autodiscover.json?Email=${encodeURIComponent(a)}&Protocol=${encodeURIComponent(b)}`,
      ),
  );
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
      fc.constantFrom('text/xml', 'application/json', 'text/javascript', 'multipart/form-data; boundary=x', 'x'),
      text,
      async (where, method, type, content) => {
        const answer = await target.send(where, {
          method,
          body: Buffer.from(content),
          headers: { 'content-type': type },
        });
        assert.ok(answer.status < 500, `${method} ${where}: ${answer.status} ${answer.body}`);
        keepsSecret(answer);
        assert.deepEqual(target.trial.errors(), []);
      },
    ),
    { numRuns: runs, interruptAfterTimeLimit: ms, markInterruptAsFailure: false },
  );
}

/** Bytes that are no HTTP, on a connection of their own; the server may close it, and has to stay. */
export async function sendRaw(target: Target, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = tlsConnect({ port: target.trial.port, host: '127.0.0.1', ca: target.trial.authority }, () => {
      socket.write(bytes);
      setTimeout(() => socket.destroy(), 100);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** What Anna can do afterwards as before. */
export async function worksAsBefore(target: Target): Promise<void> {
  assert.ok(target.trial.isRunning(), 'the server ended');
  assert.deepEqual(target.trial.errors(), []);
  const http = createHttpClient({
    user: 'anna@oxbow.test',
    password: 'oxbow',
    certificateAuthority: target.trial.authority,
  });
  const { client, mailbox } = await openSession(http, target.anna.account);
  assert.ok((await folderTree(client, mailbox)).length >= 5);
  await newestMails(client, mailbox, mailbox.folders.inbox, 5);
  await client.disconnect();
  http.close();
  const { ben } = target;
  const mails = await newestMails(ben.client, ben.mailbox, ben.mailbox.folders.inbox, 100);
  assert.ok(
    mails.some(({ subject }) => subject === secret),
    'the mail of Ben is still there',
  );
}

export const oversizedBody = (): Buffer => Buffer.alloc(mapiHttpLimits.requestBody + 1, 0x20);
