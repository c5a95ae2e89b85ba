import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesValue,
  compressRtf,
  envelopeProperties,
  parseMime,
  readAll,
  recipientProperties,
  writeMime,
} from '../../../src/formats/index.ts';
import {
  type AttachmentContent,
  exSearchKey,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type StoredValue,
} from '../../../src/mapi/index.ts';

const anna = { name: 'Anna Müller', address: 'anna@oxbow.test' };
const ben = { name: 'Ben', address: 'ben@oxbow.test' };

function message(
  set: readonly (readonly [number, StoredValue])[] = [],
  attachments: AttachmentContent[] = [],
): MessageContent {
  const { properties, recipients } = envelopeProperties({
    subject: 'Grüße',
    from: [anna],
    replyTo: [],
    to: [ben],
    cc: [],
    bcc: [{ name: 'Secret', address: 'secret@oxbow.test' }],
    messageId: '<1@oxbow.test>',
    sent: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
  for (const [tag, value] of set) properties.set(tag, value);
  return { properties, recipients, attachments };
}

const write = async (content: MessageContent, options: Parameters<typeof writeMime>[1] = {}): Promise<string> =>
  (await readAll(writeMime(content, { boundary: 't', ...options }))).toString('latin1');
const header = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(text)?.[1]?.replace(/\r\n/g, '');

test('MS-OXCMAIL 2.1: a plain message', async () => {
  const text = await write(message([[PidTag.Body, 'Hello\r\nBen\r\n']]));
  assert.equal(header(text, 'Date'), 'Fri, 02 Jan 2026 03:04:05 +0000');
  assert.equal(header(text, 'From'), '=?UTF-8?Q?Anna_M=C3=BCller?= <anna@oxbow.test>');
  assert.equal(header(text, 'To'), 'Ben <ben@oxbow.test>');
  assert.equal(header(text, 'Message-ID'), '<1@oxbow.test>');
  assert.equal(header(text, 'Sender'), undefined);
  assert.ok(
    text.endsWith(
      'Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello\r\nBen\r\n',
    ),
  );
});

test('Bcc is written only where it is asked for', async () => {
  assert.equal(header(await write(message()), 'Bcc'), undefined);
  assert.equal(header(await write(message(), { bcc: true }), 'Bcc'), 'Secret <secret@oxbow.test>');
});

test('a message without an id gets none', async () => {
  const content = message();
  content.properties.delete(PidTag.InternetMessageId);
  assert.equal(header(await write(content), 'Message-ID'), undefined);
});

test('equal content and boundary give equal bytes; without a boundary they are never the same', async () => {
  const content = message([[PidTag.Html, Buffer.from('<p>x</p>')]]);
  assert.equal(await write(content), await write(content));
  assert.notEqual(await write(content, { boundary: undefined }), await write(content, { boundary: undefined }));
});

test('further headers take the place of original ones; those that no property holds are kept', async () => {
  const original = 'Received: from a\r\n by b\r\nX-Oxbow-Id: old\r\nSubject: old\r\nX-Raw: grün\r\n';
  const text = await write(message([[PidTag.TransportMessageHeaders, original]]), { headers: { 'X-Oxbow-Id': 'new' } });
  assert.ok(text.startsWith('Received: from a\r\n by b\r\nX-Raw: =?UTF-8?Q?gr=C3=BCn?=\r\n'));
  assert.equal(text.match(/X-Oxbow-Id/g)!.length, 1);
  assert.equal(header(text, 'X-Oxbow-Id'), 'new');
  assert.equal(header(text, 'Subject'), '=?UTF-8?B?R3LDvMOfZQ==?=');
});

test('no property can add a header line', async () => {
  const evil = 'x\r\nBcc: evil@oxbow.test';
  const content = message([
    [PidTag.Subject, evil],
    [PidTag.InternetMessageId, evil],
    [PidTag.SentRepresentingName, evil],
    [PidTag.ConversationTopic, evil],
  ]);
  content.recipients[0]!.set(PidTag.DisplayName, evil);
  content.attachments.push({
    number: 0,
    properties: new Map<number, StoredValue>([
      [PidTag.AttachMethod, 1],
      [PidTag.AttachLongFilename, evil],
      [PidTag.AttachContentId, evil],
      [PidTag.AttachMimeTag, evil],
      [PidTag.AttachDataBinary, Buffer.from('x')],
    ]),
  });
  assert.doesNotMatch(await write(content, { headers: { 'X-A': evil } }), /^Bcc:/m);
});

test('the sender is named when it acts for somebody else', async () => {
  const text = await write(
    message([
      [PidTag.SenderName, 'Office'],
      [PidTag.SenderSmtpAddress, 'office@oxbow.test'],
      [PidTag.SenderAddressType, 'EX'],
      [PidTag.SenderEmailAddress, '/o=x/cn=office'],
    ]),
  );
  assert.equal(header(text, 'Sender'), 'Office <office@oxbow.test>');
  assert.equal(header(text, 'From'), '=?UTF-8?Q?Anna_M=C3=BCller?= <anna@oxbow.test>');
});

test('recipients of the address book are written by their SMTP address', async () => {
  const content = message();
  const bag: PropertyBag = recipientProperties(ben, 1, 0);
  bag.set(PidTag.AddressType, 'EX');
  bag.set(PidTag.EmailAddress, '/o=Oxbow/cn=Recipients/cn=ben');
  bag.set(PidTag.SearchKey, exSearchKey('/o=Oxbow/cn=Recipients/cn=ben'));
  content.recipients.splice(0, 1, bag);
  assert.equal(header(await write(content), 'To'), 'Ben <ben@oxbow.test>');
});

test('importance, sensitivity, receipts and conversation', async () => {
  const index = Buffer.alloc(22, 1);
  const text = await write(
    message([
      [PidTag.Importance, 2],
      [PidTag.Sensitivity, 2],
      [PidTag.ReadReceiptRequested, true],
      [PidTag.ConversationIndex, index],
      [PidTag.ConversationTopic, 'topic'],
    ]),
  );
  assert.equal(header(text, 'Importance'), 'high');
  assert.equal(header(text, 'X-Priority'), '1');
  assert.equal(header(text, 'Sensitivity'), 'Private');
  assert.equal(header(text, 'Thread-Index'), index.toString('base64'));
  assert.equal(header(text, 'Thread-Topic'), 'topic');
  assert.match(header(text, 'Disposition-Notification-To')!, /<anna@oxbow.test>/);
  assert.equal(header(await write(message([[PidTag.ConversationTopic, '']])), 'Thread-Topic'), undefined);
});

test('a file name is written so that Outlook and everybody else can read it', async () => {
  const properties: PropertyBag = new Map<number, StoredValue>([
    [PidTag.AttachMethod, 1],
    [PidTag.AttachLongFilename, 'Übersicht.pdf'],
    [PidTag.AttachMimeTag, 'application/pdf'],
    [PidTag.AttachDataBinary, Buffer.from('pdf')],
  ]);
  const text = await write(message([[PidTag.Body, 'x']], [{ number: 0, properties }]));
  assert.match(text, /name="=\?UTF-8\?Q\?=C3=9Cbersicht=2Epdf\?="/);
  assert.match(text, /filename\*0\*=utf-8''%C3%9Cbersicht\.pdf/);
});

test('HTML goes out in its own charset, with text beside it', async () => {
  const text = await write(
    message([
      [PidTag.Html, Buffer.from('<p>\xfc</p>', 'latin1')],
      [PidTag.InternetCodepage, 28591],
    ]),
  );
  assert.match(text, /multipart\/alternative/);
  assert.match(text, /text\/plain; charset=utf-8/);
  assert.match(text, /text\/html; charset=iso-8859-1[\s\S]*<p>=FC<\/p>/);
});

test('a body that is only RTF goes out as the HTML in it', async () => {
  const rtf = Buffer.from(
    "{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64}{\\*\\htmltag84 <b>}f\\'fcr dich{\\*\\htmltag92 </b>}}",
  );
  const content = message([[PidTag.RtfCompressed, compressRtf(rtf)]]);
  const again = await parseMime(bytesValue(await readAll(writeMime(content))));
  assert.equal(Buffer.from(again.properties.get(PidTag.Html) as Uint8Array).toString(), '<b>für dich</b>');
  assert.equal(again.properties.get(PidTag.Body), 'für dich');
});

test('a clear-signed mail is carried over byte for byte', async () => {
  const entity =
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\r\n\r\n--s\r\n\r\nodd  \tbytes \xff\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nAA==\r\n--s--\r\n';
  const properties: PropertyBag = new Map<number, StoredValue>([
    [PidTag.AttachMethod, 1],
    [PidTag.AttachMimeTag, 'multipart/signed'],
    [PidTag.AttachDataBinary, Buffer.from(entity, 'latin1')],
  ]);
  const text = await write(
    message(
      [
        [PidTag.MessageClass, 'IPM.Note.SMIME.MultipartSigned'],
        [PidTag.Body, 'not written'],
      ],
      [{ number: 0, properties }],
    ),
  );
  assert.ok(text.endsWith(`MIME-Version: 1.0\r\n${entity}`));
  assert.doesNotMatch(text, /not written/);
});

test('MS-OXCMAIL 2.1.3.6: a read receipt that Outlook makes is a disposition notification', async () => {
  const text = await write(
    message([
      [PidTag.MessageClass, 'REPORT.IPM.Note.IPNRN'],
      [PidTag.OriginalMessageId, '<0@oxbow.test>'],
      [PidTag.Body, 'read'],
    ]),
  );
  assert.match(text, /multipart\/report; report-type=disposition-notification/);
  const again = await parseMime(bytesValue(Buffer.from(text, 'latin1')));
  assert.equal(again.properties.get(PidTag.MessageClass), 'REPORT.IPM.Note.IPNRN');
  assert.equal(again.properties.get(PidTag.OriginalMessageId), '<0@oxbow.test>');
});
