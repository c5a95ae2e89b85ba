import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackendError } from '../../src/backends/index.ts';
import { getString, PidTag, type PropertyBag, setProperty } from '../../src/mapi/index.ts';
import type { FolderId, Mailbox, Message } from '../../src/store/index.ts';
import type { FakeBackend } from './fake-backend.ts';
import { recipient } from './recipient.ts';
import { client, inboxId, mail, messagesOf, setUp, subjects } from './synced-mailbox.ts';

/** What both sides do to the same thing in the same moment. Each was found by the random tests (two-way.slow.ts, crash/). */

const overlayTag = 0x6789001f;
const tagged = (subject: string): PropertyBag => mail(subject).set(overlayTag, 'ours');
const only = async (mailbox: Mailbox, folder: FolderId): Promise<Message> => {
  const found = await messagesOf(mailbox, folder);
  assert.equal(found.length, 1);
  return found[0]!;
};

async function edit(mailbox: Mailbox, message: Message, subject: string): Promise<void> {
  const set: PropertyBag = new Map();
  setProperty(set, PidTag.Subject, subject);
  setProperty(set, PidTag.Body, `body of ${subject}`);
  await mailbox.saveMessage({ id: message.id, folderId: message.folderId, set }, client);
}

/** Somebody moves the mails of a folder. */
function moveThere(backend: FakeBackend, from: string, to: string): void {
  const { mails } = backend.folder(from);
  for (const [uid, { raw, flags }] of mails) {
    mails.delete(uid);
    backend.put(to, raw, flags);
  }
}

/** The next call of this name is carried out, and its answer is lost. */
function loseAnswer(backend: FakeBackend, name: string, then: () => void = () => {}): void {
  let lost = false;
  backend.fault = (call) => {
    if (call !== name || lost) return undefined;
    lost = true;
    return 'after';
  };
  backend.interlude = async (call, when) => {
    if (call !== name || when !== 'after') return;
    backend.interlude = undefined;
    then();
  };
}

test('a mail that was written anew elsewhere under the same Message-ID is another mail', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  await mailbox.saveMessage({ folderId: inbox, set: tagged('plan') }, client);
  await pass();
  backend.folder(inboxId).mails.clear();
  backend.deliver(inboxId, { Subject: 'another plan', 'Message-ID': '<plan@oxbow.test>' });
  for (let i = 0; i < 4; i += 1) await pass();
  const message = await only(mailbox, inbox);
  assert.equal(getString(message.properties, PidTag.Subject), 'another plan');
  assert.ok(!message.properties.has(overlayTag));
});

test('a mail moved here is not tied to another version of it in the folder it goes to', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.deliver(inboxId, { Subject: 'plan', 'Message-ID': '<1@x>' });
  await pass();
  const drafts = mailbox.specialFolder('drafts');
  backend.folder(inboxId).mails.clear();
  backend.deliver('default0/Drafts', { Subject: 'longer plan', 'Message-ID': '<1@x>' });
  await mailbox.moveMessages(inbox, [(await only(mailbox, inbox)).id], drafts, client);
  for (let i = 0; i < 5; i += 1) await pass();
  assert.deepEqual(await subjects(mailbox, drafts), ['longer plan']);
});

test('flags set here do not bring back a mail that was moved elsewhere, without Message-ID', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.deliver(inboxId, { Subject: 'nameless' });
  await pass();
  moveThere(backend, inboxId, 'default0/Trash');
  await mailbox.setReadState(inbox, [(await only(mailbox, inbox)).id], true, client);
  for (let i = 0; i < 5; i += 1) await pass();
  assert.deepEqual([backend.subjects(inboxId), backend.subjects('default0/Trash')], [[], ['nameless']]);
  assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('deletedItems')), ['nameless']);
});

test('a mail edited here and deleted elsewhere stays; one only flagged here goes', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.deliver(inboxId, { Subject: 'edited', 'Message-ID': '<1@x>' });
  backend.deliver(inboxId, { Subject: 'flagged', 'Message-ID': '<2@x>' });
  await pass();
  for (const message of await messagesOf(mailbox, inbox))
    if (getString(message.properties, PidTag.Subject) === 'edited') await edit(mailbox, message, 'edited here');
    else await mailbox.setReadState(inbox, [message.id], true, client);
  backend.folder(inboxId).mails.clear();
  for (let i = 0; i < 5; i += 1) await pass();
  assert.deepEqual(await subjects(mailbox, inbox), ['edited here']);
  assert.deepEqual(backend.subjects(inboxId), ['edited here']);
});

test('a draft deleted elsewhere while it is being sent is sent', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const drafts = mailbox.specialFolder('drafts');
  const draft = { folderId: drafts, set: mail('urgent'), flags: 8, recipients: [recipient('ben@oxbow.test')] };
  const saved = await mailbox.saveMessage(draft, client);
  await pass();
  backend.folder('default0/Drafts').mails.clear();
  const sentFolderId = mailbox.specialFolder('sentItems');
  await mailbox.submitMessage(saved.id, { sentFolderId, notBefore: 1_800_003_000_000 }, client);
  for (let i = 0; i < 8; i += 1) await pass();
  assert.equal(backend.outgoing.length, 1);
  assert.deepEqual(await subjects(mailbox, sentFolderId), ['urgent']);
});

for (const what of ['stored', 'edited'] as const)
  test(`a mail ${what} here is there once though the answer was lost and it was moved elsewhere at once`, async (t) => {
    const { mailbox, backend, inbox, pass } = await setUp(t);
    if (what === 'edited') backend.deliver(inboxId, { Subject: 'first', 'Message-ID': '<1@x>' });
    await pass();
    loseAnswer(backend, 'append', () => {
      const stored = [...backend.folder(inboxId).mails].at(-1)!;
      backend.folder(inboxId).mails.delete(stored[0]);
      backend.put('default0/Trash', stored[1].raw, stored[1].flags);
    });
    if (what === 'edited') await edit(mailbox, await only(mailbox, inbox), 'mine');
    else await mailbox.saveMessage({ folderId: inbox, set: mail('mine') }, client);
    for (let i = 0; i < 6; i += 1) await pass().catch(() => {});
    assert.deepEqual([backend.subjects(inboxId), backend.subjects('default0/Trash')], [[], ['mine']]);
    assert.deepEqual(await subjects(mailbox, inbox), []);
    assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('deletedItems')), ['mine']);
  });

test('a sent mail whose copy was moved or deleted at once is sent once and is there once', async (t) => {
  for (const to of ['default0/Trash', undefined]) {
    const { mailbox, backend, pass } = await setUp(t);
    await pass();
    backend.interlude = async (call, when) => {
      if (call !== 'send' || when !== 'after') return;
      if (to) moveThere(backend, 'default0/Sent', to);
      else backend.folder('default0/Sent').mails.clear();
    };
    const saved = await mailbox.saveMessage(
      {
        folderId: mailbox.specialFolder('outbox'),
        set: mail('letter'),
        flags: 8,
        recipients: [recipient('ben@oxbow.test')],
      },
      client,
    );
    const sentItems = mailbox.specialFolder('sentItems');
    await mailbox.submitMessage(saved.id, { sentFolderId: sentItems }, client);
    for (let i = 0; i < 6; i += 1) await pass();
    assert.equal(backend.outgoing.length, 1);
    assert.deepEqual(backend.subjects(to ?? 'default0/Sent'), ['letter']);
    const place = to ? mailbox.specialFolder('deletedItems') : sentItems;
    assert.deepEqual(await subjects(mailbox, place), ['letter']);
    assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('outbox')), []);
  }
});

test('a mail moved elsewhere into a folder that is not known here yet keeps what only we keep of it', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  await mailbox.saveMessage({ folderId: inbox, set: tagged('plan') }, client);
  await pass();
  backend.addFolder('default0/New', undefined, 'New');
  moveThere(backend, inboxId, 'default0/New');
  for (let i = 0; i < 3; i += 1) await pass(1_000);
  for (let i = 0; i < 3; i += 1) await pass();
  assert.deepEqual(await subjects(mailbox, inbox), []);
  const folders = await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'));
  const made = folders.find(({ displayName }) => displayName === 'New')!;
  assert.ok((await only(mailbox, made.id)).properties.has(overlayTag));
});

test('a folder made here where one was deleted elsewhere is not taken for that one', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const root = mailbox.specialFolder('ipmSubtree');
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  backend.deliver('default0/Alpha', { Subject: 'old', 'Message-ID': '<1@x>' });
  await pass();
  const alpha = (await mailbox.childFolders(root)).find(({ displayName }) => displayName === 'Alpha')!;
  await mailbox.moveFolder(alpha.id, root, 'Beta', client);
  backend.folders.delete('default0/Alpha');
  const { folder } = await mailbox.createFolder({ parentId: root, displayName: 'Alpha' }, client);
  await mailbox.saveMessage({ folderId: folder.id, set: mail('new') }, client);
  for (let i = 0; i < 8; i += 1) await pass();
  assert.deepEqual(backend.subjects('default0/Alpha'), ['new']);
  assert.ok(!backend.folders.has('default0/Beta'));
  assert.equal(await mailbox.folder(alpha.id), undefined);
});

test('a mail moved into a folder that only we have does not go with the folder that it came from', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  backend.deliver('default0/Alpha', { Subject: 'kept', 'Message-ID': '<1@x>' }, 'the text');
  await pass();
  const folders = await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'));
  const alpha = folders.find(({ displayName }) => displayName === 'Alpha')!;
  const journal = mailbox.specialFolder('journal');
  await mailbox.moveMessages(alpha.id, [(await only(mailbox, alpha.id)).id], journal, client);
  await mailbox.deleteFolder(alpha.id, { hard: true, messages: true, folders: true }, client);
  for (let i = 0; i < 3; i += 1) await pass();
  assert.ok(!backend.folders.has('default0/Alpha'));
  const { properties } = await mailbox.content(await only(mailbox, journal));
  assert.match(getString(properties, PidTag.Body) ?? '', /^the text/);
});

test('a folder deleted here while its mails are being read does not stop the pass', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  await pass();
  const folders = await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'));
  const alpha = folders.find(({ displayName }) => displayName === 'Alpha')!;
  backend.deliver('default0/Alpha', { Subject: 'late', 'Message-ID': '<1@x>' });
  backend.interlude = async (call, when) => {
    if (call !== 'newest' && call !== 'states') return;
    if (when === 'after' && (await mailbox.folder(alpha.id)))
      await mailbox.deleteFolder(alpha.id, { hard: true, messages: true, folders: true }, client);
  };
  for (let i = 0; i < 6; i += 1) await pass();
  assert.deepEqual(backend.subjects('default0/Alpha'), ['late']);
});

test('a mail moved elsewhere into a folder that is being deleted here comes back as the same', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  const { folder } = await mailbox.createFolder(
    { parentId: mailbox.specialFolder('ipmSubtree'), displayName: 'Alpha' },
    client,
  );
  await mailbox.saveMessage({ folderId: inbox, set: tagged('plan') }, client);
  await pass();
  moveThere(backend, inboxId, 'default0/Alpha');
  await mailbox.deleteFolder(folder.id, { hard: true, messages: true, folders: true }, client);
  backend.fault = (call) => (call === 'folders' ? 'before' : undefined);
  await pass(1_000).catch(() => {});
  backend.fault = (call) => (call === 'deleteFolder' || call === 'remove' ? 'before' : undefined);
  for (let i = 0; i < 4; i += 1) await pass().catch(() => {});
  backend.fault = () => undefined;
  for (let i = 0; i < 4; i += 1) await pass();
  assert.deepEqual(backend.subjects('default0/Alpha'), ['plan']);
  const folders = await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'));
  const back = folders.find(({ displayName }) => displayName === 'Alpha')!;
  assert.ok((await only(mailbox, back.id)).properties.has(overlayTag));
});

test('a folder that the backend will not have deleted appears again', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  backend.deliver('default0/Alpha', { Subject: 'kept', 'Message-ID': '<1@x>' });
  await pass();
  const alphas = async () =>
    (await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'))).filter(
      ({ displayName }) => displayName === 'Alpha',
    );
  await mailbox.deleteFolder((await alphas())[0]!.id, { hard: true, messages: true, folders: true }, client);
  backend.interlude = async (call, when) => {
    if (call === 'deleteFolder' && when === 'before') throw new BackendError('denied', 'not yours');
  };
  for (let i = 0; i < 3; i += 1) await pass();
  assert.deepEqual(await subjects(mailbox, (await alphas())[0]!.id), ['kept']);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a folder that had to yield its name gets it once it is free', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  const root = mailbox.specialFolder('ipmSubtree');
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.ContainerClass, 'IPF.Contact');
  const { folder } = await mailbox.createFolder({ parentId: root, displayName: 'Alpha', properties }, client);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  await pass();
  const names = async () => (await mailbox.childFolders(root)).map(({ displayName }) => displayName);
  assert.ok((await names()).includes('Alpha (2)'));
  await mailbox.moveFolder(folder.id, root, 'Beta', client);
  for (let i = 0; i < 11; i += 1) await pass();
  assert.ok((await names()).includes('Alpha') && !(await names()).includes('Alpha (2)'));
});

test('a folder moved elsewhere is not taken for a new one when it cannot be examined at once', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  await pass();
  const root = mailbox.specialFolder('ipmSubtree');
  const alpha = (await mailbox.childFolders(root)).find(({ displayName }) => displayName === 'Alpha')!;
  await mailbox.saveMessage({ folderId: alpha.id, set: tagged('plan') }, client);
  await pass();
  backend.rename('default0/Alpha', 'default0/Drafts/Alpha', 'Alpha', 'default0/Drafts');
  const { statuses } = backend.mail;
  let failing = true;
  backend.mail.statuses = async (ids) => {
    const found = await statuses(ids);
    if (failing) found.delete('default0/Drafts/Alpha');
    return found;
  };
  for (let i = 0; i < 35; i += 1) await pass();
  failing = false;
  for (let i = 0; i < 11; i += 1) await pass();
  assert.equal((await mailbox.folder(alpha.id))?.parentId, mailbox.specialFolder('drafts'));
  assert.ok((await only(mailbox, alpha.id)).properties.has(overlayTag));
});

test('a mail moved out of a folder that is deleted elsewhere afterwards is the same, whatever is seen of it first', async (t) => {
  const { mailbox, backend, pass, restart } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  await pass();
  const folders = await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'));
  const alpha = folders.find(({ displayName }) => displayName === 'Alpha')!;
  await mailbox.saveMessage({ folderId: alpha.id, set: tagged('plan') }, client);
  await pass();
  moveThere(backend, 'default0/Alpha', 'default0/Trash');
  backend.folders.delete('default0/Alpha');
  await mailbox.saveMessage({ folderId: mailbox.specialFolder('drafts'), set: mail('other') }, client);
  restart();
  for (let i = 0; i < 4; i += 1) await pass();
  assert.equal(await mailbox.folder(alpha.id), undefined);
  assert.ok((await only(mailbox, mailbox.specialFolder('deletedItems'))).properties.has(overlayTag));
});

test('a folder that was moved while the tree was read, and is in it twice, is the same', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  await pass();
  const root = mailbox.specialFolder('ipmSubtree');
  const alpha = (await mailbox.childFolders(root)).find(({ displayName }) => displayName === 'Alpha')!;
  const { folders } = backend.mail;
  backend.mail.folders = async () => {
    const before = await folders();
    if (!backend.folders.has('default0/Alpha')) return before;
    backend.rename('default0/Alpha', 'default0/Drafts/Alpha', 'Alpha', 'default0/Drafts');
    return [...before, ...(await folders()).filter(({ id }) => id === 'default0/Drafts/Alpha')];
  };
  for (let i = 0; i < 13; i += 1) await pass();
  assert.equal((await mailbox.folder(alpha.id))?.parentId, mailbox.specialFolder('drafts'));
  assert.equal((await mailbox.childFolders(mailbox.specialFolder('drafts'))).length, 1);
});

test('a mail moved out of a folder on both sides is there once when that folder is deleted here', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  await pass();
  const root = mailbox.specialFolder('ipmSubtree');
  const alpha = (await mailbox.childFolders(root)).find(({ displayName }) => displayName === 'Alpha')!;
  const drafts = mailbox.specialFolder('drafts');
  await mailbox.saveMessage({ folderId: alpha.id, set: tagged('plan') }, client);
  await pass();
  const message = await only(mailbox, alpha.id);
  moveThere(backend, 'default0/Alpha', 'default0/Trash');
  await mailbox.moveMessages(alpha.id, [message.id], drafts, client);
  await mailbox.deleteFolder(alpha.id, { hard: true, messages: true, folders: true }, client);
  for (let i = 0; i < 6; i += 1) await pass();
  assert.deepEqual([backend.subjects('default0/Drafts'), backend.subjects('default0/Trash')], [[], ['plan']]);
  assert.ok((await only(mailbox, mailbox.specialFolder('deletedItems'))).properties.has(overlayTag));
});

test('a mail that went with a folder, though it was moved out of it here, is gone', async (t) => {
  const { mailbox, backend, pass } = await setUp(t);
  backend.addFolder('default0/Alpha', undefined, 'Alpha');
  backend.deliver('default0/Alpha', { Subject: 'plan', 'Message-ID': '<1@x>' });
  await pass();
  const root = mailbox.specialFolder('ipmSubtree');
  const alpha = (await mailbox.childFolders(root)).find(({ displayName }) => displayName === 'Alpha')!;
  const drafts = mailbox.specialFolder('drafts');
  await mailbox.moveMessages(alpha.id, [(await only(mailbox, alpha.id)).id], drafts, client);
  backend.folder('default0/Alpha').mails.clear();
  await mailbox.deleteFolder(alpha.id, { hard: true, messages: true, folders: true }, client);
  for (let i = 0; i < 14; i += 1) await pass();
  assert.deepEqual(await subjects(mailbox, drafts), []);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a mail is not sent again when the answer was lost and its copy was moved at once', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  await pass();
  loseAnswer(backend, 'send', () => moveThere(backend, 'default0/Sent', inboxId));
  const letter = { folderId: mailbox.specialFolder('outbox'), set: mail('letter'), flags: 8 };
  const saved = await mailbox.saveMessage({ ...letter, recipients: [recipient('ben@oxbow.test')] }, client);
  await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
  for (let i = 0; i < 6; i += 1) await pass().catch(() => {});
  assert.equal(backend.outgoing.length, 1);
  assert.deepEqual(await subjects(mailbox, inbox), ['letter']);
});

test('a copy made elsewhere is not taken for the mail that we replaced by a call whose answer was lost', async (t) => {
  const { mailbox, backend, inbox, pass } = await setUp(t);
  backend.deliver(inboxId, { Subject: 'first', 'Message-ID': '<1@x>' });
  await pass();
  await edit(mailbox, await only(mailbox, inbox), 'second');
  const { raw, flags } = [...backend.folder(inboxId).mails.values()][0]!;
  backend.put('default0/Trash', raw, flags);
  loseAnswer(backend, 'remove');
  await pass().catch(() => {});
  await pass(100).catch(() => {});
  await edit(mailbox, (await messagesOf(mailbox, inbox))[0]!, 'third');
  for (let i = 0; i < 6; i += 1) await pass();
  assert.deepEqual([backend.subjects(inboxId), backend.subjects('default0/Trash')], [['third'], ['first']]);
  assert.deepEqual(await subjects(mailbox, inbox), ['third']);
  assert.deepEqual(await subjects(mailbox, mailbox.specialFolder('deletedItems')), ['first']);
});
