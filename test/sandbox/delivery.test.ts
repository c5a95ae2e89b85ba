import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawMail, start } from './client.ts';

const send = (raw: string) => ['mail', 'new', {}, raw] as const;

test('sending: one copy in Sent, each local recipient once, outsiders in the outgoing table', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const raw = `Bcc: carla@oxbow.test\r\nCc: BEN@oxbow.test, team@oxbow.test, saal@oxbow.test\r\n${rawMail('Hi', {
    from: 'anna@oxbow.test',
    to: 'ben@oxbow.test, kim@partner.example',
  })}`;
  const answer = await anna.put(...send(raw));
  assert.deepEqual(answer.data, { folder_id: 'default0/Sent', id: '1' });
  assert.deepEqual(
    ['anna', 'ben', 'carla'].map((who) => sandbox.count(who, 'INBOX')?.total),
    [0, 1, 1],
  );
  assert.equal(sandbox.count('anna', 'Sent')?.total, 1);
  assert.deepEqual(
    sandbox.outgoing().map(({ recipient, sender }) => [recipient, sender]),
    [['kim@partner.example', 'anna@oxbow.test']],
  );
  assert.equal(sandbox.mails('anna', 'Sent')[0]?.raw.toString(), raw);
  assert.equal(sandbox.mails('anna', 'Sent')[0]?.flags, 32);
  const received = sandbox.mails('ben', 'INBOX')[0]!.raw.toString();
  assert.ok(!/^bcc:/im.test(received));
  assert.match(received, /^Return-Path: <anna@oxbow.test>\r\nReceived: from /);
  assert.ok(received.endsWith('Text of Hi.\r\n'));
  assert.equal(sandbox.count('ben', 'INBOX')?.unread, 1);
});

test('an unknown local recipient comes back as a bounce', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.put(...send(rawMail('Lost', { from: 'anna@oxbow.test', to: 'nobody@oxbow.test' })));
  const [bounce] = sandbox.mails('anna', 'INBOX');
  assert.match(bounce!.raw.toString(), /MAILER-DAEMON@oxbow\.test/);
  assert.match(bounce!.raw.toString(), /Final-Recipient: rfc822; nobody@oxbow\.test/);
  assert.equal(sandbox.count('anna', 'Sent')?.total, 1);
});

test('From must be an own address, an alias, or that of somebody one is deputy of', async (t) => {
  const { login } = await start(t);
  const [anna, ben, carla] = [await login('anna'), await login('ben'), await login('carla')];
  const from = (address: string) => send(rawMail('x', { from: address, to: 'ben@oxbow.test' }));
  assert.equal((await anna.put(...from('info@oxbow.test'))).code, undefined);
  assert.equal((await carla.put(...from('anna@oxbow.test'))).code, undefined);
  assert.equal((await ben.put(...from('anna@oxbow.test'))).code, 'MSG-0056');
});

test('new with a folder stores and sends nothing', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const raw = rawMail('Draft', { from: 'anna@oxbow.test', to: 'ben@oxbow.test' });
  const answer = await anna.put('mail', 'new', { folder: 'default0/Drafts', flags: 4 }, raw);
  assert.deepEqual(answer.data, { folder_id: 'default0/Drafts', id: '1' });
  assert.equal(sandbox.count('ben', 'INBOX')?.total, 0);
  assert.equal(sandbox.mails('anna', 'Drafts')[0]?.flags, 4);
});

test('a mail without Message-ID and Date gets them when it is sent', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.put(...send('From: anna@oxbow.test\r\nTo: ben@oxbow.test\r\nSubject: bare\r\n\r\nx'));
  const idOf = (who: string, path: string) =>
    /^Message-ID: (.+)$/m.exec(sandbox.mails(who, path)[0]!.raw.toString())?.[1];
  assert.ok(idOf('anna', 'Sent'));
  assert.equal(idOf('anna', 'Sent'), idOf('ben', 'INBOX'));
});

test('a mail from outside arrives, and listeners hear of it', async (t) => {
  const { sandbox } = await start(t);
  const heard: string[] = [];
  const end = sandbox.onChange((change) => heard.push(`${change.personId} ${change.module} ${change.folder}`));
  sandbox.deliver(rawMail('Hello'), 'out@elsewhere.example', ['team@oxbow.test']);
  end();
  sandbox.deliver(rawMail('Hello'), 'out@elsewhere.example', ['ben@oxbow.test']);
  assert.deepEqual(heard.sort(), ['4 mail default0/INBOX', '5 mail default0/INBOX']);
  assert.equal(sandbox.count('ben', 'INBOX')?.total, 2);
});
