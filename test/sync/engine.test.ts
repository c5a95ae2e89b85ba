import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getNumber, getString, PidTag, type PropertyBag, setProperty } from '../../src/mapi/index.ts';
import type { StoreEvent } from '../../src/store/index.ts';
import { recipient } from './recipient.ts';
import { client, inboxId, mail, messagesOf, setUp, subjectOf, subjects } from './synced-mailbox.ts';

test('the first pass brings folders and mails, the next one changes nothing', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.addFolder('default0/INBOX/Projects', inboxId, 'Projects');
  backend.deliver(inboxId, { Subject: 'one', 'Message-ID': '<1@x>' }, 'text', { seen: true, flagged: true });
  backend.deliver('default0/INBOX/Projects', { Subject: 'two', 'Message-ID': '<2@x>' });
  await pass();
  assert.deepEqual(await subjects(mailbox, inbox), ['one']);
  const [one] = await messagesOf(mailbox, inbox);
  assert.equal(one?.read, true);
  assert.equal(getNumber(one!.properties, PidTag.FlagStatus), 2);
  const projects = (await mailbox.childFolders(inbox)).find(({ displayName }) => displayName === 'Projects');
  assert.deepEqual(await subjects(mailbox, projects!.id), ['two']);

  const events: StoreEvent[] = [];
  mailbox.subscribe((event) => events.push(event));
  await pass();
  assert.deepEqual(events, []);
});

test('new mail is picked up without listing the folder, and says so', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  for (let i = 0; i < 30; i++) backend.deliver(inboxId, { Subject: `old ${i}`, 'Message-ID': `<old${i}@x>` });
  await pass();
  const events: StoreEvent[] = [];
  mailbox.subscribe((event) => events.push(event));
  backend.calls.length = 0;
  backend.deliver(inboxId, { Subject: 'new', 'Message-ID': '<new@x>' });
  await pass(100);
  assert.ok(!backend.calls.includes('states'));
  assert.equal((await subjects(mailbox, inbox)).length, 31);
  assert.ok(events.some((event) => event.object === 'message' && event.kind === 'newMail'));
});

test('content of a mail comes from the backend when it is asked for', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.deliver(inboxId, { Subject: 'hello', 'Message-ID': '<1@x>' }, 'the body');
  await pass();
  const [message] = await messagesOf(mailbox, inbox);
  assert.equal(message?.contentState, 'remote');
  const content = await mailbox.content(message!);
  assert.match(getString(content.properties, PidTag.Body) ?? '', /^the body/);
});

test('flags merge three ways: what each side changed holds', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  const id = backend.deliver(inboxId, { Subject: 'flags', 'Message-ID': '<1@x>' });
  await pass();
  const [message] = await messagesOf(mailbox, inbox);
  await mailbox.setReadState(inbox, [message!.id], true, client);
  await backend.mail.setFlags(inboxId, id, { flagged: true });
  await pass();
  await pass();
  const [after] = await messagesOf(mailbox, inbox);
  assert.equal(after?.read, true);
  assert.equal(getNumber(after!.properties, PidTag.FlagStatus), 2);
  const { flags } = backend.folder(inboxId).mails.get(Number(id))!;
  assert.deepEqual({ seen: flags.seen, flagged: flags.flagged }, { seen: true, flagged: true });
});

test('a mail stored by a client appears on the backend once, though answers are lost', async (t) => {
  for (const lost of ['before', 'after'] as const) {
    await t.test(`the call is lost ${lost} it was carried out`, async (t) => {
      const { mailbox, backend, inbox, pass } = await setUp(t);
      await pass();
      let failures = 2;
      backend.fault = (call) => (call === 'append' && failures-- > 0 ? lost : undefined);
      await mailbox.saveMessage({ folderId: inbox, set: mail('stored') }, client);
      for (let i = 0; i < 5; i++) await pass().catch(() => {});
      assert.deepEqual(backend.subjects(inboxId), ['stored']);
      assert.deepEqual(await subjects(mailbox, inbox), ['stored']);
    });
  }
});

test('a draft changed again replaces its copy', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const drafts = mailbox.specialFolder('drafts');
  await pass();
  const saved = await mailbox.saveMessage({ folderId: drafts, set: mail('draft'), flags: 8 }, client);
  await pass();
  assert.deepEqual(backend.subjects('default0/Drafts'), ['draft']);
  const changed: PropertyBag = new Map();
  setProperty(changed, PidTag.Body, 'another body');
  await mailbox.saveMessage({ id: saved.id, folderId: drafts, set: changed }, client);
  await pass();
  await pass();
  const copies = [...backend.folder('default0/Drafts').mails.values()];
  assert.equal(copies.length, 1);
  assert.match(copies[0]!.raw.toString(), /another body/);
  assert.equal(copies[0]!.flags.draft, true);
  assert.equal((await messagesOf(mailbox, drafts)).length, 1);
});

test('moves and deletions go both ways; a moved mail keeps what only we keep of it', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  const trash = mailbox.specialFolder('deletedItems');
  backend.deliver(inboxId, { Subject: 'a', 'Message-ID': '<a@x>' });
  const b = backend.deliver(inboxId, { Subject: 'b', 'Message-ID': '<b@x>' });
  await pass();
  const overlay: PropertyBag = new Map();
  setProperty(overlay, 0x6789001f, 'only here');
  for (const message of await messagesOf(mailbox, inbox))
    await mailbox.saveMessage({ id: message.id, folderId: inbox, set: overlay }, client);

  const a = (await messagesOf(mailbox, inbox)).find((message) => subjectOf(message) === 'a')!;
  await mailbox.moveMessages(inbox, [a.id], trash, client);
  await pass();
  assert.deepEqual(backend.subjects('default0/Trash'), ['a']);
  await backend.mail.move(inboxId, b, 'default0/Trash');
  await pass();
  assert.deepEqual(await subjects(mailbox, trash), ['a', 'b']);
  assert.deepEqual(await subjects(mailbox, inbox), []);
  for (const message of await messagesOf(mailbox, trash))
    assert.equal(getString(message.properties, 0x6789001f), 'only here');

  const [first] = await messagesOf(mailbox, trash);
  await mailbox.deleteMessages(trash, [first!.id], { hard: true }, client);
  await pass();
  assert.equal(backend.folder('default0/Trash').mails.size, 1);
  backend.folder('default0/Trash').mails.clear();
  await pass();
  await pass();
  assert.deepEqual(await subjects(mailbox, trash), []);
});

test('one listing that misses mails deletes nothing', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  for (let i = 0; i < 5; i++) backend.deliver(inboxId, { Subject: `m${i}`, 'Message-ID': `<${i}@x>` });
  await pass();
  backend.hideInListing = (_folder, uid) => uid > 2;
  await pass();
  backend.hideInListing = () => false;
  await pass();
  await pass();
  assert.equal((await subjects(mailbox, inbox)).length, 5);
});

test('a failing listing deletes nothing', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  for (let i = 0; i < 5; i++) backend.deliver(inboxId, { Subject: `m${i}`, 'Message-ID': `<${i}@x>` });
  await pass();
  backend.fault = (call) => (call === 'states' || call === 'folders' ? 'before' : undefined);
  for (let i = 0; i < 3; i++) await pass().catch(() => {});
  assert.equal((await subjects(mailbox, inbox)).length, 5);
});

test('the brake: more than half of a folder does not vanish until somebody says so', async (t) => {
  const { mailbox, backend, engine, inbox, pass } = await setUp(t);
  for (let i = 0; i < 25; i++) backend.deliver(inboxId, { Subject: `m${i}`, 'Message-ID': `<${i}@x>` });
  await pass();
  for (let uid = 1; uid <= 20; uid++) backend.folder(inboxId).mails.delete(uid);
  for (let i = 0; i < 4; i++) await pass();
  assert.equal((await subjects(mailbox, inbox)).length, 25);
  assert.deepEqual((await engine.status()).brakes, [{ folder: inboxId, vanished: 20, of: 25 }]);
  engine.releaseBrake(inboxId);
  await pass();
  await pass();
  assert.equal((await subjects(mailbox, inbox)).length, 5);
  assert.deepEqual((await engine.status()).brakes, []);
});

test('emptying the trash elsewhere needs no confirmation', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  for (let i = 0; i < 25; i++) backend.deliver('default0/Trash', { Subject: `m${i}`, 'Message-ID': `<${i}@x>` });
  await pass();
  backend.folder('default0/Trash').mails.clear();
  await pass();
  await pass();
  assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('deletedItems')), []);
});

test('folders made, renamed, moved and deleted by a client follow on the backend', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  await pass();
  const root = mailbox.specialFolder('ipmSubtree');
  const { folder: top } = await mailbox.createFolder({ parentId: root, displayName: 'Top' }, client);
  const { folder: sub } = await mailbox.createFolder({ parentId: top.id, displayName: 'Sub' }, client);
  await mailbox.saveMessage({ folderId: sub.id, set: mail('inside') }, client);
  await pass();
  assert.ok(backend.folders.has('default0/Top/Sub'));
  await pass();
  assert.deepEqual(backend.subjects('default0/Top/Sub'), ['inside']);
  await mailbox.moveFolder(top.id, inbox, 'Renamed', client);
  await pass();
  await pass();
  assert.deepEqual(backend.subjects('default0/INBOX/Renamed/Sub'), ['inside']);
  assert.deepEqual(await subjects(mailbox, sub.id), ['inside']);
  await mailbox.deleteFolder(top.id, { hard: true, messages: true, folders: true }, client);
  await pass();
  assert.ok(![...backend.folders.keys()].some((id) => id.includes('Renamed')));
});

test('a folder renamed on the backend is the same folder here', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.addFolder('default0/INBOX/Old', inboxId, 'Old');
  backend.deliver('default0/INBOX/Old', { Subject: 'kept', 'Message-ID': '<1@x>' });
  await pass();
  const [before] = await mailbox.childFolders(inbox);
  backend.rename('default0/INBOX/Old', 'default0/INBOX/New', 'New', inboxId);
  for (let i = 0; i < 11; i++) await pass();
  const [after] = await mailbox.childFolders(inbox);
  assert.equal(after?.id, before?.id);
  assert.equal(after?.displayName, 'New');
  assert.deepEqual(await subjects(mailbox, after!.id), ['kept']);
});

test('another UIDVALIDITY: the folder is read anew, nothing is doubled, the overlay stays', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  for (let i = 0; i < 5; i++) backend.deliver(inboxId, { Subject: `m${i}`, 'Message-ID': `<${i}@x>` });
  await pass();
  const [first] = await messagesOf(mailbox, inbox);
  const overlay: PropertyBag = new Map();
  setProperty(overlay, 0x6789001f, 'only here');
  await mailbox.saveMessage({ id: first!.id, folderId: inbox, set: overlay }, client);
  await pass();
  const folder = backend.folder(inboxId);
  folder.validity = '99999';
  folder.mails = new Map([...folder.mails].map(([uid, value]) => [uid + 1000, value]));
  folder.next = 2000;
  await pass();
  await pass();
  const messages = await messagesOf(mailbox, inbox);
  assert.equal(messages.length, 5);
  assert.equal(messages.filter((message) => getString(message.properties, 0x6789001f) === 'only here').length, 1);
  assert.equal(folder.mails.size, 5);
});

test('a submitted mail is sent once, whatever is lost, and is in Sent Items once on both sides', async (t) => {
  for (const lost of [undefined, 'before', 'after'] as const) {
    await t.test(`answer ${lost ? `lost ${lost} sending` : 'received'}`, async (t) => {
      const { mailbox, backend, pass } = await setUp(t);
      await pass();
      let failures = 2;
      backend.fault = (call) => (call === 'send' && lost && failures-- > 0 ? lost : undefined);
      const outbox = mailbox.specialFolder('outbox');
      const saved = await mailbox.saveMessage(
        {
          folderId: outbox,
          set: mail('sent once'),
          flags: 8,
          recipients: [recipient('ben@oxbow.test')],
        },
        client,
      );
      await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
      for (let i = 0; i < 5; i++) await pass().catch(() => {});
      assert.equal(backend.outgoing.length, 1);
      assert.match(backend.outgoing[0]!.toString(), /^To: .*ben@oxbow\.test/m);
      assert.deepEqual(backend.subjects('default0/Sent'), ['sent once']);
      assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('sentItems')), ['sent once']);
      assert.deepEqual(await subjects(mailbox, outbox), []);
    });
  }
});

test('a flag that somebody sets on a sent mail before its copy is found stays', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  await pass();
  const saved = await mailbox.saveMessage(
    {
      folderId: mailbox.specialFolder('outbox'),
      set: mail('sent'),
      flags: 8,
      recipients: [recipient('ben@oxbow.test')],
    },
    client,
  );
  const sentItems = mailbox.specialFolder('sentItems');
  await mailbox.submitMessage(saved.id, { sentFolderId: sentItems }, client);
  const copy = () => [...backend.folder('default0/Sent').mails.values()][0]!;
  backend.interlude = async (call, when) => {
    if (call === 'send' && when === 'after') copy().flags = { ...copy().flags, flagged: true };
  };
  await pass();
  await pass();
  const [message] = await messagesOf(mailbox, sentItems);
  assert.equal(getNumber(message!.properties, PidTag.FlagStatus), 2);
  await mailbox.setReadState(sentItems, [message!.id], false, client);
  await pass();
  assert.deepEqual([copy().flags.seen, copy().flags.flagged], [false, true]);
});

test('a refused mail becomes a report in the inbox and stays where it was', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  await pass();
  const outbox = mailbox.specialFolder('outbox');
  const saved = await mailbox.saveMessage(
    { folderId: outbox, set: mail('refused'), flags: 8, recipients: [recipient('refused@oxbow.test')] },
    client,
  );
  await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
  await pass();
  await pass();
  assert.equal(backend.outgoing.length, 0);
  assert.deepEqual(await subjects(mailbox, outbox), ['refused']);
  assert.deepEqual(await subjects(mailbox, inbox), ['Undeliverable: refused']);
  const [kept] = await messagesOf(mailbox, outbox);
  assert.equal((kept!.flags & 4) === 0 && (kept!.flags & 8) !== 0, true);
});

test('own changes cost no listing of the folder', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  for (let i = 0; i < 40; i++) backend.deliver(inboxId, { Subject: `m${i}`, 'Message-ID': `<${i}@x>` });
  await pass();
  await pass();
  backend.calls.length = 0;
  const messages = await messagesOf(mailbox, inbox);
  await mailbox.setReadState(inbox, [messages[0]!.id, messages[1]!.id], true, client);
  await mailbox.saveMessage({ folderId: inbox, set: mail('stored') }, client);
  await mailbox.moveMessages(inbox, [messages[2]!.id], mailbox.specialFolder('deletedItems'), client);
  await mailbox.deleteMessages(inbox, [messages[3]!.id], { hard: true }, client);
  await pass(100);
  await pass(100);
  assert.deepEqual(
    backend.calls.filter((call) => call === 'states'),
    [],
  );
  assert.equal(backend.folder(inboxId).mails.size, 39);
  assert.equal((await messagesOf(mailbox, inbox)).length, 39);
});

test('one new mail costs the same calls in a small and in a large folder', async (t) => {
  const callsIn = async (mails: number) => {
    const { backend, pass, mailbox, inbox } = await setUp(t);
    for (let i = 0; i < mails; i++) backend.deliver(inboxId, { 'Message-ID': `<${i}@x>`, Subject: `mail ${i}` });
    await pass();
    backend.deliver(inboxId, { 'Message-ID': '<new@x>', Subject: 'new' });
    backend.calls.length = 0;
    await pass(1000);
    assert.equal((await mailbox.folder(inbox))!.contentCount, mails + 1);
    return [...backend.calls];
  };
  assert.deepEqual(await callsIn(2000), await callsIn(20));
});

test('a folder made here and renamed elsewhere before it was ever read is still the same', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  await pass();
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'Made' }, client);
  let renamed = false;
  backend.fault = (call) => {
    // Right after it was made, and before the next look at the tree.
    if (call === 'folders' && !renamed && backend.folders.has('default0/INBOX/Made')) {
      renamed = true;
      backend.rename('default0/INBOX/Made', 'default0/INBOX/Renamed', 'Renamed', inboxId);
    }
    return undefined;
  };
  await mailbox.saveMessage({ folderId: folder.id, set: mail('inside') }, client);
  for (let i = 0; i < 12; i++) await pass();
  assert.deepEqual(
    (await mailbox.childFolders(inbox)).map(({ id, displayName }) => ({ id, displayName })),
    [{ id: folder.id, displayName: 'Renamed' }],
  );
  assert.deepEqual(backend.subjects('default0/INBOX/Renamed'), ['inside']);
  assert.equal([...backend.folders.keys()].filter((id) => /Made|Renamed/.test(id)).length, 1);
});

test('a mail deleted here stays deleted when its folder was renamed elsewhere meanwhile', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.addFolder('default0/INBOX/Old', inboxId, 'Old');
  backend.deliver('default0/INBOX/Old', { Subject: 'deleted', 'Message-ID': '<1@x>' });
  backend.deliver('default0/INBOX/Old', { Subject: 'kept', 'Message-ID': '<2@x>' });
  await pass();
  const [folder] = await mailbox.childFolders(inbox);
  const doomed = (await messagesOf(mailbox, folder!.id)).find((message) => subjectOf(message) === 'deleted')!;
  backend.rename('default0/INBOX/Old', 'default0/INBOX/New', 'New', inboxId);
  const { remove } = backend.mail;
  // As Open-Xchange does for a folder that is not there.
  backend.mail.remove = async (id, ...rest) => {
    backend.folder(id);
    return remove(id, ...rest);
  };
  await mailbox.deleteMessages(folder!.id, [doomed.id], { hard: true }, client);
  for (let i = 0; i < 12; i++) await pass();
  assert.deepEqual(backend.subjects('default0/INBOX/New'), ['kept']);
  assert.deepEqual(await subjects(mailbox, folder!.id), ['kept']);
});

test('a deleted folder whose subfolder got a new mail comes back with that mail only', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const root = mailbox.specialFolder('ipmSubtree');
  const { folder: top } = await mailbox.createFolder({ parentId: root, displayName: 'Top' }, client);
  const { folder: sub } = await mailbox.createFolder({ parentId: top.id, displayName: 'Sub' }, client);
  await mailbox.saveMessage({ folderId: top.id, set: mail('seen') }, client);
  await mailbox.saveMessage({ folderId: sub.id, set: mail('seen too') }, client);
  await pass();
  backend.deliver('default0/Top/Sub', { Subject: 'unseen', 'Message-ID': '<unseen@x>' });
  await mailbox.deleteFolder(top.id, { hard: true, messages: true, folders: true }, client);
  for (let i = 0; i < 12; i++) await pass();
  assert.deepEqual(backend.subjects('default0/Top'), []);
  assert.deepEqual(backend.subjects('default0/Top/Sub'), ['unseen']);
  const back = (await mailbox.childFolders(root)).find(({ displayName }) => displayName === 'Top')!;
  assert.deepEqual(await subjects(mailbox, back.id), []);
  const [below] = await mailbox.childFolders(back.id);
  assert.deepEqual(await subjects(mailbox, below!.id), ['unseen']);
});

test('a folder that was moved elsewhere into one deleted here brings that one back', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const root = mailbox.specialFolder('ipmSubtree');
  const { folder: top } = await mailbox.createFolder({ parentId: root, displayName: 'Top' }, client);
  const { folder: other } = await mailbox.createFolder({ parentId: root, displayName: 'Other' }, client);
  await mailbox.saveMessage({ folderId: other.id, set: mail('kept') }, client);
  await pass();
  backend.rename('default0/Other', 'default0/Top/Other', 'Other', 'default0/Top');
  await mailbox.deleteFolder(top.id, { hard: true, messages: true, folders: true }, client);
  for (let i = 0; i < 24; i++) await pass();
  assert.deepEqual(backend.subjects('default0/Top/Other'), ['kept']);
  const back = await mailbox.folder((await mailbox.folder(other.id))!.parentId!);
  assert.equal(back?.displayName, 'Top');
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a mail whose storing was cut off is found in its folder though that was renamed meanwhile', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const root = mailbox.specialFolder('ipmSubtree');
  const { folder } = await mailbox.createFolder({ parentId: root, displayName: 'Old' }, client);
  await pass();
  let lost = 1;
  backend.fault = (call) => (call === 'append' && lost-- > 0 ? 'after' : undefined);
  await mailbox.saveMessage({ folderId: folder.id, set: mail('stored') }, client);
  await pass().catch(() => {});
  backend.rename('default0/Old', 'default0/New', 'New', undefined);
  for (let i = 0; i < 12; i++) await pass();
  assert.deepEqual(backend.subjects('default0/New'), ['stored']);
  assert.deepEqual(await subjects(mailbox, folder.id), ['stored']);
});

test('a draft whose storing was not answered does not stay behind when it is sent', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  await pass();
  const drafts = mailbox.specialFolder('drafts');
  const saved = await mailbox.saveMessage(
    { folderId: drafts, set: mail('sent from a draft'), flags: 8, recipients: [recipient('ben@oxbow.test')] },
    client,
  );
  let lost = true;
  backend.fault = (call) => {
    if (call !== 'append' || !lost) return undefined;
    lost = false;
    return 'after';
  };
  await pass().catch(() => {});
  assert.equal(backend.folder('default0/Drafts').mails.size, 1);
  await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
  for (let i = 0; i < 6; i++) await pass().catch(() => {});
  assert.equal(backend.outgoing.length, 1);
  assert.deepEqual(backend.subjects('default0/Drafts'), []);
  assert.deepEqual(await subjects(mailbox, drafts), []);
  assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('sentItems')), ['sent from a draft']);
});
