import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ec, makeId, PidTag, Ptyp, propertyRow, tagOf } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { Reader } from '../../../src/wire/index.ts';
import { smtpRow, startStoreClient } from './mailbox-client.ts';
import { newFolder, request } from './rop-client.ts';

/** The same operations over the real store: what the two have to agree about. */
describe('messages in the store', () => {
  let client: Awaited<ReturnType<typeof startStoreClient>>;
  before(async () => {
    client = await startStoreClient();
  });
  after(() => client.close());

  test('attachments, large ones too, recipients and an inner message come back as they were saved', async () => {
    const message = await client.create();
    const data = randomBytes(3_000_000);
    const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
    await client.set(attachment, [
      [PidTag.AttachMethod, 1],
      [PidTag.AttachLongFilename, 'groß.bin'],
    ]);
    const stream = await client.stream(attachment, PidTag.AttachDataBinary, 2);
    for (let at = 0; at < data.length; at += 0x7000) await client.write(stream, data.subarray(at, at + 0x7000));
    await client.release(stream);
    await client.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
    const second = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
    const asked = { codePageId: 0xfff, openModeFlags: 2 };
    const inner = (await client.ok(d.RopOpenEmbeddedMessage, [second], asked)).handle;
    await client.set(inner, [[PidTag.Subject, 'inner']]);
    await client.addRecipients(inner, [{ id: 0, row: smtpRow('inner@outside.test') }]);
    await client.save(inner);
    await client.ok(d.RopSaveChangesAttachment, [second, message], { saveFlags: 0x0a });
    await client.addRecipients(message, [{ id: 3, row: smtpRow('a@outside.test', 'A') }]);
    const id = await client.save(message);
    for (const handle of [attachment, second, inner, message]) await client.release(handle);

    const { handle, fields } = await client.open(id);
    assert.equal(fields.recipientCount, 1);
    assert.deepEqual(await client.get(handle, [PidTag.HasAttachments, PidTag.DisplayTo]), [true, 'A']);
    const opened = (await client.ok(d.RopOpenAttachment, [handle], { openAttachmentFlags: 0, attachmentId: 0 })).handle;
    assert.ok((await client.readWhole(await client.stream(opened, PidTag.AttachDataBinary, 0))).equals(data));
    assert.deepEqual(await client.get(opened, [PidTag.AttachDataBinary]), [{ errorCode: ec.notEnoughMemory }]);
    const other = (await client.ok(d.RopOpenAttachment, [handle], { openAttachmentFlags: 0, attachmentId: 1 })).handle;
    const embedded = await client.ok(d.RopOpenEmbeddedMessage, [other], { codePageId: 0xfff, openModeFlags: 0 });
    assert.deepEqual([embedded.fields.message.normalizedSubject, embedded.fields.message.recipientCount], ['inner', 1]);
    assert.deepEqual(client.errors, []);
  });

  test('an opened message answers what tables and synchronization tell of one that was given little', async () => {
    const message = await client.create();
    await client.set(message, [[PidTag.Subject, 'little']]);
    const id = await client.save(message);
    await client.release(message);
    const columns = [PidTag.MessageFlags, PidTag.Priority, PidTag.ConversationId];
    const folder = await client.folder();
    const table = (await client.ok(d.RopGetContentsTable, [folder], { tableFlags: 0 })).handle;
    const propertyTags = [PidTag.Mid, ...columns];
    await client.ok(d.RopSetColumns, [table], { setColumnsFlags: 0, propertyTags });
    const asked = { queryRowsFlags: 0, forwardRead: true, rowCount: 50 };
    const { answers } = await client.send([table], [request(d.RopQueryRows, [0], asked)], { columns: propertyTags });
    const { rows } = answers[0]!.fields as { rows: Uint8Array[] };
    const row = rows.map((bytes) => propertyRow(propertyTags).read(new Reader(bytes))).find(([mid]) => mid === id)!;
    const { handle } = await client.open(id);
    assert.deepEqual(await client.get(handle, columns), row.slice(1));
    assert.equal((row[1] as number) & 0x2, 0x2, 'mfUnmodified');
    assert.equal(row[2], 0);
  });

  test('the size of a message that is not saved counts what is inside its attachments', async () => {
    const message = await client.create();
    const size = async () => (await client.get(message, [PidTag.MessageSize]))[0] as number;
    const empty = await size();
    const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
    const asked = { codePageId: 0xfff, openModeFlags: 2 };
    const inner = (await client.ok(d.RopOpenEmbeddedMessage, [attachment], asked)).handle;
    await client.set(inner, [[PidTag.Body, 'x'.repeat(5000)]]);
    await client.addRecipients(inner, [{ id: 0, row: smtpRow('inner@outside.test') }]);
    await client.save(inner);
    await client.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
    assert.ok((await size()) >= empty + 10_000, `${await size()} bytes after ${empty}`);
  });

  test('who has no name is listed by the address, before a save as after it', async () => {
    const message = await client.create();
    const rows = [smtpRow('a@outside.test', ''), smtpRow('b@outside.test', 'B'), smtpRow('', '')];
    await client.addRecipients(
      message,
      rows.map((row, id) => ({ id, row })),
    );
    assert.deepEqual(await client.get(message, [PidTag.DisplayTo]), ['a@outside.test; B']);
    const { handle } = await client.open(await client.save(message));
    assert.deepEqual(await client.get(handle, [PidTag.DisplayTo]), ['a@outside.test; B']);
  });

  test('a copy outlives what it was copied from, even before a save', async () => {
    const [source, destination] = [await client.create(), await client.create()];
    const data = randomBytes(1_500_000);
    const stream = await client.stream(source, PidTag.Html, 2);
    for (let at = 0; at < data.length; at += 0x7000) await client.write(stream, data.subarray(at, at + 0x7000));
    await client.release(stream);
    const asked = { wantAsynchronous: false, wantSubObjects: true, copyFlags: 0, excludedTags: [] };
    await client.ok(d.RopCopyTo, [source, destination], asked);
    await client.release(source);
    const { handle } = await client.open(await client.save(destination));
    assert.ok((await client.readWhole(await client.stream(handle, PidTag.Html, 0))).equals(data));
  });

  test('another session sees a save, and its own save then is ecObjectModified', async () => {
    const other = await client.another();
    const message = await client.create();
    const id = await client.save(message);
    const { handle } = await other.open(id, 1);
    await client.set(message, [[PidTag.Subject, 'first']]);
    await client.save(message);
    await other.set(handle, [[PidTag.Subject, 'second']]);
    const late = await other.call(d.RopSaveChangesMessage, [handle], { saveFlags: 0x0a });
    assert.equal(late.returnValue, ec.objectModified);
    assert.deepEqual(await other.get((await other.open(id)).handle, [PidTag.Subject]), ['first']);
  });

  test('a message with a changed read state can still be saved: that is no change of the message', async () => {
    const message = await client.create();
    const id = await client.save(message);
    const { handle } = await client.open(id, 1);
    const asked = { wantAsynchronous: false, readFlags: 0x05, messageIds: [id] };
    await client.ok(d.RopSetReadFlags, [await client.folder()], asked);
    await client.set(handle, [[PidTag.Subject, 'changed']]);
    await client.save(handle);
    assert.deepEqual(await client.get(handle, [PidTag.Read, PidTag.Subject]), [false, 'changed']);
  });

  test('a deleted message cannot be saved', async () => {
    const message = await client.create();
    const id = await client.save(message);
    const asked = { wantAsynchronous: false, notifyNonRead: false, messageIds: [id] };
    await client.ok(d.RopDeleteMessages, [await client.folder()], asked);
    await client.set(message, [[PidTag.Subject, 'x']]);
    assert.notEqual((await client.call(d.RopSaveChangesMessage, [message], { saveFlags: 0x0a })).returnValue, 0);
    assert.equal((await client.open(id)).returnValue, ec.notFound);
    assert.equal((await client.open(id, 4)).returnValue, 0);
  });
});

describe('folders in the store', () => {
  let client: Awaited<ReturnType<typeof startStoreClient>>;
  let folder: number;
  before(async () => {
    client = await startStoreClient();
    const root = await client.folder(client.folderIds[3]);
    const created = await client.ok(d.RopCreateFolder, [root], newFolder({ displayName: 'Projects' }));
    folder = created.handle;
  });
  after(() => client.close());

  test('properties are kept at once (MS-OXCPRPT_R846)', async () => {
    assert.deepEqual(
      await client.set(folder, [
        [PidTag.ContainerClass, 'IPF.Note'],
        [0x6601001f, 'x'],
      ]),
      [],
    );
    const again = await client.folder((await client.get(folder, [PidTag.FolderId]))[0] as bigint);
    assert.deepEqual(await client.get(again, [PidTag.ContainerClass, 0x6601001f]), ['IPF.Note', 'x']);
    await client.remove(folder, [0x6601001f]);
    assert.deepEqual(await client.get(again, [0x6601001f]), [{ errorCode: ec.notFound }]);
  });

  test('a name in use is the problem of that property alone', async () => {
    const [inbox] = await client.get(await client.folder(), [PidTag.DisplayName]);
    const problems = await client.set(folder, [
      [PidTag.DisplayName, inbox as string],
      [PidTag.Comment, 'set all the same'],
    ]);
    assert.deepEqual(problems, [{ index: 0, propertyTag: PidTag.DisplayName, errorCode: ec.duplicateName }]);
    assert.deepEqual(await client.get(folder, [PidTag.DisplayName, PidTag.Comment]), ['Projects', 'set all the same']);
  });

  test('what is computed cannot be set, and named properties are not there', async () => {
    const named = tagOf(0x8005, Ptyp.String);
    const problems = await client.set(folder, [
      [PidTag.ContentCount, 5],
      [named, 'x'],
    ]);
    assert.deepEqual(
      problems.map(({ index }) => index),
      [0, 1],
    );
    assert.deepEqual(await client.get(folder, [PidTag.ContentCount, named]), [0, { errorCode: ec.notFound }]);
  });

  test('a stream is kept when it is committed or released (R56405)', async () => {
    const tag = tagOf(0x6602, Ptyp.Binary);
    const stream = await client.stream(folder, tag, 2);
    await client.write(stream, Buffer.from('abc'));
    await client.ok(d.RopCommitStream, [stream], {});
    assert.deepEqual(await client.get(folder, [tag]), [Buffer.from('abc')]);
    await client.write(stream, Buffer.from('def'));
    await client.release(stream);
    assert.deepEqual(await client.get(folder, [tag]), [Buffer.from('abcdef')]);
  });

  test('lists answer each tag that they name', async () => {
    const tags = (await client.ok(d.RopGetPropertiesList, [folder], {})).fields.propertyTags;
    assert.equal(new Set(tags.map((tag) => tag >>> 16)).size, tags.length);
    for (const cell of await client.get(folder, tags)) assert.ok(!(typeof cell === 'object' && 'errorCode' in cell));
    const all = await client.all(folder);
    assert.deepEqual([...all.keys()].sort(), [...tags].sort());
  });

  test('the default calendar does not list PidTagParentSourceKey', async () => {
    const handle = await client.folder(makeId(1, client.mailbox.specialFolder('calendar')));
    const tags = (await client.ok(d.RopGetPropertiesList, [handle], {})).fields.propertyTags;
    assert.ok(!tags.includes(PidTag.ParentSourceKey) && tags.includes(PidTag.SourceKey));
  });

  test('copying into a folder inside is ecFolderCycle (R89602)', async () => {
    const inner = await client.ok(d.RopCreateFolder, [folder], newFolder({ displayName: 'inner' }));
    const asked = { wantAsynchronous: false, wantSubObjects: true, copyFlags: 0, excludedTags: [] };
    assert.equal((await client.call(d.RopCopyTo, [folder, inner.handle], asked)).returnValue, ec.folderCycle);
  });
});
