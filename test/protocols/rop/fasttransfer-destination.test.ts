import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import {
  ec,
  fileTimeNow,
  makeId,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  tagOf,
} from '../../../src/mapi/index.ts';
import { marker, metaTag, StreamWriter, sendOptions, textForm } from '../../../src/protocols/fasttransfer/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { FolderId, Mailbox, Origin } from '../../../src/store/index.ts';
import { smtpRow, startStoreClient } from './mailbox-client.ts';
import {
  bytesOfFolder,
  bytesOfMessages,
  bytesOfObject,
  destination,
  operation,
  putBytes,
  upload,
} from './putting-client.ts';
import { uploader } from './uploading-client.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const origin: Origin = { kind: 'client' };
type Element = number | readonly [PropertyTag, PropertyValue];

/** A stream of these markers and properties. */
function stream(...elements: readonly Element[]): Buffer {
  const out = new StreamWriter(textForm(sendOptions.unicode, 1252));
  for (const element of elements) {
    if (typeof element === 'number') out.marker(element as never);
    else out.property(...element);
  }
  return Buffer.from(out.take()?.bytes ?? []);
}
const mail = (subject: string, ...more: readonly Element[]): Element[] => [
  marker.startMessage,
  [PidTag.MessageClass, 'IPM.Note'],
  [PidTag.Subject, subject],
  ...more,
  marker.endMessage,
];

describe('FastTransfer as a destination', () => {
  let client: Awaited<ReturnType<typeof startStoreClient>>;
  let mailbox: Mailbox;
  let folderId: FolderId;
  let folder: number;
  let folders = 0;
  before(async () => {
    client = await startStoreClient();
    mailbox = client.mailbox;
  });
  after(() => client.close());
  beforeEach(async () => {
    const displayName = `folder ${++folders}`;
    const made = await mailbox.createFolder({ parentId: mailbox.specialFolder('inbox'), displayName }, origin);
    folderId = made.folder.id;
    folder = await client.folder(makeId(1, folderId));
  });
  afterEach(() => assert.deepEqual(client.errors, []));

  const subjectsIn = async (id = folderId): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (const one of (await mailbox.messageIds(id)).sort((a, b) => a - b)) {
      found.push((await mailbox.message(one))!.properties.get(PidTag.Subject));
    }
    return found;
  };
  const begin = async (object: number, sourceOperation: number) =>
    (await client.ok(d.RopFastTransferDestinationConfigure, [object], { sourceOperation, copyFlags: 0 })).handle;

  describe('RopFastTransferDestinationConfigure', () => {
    test('stops for unknown operations and flags (MS-OXCFXICS_R2153, MS-OXCFXICS_R3492001)', async () => {
      for (const [sourceOperation, flags] of [
        [0, 0],
        [5, 0],
        [operation.copyMessages, 2],
        [operation.copyFolder, 0x11],
      ] as const) {
        assert.equal((await destination(client, folder, sourceOperation, flags)).returnValue, ec.invalidParam);
      }
      assert.equal((await destination(client, folder, operation.copyMessages, 1)).returnValue, 0, 'a move');
    });

    test('takes what the operation goes into and nothing else (MS-OXCFXICS_R583, MS-OXCFXICS_R601)', async () => {
      const message = await client.create();
      const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
      for (const [object, wanted] of [
        [folder, 0],
        [message, ec.notSupported],
        [attachment, ec.notSupported],
        [client.logon, ec.notSupported],
      ] as const) {
        for (const one of [operation.copyMessages, operation.copyFolder])
          assert.equal((await destination(client, object, one)).returnValue, wanted);
      }
      for (const object of [folder, message, attachment]) {
        for (const one of [operation.copyTo, operation.copyProperties])
          assert.equal((await destination(client, object, one)).returnValue, 0);
      }
      assert.equal((await destination(client, client.logon, operation.copyTo)).returnValue, ec.notSupported);
      assert.equal((await destination(client, attachment, operation.copyTo, 1)).returnValue, ec.invalidParam);
      const readOnly = (await client.open(await client.save(message))).handle;
      assert.equal((await destination(client, readOnly, operation.copyTo)).returnValue, ec.accessDenied);
    });
  });

  describe('RopFastTransferDestinationPutBuffer', () => {
    const put = async (handle: number, transferData: Uint8Array) =>
      client.call(d.RopFastTransferDestinationPutBuffer, [handle], { transferData });

    test('has used all that was sent, whatever came of it (MS-OXCFXICS_R3175, MS-OXCFXICS_R31701, MS-OXCFXICS_R3182)', async () => {
      const handle = await begin(folder, operation.copyMessages);
      const bytes = stream(...mail('one'));
      const used = (status: number, size: number) => ({
        transferStatus: status,
        inProgressCount: 0,
        totalStepCount: 1,
        reserved: 0,
        bufferUsedSize: size,
      });
      assert.deepEqual((await put(handle, bytes)).fields, used(d.transferStatus.partial, bytes.length));
      const wrong = stream(marker.endFolder);
      const { returnValue, fields } = await put(handle, wrong);
      assert.equal(returnValue, ec.formatError);
      assert.deepEqual(fields, used(d.transferStatus.error, wrong.length));
    });

    test('Extended is the same with wider counts (MS-OXCFXICS_R3183001, MS-OXCFXICS_R318302101)', async () => {
      const handle = await begin(folder, operation.copyMessages);
      const transferData = stream(...mail('extended'));
      const { fields } = await client.ok(d.RopFastTransferDestinationPutBufferExtended, [handle], { transferData });
      assert.deepEqual([fields.inProgressCount, fields.bufferUsedSize], [0, transferData.length]);
      assert.deepEqual(await subjectsIn(), ['extended']);
    });

    test('after a failure fails in the same way, and on nothing but an upload it is not supported', async () => {
      const handle = await begin(folder, operation.copyMessages);
      assert.equal((await put(handle, stream(marker.endMessage))).returnValue, ec.formatError);
      assert.equal((await put(handle, stream(...mail('late')))).returnValue, ec.formatError);
      assert.equal((await put(folder, stream(...mail('late')))).returnValue, ec.notSupported);
      assert.deepEqual(await subjectsIn(), []);
    });

    test('a message is there when it is whole, not before, and goes to the groupware', async () => {
      const handle = await begin(folder, operation.copyMessages);
      const bytes = stream(...mail('first'), ...mail('second'));
      const { length } = stream(...mail('first'));
      await put(handle, bytes.subarray(0, length - 1));
      assert.deepEqual(await subjectsIn(), []);
      await put(handle, bytes.subarray(length - 1, length + 30));
      assert.deepEqual(await subjectsIn(), ['first']);
      const { key } = (await mailbox.message((await mailbox.messageIds(folderId))[0]!))!;
      const due = await mailbox.sync.dueOutbox(Number.MAX_SAFE_INTEGER, 10_000);
      assert.ok(due.some((row) => row.objectKey === key));
      await client.release(handle);
      assert.deepEqual(await subjectsIn(), ['first'], 'what was not whole is dropped');
    });

    test('what came before the damage is kept, however the stream is split (MS-OXCFXICS_R3410)', async () => {
      const bytes = Buffer.concat([
        stream(...mail('good')),
        stream(...mail('bad')).subarray(0, 20),
        Buffer.alloc(40, 0xee),
      ]);
      for (const size of [1, 7, bytes.length]) {
        assert.equal(await upload(client, folder, operation.copyMessages, bytes, () => size), ec.formatError);
        assert.deepEqual(await subjectsIn(), ['good']);
        await mailbox.deleteMessages(folderId, await mailbox.messageIds(folderId), { hard: true }, origin);
      }
    });

    test('ids of the provider and what is computed are not taken (MS-OXCFXICS_R2281)', async () => {
      const bytes = stream(
        ...mail(
          'not mine',
          [PidTag.Mid, 0x1122334455660001n],
          [tagOf(0x6666, Ptyp.Integer32), 5],
          [PidTag.EntryId, Buffer.from('nobody')],
          [PidTag.HasAttachments, true],
          [metaTag.ecWarning, ec.partialCompletion],
        ),
      );
      assert.equal(await upload(client, folder, operation.copyMessages, bytes), 0);
      const message = (await mailbox.message((await mailbox.messageIds(folderId))[0]!))!;
      assert.deepEqual([message.hasAttachments, message.properties.has(tagOf(0x6666, Ptyp.Integer32))], [false, false]);
      assert.equal(message.properties.has(metaTag.ecWarning), false);
    });

    test('a message that the source could not finish is left out, and those after it are taken (MS-OXCFXICS_R1079)', async () => {
      const failed: Element[] = [marker.startMessage, [PidTag.Subject, 'half'], marker.newAttach, marker.fxErrorInfo];
      const bytes = stream(...mail('before'), ...failed, [0x00000102, Buffer.alloc(30)], ...mail('after'));
      for (const size of [1, bytes.length]) {
        assert.equal(await upload(client, folder, operation.copyMessages, bytes, () => size), 0);
      }
      assert.deepEqual(await subjectsIn(), ['before', 'after', 'before', 'after']);
    });

    test('warnings stand between messages (MS-OXCFXICS_R1167)', async () => {
      const warning: Element = [metaTag.ecWarning, ec.partialCompletion];
      assert.equal(await upload(client, folder, operation.copyMessages, stream(warning, ...mail('one'), warning)), 0);
      assert.deepEqual(await subjectsIn(), ['one']);
    });

    test('recipients of other servers get what Outlook needs of one', async () => {
      const one: Element[] = [
        marker.startRecip,
        [PidTag.Rowid, 7],
        [PidTag.SmtpAddress, 'a@x.test'],
        marker.endToRecip,
      ];
      assert.equal(await upload(client, folder, operation.copyMessages, stream(...mail('to', ...one))), 0);
      const message = (await mailbox.message((await mailbox.messageIds(folderId))[0]!))!;
      const [recipient] = (await mailbox.content(message)).recipients;
      for (const tag of [PidTag.EntryId, PidTag.SearchKey]) assert.ok((recipient!.get(tag) as Uint8Array).length > 10);
      assert.deepEqual(
        [PidTag.Rowid, PidTag.RecipientType, PidTag.AddressType, PidTag.EmailAddress, PidTag.ObjectType].map((tag) =>
          recipient!.get(tag),
        ),
        [0, 1, 'SMTP', 'a@x.test', 6],
      );
    });

    test('a large attachment is never whole in memory', async () => {
      const size = 48 * 1024 * 1024;
      const handle = await begin(folder, operation.copyMessages);
      const [start, end] = [
        stream(marker.startMessage, [PidTag.Subject, 'large'], marker.newAttach, [PidTag.AttachNumber, 0]),
        stream(marker.endAttach, marker.endMessage),
      ];
      const head = Buffer.from([0x02, 0x01, 0x01, 0x37, 0, 0, 0, 0]);
      head.writeUInt32LE(size, 4);
      assert.equal(await putBytes(client, handle, Buffer.concat([start, head])), 0);
      const portion = Buffer.alloc(0x7000, 0xa5);
      const held = async (): Promise<number> => {
        collectGarbage();
        // What was collected is freed by another thread.
        await setTimeout(50);
        collectGarbage();
        return process.memoryUsage().arrayBuffers;
      };
      const before = await held();
      for (let left = size; left > 0; left -= portion.length) {
        assert.equal(await putBytes(client, handle, portion.subarray(0, Math.min(left, portion.length))), 0);
      }
      const most = (await held()) - before;
      assert.equal(await putBytes(client, handle, end), 0);
      assert.ok(most < size / 20, `${most} bytes more`);
      const message = (await mailbox.message((await mailbox.messageIds(folderId))[0]!))!;
      assert.ok(message.size > size);
    });
  });

  describe('into a message', () => {
    const changed = async () => {
      const message = await client.create(makeId(1, folderId));
      await client.set(message, [
        [PidTag.Subject, 'before'],
        [PidTag.Body, 'stays'],
      ]);
      await client.addRecipients(message, [{ id: 0, row: smtpRow('old@x.test') }]);
      const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
      await client.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
      return message;
    };
    const recipient: Element[] = [marker.startRecip, [PidTag.SmtpAddress, 'new@x.test'], marker.endToRecip];
    const attachment: Element[] = [
      marker.newAttach,
      [PidTag.AttachNumber, 0],
      [PidTag.AttachLongFilename, 'new'],
      marker.endAttach,
    ];
    const partsOf = async (message: number) => {
      const id = await client.save(message);
      const stored = (await mailbox.message(
        Number(id >> 16n) === 0 ? 0 : (await mailbox.messageIds(folderId)).at(-1)!,
      ))!;
      const content = await mailbox.content(stored);
      return {
        subject: content.properties.get(PidTag.Subject),
        body: content.properties.get(PidTag.Body),
        recipients: content.recipients.map((bag) => bag.get(PidTag.EmailAddress)),
        attachments: content.attachments.map(({ properties }) => properties.get(PidTag.AttachLongFilename)),
      };
    };

    test('parts are added, or with MetaTagFXDelProp replaced (MS-OXCFXICS_R1031)', async () => {
      const added = await changed();
      const plain = stream([PidTag.Subject, 'after'], ...recipient, ...attachment);
      assert.equal(await upload(client, added, operation.copyTo, plain), 0);
      assert.deepEqual(await partsOf(added), {
        subject: 'after',
        body: 'stays',
        recipients: ['old@x.test', 'new@x.test'],
        attachments: [undefined, 'new'],
      });
      await mailbox.deleteMessages(folderId, await mailbox.messageIds(folderId), { hard: true }, origin);
      const replaced = await changed();
      const bytes = stream(
        [PidTag.Subject, 'after'],
        [metaTag.fxDelProp, PidTag.MessageRecipients],
        ...recipient,
        [metaTag.fxDelProp, PidTag.MessageAttachments],
        ...attachment,
      );
      assert.equal(await upload(client, replaced, operation.copyProperties, bytes), 0);
      assert.deepEqual(await partsOf(replaced), {
        subject: 'after',
        body: 'stays',
        recipients: ['new@x.test'],
        attachments: ['new'],
      });
    });

    test('it is saved by the client while the upload is open; half an attachment is not in it', async () => {
      const message = await changed();
      const handle = await begin(message, operation.copyTo);
      const bytes = stream([PidTag.Subject, 'after'], ...attachment);
      assert.equal(await putBytes(client, handle, bytes.subarray(0, -1)), 0);
      assert.deepEqual((await partsOf(message)).attachments, [undefined]);
      assert.equal(await putBytes(client, handle, bytes.subarray(-1)), 0);
      assert.deepEqual((await partsOf(message)).attachments, [undefined, 'new']);
      await client.release(message);
      assert.equal(await putBytes(client, handle, stream(...recipient)), 0, 'the upload keeps what it needs');
      await client.release(handle);
    });

    test('large values outlive the upload until the message is saved', async () => {
      const source = await client.create(makeId(1, folderId));
      const html = Buffer.alloc(100_000, 'x');
      const property = await client.stream(source, PidTag.Html, 2);
      for (let at = 0; at < html.length; at += 0x7000) await client.write(property, html.subarray(at, at + 0x7000));
      await client.release(property);
      const bytes = await bytesOfObject(client, source);
      const message = await client.create(makeId(1, folderId));
      assert.equal(await upload(client, message, operation.copyTo, bytes), 0);
      await client.release(source);
      const { handle } = await client.open(await client.save(message), 0, makeId(1, folderId));
      assert.ok((await client.readWhole(await client.stream(handle, PidTag.Html, 0))).equals(html));
    });

    test('an attachment goes into another as Outlook copies it, with the message inside (MS-OXCFXICS_R597)', async () => {
      const message = await client.create(makeId(1, folderId));
      const first = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
      const asked = { codePageId: 0xfff, openModeFlags: 2 };
      const inner = (await client.ok(d.RopOpenEmbeddedMessage, [first], asked)).handle;
      await client.set(inner, [[PidTag.Subject, 'inner']]);
      await client.save(inner);
      await client.set(first, [[PidTag.AttachLongFilename, 'inner.msg']]);
      await client.ok(d.RopSaveChangesAttachment, [first, message], { saveFlags: 0x0a });
      const bytes = await bytesOfObject(client, first);
      const second = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
      assert.equal(await upload(client, second, operation.copyTo, bytes, () => 5), 0);
      await client.ok(d.RopSaveChangesAttachment, [second, message], { saveFlags: 0x0a });
      await client.save(message);
      const stored = (await mailbox.message((await mailbox.messageIds(folderId))[0]!))!;
      const { attachments } = await mailbox.content(stored);
      assert.deepEqual(
        attachments.map(({ number, properties, embedded }) => [
          number,
          properties.get(PidTag.AttachLongFilename),
          embedded?.properties.get(PidTag.Subject),
        ]),
        [
          [0, 'inner.msg', 'inner'],
          [1, 'inner.msg', 'inner'],
        ],
      );
    });

    test('content of an imported message can come this way', async () => {
      const up = await uploader(client, makeId(1, folderId));
      const key = await up.newKey();
      const { handle } = await up.announce(key, up.edit(), 0, fileTimeNow());
      const bytes = stream([PidTag.MessageClass, 'IPM.Note'], [PidTag.Subject, 'imported'], ...recipient);
      assert.equal(await upload(client, handle, operation.copyTo, bytes), 0);
      assert.deepEqual(await subjectsIn(), []);
      await client.save(handle);
      assert.deepEqual(await subjectsIn(), ['imported']);
    });
  });

  describe('into a folder', () => {
    const inner: Element[] = [marker.startSubFld, [PidTag.FolderId, 5n], [PidTag.DisplayName, 'inner']];

    test('what is in it stays, and folders of one name become one', async () => {
      const bytes = stream(
        [PidTag.FolderId, 5n],
        [PidTag.DisplayName, 'not its name'],
        [PidTag.Comment, 'comment'],
        [metaTag.fxDelProp, PidTag.ContainerContents],
        ...mail('one'),
        [metaTag.fxDelProp, PidTag.ContainerHierarchy],
        ...inner,
        ...mail('two'),
        marker.endFolder,
      );
      for (const size of [9, bytes.length]) {
        assert.equal(await upload(client, folder, operation.copyTo, bytes, () => size), 0);
      }
      const after = (await mailbox.folder(folderId))!;
      assert.deepEqual([after.displayName, after.properties.get(PidTag.Comment)], [`folder ${folders}`, 'comment']);
      assert.deepEqual(await subjectsIn(), ['one', 'one']);
      const [below, ...others] = await mailbox.childFolders(folderId);
      assert.deepEqual([below!.displayName, others.length], ['inner', 0]);
      assert.deepEqual(await subjectsIn(below!.id), ['two', 'two']);
    });

    test('a folder without name and what is behind the end are no such stream (MS-OXCFXICS_R1348)', async () => {
      const { startTopFld, startSubFld, endFolder } = marker;
      for (const elements of [
        [startTopFld, startSubFld, endFolder, endFolder],
        [startTopFld, endFolder, endFolder],
        [startTopFld, endFolder, ...mail('late')],
        [...mail('too early')],
      ]) {
        assert.equal(await upload(client, folder, operation.copyFolder, stream(...elements)), ec.formatError);
      }
      assert.deepEqual([await subjectsIn(), await mailbox.childFolders(folderId)], [[], []]);
    });
  });

  test('bounds: messages nested too deeply, too many properties, too many folders below each other', async () => {
    const nested = (depth: number): Element[] =>
      depth === 0
        ? []
        : [
            marker.newAttach,
            [PidTag.AttachNumber, 0],
            marker.startEmbed,
            ...nested(depth - 1),
            marker.endEmbed,
            marker.endAttach,
          ];
    const messages = operation.copyMessages;
    assert.equal(await upload(client, folder, messages, stream(...mail('deep', ...nested(10)))), 0);
    assert.equal(await upload(client, folder, messages, stream(...mail('deeper', ...nested(17)))), ec.tooBig);
    const many = Array.from({ length: 4097 }, (_, at): Element => [tagOf(0x1000 + at, Ptyp.Integer32), at]);
    assert.equal(await upload(client, folder, messages, stream(...mail('many', ...many))), ec.tooBig);
    const line = Array.from({ length: 70 }, (_, at): Element[] => [marker.startSubFld, [PidTag.DisplayName, `${at}`]]);
    assert.equal(await upload(client, folder, operation.copyTo, stream(...line.flat())), ec.tooBig);
    assert.deepEqual(await subjectsIn(), ['deep']);
  });

  describe('damaged streams', () => {
    let good: readonly (readonly [number, Buffer])[];
    beforeEach(async () => {
      const source = await mailbox.createFolder(
        { parentId: mailbox.specialFolder('drafts'), displayName: `source ${folders}` },
        origin,
      );
      const from = await client.folder(makeId(1, source.folder.id));
      const bytes = stream(
        ...mail(
          'one',
          [PidTag.Body, 'text'],
          [tagOf(0x7c00, Ptyp.String | 0x1000), ['a', 'b']],
          marker.startRecip,
          [PidTag.SmtpAddress, 'a@x.test'],
          marker.endToRecip,
          marker.newAttach,
          [PidTag.AttachNumber, 0],
          [PidTag.AttachDataBinary, Buffer.alloc(50)],
          marker.startEmbed,
          [PidTag.Subject, 'inner'],
          marker.endEmbed,
          marker.endAttach,
        ),
      );
      assert.equal(await upload(client, from, operation.copyMessages, bytes), 0);
      const [id] = await mailbox.messageIds(source.folder.id);
      await mailbox.createFolder({ parentId: source.folder.id, displayName: 'below' }, origin);
      good = [
        [operation.copyMessages, await bytesOfMessages(client, from, [makeId(1, id!)])],
        [operation.copyFolder, await bytesOfFolder(client, from)],
        [
          operation.copyTo,
          await bytesOfObject(client, (await client.open(makeId(1, id!), 0, makeId(1, source.folder.id))).handle),
        ],
      ];
    });

    /** Errors that a stream can be answered with. */
    const allowed: readonly number[] = [0, ec.formatError, ec.tooBig, ec.invalidParam, ec.error];

    const survives = async (at: number, damage: (bytes: Buffer) => Buffer, size: number) => {
      const [one, bytes] = good[at % good.length]!;
      const object = one === operation.copyTo ? await client.create(makeId(1, folderId)) : folder;
      const returnValue = await upload(client, object, one, damage(Buffer.from(bytes)), () => size);
      assert.ok(allowed.includes(returnValue), `0x${returnValue.toString(16)}`);
      assert.deepEqual(client.errors, []);
      for (const id of await mailbox.messageIds(folderId)) {
        const message = (await mailbox.message(id))!;
        assert.equal((await mailbox.content(message)).attachments.length <= 1, true);
      }
      await mailbox.emptyFolder(folderId, { associated: true, folders: true, hard: true }, origin);
      if (object !== folder) await client.release(object);
    };
    const size = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(0x7000));

    test('with bytes changed are taken or refused, and no object is left half', () =>
      fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
          size,
          (at, changes, portion) =>
            survives(
              at,
              (bytes) => {
                for (const [place, change] of changes) bytes[place % bytes.length]! ^= change;
                return bytes;
              },
              portion,
            ),
        ),
        { numRuns: 150 },
      ));

    test('with parts left out, doubled or put elsewhere are taken or refused', () =>
      fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(400), fc.nat(), size, (at, from, length, to, portion) =>
          survives(
            at,
            (bytes) => {
              const start = from % bytes.length;
              const part = bytes.subarray(start, start + length);
              const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + (to % 2) * length)]);
              const place = to % (rest.length + 1);
              return Buffer.concat([rest.subarray(0, place), part, rest.subarray(place)]);
            },
            portion,
          ),
        ),
        { numRuns: 100 },
      ));

    test('of any bytes or any markers at all are taken or refused', () =>
      fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.oneof(
            fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
            fc
              .array(
                fc.constantFrom<Element>(...Object.values(marker), [PidTag.Subject, 's'], [PidTag.DisplayName, 'n']),
                {
                  maxLength: 20,
                },
              )
              .map((elements) => stream(...elements)),
          ),
          size,
          (at, bytes, portion) => survives(at, () => bytes, portion),
        ),
        { numRuns: 150 },
      ));
  });
});
