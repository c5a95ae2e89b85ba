import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { folderTree, logOn, newestMails, newHandle, ropCall, sendMail, succeeded } from '../../src/client/index.ts';
import { ec, PidTag } from '../../src/mapi/index.ts';
import { connectResponse, noBytes, readBody, responseCode } from '../../src/protocols/mapihttp/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { connectBody, executeBody, waitBody } from '../protocols/mapihttp/bodies.ts';
import {
  behindTags,
  executeAnswer,
  loggedOn,
  logonOf,
  mailboxPath,
  oversizedBody,
  sendAltered,
  sendAnyOperations,
  sendAnything,
  sendRaw,
  sendToOthers,
  startTarget,
  type Target,
  worksAsBefore,
} from './hostile.ts';
import { getProperties, mailNamed } from './outlook.ts';
import { eventually } from './trial.ts';

describe('hostile clients', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.close());

  const code = (answer: { headers: Readonly<Record<string, unknown>> }) => Number(answer.headers['x-responsecode']);

  test('any bytes to any request type get a specified error', async () => {
    await sendAnything(target, 300, 3_000);
    await worksAsBefore(target);
  });

  test('altered recordings of a session get well-formed answers', async () => {
    await sendAltered(target, 150, 4_000);
    await worksAsBefore(target);
  });

  test('any operations with any handles get well-formed answers', async () => {
    await sendAnyOperations(target, 200, 4_000);
    await worksAsBefore(target);
  });

  test('Autodiscover and the other paths fail no request by themselves', async () => {
    await sendToOthers(target, 150, 4_000);
    await worksAsBefore(target);
  });

  test('a request beyond the limit is refused with its code, and the session lives on', async () => {
    const cookies = await target.session();
    const answer = await target.mapi(mailboxPath, 'Execute', oversizedBody(), cookies);
    assert.equal(code(answer), responseCode.tooLarge);
    assert.equal(code(await target.mapi(mailboxPath, 'PING', noBytes, cookies)), 0);
    // Autodiscover may close the connection before all of it was sent.
    const xml = await target
      .send('/autodiscover/autodiscover.xml', {
        body: Buffer.alloc(5_000_000, 0x20),
        headers: { 'content-type': 'text/xml' },
      })
      .catch(() => undefined);
    if (xml) assert.match(xml.body.toString(), /<ErrorCode>600<\/ErrorCode>/);
    await worksAsBefore(target);
  });

  test('what is no HTTP, or only half of a request, disturbs nobody', async () => {
    const raws = [
      Buffer.from('\x00\x01\x02garbage\r\n\r\n', 'latin1'),
      Buffer.from('POST /mapi/emsmdb/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly a part'),
      Buffer.from(`GET / HTTP/1.1\r\n${'X-Long: '.padEnd(100_000, 'a')}\r\n\r\n`),
      Buffer.from('POST /ajax/mail HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n'),
    ];
    await Promise.all(raws.map((raw) => sendRaw(target, raw)));
    await worksAsBefore(target);
  });

  test('without a password, or with a wrong one, there is no answer but 401', async () => {
    for (const path of ['/mapi/emsmdb/', '/mapi/nspi/', '/autodiscover/autodiscover.xml']) {
      for (const authorization of ['', 'Basic', 'Basic !!!!', 'Negotiate abcd', 'Bearer x']) {
        const answer = await target.send(path, { body: Buffer.alloc(1000), headers: { authorization } });
        assert.equal(answer.status, 401, `${path} ${authorization}`);
        assert.match(String(answer.headers['www-authenticate']), /^Basic/);
      }
      const answer = await target.send(path, { user: 'nobody@oxbow.test', password: '\u{1f600}'.repeat(50) });
      assert.equal(answer.status, 401);
    }
  });

  test("another user's session cookies open nothing", async () => {
    const bens = await target.session('ben@oxbow.test');
    const logon = logonOf(target);
    for (const [type, body] of [
      ['Execute', logon.body],
      ['NotificationWait', waitBody],
      ['Disconnect', Buffer.alloc(4)],
    ] as const) {
      const answer = await target.mapi(mailboxPath, type, body, bens);
      assert.ok([responseCode.contextNotFound, responseCode.noPrivilege].includes(code(answer) as 10), type);
    }
    // Ben's session is as it was.
    const answer = await target.mapi(mailboxPath, 'PING', noBytes, bens, 'ben@oxbow.test');
    assert.equal(code(answer), 0);
  });

  test("another user's DN connects and logs on nowhere", async () => {
    const userDn = target.ben.account.legacyDn;
    const answer = await target.mapi(mailboxPath, 'Connect', connectBody(userDn));
    assert.notEqual(readBody(connectResponse, behindTags(answer.body)).value?.errorCode, 0);

    const anna = await target.annaAgain();
    await assert.rejects(
      logOn(anna.client, userDn),
      (error: { code?: number }) => error.code !== undefined && error.code !== 0,
    );
  });

  test("another user's folder and message ids show nothing of theirs", async () => {
    const { ben } = target;
    const mails = await newestMails(ben.client, ben.mailbox, ben.mailbox.folders.inbox, 50);
    const tree = await folderTree(ben.client, ben.mailbox);
    const { longTermId } = await ben.client.run(
      ropCall(d.RopLongTermIdFromId, ben.mailbox.logon, { objectId: ben.mailbox.folders.inbox }),
    );
    const anna = await target.annaAgain();
    const { client, mailbox } = anna;
    // A foreign replica is unknown here.
    const [converted] = await client.execute(ropCall(d.RopIdFromLongTermId, mailbox.logon, { longTermId }));
    if (converted.returnValue === 0) {
      const folder = newHandle();
      const open = ropCall(d.RopOpenFolder, [mailbox.logon, folder], {
        folderId: converted.response!.objectId,
        openModeFlags: 0,
      });
      const [opened] = await client.execute(open);
      if (opened.returnValue === 0) assert.fail('a folder of Ben opened by its long-term id');
    }
    const annas = new Set<string>();
    for (const folderId of [mailbox.folders.inbox, mailbox.folders.sentItems, mailbox.folders.deletedItems])
      for (const mail of await newestMails(client, mailbox, folderId, 1000)) annas.add(mail.subject);
    for (const { messageId } of mails) {
      const message = newHandle();
      const open = ropCall(d.RopOpenMessage, [mailbox.logon, message], {
        codePageId: 0xfff,
        folderId: ben.mailbox.folders.inbox,
        openModeFlags: 0,
        messageId,
      });
      const [result] = await client.execute(open);
      if (result.returnValue !== 0) {
        assert.equal(result.returnValue, ec.notFound);
        continue;
      }
      // Ids are counted for each mailbox, so the same one may stand for a mail of Anna.
      const { subjectPrefix, normalizedSubject } = succeeded(open, result);
      assert.ok(annas.has(`${subjectPrefix ?? ''}${normalizedSubject ?? ''}`));
    }
    const names = new Set((await folderTree(client, mailbox)).map(({ name }) => name));
    for (const { folderId, name } of tree) {
      if (names.has(name)) continue;
      const folder = newHandle();
      const [result] = await client.execute(
        ropCall(d.RopOpenFolder, [mailbox.logon, folder], { folderId, openModeFlags: 0 }),
      );
      if (result.returnValue !== 0) continue;
      const [displayName] = await getProperties(anna, folder, [PidTag.DisplayName]);
      assert.notEqual(displayName, name);
    }
  });

  test("a folder of another user's, named by its entry id, gets no copy of what is sent", async () => {
    const { ben } = target;
    const anna = await target.annaAgain();
    const forged = { ...anna.mailbox, mailboxGuid: ben.mailbox.mailboxGuid };
    const mail = { to: ['carla@oxbow.test'], subject: 'Planted', text: 'Text\r\n' };
    await sendMail(anna.client, forged, mail).catch(() => {});
    // Something sent later has gone through, so this has as well.
    await sendMail(anna.client, anna.mailbox, { ...mail, subject: 'Afterwards' });
    await eventually('the later one is sent', () => mailNamed(anna, anna.mailbox.folders.sentItems, 'Afterwards'));
    for (const folderId of [ben.mailbox.folders.sentItems, ben.mailbox.folders.inbox])
      assert.equal(await mailNamed(ben, folderId, 'Planted'), undefined);
  });

  test('unknown handles answer ecNullObject, one operation after the other', async () => {
    const cookies = await loggedOn(target);
    // RopGetPropertiesAll on a handle that was never given.
    const rops = Buffer.from([d.RopGetPropertiesAll.id, 0, 0, 0, 0, 1, 0]);
    const answer = await target.mapi(mailboxPath, 'Execute', executeBody(rops, [0xdeadbeef]), cookies);
    const [payload] = executeAnswer(answer)!;
    assert.equal(Buffer.from(payload!.rops).readUInt32LE(2), ec.nullObject);
  });

  test('the sequence and context cookies of before, or of nobody, are refused', async () => {
    const first = await target.session();
    const logon = logonOf(target);
    await target.mapi(mailboxPath, 'Execute', logon.body, first);
    const again = await target.mapi(mailboxPath, 'Execute', logon.body, first);
    assert.equal(code(again), responseCode.invalidSequence);
    const none = await target.mapi(mailboxPath, 'Execute', logon.body);
    assert.ok([responseCode.missingCookie, responseCode.contextNotFound].includes(code(none) as 10));
    await worksAsBefore(target);
  });
});
