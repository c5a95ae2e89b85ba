import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ec, PidTag, Ptyp, tagOf } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { createSpool } from '../../../src/protocols/rop/spool.ts';
import { inMemoryLimit, StreamState } from '../../../src/protocols/rop/stream.ts';
import { startClient } from './mailbox-client.ts';

const binary = tagOf(0x6601, Ptyp.Binary);

describe('streams of properties (MS-OXCPRPT 3.2.5.11 to 3.2.5.19)', () => {
  test('a missing property is ecNotFound unless it may be created (R549)', async () => {
    const client = await startClient();
    const message = await client.create();
    const open = async (propertyTag: number, openModeFlags: number) =>
      (await client.call(d.RopOpenStream, [message], { propertyTag, openModeFlags })).returnValue;
    assert.equal(await open(binary, 0), ec.notFound);
    assert.equal(await open(binary, 1), ec.notFound);
    assert.equal(await open(binary, 2), 0);
    assert.equal(await open(tagOf(0x6602, Ptyp.Integer32), 2), ec.notSupported);
    assert.equal(await open(PidTag.EntryId, 2), ec.accessDenied);
  });

  test('what is written is there at once on the same object, for others after the save (R56401, R56403)', async () => {
    const client = await startClient();
    const message = await client.create();
    const stream = await client.stream(message, binary, 2);
    await client.write(stream, Buffer.from('abc'));
    assert.deepEqual(await client.get(message, [binary]), [Buffer.from('abc')]);
    const id = await client.save(message);
    assert.deepEqual(await client.get((await client.open(id)).handle, [binary]), [Buffer.from('abc')]);
  });

  test('of an attachment, too, without being committed', async () => {
    const client = await startClient();
    const message = await client.create();
    const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
    const stream = await client.stream(attachment, PidTag.AttachDataBinary, 2);
    await client.write(stream, Buffer.from('abc'));
    await client.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
    const { handle } = await client.open(await client.save(message));
    const opened = (await client.ok(d.RopOpenAttachment, [handle], { openAttachmentFlags: 0, attachmentId: 0 })).handle;
    assert.deepEqual(await client.get(opened, [PidTag.AttachDataBinary]), [Buffer.from('abc')]);
  });

  test('text is UTF-16 without terminator, or 8-bit in the code page', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[PidTag.Body, 'grün']]);
    const unicode = await client.readWhole(await client.stream(message, PidTag.Body, 0));
    assert.equal(unicode.toString('utf16le'), 'grün');
    const narrow = await client.stream(message, tagOf(0x1000, Ptyp.String8), 1);
    assert.equal((await client.readWhole(narrow)).toString('latin1'), 'grün');
    await client.write(narrow, Buffer.from('\xfc', 'latin1'));
    assert.deepEqual(await client.get(message, [PidTag.Body]), ['grünü']);
  });

  test('RopWriteStreamExtended writes as RopWriteStream does (R900001)', async () => {
    const client = await startClient();
    const message = await client.create();
    const stream = await client.stream(message, binary, 2);
    await client.write(stream, Buffer.from('abc'));
    const { fields } = await client.ok(d.RopWriteStreamExtended, [stream], { data: Buffer.from('def') });
    assert.equal(fields.writtenSize, 3);
    assert.deepEqual(await client.get(message, [binary]), [Buffer.from('abcdef')]);
  });

  test('RopWriteAndCommitStream writes and commits (R388)', async () => {
    const client = await startClient();
    const message = await client.create();
    const stream = await client.stream(message, binary, 2);
    const { fields } = await client.ok(d.RopWriteAndCommitStream, [stream], { data: Buffer.from('kept') });
    assert.equal(fields.writtenSize, 4);
    assert.deepEqual(await client.get(message, [binary]), [Buffer.from('kept')]);
    await client.set(message, [[binary, Buffer.from('a')]]);
    const readOnly = await client.stream(message, binary, 0);
    const refused = await client.call(d.RopWriteAndCommitStream, [readOnly], { data: Buffer.from('b') });
    assert.deepEqual([refused.returnValue, refused.fields.writtenSize], [ec.streamAccessDenied, 0]);
  });

  test('RopSetStreamSize cuts off and fills with zeros (R57706, R57707)', async () => {
    const client = await startClient();
    const message = await client.create();
    const stream = await client.stream(message, binary, 2);
    await client.write(stream, Buffer.from('abcdef'));
    await client.ok(d.RopSetStreamSize, [stream], { streamSize: 3n });
    await client.ok(d.RopSetStreamSize, [stream], { streamSize: 5n });
    await client.ok(d.RopCommitStream, [stream], {});
    assert.deepEqual(await client.get(message, [binary]), [Buffer.from('abc\0\0')]);
    assert.equal((await client.ok(d.RopGetStreamSize, [stream], {})).fields.streamSize, 5);
  });

  test('RopSeekStream goes beyond the end by growing, but neither before the start nor too far (R582 to R584, R902)', async () => {
    const client = await startClient();
    const message = await client.create();
    const stream = await client.stream(message, binary, 2);
    const seek = (origin: number, offset: bigint) => client.call(d.RopSeekStream, [stream], { origin, offset });
    assert.equal((await seek(0, 4n)).fields.newPosition, 4n);
    assert.equal((await client.ok(d.RopGetStreamSize, [stream], {})).fields.streamSize, 4);
    assert.equal((await seek(1, -5n)).returnValue, ec.streamSeekError);
    assert.equal((await seek(0, 1n << 31n)).returnValue, ec.streamSeekError);
    assert.equal((await seek(3, 0n)).returnValue, 0x80030057);
    assert.equal((await seek(2, -1n)).fields.newPosition, 3n);
  });

  test('a stream opened read-only refuses writes with ecStreamAccessDenied (R900)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[binary, Buffer.from('abc')]]);
    const stream = await client.stream(message, binary, 0);
    const written = await client.call(d.RopWriteStream, [stream], { data: Buffer.from('x') });
    assert.equal(written.returnValue, ec.streamAccessDenied);
    assert.deepEqual(written.fields, { writtenSize: 0 });
  });

  test('RopReadStream with 0xBABE gives what fits (R55205), and moves on (R556)', async () => {
    const client = await startClient();
    const message = await client.create();
    const data = randomBytes(100_000);
    const stream = await client.stream(message, binary, 2);
    for (let at = 0; at < data.length; at += 0x6000) await client.write(stream, data.subarray(at, at + 0x6000));
    await client.ok(d.RopSeekStream, [stream], { origin: 0, offset: 0n });
    const parts: Uint8Array[] = [];
    for (;;) {
      const asked = { byteCount: d.useMaximum, maximumByteCount: 0x100000 };
      const { fields } = await client.ok(d.RopReadStream, [stream], asked);
      if (fields.data.length === 0) break;
      parts.push(Buffer.from(fields.data));
    }
    assert.ok(parts.length < 6);
    assert.ok(Buffer.concat(parts).equals(data));
  });

  test('RopCopyToStream moves both positions (R591, R592)', async () => {
    const client = await startClient();
    const message = await client.create();
    await client.set(message, [[binary, Buffer.from('0123456789')]]);
    const source = await client.stream(message, binary, 0);
    const destination = await client.stream(message, tagOf(0x6602, Ptyp.Binary), 2);
    const { fields } = await client.ok(d.RopCopyToStream, [source, destination], { byteCount: 4n });
    assert.deepEqual(fields, { readByteCount: 4n, writtenByteCount: 4n });
    await client.ok(d.RopCopyToStream, [source, destination], { byteCount: 100n });
    assert.deepEqual(await client.get(message, [tagOf(0x6602, Ptyp.Binary)]), [Buffer.from('0123456789')]);
    const none = await client.call(d.RopCopyToStream, [source, 0xffffffff], { byteCount: 4n });
    assert.equal(none.returnValue, ec.dstNullObject);
  });

  test('a large attachment is not held in memory and comes back whole', async () => {
    const client = await startClient();
    const message = await client.create();
    const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
    const data = randomBytes(inMemoryLimit * 2);
    const stream = await client.stream(attachment, PidTag.AttachDataBinary, 2);
    for (let at = 0; at < data.length; at += 0x7000) await client.write(stream, data.subarray(at, at + 0x7000));
    await client.release(stream);
    await client.ok(d.RopSaveChangesAttachment, [attachment, message], { saveFlags: 0x0a });
    const id = await client.save(message);
    await client.release(attachment);
    await client.release(message);
    const { handle } = await client.open(id);
    const opened = (await client.ok(d.RopOpenAttachment, [handle], { openAttachmentFlags: 0, attachmentId: 0 })).handle;
    assert.ok((await client.readWhole(await client.stream(opened, PidTag.AttachDataBinary, 0))).equals(data));
  });
});

describe('a stream is as a file', () => {
  /** Sizes around the border between memory and file. */
  const size = fc.oneof(
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: inMemoryLimit - 50, max: inMemoryLimit + 50 }),
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), data: fc.uint8Array({ minLength: 1, maxLength: 3000 }) }),
    fc.record({ kind: fc.constant('seek' as const), at: size }),
    fc.record({ kind: fc.constant('resize' as const), size }),
    fc.record({ kind: fc.constant('commit' as const) }),
    fc.record({ kind: fc.constant('read' as const), length: fc.integer({ min: 0, max: 5000 }) }),
  );

  test('any mix of writes, seeks, sizes and reads equals a buffer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.array(step, { maxLength: 15 }), async (start, steps) => {
        let committed: Buffer | undefined;
        const stream = new StreamState(start, {
          commit(value) {
            committed = value instanceof Uint8Array ? Buffer.from(value) : value.readNow(0, value.size);
          },
        });
        let model = Buffer.from(start);
        let at = 0;
        for (const one of steps) {
          if (one.kind === 'write') {
            await stream.write(one.data);
            if (at + one.data.length > model.length) {
              model = Buffer.concat([model, Buffer.alloc(at + one.data.length - model.length)]);
            }
            model.set(one.data, at);
            at += one.data.length;
          } else if (one.kind === 'seek') {
            at = Math.min(one.at, model.length);
            stream.position = at;
          } else if (one.kind === 'resize') {
            await stream.resize(one.size);
            model = Buffer.concat([model.subarray(0, one.size), Buffer.alloc(Math.max(0, one.size - model.length))]);
            at = Math.min(at, one.size);
          } else if (one.kind === 'read') {
            const read = await stream.read(one.length);
            assert.ok(Buffer.from(read).equals(model.subarray(at, at + one.length)));
            at += read.length;
          } else {
            stream.commit();
            if (committed) assert.ok(committed.equals(model));
          }
          assert.equal(stream.size, model.length);
        }
        stream.release();
        if (committed) assert.ok(committed.equals(model));
      }),
      { numRuns: 60 },
    );
  });

  test('a spool gives zeros where nothing was written, and nothing after its release', async () => {
    const spool = createSpool();
    spool.write(10, Buffer.from('x'));
    spool.resize(20);
    assert.deepEqual(Buffer.from(await spool.read(8, 20)), Buffer.from('\0\0x\0\0\0\0\0\0\0\0\0'));
    spool.release();
    spool.release();
    await assert.rejects(async () => spool.read(0, 5));
  });
});
