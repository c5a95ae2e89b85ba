import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesValue, envelopeProperties, parseMime } from '../../../src/formats/index.ts';
import {
  fileTimeFromMs,
  type MessageContent,
  PidTag,
  parseEntryId,
  type StoredValue,
} from '../../../src/mapi/index.ts';

const parse = (text: string, encoding: BufferEncoding = 'utf8', received?: number): Promise<MessageContent> =>
  parseMime(bytesValue(Buffer.from(text.replace(/\n/g, '\r\n'), encoding)), { received });
const get = (content: MessageContent, tag: number): StoredValue | undefined => content.properties.get(tag);
const bytesText = (value: StoredValue | undefined, encoding: BufferEncoding = 'utf8') =>
  Buffer.from(value as Uint8Array).toString(encoding);

const simple = `Received: from a by b; Tue, 3 Mar 2026 10:00:05 +0100
Date: Tue, 3 Mar 2026 09:59:00 +0100
From: =?utf-8?Q?Anna_M=C3=BCller?= <Anna@Oxbow.test>
Sender: Office <office@oxbow.test>
To: "Ben; Example" <ben@oxbow.test>, carla@oxbow.test
Cc: Team: dan@oxbow.test, "Eve" <eve@oxbow.test>;
Reply-To: "A; B" <reply@oxbow.test>, second@oxbow.test
Subject: RE: Lunch
Message-ID: <1@oxbow.test>
In-Reply-To: <0@oxbow.test>
References: <a@oxbow.test>
 <0@oxbow.test>
Importance: high
Sensitivity: Company-Confidential
Disposition-Notification-To: anna@oxbow.test
Thread-Topic: Lunch
X-Custom: kept
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
`;

test('MS-OXCMAIL 2.2.3.2: subject, ids, dates, importance and the like', async () => {
  const content = await parse(simple);
  const expected: readonly (readonly [number, unknown])[] = [
    [PidTag.Subject, 'RE: Lunch'],
    [PidTag.SubjectPrefix, 'RE: '],
    [PidTag.NormalizedSubject, 'Lunch'],
    [PidTag.ConversationTopic, 'Lunch'],
    [PidTag.MessageClass, 'IPM.Note'],
    [PidTag.InternetMessageId, '<1@oxbow.test>'],
    [PidTag.InReplyToId, '<0@oxbow.test>'],
    [PidTag.InternetReferences, '<a@oxbow.test> <0@oxbow.test>'],
    [PidTag.Importance, 2],
    [PidTag.Sensitivity, 3],
    [PidTag.ReadReceiptRequested, true],
    [PidTag.ClientSubmitTime, fileTimeFromMs(Date.UTC(2026, 2, 3, 8, 59))],
    [PidTag.MessageDeliveryTime, fileTimeFromMs(Date.UTC(2026, 2, 3, 9, 0, 5))],
    [PidTag.Body, 'Grüße\r\n'],
    [PidTag.NativeBody, 1],
    [PidTag.InternetCodepage, 28591],
    [PidTag.HasAttachments, false],
    [PidTag.DisplayTo, 'Ben; Example; carla@oxbow.test'],
  ];
  for (const [tag, value] of expected) assert.deepEqual(get(content, tag), value, tag.toString(16));
  assert.match(
    String(get(content, PidTag.TransportMessageHeaders)),
    /^Received: from a by b;.*\r\n[\s\S]*References: <a@oxbow.test>\r\n <0@oxbow.test>\r\n[\s\S]*X-Custom: kept\r\n/,
  );
});

test('MS-OXCMAIL 2.2.1: the author is represented, the sender sends, with all their addresses', async () => {
  const content = await parse(simple);
  assert.equal(get(content, PidTag.SentRepresentingName), 'Anna Müller');
  assert.equal(get(content, PidTag.SentRepresentingSmtpAddress), 'Anna@Oxbow.test');
  assert.equal(get(content, PidTag.SentRepresentingAddressType), 'SMTP');
  assert.equal(bytesText(get(content, PidTag.SentRepresentingSearchKey)), 'SMTP:ANNA@OXBOW.TEST\0');
  assert.equal(get(content, PidTag.SenderName), 'Office');
  const entry = parseEntryId(get(content, PidTag.SenderEntryId) as Uint8Array);
  assert.ok(entry.kind === 'oneOff' && entry.address === 'office@oxbow.test' && entry.displayName === 'Office');
});

test('recipients keep their order, types and names; groups are taken apart', async () => {
  const { recipients } = await parse(simple);
  const rows = recipients.map((bag) =>
    [PidTag.Rowid, PidTag.RecipientType, PidTag.DisplayName, PidTag.EmailAddress, PidTag.SmtpAddress].map((tag) =>
      bag.get(tag),
    ),
  );
  assert.deepEqual(rows, [
    [0, 1, 'Ben; Example', 'ben@oxbow.test', 'ben@oxbow.test'],
    [1, 1, 'carla@oxbow.test', 'carla@oxbow.test', 'carla@oxbow.test'],
    [2, 2, 'dan@oxbow.test', 'dan@oxbow.test', 'dan@oxbow.test'],
    [3, 2, 'Eve', 'eve@oxbow.test', 'eve@oxbow.test'],
  ]);
  for (const bag of recipients)
    for (const tag of [PidTag.EntryId, PidTag.SearchKey, PidTag.ObjectType, PidTag.DisplayType])
      assert.notEqual(bag.get(tag), undefined);
});

test('MS-OXOMSG 2.2.1.43: reply names hold no semicolon and are as many as the entries', async () => {
  const content = await parse(simple);
  assert.equal(get(content, PidTag.ReplyRecipientNames), 'A  B;second@oxbow.test');
  assert.equal(Buffer.from(get(content, PidTag.ReplyRecipientEntries) as Uint8Array).readUInt32LE(0), 2);
});

test('an envelope from the backend gives the same properties as the header', async () => {
  const content = await parse(simple);
  const anna = { name: 'Anna Müller', address: 'Anna@Oxbow.test' };
  const { properties, recipients } = envelopeProperties({
    subject: 'RE: Lunch',
    from: [anna],
    sender: { name: 'Office', address: 'office@oxbow.test' },
    replyTo: [
      { name: 'A; B', address: 'reply@oxbow.test' },
      { name: '', address: 'second@oxbow.test' },
    ],
    to: [
      { name: 'Ben; Example', address: 'ben@oxbow.test' },
      { name: '', address: 'carla@oxbow.test' },
    ],
    cc: [
      { name: '', address: 'dan@oxbow.test' },
      { name: 'Eve', address: 'eve@oxbow.test' },
    ],
    bcc: [],
    messageId: '<1@oxbow.test>',
    inReplyTo: '<0@oxbow.test>',
    references: '<a@oxbow.test> <0@oxbow.test>',
    sent: Date.UTC(2026, 2, 3, 8, 59),
    received: Date.UTC(2026, 2, 3, 9, 0, 5),
    priority: 1,
    contentType: 'text/plain',
  });
  for (const [tag, value] of properties) assert.deepEqual(get(content, tag), value, tag.toString(16));
  assert.deepEqual(recipients, content.recipients);
});

test('the time of arrival given by the caller wins over the header', async () => {
  assert.equal(get(await parse(simple, 'utf8', 1000), PidTag.MessageDeliveryTime), fileTimeFromMs(1000));
});

const related = (disposition: string) => `Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

plain
--a
Content-Type: text/html; charset=windows-1252
Content-Transfer-Encoding: quoted-printable

<p>=80</p><img src=3D"cid:pic@x">
--a--
--r
Content-Type: image/png; name="=?utf-8?B?w6RiYy5wbmc=?="
Content-Disposition: ${disposition}
Content-ID: <pic@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--r--
`;

test('HTML keeps its bytes and charset; an image that it shows is hidden and rendered in the body', async () => {
  const content = await parse(related('inline'));
  assert.equal(bytesText(get(content, PidTag.Html), 'latin1'), '<p>\x80</p><img src="cid:pic@x">');
  assert.equal(get(content, PidTag.InternetCodepage), 1252);
  assert.equal(get(content, PidTag.NativeBody), 3);
  assert.equal(get(content, PidTag.Body), 'plain');
  assert.equal(get(content, PidTag.HasAttachments), false);
  const { properties } = content.attachments[0]!;
  assert.equal(properties.get(PidTag.AttachContentId), 'pic@x');
  assert.equal(properties.get(PidTag.AttachmentHidden), true);
  assert.equal(properties.get(PidTag.AttachFlags), 4);
  assert.equal(properties.get(PidTag.AttachLongFilename), 'äbc.png');
  assert.equal(properties.get(PidTag.AttachFilename), 'abc.png');
  assert.equal(properties.get(PidTag.AttachExtension), '.png');
  assert.equal(properties.get(PidTag.AttachSize), 8);
});

test('an image called an attachment is never hidden', async () => {
  const content = await parse(related('attachment'));
  assert.equal(content.attachments[0]!.properties.get(PidTag.AttachmentHidden), false);
  assert.equal(get(content, PidTag.HasAttachments), true);
});

test('where there is only HTML the text is made from it', async () => {
  const content = await parse('Content-Type: text/html\n\n<p>One<br>two &amp; three</p>');
  assert.equal(get(content, PidTag.Body), 'One\r\ntwo & three');
});

test('format=flowed text is joined again', async () => {
  const content = await parse('Content-Type: text/plain; format=flowed\n\nsoft \nbreak\nhard\n');
  assert.equal(get(content, PidTag.Body), 'soft break\r\nhard\r\n');
});

test('file names of RFC 2231 with continuations and charset', async () => {
  const content = await parse(`Content-Type: application/pdf
Content-Disposition: attachment;
 filename*0*=iso-8859-1''gr%FC;
 filename*1="ss e.pdf"

x`);
  assert.equal(content.attachments[0]!.properties.get(PidTag.AttachLongFilename), 'grüss e.pdf');
});

test('a message in a message is opened as one', async () => {
  const content = await parse(`Subject: outer
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: text/plain

see below
--m
Content-Type: message/rfc822

Subject: inner
From: ben@oxbow.test

inside
--m--
`);
  const [attachment] = content.attachments;
  assert.equal(attachment!.properties.get(PidTag.AttachMethod), 5);
  assert.equal(attachment!.properties.get(PidTag.DisplayName), 'inner');
  assert.equal(get(attachment!.embedded!, PidTag.Body), 'inside');
});

test('MS-OXOSMIME 2.1: a clear-signed mail is one attachment with every byte of the entity, and readable', async () => {
  const entity = `Content-Type: multipart/signed; protocol="application/pkcs7-signature";
 micalg=sha-256; boundary=s

--s
Content-Type: text/plain

signed text
--s
Content-Type: application/pkcs7-signature; name=smime.p7s
Content-Transfer-Encoding: base64

AAAA
--s--
`.replace(/\n/g, '\r\n');
  const content = await parse(`Subject: s\n${entity.replace(/\r\n/g, '\n')}`);
  assert.equal(get(content, PidTag.MessageClass), 'IPM.Note.SMIME.MultipartSigned');
  assert.equal(get(content, PidTag.Body), 'signed text');
  assert.equal(content.attachments.length, 1);
  assert.equal(bytesText(content.attachments[0]!.properties.get(PidTag.AttachDataBinary)), entity);
  assert.equal(get(content, PidTag.HasAttachments), false);
});

test('MS-OXCMAIL 2.2.3.5: reports get the class of what they report', async () => {
  const report = (machine: string) => `Content-Type: multipart/report; boundary=r

--r

human
--r
${machine}
--r--
`;
  const status = (action: string) =>
    `Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b\nAction: ${action}`;
  const cases: readonly (readonly [string, string])[] = [
    [status('failed'), 'REPORT.IPM.Note.NDR'],
    [status('delivered'), 'REPORT.IPM.Note.DR'],
    [
      'Content-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed',
      'REPORT.IPM.Note.IPNRN',
    ],
    [
      'Content-Type: message/disposition-notification\n\nDisposition: automatic-action/x; deleted',
      'REPORT.IPM.Note.IPNNRN',
    ],
  ];
  for (const [machine, messageClass] of cases)
    assert.equal(get(await parse(report(machine)), PidTag.MessageClass), messageClass);
});

test('raw 8-bit headers are UTF-8, else in the charset of the body, else Windows-1252', async () => {
  assert.equal(get(await parse('Subject: grün\n\n', 'utf8'), PidTag.Subject), 'grün');
  assert.equal(get(await parse('Subject: gr\xfcn\n\n', 'latin1'), PidTag.Subject), 'grün');
  assert.equal(
    get(
      await parse('Subject: \xd4\xc5\xd3\xd4\nContent-Type: text/plain; charset=koi8-r\n\n', 'latin1'),
      PidTag.Subject,
    ),
    'тест',
  );
});

test('what is no mail at all is its own text', async () => {
  assert.equal(get(await parse('hello there\nno header here'), PidTag.Body), 'hello there\r\nno header here');
  assert.equal(get(await parse(''), PidTag.Subject), '');
});

test('header blocks of a megabyte that are made to be slow are read in well under a second', async () => {
  const hostile = [
    ' \n'.repeat(500_000),
    `Content-Type: text/plain; charset="${';'.repeat(500_000)}x"\n\n`,
    `Subject: =?utf-8?q?${'é'.repeat(250_000)}\n\n`,
  ];
  for (const raw of hostile) {
    const start = performance.now();
    await parseMime(bytesValue(Buffer.from(raw)));
    assert.ok(performance.now() - start < 1000, raw.slice(0, 40));
  }
});

test('MS-OXOSMIME 2.1.3.2: an opaque body is the one attachment, and is read once', async () => {
  const secret = Buffer.alloc(400_000, 'secret');
  const head =
    'Subject: s\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n' +
    'Content-Disposition: attachment; filename=secret.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const whole = bytesValue(Buffer.from(head + secret.toString('base64').replace(/.{76}/g, '$&\r\n')));
  let read = 0;
  const content = await parseMime({
    size: whole.size,
    read(offset, length) {
      read += length;
      return whole.read(offset, length);
    },
  });
  assert.equal(get(content, PidTag.MessageClass), 'IPM.Note.SMIME');
  assert.equal(get(content, PidTag.HasAttachments), true);
  assert.equal(content.attachments.length, 1);
  const { properties } = content.attachments[0]!;
  assert.ok(Buffer.from(properties.get(PidTag.AttachDataBinary) as Uint8Array).equals(secret));
  assert.equal(properties.get(PidTag.AttachLongFilename), 'secret.p7m');
  assert.ok(read < 1.5 * whole.size, `${read} of ${whole.size} bytes`);
});
