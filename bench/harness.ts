import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createHttpClient,
  createMapiHttpClient,
  discover,
  type ExecuteOptions,
  type HttpClient,
  logOn,
  type MapiHttpClient,
  type OpenMailbox,
} from '../src/client/index.ts';

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, measured in the same run, and the ratio figure/peer. */
  readonly peer?: { readonly name: string; readonly value: number; readonly ratio: number };
  /** What the project aims at, as text. */
  readonly aim?: string;
}

export const figure = (name: string, value: number, unit: string, more: Partial<Figure> = {}): Figure => ({
  name,
  value,
  unit,
  ...more,
});

export const against = (value: number, name: string, peer: number): Figure['peer'] => ({
  name,
  value: peer,
  ratio: value / peer,
});

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export interface Memory {
  readonly rss: number;
  readonly held: number;
}

/** Node options of a server whose memory is asked for. */
export const probe = ['--expose-gc', '--import', join(import.meta.dirname, 'memory-probe.mjs')];

/** A server in a process of its own. */
export interface BenchServer {
  readonly url: string;
  /** Where the Open-Xchange API of its sandbox answers. */
  readonly backendUrl: string;
  /** PEM texts of the authorities that signed the certificates of the two. */
  readonly authority: string;
  readonly backendAuthority: string;
  /** ms from the start of the process to "Oxbow is ready". */
  readonly startMs: number;
  /** Seconds of CPU (user and system) so far. */
  cpuSeconds(): number;
  /** Resident memory in bytes. */
  residentBytes(): number;
  /** The most memory that was ever resident, in bytes; {@link forgetPeak} begins anew. */
  peakBytes(): number;
  forgetPeak(): void;
  /** After a collection of garbage: resident bytes, and those that objects hold. Only with {@link probe}. */
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Folder with the sandbox's data; it stays. A new one that goes with the server when left out. */
  readonly data?: string;
  /** For the process that is measured. */
  readonly nodeOptions?: readonly string[];
  /** Stands between the server and its backend: given the address of one, gives what the other is to ask. */
  readonly between?: (url: string) => Promise<string>;
  /** Between two looks at the backend; half a second when left out. */
  readonly pollSeconds?: number;
}

const root = join(import.meta.dirname, '..');

/** The gateway as operators run it (`oxbow serve`), and its sandbox in another process: only the gateway is measured. */
export async function startServer(options: ServerOptions = {}): Promise<BenchServer> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'oxbow-bench-'));
  const pollSeconds = options.pollSeconds ?? 0.5;
  const sandbox = await startProcess([], ['trial', '--listen', '127.0.0.1:0', '--data', data]);
  const asked = (await options.between?.(sandbox.url)) ?? sandbox.url;
  const sandboxAuthority = join(data, 'certificates', 'ca.pem');
  const own = join(data, 'gateway');
  const config = join(data, 'gateway.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      listen: '127.0.0.1:0',
      data: own,
      backend: { kind: 'ox', url: `${asked}/ajax`, certificateAuthority: sandboxAuthority, pollSeconds },
      log: 'warn',
    }),
  );
  const gateway = await startProcess(options.nodeOptions ?? [], ['serve', '--config', config]);
  return {
    ...gateway,
    backendUrl: `${sandbox.url}/ajax`,
    authority: readFileSync(join(own, 'certificates', 'ca.pem'), 'utf8'),
    backendAuthority: readFileSync(sandboxAuthority, 'utf8'),
    async stop() {
      await gateway.stop();
      await sandbox.stop();
      if (options.data === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}

type ServerProcess = Omit<BenchServer, 'backendUrl' | 'authority' | 'backendAuthority'>;

/** Starts `oxbow …` and waits until it is ready. */
export async function startProcess(nodeOptions: readonly string[], args: readonly string[]): Promise<ServerProcess> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--no-warnings', ...nodeOptions, join(root, 'bin/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readyUrl(child);
  const startMs = performance.now() - started;
  return {
    url,
    startMs,
    cpuSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    peakBytes: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    forgetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, '5'),
    residentBytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    memory() {
      const told = new Promise<Memory>((resolve) => {
        const listen = (chunk: Buffer) => {
          const match = /^memory (.*)$/m.exec(chunk.toString());
          if (!match) return;
          child.stdout!.off('data', listen);
          resolve(JSON.parse(match[1]!));
        };
        child.stdout!.on('data', listen);
      });
      child.kill('SIGUSR2');
      return told;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk) => {
      text += chunk;
      const match = /^Oxbow is ready at (\S+)/m.exec(text);
      if (match) resolve(match[1]!);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** A signed-in client of a trial's person. */
export interface BenchClient {
  readonly http: HttpClient;
  readonly mapi: MapiHttpClient;
  readonly mailbox: OpenMailbox;
  readonly legacyDn: string;
  readonly mailboxUrl: string;
}

export async function signIn(
  server: BenchServer,
  user = 'anna@oxbow.test',
  options: ExecuteOptions = {},
): Promise<BenchClient> {
  const http = createHttpClient({ user, password: 'oxbow', certificateAuthority: server.authority });
  const account = await discover(http, server.url, user);
  const mapi = createMapiHttpClient(http, account.mailboxUrl, options);
  await mapi.connect(account.legacyDn);
  return {
    http,
    mapi,
    mailbox: await logOn(mapi, account.legacyDn),
    legacyDn: account.legacyDn,
    mailboxUrl: account.mailboxUrl,
  };
}

export interface Rate {
  readonly perSecond: number;
  /** ms of server CPU each. */
  readonly cpuMs: number;
}

/** Repeats `work` for about `seconds` on each of several workers, after a warm-up. */
export async function rate(
  server: BenchServer,
  work: (() => Promise<unknown>) | readonly (() => Promise<unknown>)[],
  seconds = 4,
): Promise<Rate> {
  const workers = typeof work === 'function' ? [work] : work;
  for (const one of workers) for (let i = 0; i < 20; i++) await one();
  const cpu = server.cpuSeconds();
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = 0;
  await Promise.all(
    workers.map(async (one) => {
      while (performance.now() < end) {
        await one();
        count += 1;
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  return { perSecond: count / elapsed, cpuMs: ((server.cpuSeconds() - cpu) / count) * 1000 };
}

export const machine = (): string => {
  const cores = cpus();
  return `${cores.length} × ${cores[0]?.model ?? 'unknown'}, Node.js ${process.version}`;
};
