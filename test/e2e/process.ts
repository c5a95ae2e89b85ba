import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './trial.ts';

const root = join(import.meta.dirname, '../..');

/** The trial as a process of its own, as a person starts it. */
export interface TrialProcess {
  readonly url: string;
  readonly port: number;
  readonly authority: string;
  readonly data: string;
  /** What it printed so far. */
  output(): string;
  /** Its log lines of level error and worse, and whatever else it wrote to standard error but warnings of Node. */
  errors(): string[];
  isRunning(): boolean;
  /** Sends SIGTERM and gives the ms until it ended. */
  end(): Promise<number>;
  /** Ends all of it at once, and starts it again on the same data and port. */
  killAndRestart(pauseMs: number): Promise<TrialProcess>;
  /** Ends everything that is still there and removes the data. */
  close(): void;
}

/** Starts it by this command line, `--listen` and `--data` apart, and waits for the ready line. */
export async function startTrialProcess(command: readonly string[]): Promise<TrialProcess> {
  return startOn(command, mkdtempSync(join(tmpdir(), 'oxbow-process-')), await freePort());
}

async function startOn(command: readonly string[], data: string, port: number): Promise<TrialProcess> {
  const [program, ...args] = [...command, '--listen', `127.0.0.1:${port}`, '--data', data];
  const child: ChildProcess = spawn(program!, args, {
    cwd: root,
    detached: true,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  let output = '';
  let errors = '';
  let running = true;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false;
      resolve();
    });
  });
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const kill = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  const close = () => {
    kill();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await eventually('the ready line', () => /^Oxbow is ready.*\n/m.test(output) || !running, 60_000);
    if (!running) throw new Error(`it did not start: ${errors}`);
    const { url, certificateAuthority } = JSON.parse(readFileSync(join(data, 'running.json'), 'utf8')) as {
      url: string;
      certificateAuthority: string;
    };
    return {
      url,
      port,
      authority: readFileSync(certificateAuthority, 'utf8'),
      data,
      output: () => output,
      errors: () =>
        errors.split('\n').filter((line) => line !== '' && !/^\{"level":(10|20|30|40),|Deprecat|--trace-/.test(line)),
      isRunning: () => running,
      async end() {
        const began = performance.now();
        child.kill('SIGTERM');
        await exited;
        return performance.now() - began;
      },
      async killAndRestart(pauseMs) {
        kill();
        await exited;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        return startOn(command, data, port);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether nobody listens there. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
