import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Backend, BackendError, openOxBackend } from '../../../src/backends/index.ts';
import { trialTenant } from '../../../src/sandbox/index.ts';
import { start } from '../../sandbox/client.ts';

const noFlags = { seen: false, flagged: false, answered: false, forwarded: false, draft: false, colorLabel: 0 };

async function setUp(t: TestContext) {
  const { sandbox, origin } = await start(t, { tenant: trialTenant() });
  const url = `${origin}/ajax`;
  const open = (password = 'oxbow') => openOxBackend({ url }, { userName: 'anna@oxbow.test', password });
  return { sandbox, open };
}

async function roleFolder(backend: Backend, role: string): Promise<string> {
  return (await backend.mail.folders()).find((folder) => folder.role === role)!.id;
}

async function* raw(subject: string, more = ''): AsyncIterable<Uint8Array> {
  yield Buffer.from(
    `From: Anna <anna@oxbow.test>\r\nTo: Ben <ben@oxbow.test>\r\nSubject: ${subject}\r\n` +
      `Message-ID: <${subject}@oxbow.test>\r\n${more}\r\nbody of ${subject}\r\n`,
  );
}

test('a wrong password is no outage, an outage no wrong password', async (t) => {
  const { open } = await setUp(t);
  await assert.rejects(open('wrong'), (error) => error instanceof BackendError && error.kind === 'auth');
  await assert.rejects(
    openOxBackend({ url: 'http://127.0.0.1:1/ajax' }, { userName: 'a', password: 'b' }),
    (error) => error instanceof BackendError && error.kind === 'unavailable',
  );
});

test('profile and folders: addresses, roles, parents before children', async (t) => {
  const { open } = await setUp(t);
  const backend = await open();
  const profile = await backend.profile();
  assert.equal(profile.address, 'anna@oxbow.test');
  const folders = await backend.mail.folders();
  const seen = new Set<string | undefined>([undefined]);
  for (const folder of folders) {
    assert.ok(seen.has(folder.parentId), `${folder.id} comes after ${folder.parentId}`);
    seen.add(folder.id);
  }
  for (const role of ['inbox', 'drafts', 'sent', 'trash', 'junk'])
    assert.equal(folders.filter((f) => f.role === role).length, 1, role);
  await backend.close();
});

test('a folder that goes while the tree is read makes it be read anew', async (t) => {
  const { sandbox, open } = await setUp(t);
  const backend = await open();
  sandbox.faults.add({ effect: 'fail', code: 'FLD-0008', module: 'folders', action: 'list', times: 1 });
  assert.ok((await backend.mail.folders()).some(({ role }) => role === 'inbox'));
  await backend.close();
});

test('a mail is stored, found, flagged, moved, read and removed', async (t) => {
  const { open } = await setUp(t);
  const backend = await open();
  const inbox = await roleFolder(backend, 'inbox');
  const before = (await backend.mail.statuses([inbox])).get(inbox)!;
  const id = await backend.mail.append(
    inbox,
    raw('stored', 'X-Oxbow-Id: here.1.2\r\n'),
    { ...noFlags, flagged: true },
    undefined,
  );
  const after = (await backend.mail.statuses([inbox, 'default0/nowhere'])).get(inbox)!;
  assert.equal(after.total, before.total + 1);
  assert.equal(after.unread, before.unread + 1);
  assert.equal(after.validity, before.validity);

  const [envelope] = await backend.mail.envelopes(inbox, [id, '99999999']);
  assert.equal(envelope?.subject, 'stored');
  assert.equal(envelope?.oxbowId, 'here.1.2');
  assert.equal(envelope?.messageId, '<stored@oxbow.test>');
  assert.deepEqual(envelope?.from, [{ name: 'Anna', address: 'anna@oxbow.test' }]);
  assert.equal(envelope?.flags.flagged, true);
  assert.ok((await backend.mail.newest(inbox, 5)).some((newest) => newest.id === id));
  assert.equal((await backend.mail.findByHeader(inbox, 'Message-ID', '<stored@oxbow.test>'))[0]?.id, id);

  await backend.mail.setFlags(inbox, id, { seen: true, flagged: false, answered: true });
  const state = (await backend.mail.states(inbox)).find((found) => found.id === id)!;
  assert.deepEqual(state.flags, { ...noFlags, seen: true, answered: true });

  const trash = await roleFolder(backend, 'trash');
  const moved = await backend.mail.move(inbox, id, trash);
  assert.ok(moved);
  const parts: Uint8Array[] = [];
  for await (const part of await backend.mail.fetch(trash, moved)) parts.push(part);
  const source: Uint8Array[] = [];
  for await (const part of raw('stored', 'X-Oxbow-Id: here.1.2\r\n')) source.push(part);
  assert.equal(
    Buffer.concat(parts).toString(),
    Buffer.concat(source).toString(),
    'the source comes back byte for byte',
  );

  await backend.mail.remove(trash, [moved], true);
  await assert.rejects(
    backend.mail.fetch(trash, moved),
    (error) => error instanceof BackendError && error.kind === 'notFound',
  );
  await backend.close();
});

test('Sender and Reply-To come from the header, whatever stands there', async (t) => {
  const { open } = await setUp(t);
  const backend = await open();
  const inbox = await roleFolder(backend, 'inbox');
  const written = async (more: string) => {
    const id = await backend.mail.append(inbox, raw('header', more), noFlags, undefined);
    const [envelope] = await backend.mail.envelopes(inbox, [id]);
    return { sender: envelope!.sender, replyTo: envelope!.replyTo };
  };
  assert.deepEqual(
    await written('Sender: ben@oxbow.test\r\nReply-To: "Meier, Eva" <eva@x.example>, Team <team@x.example>\r\n'),
    {
      sender: { name: '', address: 'ben@oxbow.test' },
      replyTo: [
        { name: 'Meier, Eva', address: 'eva@x.example' },
        { name: 'Team', address: 'team@x.example' },
      ],
    },
  );
  // Blanks without an address after them would take a backtracking expression minutes.
  const blanks = ' '.repeat(10_000);
  assert.deepEqual(await written(`Reply-To: a${blanks}b\r\n`), { sender: undefined, replyTo: [] });
  await backend.close();
});

test('sending stores one copy in the sent folder and delivers', async (t) => {
  const { open, sandbox } = await setUp(t);
  const backend = await open();
  const sent = await roleFolder(backend, 'sent');
  const before = sandbox.count('ben@oxbow.test', 'INBOX')!.total;
  await backend.mail.send(raw('hello'));
  assert.equal((await backend.mail.findByHeader(sent, 'Message-ID', '<hello@oxbow.test>')).length, 1);
  assert.equal(sandbox.count('ben@oxbow.test', 'INBOX')!.total, before + 1);
  await backend.close();
});

test('a mail that left without a copy in the sent folder is sent', async (t) => {
  const { open, sandbox } = await setUp(t);
  const backend = await open();
  const before = sandbox.count('ben@oxbow.test', 'INBOX')!.total;
  for (const code of ['MSG-0042', 'MSG-0043']) {
    sandbox.faults.add({ effect: 'fail', code, after: true, module: 'mail', action: 'new', times: 1 });
    await backend.mail.send(raw(code));
  }
  assert.equal(sandbox.count('ben@oxbow.test', 'INBOX')!.total, before + 2);
  sandbox.faults.add({ effect: 'fail', code: 'MSG-0056', module: 'mail', action: 'new', times: 1 });
  await assert.rejects(
    backend.mail.send(raw('refused')),
    (error) => error instanceof BackendError && error.kind === 'refused',
  );
  await backend.close();
});

test('a lost session is renewed without the caller seeing it', async (t) => {
  const { open, sandbox } = await setUp(t);
  const backend = await open();
  const inbox = await roleFolder(backend, 'inbox');
  sandbox.expireSessions();
  assert.ok((await backend.mail.statuses([inbox])).has(inbox));
  sandbox.expireSessions();
  assert.ok((await backend.mail.states(inbox)).length > 0);
  sandbox.expireSessions();
  await backend.mail.setFlags(inbox, (await backend.mail.states(inbox))[0]!.id, { seen: true });
  await backend.close();
});

test('a status of a proxy or of the session is no refusal of a mail, and sends nothing', async (t) => {
  const { open, sandbox } = await setUp(t);
  const backend = await open();
  const inbox = await roleFolder(backend, 'inbox');
  const before = sandbox.count('ben@oxbow.test', 'INBOX')!.total;
  for (const status of [401, 403, 404, 407, 408, 421, 425]) {
    const fault = sandbox.faults.add({ effect: 'status', status, module: 'mail' });
    for (const write of [backend.mail.send(raw('hello')), backend.mail.append(inbox, raw('kept'), noFlags, undefined)])
      await assert.rejects(
        write,
        (error) => error instanceof BackendError && error.kind === 'unavailable',
        `${status}`,
      );
    sandbox.faults.remove(fault);
  }
  assert.equal(sandbox.count('ben@oxbow.test', 'INBOX')!.total, before);
  sandbox.faults.add({ effect: 'status', status: 413, module: 'mail', action: 'new', times: 1 });
  await assert.rejects(
    backend.mail.send(raw('too large')),
    (error) => error instanceof BackendError && error.kind === 'refused',
  );
  await backend.close();
});

test('a session that is turned away with 401 or 403 is renewed', async (t) => {
  const { open, sandbox } = await setUp(t);
  const backend = await open();
  const inbox = await roleFolder(backend, 'inbox');
  for (const status of [401, 403]) {
    sandbox.faults.add({ effect: 'status', status, module: 'mail', times: 1 });
    assert.ok((await backend.mail.states(inbox)).length > 0);
    // The password was not asked for, so nobody knows that it is wrong.
    sandbox.faults.add({ effect: 'status', status, module: 'login', action: 'login', times: 1 });
    await assert.rejects(open(), (error) => error instanceof BackendError && error.kind === 'unavailable');
  }
  await backend.close();
});

test('folders are created, renamed, moved and deleted; ids hold the path', async (t) => {
  const { open } = await setUp(t);
  const backend = await open();
  const inbox = await roleFolder(backend, 'inbox');
  const top = await backend.mail.createFolder(undefined, 'Töp');
  const sub = await backend.mail.createFolder(inbox, 'Sub');
  await assert.rejects(backend.mail.createFolder(inbox, 'Sub'), BackendError);
  const renamed = await backend.mail.changeFolder(top, { name: 'Renamed' });
  const moved = await backend.mail.changeFolder(renamed, { parentId: sub });
  const folders = await backend.mail.folders();
  assert.equal(folders.find((folder) => folder.id === moved)?.parentId, sub);
  assert.equal(folders.find((folder) => folder.id === moved)?.name, 'Renamed');
  await backend.mail.deleteFolder(sub, true);
  const left = await backend.mail.folders();
  assert.ok(!left.some((folder) => folder.id === sub || folder.id === moved));
  await backend.close();
});

test('the address book has people, groups and resources', async (t) => {
  const { open } = await setUp(t);
  const backend = await open();
  const entries = await backend.directory.entries();
  const ben = entries.find((entry) => entry.address === 'ben@oxbow.test');
  assert.equal(ben?.kind, 'user');
  assert.ok(typeof ben?.fields.last_name === 'string');
  assert.ok(new Set(entries.map((entry) => entry.id)).size === entries.length);
  await backend.close();
});
