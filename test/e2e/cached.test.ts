import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { tryCached } from '../../src/cli/try-cached.ts';
import { openReplica, replicaDifferences } from '../../src/client/index.ts';
import { PidTag, type PropertyBag } from '../../src/mapi/index.ts';
import type { Outlook } from './outlook.ts';
import { inbox, type OxClient, oxMail, rawMail } from './ox-client.ts';
import { eventually, startTestTrial, type TestTrial } from './trial.ts';

const text = (subject: string, body: string): PropertyBag =>
  new Map<number, string>([
    [PidTag.MessageClass, 'IPM.Note'],
    [PidTag.Subject, subject],
    [PidTag.Body, body],
  ]);

describe('cached mode against the trial', () => {
  let trial: TestTrial;
  let anna: Outlook;
  let annasOx: OxClient;
  const never = new AbortController().signal;
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-cached-test-'));

  before(async () => {
    trial = await startTestTrial(1);
    anna = await trial.outlook('anna');
    annasOx = await trial.ox('anna');
    const last = await eventually('mails are there', async () => (await annasOx.mails(inbox))[0]);
    await eventually('mails are known', () => trial.messageOf('anna', inbox, last.id));
  });
  after(async () => {
    await trial.close();
    rmSync(folder, { recursive: true });
  });

  const options = () => ({
    url: trial.url,
    user: 'anna@oxbow.test',
    password: 'oxbow',
    certificateAuthority: trial.authority,
    insecure: false,
  });

  test('oxbow try --cached --once makes a replica that is equal, and a second run goes on from it', async () => {
    const file = join(folder, 'anna.db');
    for (const [goesOn, how] of [
      [false, /new, /],
      [true, /goes on, /],
    ] as const) {
      const lines: string[] = [];
      const status = await tryCached({ ...options(), file, once: true }, (line = '') => lines.push(line), never);
      const output = lines.join('\n');
      assert.equal(status, 0, output);
      assert.match(output, how);
      assert.match(output, /^Equal +replica and server/m);
      const [, downloaded] = /^Downloading +(\d+) messages, \d+\/s in/m.exec(output)!;
      assert.ok(goesOn ? Number(downloaded) < 10 : Number(downloaded) > 100, output);
    }
  });

  test('it prints what happens in the mailbox, until it is interrupted', async () => {
    const lines: string[] = [];
    const end = new AbortController();
    const file = join(folder, 'anna.db');
    const running = tryCached({ ...options(), file, once: false }, (line = '') => lines.push(line), end.signal);
    await eventually('it follows', () => lines.some((line) => line.startsWith('Following')), 60_000);
    await annasOx.import(inbox, [rawMail('Seen by the replica')]);
    await eventually('the mail', () => lines.some((line) => /new +Inbox: Seen by the replica$/.test(line)));
    const mail = (await oxMail(annasOx, inbox, 'Seen by the replica'))!;
    await annasOx.put('mail', 'update', { folder: inbox, id: mail.id }, { set_flags: 32 });
    await eventually('read', () => lines.some((line) => /read +Inbox: Seen by the replica$/.test(line)));
    await annasOx.put('mail', 'delete', { harddelete: 1 }, [{ folder: inbox, id: mail.id }]);
    await eventually('gone', () => lines.some((line) => /gone +Inbox: Seen by the replica$/.test(line)));
    end.abort();
    assert.equal(await running, 0);
  });

  test('what is written, changed, moved and deleted in a replica is so on Open-Xchange', async () => {
    const replica = openReplica(join(folder, 'anna.db'));
    const synchronize = () => replica.synchronize(anna);
    await synchronize();
    const { edits } = replica;
    const top = replica.folders().find(({ name }) => name === 'Inbox')!;
    const made = edits.createFolder(top.id, 'Aus dem Zwischenspeicher');
    const key = edits.createMessage(made, {
      properties: text('Offline geschrieben', 'Im Zug.\r\n'),
      recipients: [],
      attachments: [
        {
          number: 0,
          properties: new Map<number, string | number | Buffer>([
            [PidTag.AttachMethod, 1],
            [PidTag.AttachLongFilename, 'Fahrplan.txt'],
            [PidTag.AttachDataBinary, Buffer.from('8:15 Gleis 4\r\n')],
          ]),
        },
      ],
    });
    await synchronize();
    const remote = `${inbox}/Aus dem Zwischenspeicher`;
    const first = await eventually('the mail there', () => oxMail(annasOx, remote, 'Offline geschrieben'));
    const raw = trial.sandbox
      .mails('anna', 'INBOX/Aus dem Zwischenspeicher')
      .find(({ uid }) => String(uid) === first.id)!.raw;
    assert.match(raw.toString(), /Im Zug\./);
    assert.match(raw.toString(), /Fahrplan\.txt/);

    edits.changeMessage(key, { set: text('Offline geändert', 'Am Ziel.\r\n') });
    edits.setRead(key, false);
    await synchronize();
    await eventually('the change there', () => oxMail(annasOx, remote, 'Offline geändert'));
    await eventually('once', async () => (await annasOx.mails(remote)).length === 1);

    edits.moveMessage(key, top.id);
    await synchronize();
    await eventually('moved there', () => oxMail(annasOx, inbox, 'Offline geändert'));
    edits.deleteMessage(key);
    edits.deleteFolder(made);
    await synchronize();
    await eventually('deleted there', async () => !(await oxMail(annasOx, inbox, 'Offline geändert')));
    await eventually('the folder there', async () => !(await annasOx.folders()).includes(remote));

    // The engine gives what was uploaded new versions; the replica follows.
    await eventually('equal', async () => {
      await synchronize();
      await delay(200);
      return (await replicaDifferences(replica, anna)).length === 0;
    });
    replica.close();
  });
});
