import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { getProperty, isLargeValue, PidTag } from '../../src/mapi/index.ts';
import { openStore } from '../../src/store/index.ts';
import { anna, client } from './support.ts';

/** Saves messages with large parts until it is killed; tells of each one that was accepted. */
async function save(directory: string): Promise<void> {
  const store = await openStore({ file: join(directory, 'a.db'), cacheDirectory: join(directory, 'cache') });
  const mailbox = await store.ensureMailbox(anna);
  const folderId = mailbox.specialFolder('inbox');
  for (let n = 0; ; n++) {
    const size = 10_000 + (n % 7) * 100_000;
    const data = Buffer.alloc(size, n);
    const saved = await mailbox.saveMessage(
      {
        folderId,
        set: new Map([[PidTag.Subject, `${size}`]]),
        putAttachments: [{ number: 0, properties: new Map([[PidTag.AttachDataBinary, data]]) }],
      },
      client,
    );
    process.send!(saved.id);
    if (n % 3 === 0) await mailbox.moveMessages(folderId, [saved.id], mailbox.specialFolder('drafts'), client);
  }
}

if (process.env.OXBOW_CRASH) {
  await save(process.env.OXBOW_CRASH);
} else {
  test('killed at any moment: what was accepted is there whole, what was not is not there at all', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'oxbow-crash-'));
    try {
      let accepted = 0;
      for (let round = 0; round < 20; round++) {
        const child = fork(import.meta.filename, { env: { ...process.env, OXBOW_CRASH: directory } });
        child.on('message', () => accepted++);
        await new Promise<void>((resolve) => {
          child.once('message', () => setTimeout(() => child.kill('SIGKILL'), 5 + round * 13));
          child.once('exit', () => resolve());
        });
        await check(directory, accepted);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

async function check(directory: string, accepted: number): Promise<void> {
  const store = await openStore({ file: join(directory, 'a.db'), cacheDirectory: join(directory, 'cache') });
  const mailbox = (await store.findMailbox(anna.address))!;
  let there = 0;
  for (const role of ['inbox', 'drafts'] as const) {
    const folderId = mailbox.specialFolder(role);
    const ids = await mailbox.messageIds(folderId);
    assert.equal((await mailbox.folder(folderId))!.contentCount, ids.length);
    there += ids.length;
    for (const id of ids) {
      const message = (await mailbox.message(id))!;
      const [attachment] = (await mailbox.content(message)).attachments;
      const data = getProperty(attachment!.properties, PidTag.AttachDataBinary)!;
      assert.ok(isLargeValue(data));
      assert.equal(`${data.size}`, getProperty(message.properties, PidTag.Subject));
      assert.equal((await data.read(data.size - 1, 1)).length, 1);
    }
  }
  assert.ok(there >= accepted, `${there} of ${accepted} messages`);
  assert.equal(await mailbox.sync.outboxCount(), there);
  await store.close();
  const database = new DatabaseSync(join(directory, 'a.db'));
  assert.equal(database.prepare('pragma integrity_check').get()!.integrity_check, 'ok');
  assert.deepEqual(database.prepare('pragma foreign_key_check').all(), []);
  database.close();
}
