import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import {
  ec,
  idOf,
  multiValue,
  PidTag,
  type PropertyName,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  tagOf,
} from '../../src/mapi/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { smtpRow } from '../protocols/rop/mailbox-client.ts';
import { request, run } from '../protocols/rop/rop-client.ts';
import { type Client, conformanceOnOneMailbox, type SharedCase, saveAttachment } from './conformance.ts';

const text8 = (tag: PropertyTag): PropertyTag => tagOf(idOf(tag), Ptyp.String8);
const untyped = (tag: PropertyTag): PropertyTag => tagOf(idOf(tag), Ptyp.Unspecified);
const absent = { errorCode: ec.notFound };
const own = (type: number, id = 0x6801): PropertyTag => tagOf(id, type);

/** A value of every type that a property can have. */
const values: readonly (readonly [PropertyTag, PropertyValue])[] = [
  [own(Ptyp.Integer16), -3],
  [own(Ptyp.Integer32), -70_000],
  [own(Ptyp.Floating32), 1.5],
  [own(Ptyp.Floating64), Math.PI],
  [own(Ptyp.Currency), 12_345n],
  [own(Ptyp.FloatingTime), 45_000.25],
  [own(Ptyp.Boolean), true],
  [own(Ptyp.Integer64), 0xffff_ffff_ffffn],
  [own(Ptyp.String), 'Grüße 👋'],
  [own(Ptyp.Time), 133_500_000_000_000_000n],
  [own(Ptyp.Guid), '00112233-4455-6677-8899-aabbccddeeff'],
  [own(Ptyp.Binary), Buffer.from([0, 255, 1])],
  [own(Ptyp.Integer32 | multiValue), [1, -1]],
  [own(Ptyp.String | multiValue), ['eins', 'zwei']],
  [own(Ptyp.Binary | multiValue), [Buffer.from('a'), Buffer.alloc(0)]],
];

const copyTo = (c: Client, from: number, to: number, more: Partial<Parameters<typeof asked>[0]> = {}) =>
  c.call(d.RopCopyTo, [from, to], asked(more));
const asked = (more: {
  wantAsynchronous?: boolean;
  wantSubObjects?: boolean;
  copyFlags?: number;
  excludedTags?: PropertyTag[];
}) => ({ wantAsynchronous: false, wantSubObjects: true, copyFlags: 0, excludedTags: [], ...more });

const newAttachment = async (c: Client, message: number): Promise<number> =>
  (await c.ok(d.RopCreateAttachment, [message], {})).handle;
const openAttachment = async (c: Client, message: number, attachmentId = 0): Promise<number> =>
  (await c.ok(d.RopOpenAttachment, [message], { openAttachmentFlags: 3, attachmentId })).handle;
const openInner = async (c: Client, attachment: number, openModeFlags: number): Promise<number> =>
  (await c.ok(d.RopOpenEmbeddedMessage, [attachment], { codePageId: 0xfff, openModeFlags })).handle;

async function writeAll(c: Client, handle: number, tag: PropertyTag, data: Uint8Array): Promise<void> {
  const stream = await c.stream(handle, tag, 2);
  for (let at = 0; at < data.length; at += 0x7000) await c.write(stream, data.subarray(at, at + 0x7000));
  await c.ok(d.RopCommitStream, [stream], {});
  await c.release(stream);
}
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const cases: readonly SharedCase[] = [
  ...values.map(
    ([tag, value]): SharedCase => ({
      requirements: 'MS-OXCPRPT_R475 MS-OXCPRPT_R476 MS-OXCPRPT_R478 MS-OXCPRPT_R457001',
      says: `a value of type 0x${(tag & 0xffff).toString(16)} is there at once on its handle, for others after the save`,
      run: async (c) => {
        const message = await c.create();
        const id = await c.save(message);
        assert.deepEqual(await c.set(message, [[tag, value]]), []);
        assert.deepEqual(await c.get(message, [tag]), [value]);
        assert.deepEqual(await c.get((await c.open(id)).handle, [tag]), [absent]);
        await c.save(message);
        const { handle } = await c.open(id, 1);
        assert.deepEqual(await c.get(handle, [tag]), [value]);
        assert.deepEqual(await c.get(handle, [untyped(tag)]), [{ type: tag & 0xffff, value }]);
        await c.remove(handle, [tag]);
        assert.deepEqual(await c.get(handle, [tag]), [absent], 'MS-OXCPRPT_R485 MS-OXCPRPT_R487 MS-OXCPRPT_R874');
        assert.deepEqual(await c.get((await c.open(id)).handle, [tag]), [value], 'MS-OXCPRPT_R489');
        await c.save(handle);
        assert.deepEqual(await c.get((await c.open(id)).handle, [tag]), [absent]);
      },
    }),
  ),
  {
    requirements: 'MS-OXCPRPT_R45701',
    says: 'values come in the order of the tags',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, [[PidTag.Subject, 'S']]);
      const tags = [PidTag.Importance, PidTag.Subject, PidTag.MessageClass];
      assert.deepEqual(await c.get(message, tags), [1, 'S', 'IPM.Note']);
      assert.deepEqual(await c.get(message, [...tags].reverse()), ['IPM.Note', 'S', 1]);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R458 MS-OXCPRPT_R459 MS-OXCPRPT_R460',
    says: 'text without type follows WantUnicode, text with a type is of that type',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, [[text8(PidTag.Subject), 'Grüße']]);
      const tags = [untyped(PidTag.Subject), PidTag.Subject, text8(PidTag.Subject)];
      for (const wantUnicode of [0, 1]) {
        const [free, wide, narrow] = await c.get(message, tags, wantUnicode);
        assert.deepEqual((free as { type: number }).type, wantUnicode ? Ptyp.String : Ptyp.String8);
        assert.equal(wide, 'Grüße');
        assert.equal(Buffer.from(narrow as string, 'latin1').toString('latin1'), 'Grüße');
      }
    },
  },
  {
    requirements: 'MS-OXCPRPT_R461 MS-OXCPRPT_R463',
    says: '8-bit text of a message and its attachments is in the code page that the message was opened with',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, [[PidTag.Subject, 'дом']]);
      const attachment = await newAttachment(c, message);
      await c.set(attachment, [[PidTag.AttachLongFilename, 'дом']]);
      await saveAttachment(c, attachment, message);
      const messageId = await c.save(message);
      const { handle } = await c.ok(d.RopOpenMessage, [c.logon], {
        codePageId: 1251,
        folderId: c.inbox,
        openModeFlags: 0,
        messageId,
      });
      const bytes = Buffer.from([0xe4, 0xee, 0xec]).toString('latin1');
      assert.deepEqual(await c.get(handle, [text8(PidTag.Subject)]), [bytes]);
      const inner = await openAttachment(c, handle);
      assert.deepEqual(await c.get(inner, [text8(PidTag.AttachLongFilename)]), [bytes]);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R90701',
    says: 'PropertySizeLimit of RopGetPropertiesSpecific is ignored (note 4)',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, [[PidTag.Subject, 'x'.repeat(1000)]]);
      const fields = { propertySizeLimit: 10, wantUnicode: 1, propertyTags: [PidTag.Subject] };
      const sent = request(d.RopGetPropertiesSpecific, [0], fields);
      const { answers } = await run(c.session, [message], [sent], { columns: fields.propertyTags });
      assert.ok((answers[0]!.fields as { rowData: Uint8Array }).rowData.length > 2000);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R471 MS-OXCPRPT_R472',
    says: 'RopGetPropertiesAll and RopGetPropertiesList have what was set, each id once',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, values.slice(8, 9));
      const all = await c.all(message);
      assert.equal(all.get(values[8]![0]), values[8]![1]);
      const { propertyTags } = (await c.ok(d.RopGetPropertiesList, [message], {})).fields;
      assert.ok(propertyTags.includes(values[8]![0]));
      assert.equal(new Set(propertyTags.map(idOf)).size, propertyTags.length);
      assert.ok(!propertyTags.map(idOf).includes(0));
    },
  },
  {
    requirements: 'MS-OXCPRPT_R47505 MS-OXCPRPT_R47506',
    says: 'of several properties the read-only one is a problem with its index, the others are set',
    run: async (c) => {
      const message = await c.create();
      const problems = await c.set(message, [
        [PidTag.Subject, 'set'],
        [PidTag.Access, 0],
        [PidTag.Importance, 2],
      ]);
      assert.deepEqual(
        problems.map(({ index, propertyTag }) => [index, propertyTag]),
        [[1, PidTag.Access]],
      );
      assert.deepEqual(await c.get(message, [PidTag.Subject, PidTag.Access, PidTag.Importance]), ['set', 7, 2]);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R480 MS-OXCPRPT_R490 MS-OXCPRPT_R491',
    says: 'properties of an attachment are kept by the saves of it and of its message',
    run: async (c) => {
      const message = await c.create();
      const attachment = await newAttachment(c, message);
      await c.set(attachment, [[PidTag.AttachLongFilename, 'a.txt']]);
      await saveAttachment(c, attachment, message);
      const id = await c.save(message);
      const again = (await c.open(id, 1)).handle;
      const opened = await openAttachment(c, again);
      await c.remove(opened, [PidTag.AttachLongFilename]);
      assert.deepEqual(await c.get(opened, [PidTag.AttachLongFilename]), [absent]);
      const other = await openAttachment(c, (await c.open(id)).handle);
      assert.deepEqual(await c.get(other, [PidTag.AttachLongFilename]), ['a.txt']);
      await saveAttachment(c, opened, again);
      await c.save(again);
      const after = await openAttachment(c, (await c.open(id)).handle);
      assert.deepEqual(await c.get(after, [PidTag.AttachLongFilename]), [absent]);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R846 MS-OXCPRPT_R847 MS-OXCPRPT_R492 MS-OXCPRPT_R49201',
    says: 'properties of folders and of the store are kept and removed at once',
    run: async (c) => {
      const tag = own(Ptyp.String, 0x6802);
      for (const handle of [await c.folder(), c.logon]) {
        assert.deepEqual(await c.set(handle, [[tag, 'kept']]), []);
        const other = await c.another();
        const same = handle === c.logon ? other.logon : await other.folder();
        assert.deepEqual(await other.get(same, [tag]), ['kept']);
        await c.remove(handle, [tag]);
        assert.deepEqual(await other.get(same, [tag]), [absent]);
      }
    },
  },
  // Streams
  {
    requirements: 'MS-OXCPRPT_R547 MS-OXCPRPT_R555 MS-OXCPRPT_R556 MS-OXCPRPT_R56401 MS-OXCPRPT_R56403',
    says: 'a body of 6 MB written as a stream comes back whole, and is no inline value',
    run: async (c) => {
      const data = randomBytes(6_000_000);
      const message = await c.create();
      await writeAll(c, message, PidTag.Html, data);
      const { handle } = await c.open(await c.save(message));
      assert.deepEqual(await c.get(handle, [PidTag.Html]), [{ errorCode: ec.notEnoughMemory }]);
      const stream = await c.stream(handle, PidTag.Html, 0);
      assert.equal((await c.ok(d.RopGetStreamSize, [stream], {})).fields.streamSize, data.length);
      assert.equal(digest(await c.readWhole(stream)), digest(data));
    },
  },
  {
    requirements: 'MS-OXCPRPT_R545 MS-OXCPRPT_R561 MS-OXCPRPT_R581',
    says: 'two streams of one property have positions of their own',
    run: async (c) => {
      const message = await c.create();
      await writeAll(c, message, PidTag.Html, Buffer.from('0123456789'));
      const [one, two] = [await c.stream(message, PidTag.Html, 0), await c.stream(message, PidTag.Html, 0)];
      await c.ok(d.RopSeekStream, [one], { origin: 0, offset: 5n });
      const read = async (stream: number) =>
        Buffer.from(
          (await c.ok(d.RopReadStream, [stream], { byteCount: 3, maximumByteCount: undefined })).fields.data,
        ).toString();
      assert.deepEqual([await read(one), await read(two), await read(one)], ['567', '012', '89']);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R548',
    says: 'numbers have no stream, the store neither',
    run: async (c) => {
      const message = await c.create();
      const open = async (handle: number, propertyTag: PropertyTag) =>
        (await c.call(d.RopOpenStream, [handle], { propertyTag, openModeFlags: 0 })).returnValue;
      assert.equal(await open(message, PidTag.Importance), ec.notSupported);
      assert.equal(await open(c.logon, PidTag.Comment), ec.notSupported);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R549 MS-OXCPRPT_R885',
    says: 'a property that is not there is NotFound, but with Create',
    run: async (c) => {
      const message = await c.create();
      const open = async (openModeFlags: number) =>
        (await c.call(d.RopOpenStream, [message], { propertyTag: PidTag.Html, openModeFlags })).returnValue;
      assert.deepEqual([await open(0), await open(1), await open(3)], [ec.notFound, ec.notFound, ec.notFound]);
      assert.equal(await open(2), 0);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R584 MS-OXCPRPT_R902 MS-OXCPRPT_R583',
    says: 'seeking before the start, beyond 2 GiB or from nowhere fails; beyond the end it grows with zeros',
    run: async (c) => {
      const message = await c.create();
      const stream = await c.stream(message, PidTag.Html, 2);
      await c.write(stream, Buffer.from('ab'));
      const seek = async (origin: number, offset: bigint) =>
        (await c.call(d.RopSeekStream, [stream], { origin, offset })).returnValue;
      assert.equal(await seek(0, -1n), 0x80030019);
      assert.equal(await seek(0, 1n << 31n), 0x80030019);
      assert.equal(await seek(3, 0n), 0x80030057);
      assert.equal(await seek(2, 2n), 0);
      await c.write(stream, Buffer.from('c'));
      await c.ok(d.RopSeekStream, [stream], { origin: 0, offset: 0n });
      assert.deepEqual(await c.readWhole(stream), Buffer.from('ab\0\0c'));
    },
  },
  {
    requirements: 'MS-OXCPRPT_R564',
    says: 'a stream beyond the largest size is TooBig',
    run: async (c) => {
      const stream = await c.stream(await c.create(), PidTag.Html, 2);
      const { returnValue } = await c.call(d.RopSetStreamSize, [stream], { streamSize: 1n << 32n });
      assert.equal(returnValue, ec.tooBig);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R900',
    says: 'a stream open for reading is not written to',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, [[PidTag.Html, Buffer.from('x')]]);
      const stream = await c.stream(message, PidTag.Html, 0);
      const { returnValue } = await c.call(d.RopWriteStream, [stream], { data: Buffer.from('y') });
      assert.equal(returnValue, 0x80030005);
    },
  },
  // Copies
  {
    requirements: 'MS-OXCPRPT_R500 MS-OXCPRPT_R849',
    says: 'properties copied between messages, large ones too, are kept by the save of the destination',
    run: async (c) => {
      const data = randomBytes(1_200_000);
      const [from, to] = [await c.create(), await c.create()];
      await c.set(from, [[PidTag.Subject, 'copied']]);
      await writeAll(c, from, PidTag.Html, data);
      const id = await c.save(to);
      const fields = { wantAsynchronous: false, copyFlags: 0, propertyTags: [PidTag.Subject, PidTag.Html, own(3)] };
      const { propertyProblems } = (await c.ok(d.RopCopyProperties, [from, to], fields)).fields;
      assert.deepEqual(
        propertyProblems.map(({ index }) => index),
        [2],
        'MS-OXCPRPT_R50006',
      );
      assert.deepEqual(await c.get((await c.open(id)).handle, [PidTag.Subject]), [absent]);
      await c.save(to);
      await c.release(from);
      const { handle } = await c.open(id);
      assert.deepEqual(await c.get(handle, [PidTag.Subject]), ['copied']);
      assert.equal(digest(await c.readWhole(await c.stream(handle, PidTag.Html, 0))), digest(data));
    },
  },
  {
    requirements: 'MS-OXCPRPT_R848 MS-OXCPRPT_R5070508 MS-OXCPRPT_R5070501',
    says: 'an attachment with its data is copied onto another one, but for what is excluded',
    run: async (c) => {
      const data = randomBytes(1_200_000);
      const [from, to] = [await c.create(), await c.create()];
      const source = await newAttachment(c, from);
      await c.set(source, [
        [PidTag.AttachLongFilename, 'a.bin'],
        [PidTag.AttachMimeTag, 'x/y'],
        [PidTag.AttachMethod, 1],
      ]);
      await writeAll(c, source, PidTag.AttachDataBinary, data);
      await saveAttachment(c, source, from);
      const destination = await newAttachment(c, to);
      const { returnValue } = await copyTo(c, source, destination, { excludedTags: [PidTag.AttachMimeTag] });
      assert.equal(returnValue, 0);
      await saveAttachment(c, destination, to);
      const opened = await openAttachment(c, (await c.open(await c.save(to))).handle);
      const tags = [PidTag.AttachLongFilename, PidTag.AttachMimeTag, PidTag.AttachMethod];
      assert.deepEqual(await c.get(opened, tags), ['a.bin', absent, 1]);
      assert.equal(digest(await c.readWhole(await c.stream(opened, PidTag.AttachDataBinary, 0))), digest(data));
    },
  },
  {
    requirements: 'MS-OXCPRPT_R50702 MS-OXCPRPT_R5070507',
    says: 'a message inside an attachment is copied out into a message of its own, with recipients and attachments, and back in',
    run: async (c) => {
      const outer = await c.create();
      const holder = await newAttachment(c, outer);
      const inner = await openInner(c, holder, 2);
      await c.set(inner, [
        [PidTag.Subject, 'RE: inside'],
        [PidTag.Body, 'text inside'],
      ]);
      await c.addRecipients(inner, [{ id: 0, row: smtpRow('a@x.test', 'A') }]);
      const part = await newAttachment(c, inner);
      await c.set(part, [[PidTag.AttachLongFilename, 'part.txt']]);
      await saveAttachment(c, part, inner);
      await c.save(inner);
      await saveAttachment(c, holder, outer);
      const stored = await openInner(c, await openAttachment(c, (await c.open(await c.save(outer))).handle), 0);

      const out = await c.create();
      assert.equal((await copyTo(c, stored, out)).returnValue, 0);
      const { handle, fields } = await c.open(await c.save(out), 1);
      assert.deepEqual([fields.subjectPrefix, fields.normalizedSubject, fields.recipientCount], ['RE: ', 'inside', 1]);
      assert.deepEqual(await c.get(handle, [PidTag.Body]), ['text inside']);
      assert.deepEqual(await c.get(await openAttachment(c, handle), [PidTag.AttachLongFilename]), ['part.txt']);

      const back = await c.create();
      const into = await newAttachment(c, back);
      const again = await openInner(c, into, 2);
      assert.equal((await copyTo(c, handle, again)).returnValue, 0);
      await c.save(again);
      await saveAttachment(c, into, back);
      const last = await openInner(c, await openAttachment(c, (await c.open(await c.save(back))).handle), 0);
      assert.deepEqual(await c.get(last, [PidTag.Subject, PidTag.DisplayTo]), ['RE: inside', 'A']);
      assert.deepEqual(await c.get(await openAttachment(c, last), [PidTag.AttachLongFilename]), ['part.txt']);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R879 MS-OXCPRPT_R5070504',
    says: 'NoOverwrite leaves what the destination has',
    run: async (c) => {
      const [from, to] = [await c.create(), await c.create()];
      await c.set(from, [
        [own(Ptyp.String), 'new'],
        [own(Ptyp.String, 0x6803), 'added'],
      ]);
      await c.set(to, [[own(Ptyp.String), 'old']]);
      assert.equal((await copyTo(c, from, to, { copyFlags: 2 })).returnValue, 0);
      assert.deepEqual(await c.get(to, [own(Ptyp.String), own(Ptyp.String, 0x6803)]), ['old', 'added']);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R880 MS-OXCPRPT_R5070505 MS-OXCPRPT_R508 MS-OXCPRPT_R821 MS-OXCPRPT_R881',
    says: 'unknown flags are InvalidParameter, objects of two kinds and moves of folders NotSupported',
    run: async (c) => {
      const [from, to, folder] = [await c.create(), await c.create(), await c.folder()];
      assert.equal((await copyTo(c, from, to, { copyFlags: 8 })).returnValue, ec.invalidParam);
      assert.equal((await copyTo(c, from, folder)).returnValue, ec.notSupported);
      const fields = { wantAsynchronous: false, copyFlags: 1, propertyTags: [PidTag.Comment] };
      assert.equal((await c.call(d.RopCopyProperties, [folder, folder], fields)).returnValue, ec.notSupported);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R896',
    says: 'a message is not copied into one inside itself',
    run: async (c) => {
      const outer = await c.create();
      const inner = await openInner(c, await newAttachment(c, outer), 2);
      assert.equal((await copyTo(c, outer, inner)).returnValue, 0x504);
    },
  },
  // Named properties
  {
    requirements: 'MS-OXCPRPT_R518 MS-OXCPRPT_R521 MS-OXCPRPT_R523 MS-OXCPRPT_R642',
    says: 'names get ids from 0x8000 on, the same for ever; PS_MAPI and unknown ids are told as specified',
    run: async (c) => {
      const names: PropertyName[] = [
        { guid: '00020329-0000-0000-c000-000000000046', name: 'a name of mine' },
        { guid: '00062008-0000-0000-c000-000000000046', lid: 0x7777 },
        { guid: '00020328-0000-0000-c000-000000000046', lid: 0x0037 },
      ];
      const find = async (flags: number) =>
        c.call(d.RopGetPropertyIdsFromNames, [c.logon], { flags, propertyNames: names });
      const unknown = await find(0);
      assert.equal(unknown.returnValue, ec.warnWithErrors);
      const first = (await find(2)).fields.propertyIds;
      assert.ok(first[0]! >= 0x8000 && first[1]! >= 0x8000 && first[2] === 0x37);
      assert.deepEqual((await find(0)).fields.propertyIds, first);
      const told = await c.ok(d.RopGetNamesFromPropertyIds, [c.logon], { propertyIds: [...first, 0xfff0] });
      assert.deepEqual(told.fields.propertyNames.slice(0, 3), names);
      assert.equal(told.fields.propertyNames[3], undefined);
    },
  },
  {
    requirements: 'MS-OXCPRPT_R53501 MS-OXCPRPT_R53502',
    says: 'when no ids are left for names, that is OutOfMemory',
    run: async (c) => {
      const register = async (from: number, count: number) => {
        const propertyNames = Array.from(
          { length: count },
          (_, index): PropertyName => ({
            guid: '99990000-0000-0000-0000-000000000000',
            lid: from + index,
          }),
        );
        return (await c.call(d.RopGetPropertyIdsFromNames, [c.logon], { flags: 2, propertyNames })).returnValue;
      };
      let last = 0;
      for (let from = 0; last === 0 && from < 0x9000; from += 1500) last = await register(from, 1500);
      assert.equal(last, ec.notEnoughMemory);
    },
  },
];

describe('properties, streams, copies and named properties (MS-OXCPRPT)', () => {
  conformanceOnOneMailbox(cases);
});
