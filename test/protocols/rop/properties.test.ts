import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Cell, ec, PidTag, Ptyp, propertySet, tagOf } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { smtpRow, startClient } from './mailbox-client.ts';
import { request, run } from './rop-client.ts';

const notFound = { errorCode: ec.notFound };
const tooLarge = { errorCode: ec.notEnoughMemory };
const custom = (id: number, type: number) => tagOf(id, type);

describe('RopGetPropertiesSpecific (MS-OXCPRPT 3.2.5.1)', () => {
  test('what is missing is an error in its place, never a failure', async () => {
    const client = await startClient();
    const message = await client.create();
    assert.deepEqual(await client.get(message, [PidTag.MessageClass, 0x66aa001f, 0x00000000]), [
      'IPM.Note',
      notFound,
      notFound,
    ]);
  });

  test('a property asked for without type comes with the one it has (R458, R459)', async () => {
    const client = await startClient();
    const message = await client.create();
    const id = custom(0x6601, Ptyp.Unspecified);
    await client.set(message, [[custom(0x6601, Ptyp.String), 'text']]);
    assert.deepEqual(await client.get(message, [id]), [{ type: Ptyp.String, value: 'text' }]);
    assert.deepEqual(await client.get(message, [id], 0), [{ type: Ptyp.String8, value: 'text' }]);
    assert.deepEqual(await client.get(message, [custom(0, Ptyp.Unspecified)]), [notFound]);
  });

  test('text comes as 8-bit or Unicode, as asked for (R460), in the code page of the message (R461)', async () => {
    const client = await startClient();
    const { handle: message } = await client.ok(d.RopCreateMessage, [client.logon], {
      codePageId: 1251,
      folderId: client.inbox,
      associatedFlag: false,
    });
    await client.set(message, [[custom(0x6601, Ptyp.String), 'Привет']]);
    const tag = custom(0x6601, Ptyp.String8);
    const sent = request(d.RopGetPropertiesSpecific, [0], {
      propertySizeLimit: 0,
      wantUnicode: 0,
      propertyTags: [tag],
    });
    const { answers } = await run(client.session, [message], [sent], { columns: [tag] });
    const { rowData } = answers[0]!.fields as { rowData: Uint8Array };
    assert.equal(Buffer.from(rowData.subarray(1)).toString('hex'), 'cff0e8e2e5f200');
  });

  test('a property of another type than asked for is not there', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[custom(0x6601, Ptyp.Integer32), 5]]);
    assert.deepEqual(await client.get(message, [custom(0x6601, Ptyp.String)]), [notFound]);
  });

  test('values of 32 KB and more are left to streams, and large ones when all together are too many', async () => {
    const client = await startClient();
    const message = await client.create();
    const tags = Array.from({ length: 8 }, (_, at) => custom(0x6601 + at, Ptyp.Binary));
    for (const tag of tags) await client.set(message, [[tag, Buffer.alloc(0x1800, 1)]]);
    await client.set(message, [[custom(0x6620, Ptyp.Binary), Buffer.alloc(100, 2)]]);
    const some = await client.get(message, [tags[0]!, custom(0x6620, Ptyp.Binary)]);
    assert.equal((some[0] as Uint8Array).length, 0x1800);
    const all = await client.get(message, [...tags, custom(0x6620, Ptyp.Binary)]);
    assert.deepEqual(all[0], tooLarge);
    assert.equal((all[8] as Uint8Array).length, 100);
    const stream = await client.stream(message, custom(0x6630, Ptyp.Binary), 2);
    await client.write(stream, Buffer.alloc(0x7000));
    await client.write(stream, Buffer.alloc(0x1000));
    assert.deepEqual(await client.get(message, [custom(0x6630, Ptyp.Binary)]), [tooLarge]);
  });

  test('every type comes back as it was set', async () => {
    const client = await startClient();
    const message = await client.create();
    const values: [number, never][] = [
      [0x66010002, -2],
      [0x66030004, 1.5],
      [0x66050006, -5n],
      [0x6607000b, true],
      [0x66080014, 2n ** 63n + 1n],
      [0x660a001f, 'äöü€😀'],
      [0x660b0040, 132000000000000001n],
      [0x660c0048, '0b8f9c0e-1111-4222-8333-444455556666'],
      [0x660d0102, Buffer.from([0, 1, 255])],
      [0x660f101f, ['a', '', 'ü']],
      [0x66111014, [1n, 2n ** 40n]],
    ] as never;
    await client.set(message, values);
    const { handle } = await client.open(await client.save(message));
    const tags = values.map(([tag]) => tag);
    assert.deepEqual(
      await client.get(handle, tags),
      values.map(([, value]) => value),
    );
    const all = await client.all(handle);
    for (const [tag, value] of values) assert.deepEqual(all.get(tag), value);
  });
});

describe('RopGetPropertiesAll and RopGetPropertiesList', () => {
  test('list each id once, and of the subject only the whole', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[PidTag.Subject, 'Re: x']]);
    const { handle } = await client.open(await client.save(message));
    const tags = (await client.ok(d.RopGetPropertiesList, [handle], {})).fields.propertyTags;
    const ids = tags.map((tag) => tag >>> 16);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(tags.includes(PidTag.Subject));
    for (const tag of [PidTag.SubjectPrefix, PidTag.NormalizedSubject, PidTag.Mid, PidTag.ChangeNumber]) {
      assert.ok(!tags.includes(tag));
    }
  });

  test('a value beyond PropertySizeLimit is an error in its place (R644)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[custom(0x6601, Ptyp.Binary), Buffer.alloc(300)]]);
    const { fields } = await client.ok(d.RopGetPropertiesAll, [message], { propertySizeLimit: 200, wantUnicode: 1 });
    const given = fields.propertyValues.find(({ tag }) => tag >>> 16 === 0x6601);
    assert.deepEqual(given, { tag: custom(0x6601, Ptyp.ErrorCode), value: ec.notEnoughMemory });
  });
});

describe('RopSetProperties and RopDeleteProperties', () => {
  test('what is computed is a problem with its index, the rest is set (R47505, R47506)', async () => {
    const client = await startClient();
    const message = await client.create();
    const problems = await client.set(message, [
      [PidTag.MessageSize, 5],
      [PidTag.Subject, 'kept'],
      [PidTag.EntryId, Buffer.from('x')],
    ]);
    assert.deepEqual(
      problems.map(({ index, propertyTag }) => [index, propertyTag]),
      [
        [0, PidTag.MessageSize],
        [2, PidTag.EntryId],
      ],
    );
    assert.deepEqual(await client.get(message, [PidTag.Subject]), ['kept']);
  });

  test('a deleted property is gone at once on its handle, for others after the save (R487 to R489)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[0x66fd001f, 'extra']]);
    const id = await client.save(message);
    await client.remove(message, [0x66fd001f]);
    assert.deepEqual(await client.get(message, [0x66fd001f]), [notFound]);
    assert.deepEqual(await client.get((await client.open(id)).handle, [0x66fd001f]), ['extra']);
    await client.save(message);
    assert.deepEqual(await client.get((await client.open(id)).handle, [0x66fd001f]), [notFound]);
  });

  test('the store keeps what is set at once, but not its name or comment (R847)', async () => {
    const client = await startClient();
    const problems = await client.set(client.logon, [
      [PidTag.Comment, 'no'],
      [PidTag.OutOfOfficeState, false],
    ]);
    assert.deepEqual(problems, [{ index: 0, propertyTag: PidTag.Comment, errorCode: ec.accessDenied }]);
    assert.deepEqual(await client.get(client.logon, [PidTag.OutOfOfficeState]), [false]);
  });

  test('the store tells whose it is', async () => {
    const client = await startClient();
    const tags = [PidTag.MailboxOwnerName, PidTag.EmailAddress, 0x662b0102, 0x6633001f, PidTag.MailboxOwnerEntryId];
    const [name, dn, line, server, owner] = await client.get(client.logon, tags);
    assert.deepEqual([name, dn], ['Anna', '/o=Oxbow/cn=anna']);
    assert.equal((line as Uint8Array).length, 256);
    assert.deepEqual(server, { errorCode: ec.invalidParam });
    assert.ok(Buffer.from(owner as Uint8Array).includes('/o=Oxbow/cn=anna'));
  });
});

describe('bodies (MS-OXCMSG 3.2.4.1)', () => {
  const get = async (values: [number, never][], tags: number[]): Promise<Cell[]> => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, values);
    return client.get(message, tags);
  };

  test('plain text is made from HTML, in its code page (R1464)', async () => {
    const html = Buffer.from('<html><body><p>caf\xe9</p></body></html>', 'latin1');
    const [text, native, inSync] = await get(
      [
        [PidTag.Html, html],
        [PidTag.InternetCodepage, 28591],
      ] as never,
      [PidTag.Body, PidTag.NativeBody, PidTag.RtfInSync],
    );
    assert.equal((text as string).trim(), 'café');
    assert.equal(native, 3);
    // Taken for true when it is missing.
    assert.equal(inSync, false);
  });

  test('HTML is made from plain text', async () => {
    const [html, native, rtf] = await get([[PidTag.Body, 'a < b\r\nc']] as never, [
      PidTag.Html,
      PidTag.NativeBody,
      PidTag.RtfCompressed,
    ]);
    assert.match(Buffer.from(html as Uint8Array).toString(), /a &lt; b<br>/);
    assert.equal(native, 1);
    assert.deepEqual(rtf, notFound);
  });

  test('without a body there is none in any form', async () => {
    assert.deepEqual(await get([], [PidTag.Body, PidTag.Html]), [notFound, notFound]);
  });

  test('a body saved in one form replaces the others', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [
      [PidTag.Html, Buffer.from('<p>old</p>')],
      [PidTag.Body, 'old'],
    ]);
    await client.save(message);
    await client.set(message, [[PidTag.Body, 'new']]);
    const { handle } = await client.open(await client.save(message));
    const [text, html] = await client.get(handle, [PidTag.Body, PidTag.Html]);
    assert.equal(text, 'new');
    assert.match(Buffer.from(html as Uint8Array).toString(), /new/);
  });
});

describe('named properties (MS-OXCPRPT 3.2.5.9, 3.2.5.10)', () => {
  const keywords = { guid: propertySet.publicStrings, name: 'Keywords' };
  const reminder = { guid: propertySet.common, lid: 0x8503 };

  test('an unknown name has id 0, told by ecWarnWithErrors (R220, R226)', async () => {
    const client = await startClient();
    const create = await client.ok(d.RopGetPropertyIdsFromNames, [client.logon], {
      flags: 2,
      propertyNames: [keywords],
    });
    const [id] = create.fields.propertyIds;
    assert.ok(id! >= 0x8000);
    const asked = await client.call(d.RopGetPropertyIdsFromNames, [client.logon], {
      flags: 0,
      propertyNames: [reminder, { ...keywords, name: 'KEYWORDS' }],
    });
    assert.equal(asked.returnValue, ec.warnWithErrors);
    assert.deepEqual(asked.fields, { propertyIds: [0, id] });
  });

  test('PS_MAPI names have their own ids, and only numbers (R225)', async () => {
    const client = await startClient();
    const asked = await client.call(d.RopGetPropertyIdsFromNames, [client.logon], {
      flags: 2,
      propertyNames: [
        { guid: propertySet.mapi, lid: 0x37 },
        { guid: propertySet.mapi, name: 'x' },
      ],
    });
    assert.deepEqual(asked.fields, { propertyIds: [0x37, 0] });
  });

  test('ids tell their names (R518, R521, R523)', async () => {
    const client = await startClient();
    await client.ok(d.RopGetPropertyIdsFromNames, [client.logon], { flags: 2, propertyNames: [keywords] });
    const { fields } = await client.ok(d.RopGetNamesFromPropertyIds, [client.logon], {
      propertyIds: [0x37, 0x8000, 0x9999],
    });
    assert.deepEqual(fields.propertyNames, [{ guid: propertySet.mapi, lid: 0x37 }, keywords, undefined]);
  });

  test('RopQueryNamedProperties filters by kind and set (R876 to R878)', async () => {
    const client = await startClient();
    await client.ok(d.RopGetPropertyIdsFromNames, [client.logon], { flags: 2, propertyNames: [keywords, reminder] });
    const query = async (queryFlags: number, propertyGuid?: string) =>
      (await client.ok(d.RopQueryNamedProperties, [client.logon], { queryFlags, propertyGuid })).fields.named.map(
        ({ name }) => name?.name ?? name?.lid,
      );
    assert.deepEqual(await query(0), ['Keywords', 0x8503]);
    assert.deepEqual(await query(1), [0x8503]);
    assert.deepEqual(await query(2), ['Keywords']);
    assert.deepEqual(await query(0xf0, propertySet.common), [0x8503]);
  });

  test('a message that has one says so', async () => {
    const client = await startClient();
    const message = await client.create();
    const { fields } = await client.ok(d.RopGetPropertyIdsFromNames, [client.logon], {
      flags: 2,
      propertyNames: [keywords],
    });
    const tag = tagOf(fields.propertyIds[0]!, Ptyp.String | 0x1000);
    assert.equal((await client.open(await client.save(message))).fields.hasNamedProperties, false);
    await client.set(message, [[tag, ['Rot', 'Grün']]]);
    const opened = await client.open(await client.save(message));
    assert.equal(opened.fields.hasNamedProperties, true);
    assert.deepEqual(await client.get(opened.handle, [tag]), [['Rot', 'Grün']]);
  });
});

describe('RopCopyTo and RopCopyProperties (MS-OXCPRPT 3.2.5.7, 3.2.5.8)', () => {
  async function pair() {
    const client = await startClient();
    const [source, destination] = [await client.create(), await client.create()];
    await client.set(source, [
      [PidTag.Subject, 'source'],
      [0x6601001f, 'one'],
      [0x6602001f, 'two'],
    ]);
    await client.addRecipients(source, [{ id: 0, row: smtpRow('a@outside.test') }]);
    const attachment = (await client.ok(d.RopCreateAttachment, [source], {})).handle;
    const data = await client.stream(attachment, PidTag.AttachDataBinary, 2);
    await client.write(data, Buffer.from('content'));
    await client.release(data);
    await client.ok(d.RopSaveChangesAttachment, [attachment, source], { saveFlags: 0x0a });
    await client.release(attachment);
    return { client, source, destination };
  }

  test('all but the excluded, and sub-objects when wanted (R181, R191)', async () => {
    const { client, source, destination } = await pair();
    const asked = { wantAsynchronous: false, wantSubObjects: true, copyFlags: 0, excludedTags: [0x6602001f] };
    await client.ok(d.RopCopyTo, [source, destination], asked);
    await client.release(source);
    const { handle, fields } = await client.open(await client.save(destination));
    assert.deepEqual(await client.get(handle, [PidTag.Subject, 0x6601001f, 0x6602001f]), ['source', 'one', notFound]);
    assert.equal(fields.recipientCount, 1);
    const copy = (await client.ok(d.RopOpenAttachment, [handle], { openAttachmentFlags: 0, attachmentId: 0 })).handle;
    const [value] = await client.get(copy, [PidTag.AttachDataBinary]);
    assert.equal(Buffer.from(value as Uint8Array).toString(), 'content');
  });

  test('without WantSubObjects neither recipients nor attachments (R182)', async () => {
    const { client, source, destination } = await pair();
    await client.ok(d.RopCopyTo, [source, destination], {
      wantAsynchronous: false,
      wantSubObjects: false,
      copyFlags: 0,
      excludedTags: [],
    });
    const { handle, fields } = await client.open(await client.save(destination));
    assert.equal(fields.recipientCount, 0);
    assert.deepEqual(await client.get(handle, [PidTag.HasAttachments]), [false]);
  });

  test('NoOverwrite leaves what is there (R879)', async () => {
    const { client, source, destination } = await pair();
    await client.set(destination, [[0x6601001f, 'mine']]);
    await client.ok(d.RopCopyProperties, [source, destination], {
      wantAsynchronous: false,
      copyFlags: 2,
      propertyTags: [0x6601001f, 0x6602001f],
    });
    assert.deepEqual(await client.get(destination, [0x6601001f, 0x6602001f]), ['mine', 'two']);
  });

  test('what the source lacks is a problem (R50006)', async () => {
    const { client, source, destination } = await pair();
    const { fields } = await client.ok(d.RopCopyProperties, [source, destination], {
      wantAsynchronous: false,
      copyFlags: 0,
      propertyTags: [0x6601001f, 0x66aa001f],
    });
    assert.deepEqual(fields.propertyProblems, [{ index: 1, propertyTag: 0x66aa001f, errorCode: ec.notFound }]);
  });

  test('unknown flags, other kinds and no destination fail as specified (R880, R508, R737)', async () => {
    const { client, source, destination } = await pair();
    const asked = { wantAsynchronous: false, wantSubObjects: true, copyFlags: 0, excludedTags: [] };
    const codeOf = async (handles: number[], copyFlags = 0) =>
      (await client.call(d.RopCopyTo, handles, { ...asked, copyFlags })).returnValue;
    assert.equal(await codeOf([source, destination], 0x10), ec.invalidParam);
    assert.equal(await codeOf([source, await client.folder()]), ec.notSupported);
    assert.equal(await codeOf([source, 0xffffffff]), ec.dstNullObject);
  });
});
