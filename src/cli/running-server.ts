import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { RunningFile } from '../server/index.ts';
import { UsageError } from './command.ts';

/** What the server on a data folder told about itself; undefined when none has run there. */
export function runningServer(data: string): RunningFile | undefined {
  const file = join(data, 'running.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunningFile) : undefined;
}

/** Asks the server that runs on a data folder, with the token that lies there. Throws with what it answered. */
export async function askServer(data: string, path: string, body?: object): Promise<unknown> {
  const running = runningServer(data);
  if (!running) throw new UsageError(`no server has run on ${data}; --data names its data folder`);
  const target = new URL(path, running.url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const outgoing = request(
      {
        // Only this machine is let in, whatever name the outside knows the server by.
        host: '127.0.0.1',
        port: target.port || 443,
        path: target.pathname,
        method: text === undefined ? 'GET' : 'POST',
        servername: target.hostname.match(/^[\d.:]+$/) ? undefined : target.hostname,
        ca: running.certificateAuthority ? readFileSync(running.certificateAuthority) : undefined,
        checkServerIdentity: () => undefined,
        headers: {
          authorization: `Bearer ${readFileSync(join(data, 'admin-token'), 'utf8').trim()}`,
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      async (response) => {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part);
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
      },
    );
    outgoing.on('error', (error) =>
      reject(new Error(`the server at ${running.url} does not answer: ${error.message}`)),
    );
    outgoing.end(text);
  });
  const value = JSON.parse(answer.text) as { error?: string };
  if (answer.status !== 200) throw new Error(value.error ?? `the server answered ${answer.status}`);
  return value;
}
