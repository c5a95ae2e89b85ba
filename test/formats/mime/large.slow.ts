import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseMime, writeMime } from '../../../src/formats/index.ts';
import { isLargeValue, type LargeValue, PidTag } from '../../../src/mapi/index.ts';

const head = Buffer.from(
  'Subject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee file\r\n--b\r\nContent-Type: application/octet-stream; name=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n',
);
const tail = Buffer.from('--b--\r\n');
const line = Buffer.from(`${Buffer.alloc(57, 'oxbow').toString('base64')}\r\n`);
const lines = Math.ceil((50 << 20) / 57);
const bodySize = lines * line.length;

/** A raw mail with a file of 50 MiB that is nowhere in memory. */
const source: LargeValue = {
  size: head.length + bodySize + tail.length,
  async read(offset, length) {
    const end = Math.min(offset + length, source.size);
    const out = Buffer.alloc(Math.max(0, end - offset));
    for (let at = offset; at < end; ) {
      if (at < head.length) at += head.copy(out, at - offset, at, Math.min(head.length, end));
      else if (at >= head.length + bodySize) at += tail.copy(out, at - offset, at - head.length - bodySize);
      else
        at += line.copy(
          out,
          at - offset,
          (at - head.length) % line.length,
          Math.min(line.length, ((at - head.length) % line.length) + end - at),
        );
    }
    return out;
  },
};

const memory = () => process.memoryUsage().heapUsed + process.memoryUsage().external;

test('a mail with a file of 50 MiB is read and written with a few MiB of memory', async () => {
  const before = memory();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, memory());
  }, 5);
  const content = await parseMime(source);
  const value = content.attachments[0]!.properties.get(PidTag.AttachDataBinary);
  assert.ok(isLargeValue(value));
  assert.equal(value.size, lines * 57);
  // Random access, back and forth.
  assert.equal(
    Buffer.from(await value.read(value.size - 57, 57))
      .toString()
      .slice(0, 5),
    'oxbow',
  );
  assert.equal(Buffer.from(await value.read(57, 5)).toString(), 'oxbow');
  const hash = createHash('sha256');
  let written = 0;
  for await (const chunk of writeMime(content, { boundary: 'l' })) {
    hash.update(chunk);
    written += chunk.length;
    most = Math.max(most, memory());
  }
  clearInterval(watch);
  assert.ok(written > bodySize);
  assert.ok(most - before < 48 << 20, `${(most - before) >> 20} MiB`);
});
