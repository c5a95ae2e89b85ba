import type { TestContext } from 'node:test';
import Fastify from 'fastify';
import { checkTenant, createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

export const tenant = checkTenant({
  context: 7,
  domains: ['oxbow.test'],
  defaults: { password: 'oxbow', locale: 'de_DE', timezone: 'Europe/Berlin' },
  people: [
    { login: 'anna', first_name: 'Anna', last_name: 'Ä', aliases: ['info@oxbow.test'], certificate: 'AQIDBA==' },
    { login: 'ben', first_name: 'Ben', last_name: 'B', locale: 'en_US' },
    { login: 'carla', first_name: 'Carla', last_name: 'C' },
  ],
  groups: [{ name: 'team', members: ['ben', 'carla'] }],
  rooms: [{ name: 'saal', display_name: 'Saal' }],
  delegates: [{ owner: 'anna', delegate: 'carla', onBehalf: true, mail: 'reader', calendar: 'editor' }],
  publicFolders: [{ title: 'All', module: 'contacts', permissions: [{ who: 'everybody', role: 'reader' }] }],
});

export interface Json {
  data?: unknown;
  timestamp?: number;
  code?: string;
  error?: string;
  [name: string]: unknown;
}

/** A sandbox on a real port, with its API at `/ajax`; it ends with the test. */
export async function start(t: TestContext, options: Partial<SandboxOptions> = {}) {
  const sandbox: Sandbox = await createSandbox({ file: ':memory:', tenant, ...options });
  const app = Fastify({ forceCloseConnections: true });
  await app.register(sandbox.plugin, { prefix: '/ajax' });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await app.close();
    await sandbox.close();
  });
  return { sandbox, origin, login: (name: string, agent?: string) => logIn(origin, name, agent) };
}

export async function rawLogin(origin: string, name: string, password: string, agent = 'test/1') {
  return fetch(`${origin}/ajax/login?action=login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': agent },
    body: new URLSearchParams({ name, password, client: 'test' }).toString(),
  });
}

/** Somebody who is logged in. */
export async function logIn(origin: string, name: string, agent = 'test/1') {
  const response = await rawLogin(origin, name, 'oxbow', agent);
  const { session, user_id: userId } = (await response.json()) as { session: string; user_id: number };
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const request = (
    method: string,
    path: string,
    query: Record<string, unknown>,
    body?: string | FormData,
    headers = {},
  ) => {
    const search = new URLSearchParams(
      Object.entries({ session, timezone: 'UTC', ...query }).map(([key, value]): [string, string] => [
        key,
        String(value),
      ]),
    );
    return fetch(`${origin}/ajax/${path}?${search}`, {
      method,
      headers: { cookie, 'user-agent': agent, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  };
  return {
    session,
    userId,
    cookie,
    request,
    async get(module: string, action: string, query: Record<string, unknown> = {}): Promise<Json> {
      return (await request('GET', module, { action, ...query })).json() as Promise<Json>;
    },
    async put(module: string, action: string, query: Record<string, unknown>, body: unknown): Promise<Json> {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return (await request('PUT', module, { action, ...query }, text)).json() as Promise<Json>;
    },
    async multiple(items: unknown, goOn?: boolean): Promise<Json[]> {
      const query = goOn === undefined ? {} : { continue: goOn };
      return (await request('PUT', 'multiple', query, JSON.stringify(items))).json() as Promise<Json[]>;
    },
    /** Stores mails through `import`; answers their ids. */
    async import(folder: string, raws: readonly string[], query: Record<string, unknown> = {}): Promise<Json> {
      const form = new FormData();
      raws.forEach((raw, index) => {
        form.append(`file_${index}`, new Blob([raw]), 'mail.eml');
      });
      const response = await request('POST', 'mail', { action: 'import', folder, force: true, ...query }, form);
      return fromPage(await response.text());
    },
  };
}

/** The JSON in the page that answers an upload. */
export function fromPage(page: string): Json {
  return JSON.parse(page.slice(page.indexOf('({') + 1, page.lastIndexOf('})') + 1)) as Json;
}

export function rawMail(
  subject: string,
  more: { from?: string; to?: string; date?: string; id?: string } = {},
): string {
  return [
    `From: ${more.from ?? 'Outside <out@elsewhere.example>'}`,
    `To: ${more.to ?? 'anna@oxbow.test'}`,
    `Subject: ${subject}`,
    `Date: ${more.date ?? 'Mon, 02 Nov 2026 10:00:00 +0000'}`,
    `Message-ID: ${more.id ?? `<${subject.replace(/\W/g, '')}@elsewhere.example>`}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    `Text of ${subject}.`,
    '',
  ].join('\r\n');
}
