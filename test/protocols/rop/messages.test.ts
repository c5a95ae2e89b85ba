import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { counterOf, ec, makeId, PidTag, propertyRow, recipientRow } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { Reader } from '../../../src/wire/index.ts';
import { smtpRow, startClient } from './mailbox-client.ts';
import { request, run } from './rop-client.ts';

const notFound = { errorCode: ec.notFound };

describe('creating and saving a message', () => {
  test('nothing is stored before RopSaveChangesMessage (MS-OXCMSG_R339)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[PidTag.Subject, 'hello']]);
    assert.equal((await client.open(makeId(1, 501))).returnValue, ec.notFound);
    const id = await client.save(message);
    const opened = await client.open(id);
    assert.equal(opened.fields.normalizedSubject, 'hello');
  });

  test('a new message has the properties of MS-OXCMSG 3.2.5.2 (R341 to R365, R1480)', async () => {
    const client = await startClient();
    const message = await client.create();
    const tags = [PidTag.Importance, PidTag.MessageClass, PidTag.Sensitivity, PidTag.MessageFlags, PidTag.AccessLevel];
    assert.deepEqual(await client.get(message, tags), [1, 'IPM.Note', 0, 0x409, 1]);
    const [key, creator] = await client.get(message, [PidTag.SearchKey, PidTag.CreatorName, PidTag.DisplayTo]);
    assert.equal((key as Uint8Array).length, 16);
    assert.equal(creator, 'Anna');
    assert.deepEqual(await client.get(message, [PidTag.HasAttachments, PidTag.DisplayTo]), [false, '']);
  });

  test('changes are seen by their own handle at once and by others after the save (R704)', async () => {
    const client = await startClient();
    const message = await client.create();
    const id = await client.save(message);
    const [first, second] = [(await client.open(id, 1)).handle, (await client.open(id)).handle];
    await client.set(first, [[PidTag.Subject, 'changed']]);
    assert.deepEqual(await client.get(first, [PidTag.Subject]), ['changed']);
    assert.deepEqual(await client.get(second, [PidTag.Subject]), [notFound]);
    await client.save(first);
    assert.deepEqual(await client.get((await client.open(id)).handle, [PidTag.Subject]), ['changed']);
  });

  test('a save after another handle saved is ecObjectModified, unless forced (R705, R724)', async () => {
    const client = await startClient();
    const id = await client.save(await client.create());
    const [first, second] = [(await client.open(id, 1)).handle, (await client.open(id, 1)).handle];
    await client.set(first, [[PidTag.Subject, 'first']]);
    await client.set(second, [[PidTag.Subject, 'second']]);
    await client.save(first);
    assert.equal(
      (await client.call(d.RopSaveChangesMessage, [second], { saveFlags: 0x0a })).returnValue,
      ec.objectModified,
    );
    await client.save(second, 0x0c);
    assert.deepEqual(await client.get((await client.open(id)).handle, [PidTag.Subject]), ['second']);
  });

  test('a handle opened read-only changes nothing', async () => {
    const client = await startClient();
    const id = await client.save(await client.create());
    const { handle } = await client.open(id);
    const set = await client.call(d.RopSetProperties, [handle], {
      propertyValues: [{ tag: PidTag.Subject, value: 'x' }],
    });
    assert.equal(set.returnValue, ec.accessDenied);
    const removed = await client.call(d.RopDeleteProperties, [handle], { propertyTags: [PidTag.Subject] });
    assert.equal(removed.returnValue, ec.accessDenied);
    assert.notEqual((await client.call(d.RopSaveChangesMessage, [handle], { saveFlags: 0x0a })).returnValue, 0);
  });
});

describe('opening a message', () => {
  test('one that is not there, or not in that folder, is ecNotFound (R333, R1477)', async () => {
    const client = await startClient();
    const id = await client.save(await client.create());
    assert.equal((await client.open(makeId(1, 9_999_999))).returnValue, ec.notFound);
    assert.equal((await client.open(id, 0, client.outbox)).returnValue, ec.notFound);
    assert.equal((await client.open(makeId(7, 501))).returnValue, ec.notFound);
  });

  test('the subject comes in its parts (R675)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[PidTag.Subject, 'Re: prefix test']]);
    const { fields } = await client.open(await client.save(message));
    assert.deepEqual([fields.subjectPrefix, fields.normalizedSubject], ['Re: ', 'prefix test']);
  });

  test('parts that were set make the subject (R1239)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [
      [PidTag.NormalizedSubject, 'rest'],
      [PidTag.SubjectPrefix, 'Antwort: '],
    ]);
    const { handle } = await client.open(await client.save(message));
    assert.deepEqual(await client.get(handle, [PidTag.Subject]), ['Antwort: rest']);
  });

  test('recipients come along in the order of their RowId (R327 to R330)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.addRecipients(message, [
      { id: 1, type: 2, row: smtpRow('y@outside.test', 'Ypsilon') },
      { id: 0, type: 1, row: smtpRow('x@outside.test', 'Xénia') },
    ]);
    const { fields, handle } = await client.open(await client.save(message));
    assert.equal(fields.recipientCount, 2);
    const rows = fields.recipientRows.map((row) =>
      recipientRow(fields.recipientColumns).read(new Reader(row.recipientRow)),
    );
    assert.deepEqual(
      rows.map((row) => row.displayName),
      ['Xénia', 'Ypsilon'],
    );
    assert.deepEqual(
      fields.recipientRows.map((row) => row.recipientType),
      [1, 2],
    );
    assert.deepEqual(await client.get(handle, [PidTag.DisplayTo, PidTag.DisplayCc]), ['Xénia', 'Ypsilon']);
  });

  test('of very many recipients RopReadRecipients gives the rest (R1054, R1495)', async () => {
    const client = await startClient();
    const message = await client.create();
    const all = Array.from({ length: 400 }, (_, id) => ({ id, row: smtpRow(`someone-${id}@outside.test`) }));
    await client.addRecipients(message, all.slice(0, 200));
    await client.addRecipients(message, all.slice(200));
    const { fields, handle } = await client.open(await client.save(message));
    assert.equal(fields.recipientCount, 400);
    assert.ok(fields.recipientRows.length >= 5 && fields.recipientRows.length < 400);
    const seen: number[] = [];
    while (seen.length < 400) {
      const { recipientRows } = (await client.ok(d.RopReadRecipients, [handle], { rowId: seen.length, reserved: 0 }))
        .fields;
      for (const row of recipientRows) seen.push(row.rowId);
    }
    assert.deepEqual(
      seen,
      all.map(({ id }) => id),
    );
    const beyond = await client.call(d.RopReadRecipients, [handle], { rowId: 400, reserved: 0 });
    assert.equal(beyond.returnValue, ec.notFound);
  });

  test('without recipients RopReadRecipients is ecNotFound (R403)', async () => {
    const client = await startClient();
    const message = await client.create();
    assert.equal(
      (await client.call(d.RopReadRecipients, [message], { rowId: 0, reserved: 0 })).returnValue,
      ec.notFound,
    );
  });
});

describe('recipients', () => {
  test('an empty row deletes, one of a known RowId replaces (R390, R391)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.addRecipients(
      message,
      [0, 1].map((id) => ({ id, row: smtpRow(`${id}@outside.test`) })),
    );
    await client.addRecipients(message, [{ id: 0 }, { id: 1, row: smtpRow('new@outside.test') }]);
    const { fields } = await client.open(await client.save(message));
    assert.equal(fields.recipientCount, 1);
    const row = recipientRow(fields.recipientColumns).read(new Reader(fields.recipientRows[0]!.recipientRow));
    assert.equal(row.emailAddress, 'new@outside.test');
  });

  test('RopRemoveAllRecipients succeeds on none, too, and others see it after the save (R1491, R382)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.ok(d.RopRemoveAllRecipients, [message], { reserved: 0 });
    await client.addRecipients(message, [{ id: 0, row: smtpRow('a@outside.test') }]);
    const id = await client.save(message);
    await client.ok(d.RopRemoveAllRecipients, [message], { reserved: 0 });
    assert.equal((await client.open(id)).fields.recipientCount, 1);
    await client.save(message);
    assert.equal((await client.open(id)).fields.recipientCount, 0);
  });

  test('what a client leaves out is filled in: entry id, search key, types', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.addRecipients(message, [
      { id: 0, row: smtpRow('a@outside.test') },
      {
        id: 1,
        row: { ...smtpRow(''), addressType: 1, x500Dn: '/o=Oxbow/cn=ben', displayType: 0, displayName: 'Ben' },
      },
    ]);
    const id = await client.save(message);
    const content = await client.anna.mailbox.content(client.store.message(counterOf(id))!);
    for (const recipient of content.recipients) {
      assert.ok((recipient.get(PidTag.EntryId) as Uint8Array).length > 20);
      assert.ok((recipient.get(PidTag.SearchKey) as Uint8Array).length > 4);
      assert.equal(recipient.get(PidTag.ObjectType), 6);
      assert.equal(recipient.get(PidTag.DisplayType), 0);
    }
    assert.deepEqual(
      content.recipients.map((r) => r.get(PidTag.SmtpAddress)),
      ['a@outside.test', 'ben@oxbow.test'],
    );
    assert.deepEqual(
      content.recipients.map((r) => r.get(PidTag.AddressType)),
      ['SMTP', 'EX'],
    );
  });
});

describe('status and read state', () => {
  test('RopSetMessageStatus changes the bits of the mask and answers those before (R416, R1500)', async () => {
    const client = await startClient();
    const messageId = await client.save(await client.create());
    const folder = await client.folder();
    const set = async (messageStatusFlags: number, messageStatusMask: number) =>
      (await client.ok(d.RopSetMessageStatus, [folder], { messageId, messageStatusFlags, messageStatusMask })).fields;
    assert.deepEqual(await set(0x6, 0xf), { messageStatusFlags: 0 });
    assert.deepEqual(await set(0, 0x2), { messageStatusFlags: 0x6 });
    const { fields } = await client.ok(d.RopGetMessageStatus, [folder], { messageId });
    assert.equal(fields.messageStatusFlags, 0x4);
  });

  test('RopSetReadFlags without ids means every message', async () => {
    const client = await startClient();
    const ids = [await client.save(await client.create()), await client.save(await client.create())];
    const folder = await client.folder();
    const flags = async (readFlags: number, messageIds: bigint[]) =>
      client.ok(d.RopSetReadFlags, [folder], { wantAsynchronous: false, readFlags, messageIds });
    const states = async () =>
      Promise.all(ids.map(async (id) => (await client.get((await client.open(id)).handle, [PidTag.Read]))[0]));
    await flags(0x05, []);
    assert.deepEqual(await states(), [false, false]);
    await flags(0x01, [ids[1]!, makeId(1, 77_777)]);
    assert.deepEqual(await states(), [false, true]);
  });

  test('RopSetMessageReadFlag tells whether something changed (R920)', async () => {
    const client = await startClient();
    const { handle } = await client.open(await client.save(await client.create()));
    const set = async (readFlags: number) =>
      (await client.ok(d.RopSetMessageReadFlag, [handle], { readFlags })).fields.readStatusChanged;
    assert.deepEqual([await set(0x04), await set(0x04), await set(0x01)], [true, false, true]);
    assert.deepEqual(await client.get(handle, [PidTag.Read]), [true]);
  });
});

describe('attachments', () => {
  test('numbers are unique, and a deleted one is not used again (R234)', async () => {
    const client = await startClient();
    const message = await client.create();
    const add = async () => {
      const { fields, handle } = await client.ok(d.RopCreateAttachment, [message], {});
      await client.ok(d.RopSaveChangesAttachment, [handle, message], { saveFlags: 0x0a });
      return fields.attachmentId;
    };
    assert.deepEqual([await add(), await add()], [0, 1]);
    await client.ok(d.RopDeleteAttachment, [message], { attachmentId: 1 });
    assert.equal(await add(), 2);
    const gone = await client.call(d.RopOpenAttachment, [message], { openAttachmentFlags: 0, attachmentId: 1 });
    assert.equal(gone.returnValue, ec.notFound);
    assert.equal((await client.call(d.RopDeleteAttachment, [message], { attachmentId: 1 })).returnValue, ec.notFound);
  });

  test('RopGetValidAttachments gives the numbers of those that were saved (MS-OXCMSG_R1367)', async () => {
    const client = await startClient();
    const message = await client.create();
    const valid = async () => (await client.ok(d.RopGetValidAttachments, [message], {})).fields.attachmentIds;
    assert.deepEqual(await valid(), []);
    const handles: number[] = [];
    for (let i = 0; i < 3; i++) handles.push((await client.ok(d.RopCreateAttachment, [message], {})).handle);
    for (const at of [0, 2]) await client.ok(d.RopSaveChangesAttachment, [handles[at]!, message], { saveFlags: 0x0a });
    assert.deepEqual(await valid(), [0, 2]);
    await client.ok(d.RopDeleteAttachment, [message], { attachmentId: 0 });
    assert.deepEqual(await valid(), [2]);
  });

  test('one that was not saved is not part of the message (R446)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.ok(d.RopCreateAttachment, [message], {});
    const id = await client.save(message);
    const { handle } = await client.open(id);
    assert.deepEqual(await client.get(handle, [PidTag.HasAttachments]), [false]);
    const opened = await client.call(d.RopOpenAttachment, [handle], { openAttachmentFlags: 0, attachmentId: 0 });
    assert.equal(opened.returnValue, ec.notFound);
  });

  test('the table shows what is on this handle', async () => {
    const client = await startClient();
    const message = await client.create();
    const { handle } = await client.ok(d.RopCreateAttachment, [message], {});
    await client.set(handle, [
      [PidTag.AttachMethod, 1],
      [PidTag.AttachLongFilename, 'two.txt'],
      [PidTag.AttachDataBinary, Buffer.from('two')],
    ]);
    await client.ok(d.RopSaveChangesAttachment, [handle, message], { saveFlags: 0x0a });
    const table = (await client.ok(d.RopGetAttachmentTable, [message], { tableFlags: 0 })).handle;
    const columns = [PidTag.AttachNumber, PidTag.AttachLongFilename, PidTag.AttachMethod];
    await client.ok(d.RopSetColumns, [table], { setColumnsFlags: 0, propertyTags: columns });
    const asked = { queryRowsFlags: 0, forwardRead: true, rowCount: 10 };
    const { answers } = await run(client.session, [table], [request(d.RopQueryRows, [0], asked)], { columns });
    const { rows } = answers[0]!.fields as { rows: Uint8Array[] };
    assert.deepEqual(
      rows.map((row) => propertyRow(columns).read(new Reader(row))),
      [[0, 'two.txt', 1]],
    );
  });

  test('a message inside an attachment is kept with it (R481)', async () => {
    const client = await startClient();
    const message = await client.create();
    const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
    await client.set(attachment, [[PidTag.AttachMethod, 5]]);
    const none = await client.call(d.RopOpenEmbeddedMessage, [attachment], { codePageId: 0xfff, openModeFlags: 0 });
    assert.equal(none.returnValue, ec.notFound);
    const inner = (await client.ok(d.RopOpenEmbeddedMessage, [attachment], { codePageId: 0xfff, openModeFlags: 2 }))
      .handle;
    await client.set(inner, [[PidTag.Subject, 'inner one']]);
    await client.addRecipients(inner, [{ id: 0, row: smtpRow('a@outside.test') }]);
    await client.save(inner);
    await client.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
    const id = await client.save(message);
    const outer = (await client.open(id)).handle;
    const opened = (await client.ok(d.RopOpenAttachment, [outer], { openAttachmentFlags: 0, attachmentId: 0 })).handle;
    const { fields } = await client.ok(d.RopOpenEmbeddedMessage, [opened], { codePageId: 0xfff, openModeFlags: 0 });
    assert.equal(fields.message.normalizedSubject, 'inner one');
    assert.equal(fields.message.recipientCount, 1);
  });
});

describe('content that is elsewhere', () => {
  test('is fetched once, and not for what the index knows', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [
      [PidTag.Subject, 'remote'],
      [PidTag.Body, 'its text'],
    ]);
    const id = await client.save(message);
    client.store.makeRemote(counterOf(id), [PidTag.Subject]);
    client.store.contentReads = 0;
    const { handle } = await client.open(id);
    assert.deepEqual(await client.get(handle, [PidTag.Subject, PidTag.Body]), ['remote', 'its text']);
    assert.deepEqual(await client.get(handle, [0x66aa001f]), [notFound]);
    assert.equal(client.store.contentReads, 1);
  });
});
