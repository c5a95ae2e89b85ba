import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSandbox, trialTenant } from '../src/sandbox/index.ts';
import { downloadContents } from './download.ts';
import { against, type BenchClient, type BenchServer, type Figure, figure, signIn, startServer } from './harness.ts';

const mails = 500;
const latency = 50;
const people = ['anna@oxbow.test', 'ben@oxbow.test', 'carla@oxbow.test'] as const;

/** What the latency of the backend costs a full synchronization, whose mails it has to give one by one. */
export async function latencyOfBackend(): Promise<Figure[]> {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-bench-'));
  try {
    const sandbox = await createSandbox({ file: join(data, 'sandbox.db'), tenant: trialTenant() });
    for (const person of people) sandbox.fill(person, 'INBOX', mails, 4_000);
    await sandbox.close();
    const line = await wire();
    const server = await startServer({ data, pollSeconds: 5, between: line.between });
    try {
      return await measure(server, line.state);
    } finally {
      await server.stop();
      line.close();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function measure(server: BenchServer, line: { latency: number }): Promise<Figure[]> {
  const clients: BenchClient[] = [];
  for (const person of people) clients.push(await signIn(server, person, { chain: true, maxRopOut: 0x40000 }));
  await sleep(5000);
  const [warmUp, near, far] = clients;
  const seconds = async (client: BenchClient): Promise<number> => {
    const start = performance.now();
    const { messages } = await downloadContents(client, client.mailbox.folders.inbox);
    if (messages < mails) throw new Error(`${messages} messages`);
    return (performance.now() - start) / 1000;
  };
  await seconds(warmUp!);
  const without = await seconds(near!);
  line.latency = latency;
  const delayed = await seconds(far!);
  return [
    figure(`full contents sync of ${mails} mails`, without, 's'),
    figure(`the same, each mail ${latency} ms away`, delayed, 's', {
      peer: against(delayed, 'all latencies one after another', (mails * latency) / 1000),
    }),
  ];
}

/** Carries bytes between the server and its backend, each way half the latency later. */
async function wire() {
  const state = { latency: 0, url: '' };
  const delay = (from: Socket, to: Socket) => {
    from.on('data', (bytes) => setTimeout(() => to.write(bytes), state.latency / 2));
    from.on('close', () => setTimeout(() => to.destroy(), state.latency / 2));
    from.on('error', () => {});
  };
  const listener = createServer((client) => {
    const backend = connect(Number(new URL(state.url).port), '127.0.0.1');
    for (const socket of [client, backend]) socket.setNoDelay();
    delay(client, backend);
    delay(backend, client);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    state,
    async between(url: string) {
      state.url = url;
      return `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    },
    close: () => listener.close(),
  };
}
