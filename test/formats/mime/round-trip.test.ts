import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesValue, envelopeProperties, parseMime, readAll, writeMime } from '../../../src/formats/index.ts';
import { type MessageContent, PidTag, type StoredValue } from '../../../src/mapi/index.ts';
import { readingOf } from '../reading.ts';

const line = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replace(/[\p{C}\s]+/gu, ' ').trim());
const name = line.filter((text) => !/[<>@'";,()]|=\?/.test(text));
const address = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9._]{0,12}[a-z]$/), fc.stringMatching(/^[a-z]{1,8}$/))
  .map(([local, host]) => `${local.replace(/\.+/g, '.')}@${host}.test`);
const person = fc.record({ name, address });
const people = fc.array(person, { maxLength: 4 });
const body = fc
  .array(
    fc.string({ unit: 'grapheme', maxLength: 120 }).map((text) => text.replace(/[\p{C}\r\n\u2028\u2029]/gu, '')),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\r\n'));
const file = fc.record({
  name: line.map((text) => `${text.replace(/[\\/"]/g, '')}x.bin`),
  data: fc.uint8Array({ maxLength: 3000 }),
  type: fc.constantFrom('application/pdf', 'image/png', 'text/csv', 'message/partial'),
});

const message = fc
  .record({
    subject: line,
    from: person,
    to: people,
    cc: people,
    bcc: people,
    replyTo: people,
    plain: fc.option(body),
    html: fc.option(body),
    files: fc.array(file, { maxLength: 3 }),
  })
  .map((given): MessageContent => {
    const { properties, recipients } = envelopeProperties({ ...given, from: [given.from], sent: 1_000_000 });
    if (given.plain !== null) properties.set(PidTag.Body, given.plain);
    if (given.html) {
      properties.set(PidTag.Html, Buffer.from(`<p>${given.html}</p>`));
      properties.set(PidTag.InternetCodepage, 65001);
    }
    const attachments = given.files.map((one, number) => ({
      number,
      properties: new Map<number, StoredValue>([
        [PidTag.AttachMethod, 1],
        [PidTag.AttachLongFilename, one.name],
        [PidTag.AttachMimeTag, one.type],
        [PidTag.AttachDataBinary, Buffer.from(one.data)],
      ]),
    }));
    return { properties, recipients, attachments };
  });

test('a random message written and read again is the same', async () => {
  await fc.assert(
    fc.asyncProperty(message, async (content) => {
      const again = await parseMime(bytesValue(await readAll(writeMime(content, { bcc: true, boundary: 'p' }))));
      const [before, after] = [await readingOf(content), await readingOf(again)];
      for (const aspect of ['subject', 'from', 'to', 'cc', 'bcc', 'date', 'html', 'attachments'] as const)
        assert.deepEqual(after[aspect], before[aspect], aspect);
      const plain = content.properties.get(PidTag.Body);
      if (plain !== undefined) assert.equal(again.properties.get(PidTag.Body), plain);
      const names = (one: MessageContent) => one.recipients.map((bag) => bag.get(PidTag.DisplayName));
      assert.deepEqual(names(again), names(content));
      assert.deepEqual(
        again.properties.get(PidTag.ReplyRecipientEntries),
        content.properties.get(PidTag.ReplyRecipientEntries),
      );
    }),
    { numRuns: 150 },
  );
});

const pieces = fc.array(
  fc.constantFrom(
    'Content-Type: ',
    'multipart/mixed; boundary=b',
    'multipart/related; boundary="b"',
    'text/html; charset=',
    'utf-16',
    'iso-2022-jp',
    'utf-7',
    'message/rfc822',
    '\r\n',
    '\r\n\r\n',
    '--b\r\n',
    '--b--\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    '=\r\n',
    '=?utf-8?B?',
    '?=',
    'Subject: ',
    'From: ',
    '<',
    '>',
    ';',
    '"',
    '(',
    ' ',
    '\xff\xfe',
    '\0',
    'x',
  ),
  { maxLength: 80 },
);

test('whatever comes is read without failing, written, and read again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        pieces.map((parts) => Buffer.from(parts.join(''), 'latin1')),
        fc.uint8Array({ maxLength: 500 }),
      ),
      async (raw) => {
        const content = await parseMime(bytesValue(raw));
        await parseMime(bytesValue(await readAll(writeMime(content, { bcc: true }))));
      },
    ),
    { numRuns: 400 },
  );
});

const timed = async (raw: string, limit: number): Promise<MessageContent> => {
  const started = performance.now();
  const content = await parseMime(bytesValue(Buffer.from(raw, 'latin1')));
  const took = performance.now() - started;
  assert.ok(took < limit, `${Math.round(took)} ms`);
  return content;
};

test('hostile structures take time in proportion to their size', async () => {
  const nested = Array.from(
    { length: 5000 },
    (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`,
  ).join('');
  await timed(nested, 3000);
  await timed(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}`, 3000);
  await timed('Content-Type: message/rfc822\r\n\r\n'.repeat(3000), 3000);
  await timed(`Subject: ${'=?utf-8?B?YQ==?= '.repeat(20_000)}\r\n\r\n`, 3000);
  await timed(`To: ${'<a@b>,'.repeat(50_000)}\r\n\r\n`, 5000);
  await timed(`To: ${'('.repeat(100_000)}\r\n\r\n`, 3000);
  await timed(`X: ${' \r\n '.repeat(100_000)}\r\n\r\n`, 3000);
  await timed(`Content-Type: text/plain; ${'a=b; '.repeat(50_000)}\r\n\r\n`, 3000);
  await timed(`Content-Type: text/html\r\n\r\n${'<div>'.repeat(20_000)}`, 3000);
  await timed(`Content-Type: text/html\r\n\r\n${'<a href="'.repeat(40_000)}`, 3000);
  await timed(`Content-Transfer-Encoding: quoted-printable\r\n\r\n${'=  '.repeat(100_000)}`, 3000);
});
