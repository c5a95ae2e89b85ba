import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOxBackend } from '../src/backends/index.ts';
import { downloadContents } from './download.ts';
import { type BenchServer, type Figure, figure, probe, signIn, startServer } from './harness.ts';

/** MB of one attachment; the first only warms up. */
const sizes = [1, 1, 10, 60];

/** What one large attachment takes on its way from the backend through the server to a cached-mode client. */
export async function attachment(): Promise<Figure[]> {
  const server = await startServer({ nodeOptions: probe });
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

async function measure(server: BenchServer): Promise<Figure[]> {
  const client = await signIn(server, 'anna@oxbow.test', { chain: true, maxRopOut: 0x40000 });
  const backend = await openOxBackend(
    { url: server.backendUrl, certificateAuthority: server.backendAuthority },
    { userName: 'anna@oxbow.test', password: 'oxbow' },
  );
  const inbox = (await backend.mail.folders()).find((folder) => folder.role === 'inbox')!.id;
  const { folders } = client.mailbox;
  await sleep(4000);
  let { state, messages } = await downloadContents(client, folders.inbox);
  const figures: Figure[] = [];
  for (const [round, megabytes] of sizes.entries()) {
    await backend.mail.append(inbox, mailWith(megabytes * 1e6), unread, undefined);
    await sleep(3000);
    const { rss } = await server.memory();
    server.forgetPeak();
    const start = performance.now();
    const after = await downloadContents(client, folders.inbox, state);
    const seconds = (performance.now() - start) / 1000;
    if (after.messages !== messages + 1 || after.bytes < megabytes * 1e6) throw new Error('it did not come');
    ({ state, messages } = after);
    if (round === 0) continue;
    figures.push(
      figure(`sync of a mail with ${megabytes} MB attached`, seconds, 's'),
      figure('the same, peak memory above that before', (server.peakBytes() - rss) / 1e6, 'MB'),
    );
  }
  await backend.close();
  return figures;
}

const unread = { seen: false, flagged: false, answered: false, forwarded: false, draft: false, colorLabel: 0 };
const lineBytes = 57;

async function* mailWith(bytes: number): AsyncIterable<Uint8Array> {
  yield Buffer.from(
    'From: Bench <bench@outside.test>\r\nTo: anna@oxbow.test\r\nSubject: a large file\r\nMIME-Version: 1.0\r\n' +
      `Message-ID: <bench-${bytes}-${Date.now()}@outside.test>\r\nDate: ${new Date().toUTCString()}\r\n` +
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee there\r\n--b\r\n' +
      'Content-Type: application/octet-stream; name=large.bin\r\nContent-Transfer-Encoding: base64\r\n' +
      'Content-Disposition: attachment; filename=large.bin\r\n\r\n',
  );
  const lines = 1000;
  for (let left = bytes; left > 0; left -= lineBytes * lines) {
    const piece = randomBytes(Math.min(left, lineBytes * lines));
    yield Buffer.from(`${piece.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`);
  }
  yield Buffer.from('--b--\r\n');
}
