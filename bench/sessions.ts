import { createMapiHttpClient, logOn } from '../src/client/index.ts';
import { type Figure, figure, signIn, sleep, startServer } from './harness.ts';

/** Memory of sessions that are connected, logged on, and idle; and the time to start. */
export async function sessions(): Promise<Figure[]> {
  const starts: number[] = [];
  for (let i = 0; i < 3; i++) {
    const server = await startServer();
    starts.push(server.startMs);
    await server.stop();
  }
  const server = await startServer({ nodeOptions: ['--expose-gc'] });
  try {
    const client = await signIn(server);
    const connect = async () => {
      const mapi = createMapiHttpClient(client.http, client.mailboxUrl);
      await mapi.connect(client.legacyDn);
      await logOn(mapi, client.legacyDn);
    };
    for (let i = 0; i < 20; i++) await connect();
    await sleep(3000);
    const before = server.residentBytes();
    const atHundred: number[] = [];
    // One person may have a hundred contexts; further ones end the oldest, so the people share them.
    const people = [client, await signIn(server, 'ben@oxbow.test'), await signIn(server, 'carla@oxbow.test')];
    const count = 240;
    for (let i = 0; i < count; i++) {
      const person = people[i % 3]!;
      const mapi = createMapiHttpClient(person.http, person.mailboxUrl);
      await mapi.connect(person.legacyDn);
      await logOn(mapi, person.legacyDn);
      if (i === 100) atHundred.push(server.residentBytes());
    }
    await sleep(3000);
    const after = server.residentBytes();
    return [
      figure(
        'start to "Oxbow is ready" (first start, with sample mailboxes)',
        starts.sort((a, b) => a - b)[1]! / 1000,
        's',
      ),
      figure('memory of an idle session', Math.max(0, (after - before) / count / 1024), 'KiB', { aim: '64 KiB' }),
      figure('resident memory with 100 sessions', atHundred[0]! / 1024 / 1024, 'MiB', { aim: '90 MB' }),
    ];
  } finally {
    await server.stop();
  }
}
