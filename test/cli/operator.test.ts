import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openOxBackend } from '../../src/backends/index.ts';
import { askServer } from '../../src/cli/running-server.ts';
import { describe } from '../../src/cli/status.ts';
import { createHttpClient, discover } from '../../src/client/index.ts';
import { PidTag } from '../../src/mapi/index.ts';
import { type ServerStatus, startTrial } from '../../src/server/index.ts';

const root = join(import.meta.dirname, '../..');
const oxbow = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'bin/start.mjs'), ...args], { encoding: 'utf8' });

async function setUp(t: TestContext) {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-operator-'));
  const trial = await startTrial({ listen: '127.0.0.1:0', data, log: 'silent', pollSeconds: 0.2 });
  t.after(async () => {
    await trial.close();
    rmSync(data, { recursive: true });
  });
  const certificateAuthority = readFileSync(trial.authorityFile!, 'utf8');
  const user = 'anna@oxbow.test';
  await discover(createHttpClient({ user, password: 'oxbow', certificateAuthority }), trial.url, user);
  return { data, trial, certificateAuthority };
}

const status = async (data: string) => (await askServer(data, '/admin/status')) as ServerStatus;

async function until<T>(look: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('the brake is shown to the operator, and released by a command', async (t) => {
  const { data, trial, certificateAuthority } = await setUp(t);
  await until(async () => (await status(data)).accounts[0]?.status.state === 'running');
  const backend = await openOxBackend(
    { url: `${trial.url}/ajax`, certificateAuthority },
    { userName: 'anna@oxbow.test', password: 'oxbow' },
  );
  const inbox = (await backend.mail.folders()).find((folder) => folder.role === 'inbox')!.id;
  const ids = (await backend.mail.states(inbox)).map((state) => state.id);
  await backend.mail.remove(inbox, ids.slice(0, -5), true);
  await backend.close();

  const mailbox = (await trial.store.findMailbox('anna@oxbow.test'))!;
  const folder = mailbox.specialFolder('inbox');
  const count = async () => (await mailbox.folder(folder))!.contentCount;
  const [brake] = await until(async () => {
    const { brakes } = (await status(data)).accounts[0]!.status;
    return brakes.length > 0 && brakes;
  });
  assert.equal(brake!.folder, inbox);
  assert.equal(await count(), ids.length, 'nothing is deleted');
  assert.deepEqual(await askServer(data, '/admin/release', { address: 'anna@oxbow.test', folder: inbox }), {
    released: inbox,
  });
  await until(async () => (await count()) === 5);
  await until(async () => (await status(data)).accounts[0]!.status.brakes.length === 0);
});

test('a mail that cannot be read is shown to the operator, with the reason', async (t) => {
  const { data, trial } = await setUp(t);
  const mailbox = (await trial.store.findMailbox('anna@oxbow.test'))!;
  // As when it is gone from the groupware server, and the synchronization has not noticed yet.
  const [mail] = await mailbox.createMessages(
    mailbox.specialFolder('inbox'),
    [{ set: new Map([[PidTag.Subject, 'Lost']]), remoteContent: { size: 100, hasAttachments: false } }],
    { kind: 'sync' },
  );
  await assert.rejects(mailbox.content(mail!));
  const [{ unreadable }] = (await status(data)).accounts as [ServerStatus['accounts'][number]];
  assert.deepEqual(
    unreadable.map(({ folder, subject, reason }) => [folder, subject, reason]),
    [['Inbox', 'Lost', 'the mail is not on the groupware server']],
  );
  assert.match(describe(await status(data), data), /cannot be read.*"Lost" in Inbox \(the mail is not on/);
});

test('only who can read the data folder is let in', async (t) => {
  const { data, trial, certificateAuthority } = await setUp(t);
  assert.equal(statSync(join(data, 'admin-token')).mode & 0o077, 0);
  for (const authorization of [
    undefined,
    'Bearer wrong',
    `Basic ${Buffer.from('anna@oxbow.test:oxbow').toString('base64')}`,
  ]) {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      request(
        `${trial.url}/admin/status`,
        { ca: certificateAuthority, headers: authorization ? { authorization } : {} },
        (response) => resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    assert.equal(answer, 403);
  }
  await assert.rejects(
    askServer(data, '/admin/release', { address: 'nobody@oxbow.test', folder: 'x' }),
    /nobody@oxbow\.test/,
  );
});

test('each command has help; what makes no sense is said with exit status 2', () => {
  const overview = oxbow('help').stdout;
  for (const name of ['serve', 'trial', 'try', 'status', 'release']) {
    assert.match(overview, new RegExp(`^  ${name} `, 'm'));
    assert.match(oxbow('help', name).stdout, new RegExp(`^oxbow ${name}`));
  }
  assert.equal(oxbow('dance').status, 2);
  assert.equal(oxbow('serve').status, 2);
  assert.equal(oxbow('trial', '--colour', 'red').status, 2);
  const missing = oxbow('serve', '--config', '/nowhere/oxbow.yaml');
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /\/nowhere\/oxbow\.yaml/);
  assert.equal(oxbow('status', '--data', '/nowhere').status, 2);
});
