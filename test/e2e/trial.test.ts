import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tryOut } from '../../src/cli/try-out.ts';
import {
  createNspiClient,
  discover,
  folderTree,
  newestMails,
  release,
  sendMail,
  subscribeNewMail,
} from '../../src/client/index.ts';
import { type AttachmentContent, PidTag, type PropertyBag, setProperty } from '../../src/mapi/index.ts';
import { byPostalMime } from '../formats/reference.ts';
import {
  changeMail,
  contentsOf,
  createFolder,
  deleteFolder,
  deleteMail,
  flagged,
  folderNamed,
  mailNamed,
  moveMail,
  type Outlook,
  readMail,
  renameFolder,
  setRead,
  startOutlook,
  writeMail,
} from './outlook.ts';
import { inbox, logInToOx, type OxClient, oxFlag, oxMail, rawMail } from './ox-client.ts';
import { isFree, startTrialProcess } from './process.ts';
import { eventually, startTestTrial, type TestTrial } from './trial.ts';

const arrivalMs = 2_000;

/** A mail as somebody writes it in Outlook. */
function written(subject: string, text: string, attachments: readonly AttachmentContent[] = [], flags = 1) {
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.MessageClass, 'IPM.Note');
  setProperty(properties, PidTag.MessageFlags, flags);
  setProperty(properties, PidTag.Subject, subject);
  setProperty(properties, PidTag.Body, text);
  setProperty(properties, PidTag.SentRepresentingName, 'Anna Bergström');
  setProperty(properties, PidTag.SentRepresentingAddressType, 'SMTP');
  setProperty(properties, PidTag.SentRepresentingEmailAddress, 'anna@oxbow.test');
  const recipient: PropertyBag = new Map();
  setProperty(recipient, PidTag.RecipientType, 1);
  setProperty(recipient, PidTag.DisplayName, 'Ben');
  setProperty(recipient, PidTag.EmailAddress, 'ben@oxbow.test');
  return { properties, recipients: [recipient], attachments: [...attachments] };
}

describe('the trial, as its people use it', () => {
  let trial: TestTrial;
  let anna: Outlook;
  let annasOx: OxClient;

  before(async () => {
    trial = await startTestTrial(0.2);
    anna = await trial.outlook('anna');
    annasOx = await trial.ox('anna');
    await eventually('the inbox is read', async () => (await newest(anna)).length > 0);
  });
  after(() => trial.close());

  const newest = (who: Outlook) => newestMails(who.client, who.mailbox, who.mailbox.folders.inbox, 20);

  const onOx = (ox: OxClient, folder: string, subject: string) =>
    eventually(`"${subject}" in ${folder} on Open-Xchange`, () => oxMail(ox, folder, subject));
  const inOutlook = (who: Outlook, folderId: bigint, subject: string) =>
    eventually(`"${subject}" in Outlook`, () => mailNamed(who, folderId, subject));
  const goneFromOutlook = (who: Outlook, folderId: bigint, subject: string) =>
    eventually(`"${subject}" is gone from Outlook`, async () => !(await mailNamed(who, folderId, subject)));

  test('Autodiscover leads to a mailbox with folders and mails', async () => {
    const account = await discover(anna.http, trial.url, 'anna@oxbow.test');
    assert.equal(account.displayName, 'Anna Bergström');
    assert.ok(account.mailboxUrl.startsWith(`${trial.url}/mapi/emsmdb`));
    const tree = await folderTree(anna.client, anna.mailbox);
    for (const id of Object.values(anna.mailbox.folders).slice(4, 8))
      assert.ok(tree.some(({ folderId }) => folderId === id));
    const mails = await newest(anna);
    assert.ok(mails.every(({ subject, received }) => subject !== '' && received !== undefined));
    const times = mails.map(({ received }) => received!.getTime());
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
  });

  test('everything that Open-Xchange has is there once, in every folder', async () => {
    const pairs = [
      [anna.mailbox.folders.inbox, 'INBOX'],
      [anna.mailbox.folders.sentItems, 'Sent'],
      [anna.mailbox.folders.deletedItems, 'Trash'],
    ] as const;
    for (const [folderId, path] of pairs) {
      const total = trial.sandbox.count('anna', path)!.total;
      await eventually(
        `${path} has ${total}`,
        async () => (await contentsOf(anna, folderId, [PidTag.Mid])).length === total,
      );
      const subjects = (await contentsOf(anna, folderId, [PidTag.Subject])).map(([subject]) => subject);
      const theirs = (await annasOx.mails(`default0/${path}`)).map(({ subject }) => subject);
      assert.deepEqual(subjects.sort(), theirs.sort());
    }
  });

  test('the address book has everybody, and resolves a name', async () => {
    const book = createNspiClient(anna.http, anna.account.addressBookUrl);
    await book.bind();
    const names = await eventually('everybody is listed', async () => {
      const rows = await book.list([PidTag.DisplayName, PidTag.SmtpAddress], 100);
      return rows.some(([, address]) => address === 'carla@oxbow.test') && rows;
    });
    assert.ok(names.some(([name]) => name === 'Anna Bergström'));
    const [ben] = await book.resolve(['ben@oxbow.test'], [PidTag.SmtpAddress]);
    assert.deepEqual(ben, ['ben@oxbow.test']);
    await book.unbind();
  });

  test('oxbow try sees it, and with --send-to its mail arrives', async () => {
    const options = {
      url: trial.url,
      user: 'anna@oxbow.test',
      password: 'oxbow',
      timeoutMs: 20_000,
      certificateAuthority: trial.authority,
      insecure: false,
    };
    const lines: string[] = [];
    const print = (line = '') => void lines.push(line);
    assert.equal(await tryOut(options, print), 0);
    const text = lines.join('\n');
    for (const word of ['Autodiscover', 'Connect', 'Logon', 'Address book', 'Folders', 'Newest in the Inbox'])
      assert.match(text, new RegExp(word));
    await eventually('contacts, lists and tasks of Open-Xchange', async () => {
      lines.length = 0;
      await tryOut(options, print);
      const seen = lines.join('\n');
      return /<emily\.carter@[^>]+>/.test(seen) && /\(list\)/.test(seen) && /^ {2}x .* Druckfreigabe/m.test(seen);
    });
    lines.length = 0;
    const sending = { ...options, sendTo: 'ben@oxbow.test', passwordOfRecipient: 'oxbow' };
    assert.equal(await tryOut(sending, print), 0, lines.join('\n'));
    assert.match(lines.join('\n'), /Arrived +at ben@oxbow\.test/);
    const subject = /"(Oxbow try [^"]+)"/.exec(lines.join('\n'))![1]!;
    assert.equal((await onOx(await trial.ox('ben'), inbox, subject)).subject, subject);
    const sent = await eventually('a copy among the sent ones', () => oxMail(annasOx, 'default0/Sent', subject));
    assert.ok(sent);
  });

  test('a wrong password is refused everywhere', async () => {
    const options = { url: trial.url, user: 'anna@oxbow.test', password: 'wrong', timeoutMs: 1000, insecure: true };
    await assert.rejects(
      tryOut(options, () => {}),
      /name or password/,
    );
  });

  test('a mail stored through Open-Xchange wakes a NotificationWait within 2 seconds and can be read', async () => {
    const { client, mailbox } = anna;
    const subscription = await subscribeNewMail(client, mailbox, mailbox.folders.inbox);
    const boundary = 'part';
    const raw =
      rawMail('Grüße aus Århus').replace(
        /Content-Type[\s\S]*/,
        `Cc: Carla <carla@oxbow.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=${boundary}\r\n\r\n`,
      ) +
      `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBlåbær og fløde\r\n` +
      `--${boundary}\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n` +
      `Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from('%PDF-1.7 plan').toString('base64')}\r\n--${boundary}--\r\n`;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waiting = client.notificationWait();
    const began = performance.now();
    await annasOx.import(inbox, [raw]);
    assert.equal(await waiting, true);
    const took = performance.now() - began;
    assert.ok(took < arrivalMs, `it took ${Math.round(took)} ms`);
    const line = (await inOutlook(anna, mailbox.folders.inbox, 'Grüße aus Århus'))!;
    assert.equal(line.read, false);
    assert.equal(line.sender, 'Erik Øst');
    assert.ok(client.takeNotifications().some(({ data }) => data.kind === 'object' && (data.type & 0x6) !== 0));
    const content = await readMail(anna, mailbox.folders.inbox, line.messageId);
    assert.equal(content.properties.get(PidTag.Subject), 'Grüße aus Århus');
    assert.equal(String(content.properties.get(PidTag.Body)).trim(), 'Blåbær og fløde');
    assert.equal(content.properties.get(PidTag.SentRepresentingEmailAddress), 'erik@elsewhere.example');
    assert.deepEqual(
      content.recipients.map((bag) => [bag.get(PidTag.RecipientType), bag.get(PidTag.EmailAddress)]),
      [
        [1, 'anna@oxbow.test'],
        [2, 'carla@oxbow.test'],
      ],
    );
    assert.equal(content.attachments.length, 1);
    assert.equal(content.attachments[0]!.properties.get(PidTag.AttachLongFilename), 'plan.pdf');
    assert.equal(String(content.attachments[0]!.properties.get(PidTag.AttachDataBinary)), '%PDF-1.7 plan');
    assert.match(String(content.properties.get(PidTag.TransportMessageHeaders)), /^Cc: Carla <carla@oxbow\.test>\r$/m);
    await release(client, subscription);
  });

  test('what is done in Outlook shows on Open-Xchange: written, flagged, read, moved, deleted', async () => {
    const { inbox: folderId } = anna.mailbox.folders;
    const subject = 'Angebot über Bögen';
    const data: PropertyBag = new Map();
    setProperty(data, PidTag.AttachMethod, 1);
    setProperty(data, PidTag.AttachLongFilename, 'Maße.csv');
    setProperty(data, PidTag.AttachMimeTag, 'text/csv');
    setProperty(data, PidTag.AttachDataBinary, Buffer.from('a;b\r\n1;2\r\n'));
    const content = written(subject, 'Zwölf Stück.\r\n', [{ number: 0, properties: data }], 0);
    const messageId = await writeMail(anna, folderId, content);

    const stored = await onOx(annasOx, inbox, subject);
    const raw = trial.sandbox.mails('anna', 'INBOX').find(({ uid }) => String(uid) === stored.id)!.raw;
    const reading = await byPostalMime(raw);
    assert.equal(reading.subject, subject);
    assert.equal(reading.from, 'anna@oxbow.test');
    assert.equal(reading.to, 'ben@oxbow.test');
    assert.equal(reading.text, 'Zwölf Stück.');
    assert.deepEqual(
      reading.attachments.map(({ name, content: bytes }) => [name, String(bytes)]),
      [['Maße.csv', 'a;b\r\n1;2\r\n']],
    );
    assert.equal(stored.flags & (oxFlag.seen | oxFlag.flagged | oxFlag.draft), 0);

    await changeMail(anna, folderId, messageId, flagged);
    await eventually(
      'flagged',
      async () => ((await oxMail(annasOx, inbox, subject))?.flags ?? 0) & oxFlag.flagged && true,
    );
    await setRead(anna, folderId, messageId, true);
    await eventually('read', async () => ((await oxMail(annasOx, inbox, subject))?.flags ?? 0) & oxFlag.seen && true);
    await changeMail(anna, folderId, messageId, [], [PidTag.FlagStatus, PidTag.FollowupIcon]);
    await setRead(anna, folderId, messageId, false);
    await eventually('neither', async () => {
      const mail = await oxMail(annasOx, inbox, subject);
      return mail !== undefined && (mail.flags & (oxFlag.seen | oxFlag.flagged)) === 0;
    });

    const target = await createFolder(anna, folderId, 'Angebote');
    await eventually('the folder', async () => (await annasOx.folders()).includes(`${inbox}/Angebote`));
    await moveMail(anna, folderId, target, messageId);
    await onOx(annasOx, `${inbox}/Angebote`, subject);
    assert.equal(await oxMail(annasOx, inbox, subject), undefined);

    const moved = (await mailNamed(anna, target, subject))!;
    assert.equal(
      String((await readMail(anna, target, moved.messageId)).properties.get(PidTag.Body)),
      'Zwölf Stück.\r\n',
    );
    await deleteMail(anna, target, moved.messageId);
    await eventually('gone', async () => !(await oxMail(annasOx, `${inbox}/Angebote`, subject)));
  });

  test('what is done on Open-Xchange shows in Outlook: flagged, read, moved, deleted', async () => {
    const { inbox: folderId } = anna.mailbox.folders;
    const subject = 'Rückfrage';
    const [id] = await annasOx.import(inbox, [rawMail(subject)]);
    const line = await inOutlook(anna, folderId, subject);
    const flagStatus = async () => {
      const rows = await contentsOf(anna, folderId, [PidTag.Subject, PidTag.FlagStatus]);
      const cell = rows.find(([name]) => name === subject)?.[1];
      return typeof cell === 'number' ? cell : 0;
    };
    await annasOx.put('mail', 'update', { folder: inbox, id }, { set_flags: oxFlag.flagged });
    await eventually('flagged', async () => (await flagStatus()) === 2);
    await annasOx.put('mail', 'update', { folder: inbox, id }, { set_flags: oxFlag.seen });
    await eventually('read', async () => (await mailNamed(anna, folderId, subject))?.read);
    await annasOx.put('mail', 'update', { folder: inbox, id }, { clear_flags: oxFlag.flagged | oxFlag.seen });
    await eventually('neither', async () => (await flagStatus()) !== 2);
    await eventually('unread', async () => (await mailNamed(anna, folderId, subject))?.read === false);
    assert.equal((await mailNamed(anna, folderId, subject))!.messageId, line.messageId);

    const trash = anna.mailbox.folders.deletedItems;
    const moved = (await annasOx.put('mail', 'update', { folder: inbox, id }, { folder_id: 'default0/Trash' })) as {
      id: string;
    };
    const there = await inOutlook(anna, trash, subject);
    await goneFromOutlook(anna, folderId, subject);
    const content = await readMail(anna, trash, there.messageId);
    assert.equal(String(content.properties.get(PidTag.Body)).trim(), `Text of ${subject}.`);

    await annasOx.put('mail', 'delete', { harddelete: 1 }, [{ folder: 'default0/Trash', id: moved.id }]);
    await goneFromOutlook(anna, trash, subject);
  });

  test('folders come, change their names and go on both sides', async () => {
    const { ipmSubtree } = anna.mailbox.folders;
    const has = async (id: string) => (await annasOx.folders()).includes(id);

    const folderId = await createFolder(anna, ipmSubtree, 'Werft');
    await eventually('created in Outlook', () => has('default0/Werft'));
    await writeMail(anna, folderId, written('Im Dock', 'Kiel oben.\r\n'));
    await onOx(annasOx, 'default0/Werft', 'Im Dock');
    await renameFolder(anna, folderId, 'Hafen & Werft');
    await eventually('renamed in Outlook', () => has('default0/Hafen & Werft'));
    assert.ok(await oxMail(annasOx, 'default0/Hafen & Werft', 'Im Dock'));
    await deleteFolder(anna, ipmSubtree, folderId);
    await eventually('deleted in Outlook', async () => !(await has('default0/Hafen & Werft')));

    const folder = { title: 'Kunden', module: 'mail', subscribed: true };
    await annasOx.put('folders', 'new', { folder_id: 'default0', tree: 0 }, { folder });
    const made = await eventually('created on Open-Xchange', () => folderNamed(anna, 'Kunden'));
    await annasOx.import('default0/Kunden', [rawMail('Vom Kunden')]);
    const line = await inOutlook(anna, made, 'Vom Kunden');
    await annasOx.put(
      'folders',
      'update',
      { id: 'default0/Kunden', tree: 0, timestamp: 9e15 },
      { folder: { title: 'Kundschaft', subscribed: true } },
    );
    const renamed = await eventually('renamed on Open-Xchange', () => folderNamed(anna, 'Kundschaft'));
    await eventually('the old name is gone', async () => !(await folderNamed(anna, 'Kunden')));
    const kept = await inOutlook(anna, renamed, 'Vom Kunden');
    assert.equal(
      String((await readMail(anna, renamed, kept.messageId)).properties.get(PidTag.Body)).trim(),
      'Text of Vom Kunden.',
    );
    assert.ok(line);
    await annasOx.put('folders', 'delete', { tree: 0, hardDelete: true, timestamp: 9e15 }, ['default0/Kundschaft']);
    await eventually('deleted on Open-Xchange', async () => !(await folderNamed(anna, 'Kundschaft')));
  });

  test('a draft written in Outlook is a draft on Open-Xchange, and changing it leaves one', async () => {
    const drafts = await eventually('the drafts folder', () => draftsFolder(anna));
    const messageId = await writeMail(anna, drafts, written('Entwurf', 'Erste Fassung.\r\n', [], 0x9));
    const first = await onOx(annasOx, 'default0/Drafts', 'Entwurf');
    assert.notEqual(first.flags & oxFlag.draft, 0);
    await changeMail(anna, drafts, messageId, [{ tag: PidTag.Body, value: 'Zweite Fassung.\r\n' }]);
    await eventually('the second version alone', async () => {
      const raws = trial.sandbox.mails('anna', 'Drafts').map(({ raw }) => raw);
      const readings = await Promise.all(raws.map(byPostalMime));
      const ours = readings.filter(({ subject }) => subject === 'Entwurf');
      return ours.length === 1 && ours[0]!.text === 'Zweite Fassung.';
    });

    await annasOx.import('default0/Drafts', [rawMail('Im Browser begonnen')], oxFlag.draft | oxFlag.seen);
    const theirs = await inOutlook(anna, drafts, 'Im Browser begonnen');
    const flags = (await readMail(anna, drafts, theirs.messageId)).properties.get(PidTag.MessageFlags) as number;
    assert.notEqual(flags & 0x8, 0, 'mfUnsent');
  });

  test('two people write to each other, and neither sees what is not theirs', async () => {
    const ben = await trial.outlook('ben');
    const bensOx = await trial.ox('ben');
    await eventually('the inbox of Ben is read', async () => (await newest(ben)).length > 0);
    await sendMail(anna.client, anna.mailbox, { to: ['ben@oxbow.test'], subject: 'Kaffee?', text: 'Um drei.\r\n' });
    const got = await inOutlook(ben, ben.mailbox.folders.inbox, 'Kaffee?');
    const content = await readMail(ben, ben.mailbox.folders.inbox, got.messageId);
    assert.equal(String(content.properties.get(PidTag.Body)).trim(), 'Um drei.');
    assert.equal(content.properties.get(PidTag.SentRepresentingEmailAddress), 'anna@oxbow.test');
    await sendMail(ben.client, ben.mailbox, { to: ['anna@oxbow.test'], subject: 'AW: Kaffee?', text: 'Ja.\r\n' });
    await inOutlook(anna, anna.mailbox.folders.inbox, 'AW: Kaffee?');

    await inOutlook(anna, anna.mailbox.folders.sentItems, 'Kaffee?');
    await eventually('the outbox is empty', async () => {
      const waiting = await contentsOf(anna, anna.mailbox.folders.outbox, [PidTag.Subject]);
      return waiting.length === 0;
    });
    const count = async (ox: OxClient, folder: string, subject: string) =>
      (await ox.mails(folder)).filter((mail) => mail.subject === subject).length;
    assert.equal(await count(annasOx, 'default0/Sent', 'Kaffee?'), 1);
    assert.equal(await count(bensOx, inbox, 'Kaffee?'), 1);
    assert.equal(await mailNamed(ben, ben.mailbox.folders.inbox, 'AW: Kaffee?'), undefined);
    const columns = [PidTag.Subject];
    const once = async (who: Outlook, folderId: bigint, subject: string) =>
      (await contentsOf(who, folderId, columns)).filter(([name]) => name === subject).length;
    assert.equal(await once(anna, anna.mailbox.folders.sentItems, 'Kaffee?'), 1);
    assert.equal(await once(ben, ben.mailbox.folders.inbox, 'Kaffee?'), 1);
  });

  test('a restart on the same data folder finds everything again, and nothing twice', async () => {
    const { folders } = anna.mailbox;
    const watched = [folders.inbox, folders.sentItems, folders.deletedItems];
    const columns = [PidTag.Mid, PidTag.Subject, PidTag.SourceKey];
    const ours = async (who: Outlook) => {
      const found: unknown[] = [];
      for (const folderId of watched) {
        const rows = await contentsOf(who, folderId, columns);
        found.push(
          rows
            .map(([mid, subject, key]) => `${mid} ${subject} ${Buffer.from(key as Uint8Array).toString('hex')}`)
            .sort(),
        );
      }
      return found;
    };
    const theirs = async (ox: OxClient) => {
      const found: string[] = [];
      for (const folder of await ox.folders())
        for (const { id, subject } of await ox.mails(folder)) found.push(`${folder} ${id} ${subject}`);
      return found.sort();
    };
    const [before, beforeOnOx] = [await ours(anna), await theirs(annasOx)];
    const tree = (who: Outlook) => folderTree(who.client, who.mailbox);
    const treeBefore = await tree(anna);
    await trial.restart();
    anna = await trial.outlook('anna');
    annasOx = await trial.ox('anna');
    assert.deepEqual(anna.mailbox.folders, folders);
    await annasOx.import(inbox, [rawMail('Nach dem Neustart')]);
    const line = await inOutlook(anna, folders.inbox, 'Nach dem Neustart');
    await deleteMail(anna, folders.inbox, line.messageId);
    await eventually('gone', async () => !(await oxMail(annasOx, inbox, 'Nach dem Neustart')));
    // A few whole listings later still the same.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.deepEqual(await ours(anna), before);
    assert.deepEqual(await theirs(annasOx), beforeOnOx);
    assert.deepEqual(await tree(anna), treeBefore);
  });

  async function draftsFolder({ client, mailbox }: Outlook): Promise<bigint | undefined> {
    const tree = await folderTree(client, mailbox);
    return tree.find(({ name }) => /^(Drafts|Entwürfe)$/.test(name))?.folderId;
  }
});

describe('npm start', () => {
  test('is ready last, tells of new mail within 2 seconds, and ends within 5 seconds of SIGTERM', async () => {
    const trial = await startTrialProcess(['npm', 'start', '--']);
    try {
      const lines = trial.output().trimEnd().split('\n');
      assert.match(lines.at(-1)!, new RegExp(`^Oxbow is ready.*https://127\\.0\\.0\\.1:${trial.port}`));
      const carla = await startOutlook(trial.url, trial.authority, 'carla@oxbow.test', 'oxbow');
      const { client, mailbox } = carla;
      await eventually(
        'the inbox is read',
        async () => (await newestMails(client, mailbox, mailbox.folders.inbox, 1))[0],
      );
      const ox = await logInToOx(trial.url, trial.authority, 'carla');
      await subscribeNewMail(client, mailbox, mailbox.folders.inbox);
      const waiting = client.notificationWait();
      const began = performance.now();
      await ox.import(inbox, [rawMail('Eilig')]);
      assert.equal(await waiting, true);
      const took = performance.now() - began;
      assert.ok(took < arrivalMs, `the mail took ${Math.round(took)} ms`);
      assert.ok(await mailNamed(carla, mailbox.folders.inbox, 'Eilig'));

      client.takeNotifications();
      const stillWaiting = client.notificationWait().catch(() => undefined);
      const ending = await trial.end();
      assert.ok(ending < 5_000, `it took ${Math.round(ending)} ms to end`);
      // npm is gone; the server that it started has to be as well.
      await eventually('the listener is closed', () => isFree(trial.port), 5_000 - ending);
      await stillWaiting;
      carla.http.close();
      assert.deepEqual(trial.errors(), []);
    } finally {
      trial.close();
    }
  });
});
