import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { compressRtf } from '../../src/formats/index.ts';
import { counterOf, ec, PidTag, type PropertyTag, type PropertyValue } from '../../src/mapi/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { smtpRow } from '../protocols/rop/mailbox-client.ts';
import { type Client, conformanceOnOneMailbox, type SharedCase, saveAttachment } from './conformance.ts';

/** A saved message with this subject, to be opened. */
async function saved(c: Client, values: readonly (readonly [PropertyTag, PropertyValue])[] = []): Promise<bigint> {
  const message = await c.create();
  await c.set(message, [[PidTag.Subject, 'RE: as it was'], ...values]);
  return c.save(message);
}

const opened = async (c: Client, id: bigint, mode = 1): Promise<number> => (await c.open(id, mode)).handle;

/** Properties of a new message and what each begins as, MS-OXCMSG 3.2.5.2. */
const initial: readonly (readonly [string, PropertyTag, (value: unknown) => boolean])[] = [
  ['MS-OXCMSG_R341', PidTag.Importance, (value) => value === 1],
  ['MS-OXCMSG_R342', PidTag.MessageClass, (value) => value === 'IPM.Note'],
  ['MS-OXCMSG_R343', PidTag.Sensitivity, (value) => value === 0],
  ['MS-OXCMSG_R344', PidTag.DisplayBcc, (value) => value === ''],
  ['MS-OXCMSG_R345', PidTag.DisplayCc, (value) => value === ''],
  ['MS-OXCMSG_R346', PidTag.DisplayTo, (value) => value === ''],
  ['MS-OXCMSG_R1480', PidTag.MessageFlags, (value) => value === 0x409],
  ['MS-OXCMSG_R1481', PidTag.MessageSize, (value) => typeof value === 'number' && value > 0],
  ['MS-OXCMSG_R349', PidTag.HasAttachments, (value) => value === false],
  ['MS-OXCMSG_R352', PidTag.TrustSender, (value) => value === 1],
  // Note 23: 7 since Exchange 2010.
  ['MS-OXCMSG_R353', PidTag.Access, (value) => value === 7],
  ['MS-OXCMSG_R354', PidTag.AccessLevel, (value) => value === 1],
  ['MS-OXCMSG_R356', PidTag.CreationTime, (value) => typeof value === 'bigint'],
  ['MS-OXCMSG_R357', PidTag.LastModificationTime, (value) => typeof value === 'bigint'],
  ['MS-OXCMSG_R358', PidTag.SearchKey, (value) => value instanceof Uint8Array && value.length === 16],
  ['MS-OXCMSG_R359', PidTag.MessageLocaleId, (value) => value === 0x409],
  ['MS-OXCMSG_R360', PidTag.CreatorName, (value) => value === 'Anna'],
  ['MS-OXCMSG_R361', PidTag.CreatorEntryId, (value) => value instanceof Uint8Array && value.length > 28],
  ['MS-OXCMSG_R362', PidTag.LastModifierName, (value) => value === 'Anna'],
  ['MS-OXCMSG_R363', PidTag.LastModifierEntryId, (value) => value instanceof Uint8Array && value.length > 28],
  ['MS-OXCMSG_R364', PidTag.HasNamedProperties, (value) => value === false],
];

const cases: readonly SharedCase[] = [
  ...initial.map(
    ([requirements, tag, check]): SharedCase => ({
      requirements,
      says: `a new message begins with its property 0x${tag.toString(16)}`,
      run: async (c) => {
        const [value] = await c.get(await c.create(), [tag]);
        assert.ok(check(value), String(value));
      },
    }),
  ),
  {
    requirements: 'MS-OXCMSG_R1293 MS-OXCMSG_R1838 MS-OXCMSG_R661',
    says: 'unknown bits of OpenModeFlags are ignored: the message is open for reading',
    run: async (c) => {
      const handle = await opened(c, await saved(c), 0x20);
      assert.deepEqual(await c.get(handle, [PidTag.AccessLevel]), [0]);
    },
  },
  {
    requirements: 'MS-OXCMSG_R663 MS-OXCMSG_R665',
    says: 'ReadWrite and BestAccess open for writing',
    run: async (c) => {
      const id = await saved(c);
      for (const mode of [1, 3]) assert.deepEqual(await c.get(await opened(c, id, mode), [PidTag.AccessLevel]), [1]);
    },
  },
  {
    requirements: 'MS-OXCMSG_R675 MS-OXCMSG_R677 MS-OXCMSG_R679 MS-OXCMSG_R680',
    says: 'opening tells prefix, normalized subject and recipients',
    run: async (c) => {
      const message = await c.create();
      await c.set(message, [[PidTag.Subject, 'RE: as it was']]);
      await c.addRecipients(message, [{ id: 0, row: smtpRow('a@x.test') }]);
      const { fields } = await c.open(await c.save(message));
      assert.deepEqual(
        [fields.subjectPrefix, fields.normalizedSubject, fields.recipientCount],
        ['RE: ', 'as it was', 1],
      );
    },
  },
  {
    requirements: 'MS-OXCMSG_R1478',
    says: 'a message cannot be opened from a message',
    run: async (c) => {
      const message = await c.create();
      const asked = { codePageId: 0xfff, folderId: c.inbox, openModeFlags: 0, messageId: await saved(c) };
      assert.notEqual((await c.call(d.RopOpenMessage, [message], asked)).returnValue, 0);
    },
  },
  {
    requirements: 'MS-OXCMSG_R1068',
    says: 'an unknown code page is ecUnknownCodePage',
    run: async (c) => {
      const message = await c.create();
      const attachment = (await c.ok(d.RopCreateAttachment, [message], {})).handle;
      const asked = { codePageId: 12345, openModeFlags: 2 };
      assert.equal((await c.call(d.RopOpenEmbeddedMessage, [attachment], asked)).returnValue, 0x3ef);
    },
  },
  {
    requirements: 'MS-OXCMSG_R671 MS-OXCMSG_R1906',
    says: 'after a save with KeepOpenReadOnly or unknown flags the message stays open (note 13)',
    run: async (c) => {
      const message = await c.create();
      for (const saveFlags of [0x01, 0x09, 0x80]) {
        await c.set(message, [[PidTag.Subject, `flags ${saveFlags}`]]);
        await c.save(message, saveFlags);
        assert.deepEqual(await c.get(message, [PidTag.AccessLevel]), [1]);
      }
    },
  },
  {
    requirements: 'MS-OXCMSG_R1890',
    says: 'a save sets PidTagLocalCommitTime',
    run: async (c) => {
      const [time] = await c.get(await opened(c, await saved(c)), [PidTag.LocalCommitTime]);
      assert.equal(typeof time, 'bigint');
    },
  },
  {
    requirements: 'MS-OXCMSG_R1699',
    says: 'a message open for reading cannot be saved',
    run: async (c) => {
      const handle = await opened(c, await saved(c), 0);
      assert.equal((await c.call(d.RopSaveChangesMessage, [handle], { saveFlags: 0x0a })).returnValue, ec.error);
    },
  },
  {
    requirements: 'MS-OXCMSG_R705 MS-OXCMSG_R1053',
    says: 'a save on a second handle is ecObjectModified; ForceSave overwrites',
    run: async (c) => {
      const id = await saved(c);
      const [first, second] = [await opened(c, id), await opened(c, id)];
      await c.set(first, [[PidTag.Subject, 'first']]);
      await c.set(second, [[PidTag.Subject, 'second']]);
      await c.save(first);
      const late = await c.call(d.RopSaveChangesMessage, [second], { saveFlags: 0x0a });
      assert.equal(late.returnValue, ec.objectModified);
      await c.save(second, 0x04);
      assert.deepEqual(await c.get(await opened(c, id), [PidTag.Subject]), ['second']);
    },
  },
  {
    requirements: 'MS-OXCMSG_R1703 MS-OXCMSG_R1710 MS-OXCMSG_R1141',
    says: 'read flags are kept at once, and neither PidTagChangeKey nor the time of the last change moves',
    run: async (c) => {
      const id = await saved(c);
      const tags = [PidTag.ChangeKey, PidTag.LastModificationTime];
      const earlier = await c.get(await opened(c, id), tags);
      const folder = await c.folder();
      const asked = { wantAsynchronous: false, readFlags: 0x04, messageIds: [id] };
      await c.ok(d.RopSetReadFlags, [folder], asked);
      const handle = await opened(c, id);
      assert.deepEqual(await c.get(handle, tags), earlier);
      const [flags] = await c.get(handle, [PidTag.MessageFlags]);
      assert.equal((flags as number) & 0x401, 0x400, 'read no longer, but once');
    },
  },
  {
    requirements: 'MS-OXCMSG_R825 MS-OXCMSG_R827 MS-OXCMSG_R829',
    says: 'flags about receipts alone leave the read state',
    run: async (c) => {
      const id = await saved(c);
      const folder = await c.folder();
      for (const readFlags of [0x10, 0x20, 0x40]) {
        await c.ok(d.RopSetReadFlags, [folder], { wantAsynchronous: false, readFlags, messageIds: [id] });
        assert.deepEqual(await c.get(await opened(c, id), [PidTag.Read]), [true]);
      }
    },
  },
  {
    requirements: 'MS-OXCMSG_R421 MS-OXCMSG_R416 MS-OXCMSG_R784 MS-OXCMSG_R793',
    says: 'the status is asked for and changed without opening the message',
    run: async (c) => {
      const messageId = await saved(c);
      const folder = await c.folder();
      const set = (messageStatusFlags: number, messageStatusMask: number) =>
        c.ok(d.RopSetMessageStatus, [folder], { messageId, messageStatusFlags, messageStatusMask });
      assert.equal((await set(0x1200, 0x1200)).fields.messageStatusFlags, 0);
      assert.equal((await set(0x0000, 0x0200)).fields.messageStatusFlags, 0x1200);
      const { fields } = await c.ok(d.RopGetMessageStatus, [folder], { messageId });
      assert.equal(fields.messageStatusFlags, 0x1000);
    },
  },
  {
    requirements: 'MS-OXCMSG_R379 MS-OXCMSG_R1491',
    says: 'removing recipients of a message without any succeeds whatever Reserved is',
    run: async (c) => c.ok(d.RopRemoveAllRecipients, [await c.create()], { reserved: 99 }),
  },
  {
    requirements: 'MS-OXCMSG_R389 MS-OXCMSG_R390 MS-OXCMSG_R391 MS-OXCMSG_R393 MS-OXCMSG_R394',
    says: 'rows of recipients are added, replaced and deleted by their RowId',
    run: async (c) => {
      const message = await c.create();
      await c.addRecipients(message, [
        { id: 0, row: smtpRow('a@x.test', 'A') },
        { id: 4, row: smtpRow('b@x.test', 'B') },
      ]);
      await c.addRecipients(message, [{ id: 0 }, { id: 4, type: 2, row: smtpRow('c@x.test', 'C') }]);
      assert.deepEqual(await c.get(message, [PidTag.DisplayTo, PidTag.DisplayCc]), ['', 'C']);
      const { fields } = await c.ok(d.RopReadRecipients, [message], { rowId: 0, reserved: 0 });
      assert.deepEqual(
        fields.recipientRows.map(({ rowId, recipientType }) => [rowId, recipientType]),
        [[4, 2]],
      );
    },
  },
  {
    requirements: 'MS-OXCMSG_R403 MS-OXCMSG_R1055',
    says: 'without recipients, or behind the last one, RopReadRecipients is ecNotFound',
    run: async (c) => {
      const message = await c.create();
      const read = async (rowId: number) =>
        (await c.call(d.RopReadRecipients, [message], { rowId, reserved: 0 })).returnValue;
      assert.equal(await read(0), ec.notFound);
      await c.addRecipients(message, [{ id: 0, row: smtpRow('a@x.test') }]);
      assert.equal(await read(7), ec.notFound);
    },
  },
  {
    requirements: 'MS-OXCMSG_R448 MS-OXCMSG_R451 MS-OXCMSG_R452 MS-OXCMSG_R453 MS-OXCMSG_R2035',
    says: 'a new attachment has its number, rendering position and times',
    run: async (c) => {
      const message = await c.create();
      await saveAttachment(c, (await c.ok(d.RopCreateAttachment, [message], {})).handle, message);
      const second = await c.ok(d.RopCreateAttachment, [message], {});
      assert.equal(second.fields.attachmentId, 1);
      const tags = [PidTag.AttachNumber, PidTag.RenderingPosition, PidTag.CreationTime, PidTag.LastModificationTime];
      const [number, position, created, modified] = await c.get(second.handle, tags);
      assert.deepEqual([number, position], [1, -1]);
      assert.equal(created, modified);
    },
  },
  {
    requirements: 'MS-OXCMSG_R440 MS-OXCMSG_R1063',
    says: 'an attachment that is not there is neither opened nor deleted',
    run: async (c) => {
      const message = await c.create();
      const asked = { openAttachmentFlags: 0, attachmentId: 5 };
      assert.equal((await c.call(d.RopOpenAttachment, [message], asked)).returnValue, ec.notFound);
      assert.equal((await c.call(d.RopDeleteAttachment, [message], { attachmentId: 5 })).returnValue, ec.notFound);
    },
  },
  {
    requirements: 'MS-OXCMSG_R1062 MS-OXCMSG_R16 MS-OXCMSG_R469 MS-OXCMSG_R1523',
    says: 'attachments come and go with the save of their message, and PidTagHasAttachments follows',
    run: async (c) => {
      const id = await saved(c);
      const handle = await opened(c, id);
      await saveAttachment(c, (await c.ok(d.RopCreateAttachment, [handle], {})).handle, handle);
      assert.deepEqual(await c.get(await opened(c, id), [PidTag.HasAttachments]), [false], 'not saved yet');
      await c.save(handle);
      assert.deepEqual(await c.get(await opened(c, id), [PidTag.HasAttachments]), [true]);
      await c.ok(d.RopDeleteAttachment, [handle], { attachmentId: 0 });
      assert.deepEqual(await c.get(handle, [PidTag.HasAttachments]), [false]);
      assert.deepEqual(await c.get(await opened(c, id), [PidTag.HasAttachments]), [true]);
      await c.save(handle);
      assert.deepEqual(await c.get(await opened(c, id), [PidTag.HasAttachments]), [false]);
    },
  },
  {
    requirements: 'MS-OXCMSG_R917 MS-OXCMSG_R918 MS-OXCMSG_R919',
    says: 'an attachment is open for writing only when asked for and the message is',
    run: async (c) => {
      const message = await c.create();
      await saveAttachment(c, (await c.ok(d.RopCreateAttachment, [message], {})).handle, message);
      const handle = await opened(c, await c.save(message), 0);
      const open = (on: number, openAttachmentFlags: number) =>
        c.call(d.RopOpenAttachment, [on], { openAttachmentFlags, attachmentId: 0 });
      assert.equal((await open(handle, 1)).returnValue, ec.accessDenied);
      assert.deepEqual(await c.get((await open(handle, 3)).handle, [PidTag.AccessLevel]), [0]);
      assert.deepEqual(await c.get((await open(message, 3)).handle, [PidTag.AccessLevel]), [1]);
      assert.deepEqual(await c.get((await open(message, 0)).handle, [PidTag.AccessLevel]), [0]);
    },
  },
  {
    requirements: 'MS-OXCMSG_R481 MS-OXCMSG_R913',
    says: 'a message inside an attachment is made with Create and kept by three saves',
    run: async (c) => {
      const message = await c.create();
      const attachment = (await c.ok(d.RopCreateAttachment, [message], {})).handle;
      const inside = (openModeFlags: number) =>
        c.call(d.RopOpenEmbeddedMessage, [attachment], { codePageId: 0xfff, openModeFlags });
      assert.equal((await inside(0)).returnValue, ec.notFound);
      const { handle } = await inside(2);
      await c.set(handle, [[PidTag.Subject, 'inside']]);
      await c.ok(d.RopSaveChangesMessage, [handle], { saveFlags: 0x0a });
      await saveAttachment(c, attachment, message);
      const again = await opened(c, await c.save(message));
      const asked = { openAttachmentFlags: 0, attachmentId: 0 };
      const stored = (await c.ok(d.RopOpenAttachment, [again], asked)).handle;
      const { fields } = await c.ok(d.RopOpenEmbeddedMessage, [stored], { codePageId: 0xfff, openModeFlags: 0 });
      assert.equal(fields.message.normalizedSubject, 'inside');
    },
  },
  ...(
    [
      ['MS-OXCMSG_R1493', 'RopRemoveAllRecipients', d.RopRemoveAllRecipients, { reserved: 0 }],
      ['MS-OXCMSG_R1057', 'RopReadRecipients', d.RopReadRecipients, { rowId: 0, reserved: 0 }],
      ['MS-OXCMSG_R1498', 'RopReloadCachedInformation', d.RopReloadCachedInformation, { reserved: 0 }],
      ['MS-OXCMSG_R1712', 'RopCreateAttachment', d.RopCreateAttachment, {}],
      ['MS-OXCMSG_R1526', 'RopGetAttachmentTable', d.RopGetAttachmentTable, { tableFlags: 0 }],
      ['MS-OXCMSG_R467', 'RopSaveChangesAttachment', d.RopSaveChangesAttachment, { saveFlags: 0 }],
    ] as const
  ).map(
    ([requirements, name, definition, fields]): SharedCase => ({
      requirements,
      says: `${name} on a folder fails`,
      run: async (c) => {
        const folder = await c.folder();
        const { returnValue } = await c.call(
          definition as typeof d.RopCreateAttachment,
          [folder, folder],
          fields as never,
        );
        assert.ok(returnValue === ec.nullObject || returnValue === ec.notSupported, returnValue.toString(16));
      },
    }),
  ),
  {
    requirements: 'MS-OXCMSG_R772',
    says: 'RopReloadCachedInformation answers as RopOpenMessage does',
    run: async (c) => {
      const id = await saved(c);
      const { handle, fields } = await c.open(id);
      assert.deepEqual((await c.ok(d.RopReloadCachedInformation, [handle], { reserved: 0 })).fields, fields);
    },
  },
  {
    requirements: 'MS-OXBBODY 3.2 MS-OXCMSG_R1465',
    says: 'HTML saved over RTF drops the RTF, and RtfInSync with it',
    run: async (c) => {
      const rtf = compressRtf(Buffer.from('{\\rtf1\\ansi of before}'));
      const id = await saved(c, [
        [PidTag.RtfCompressed, rtf],
        [PidTag.RtfInSync, true],
      ]);
      const tags = [PidTag.RtfInSync, PidTag.NativeBody, PidTag.Body];
      assert.deepEqual(await c.get(await opened(c, id), tags), [true, 2, 'of before']);
      const handle = await opened(c, id);
      await c.set(handle, [[PidTag.Html, Buffer.from('<p>of now</p>')]]);
      await c.save(handle);
      const [inSync, native, body, gone] = await c.get(await opened(c, id), [...tags, PidTag.RtfCompressed]);
      assert.deepEqual([inSync, native, gone], [false, 3, { errorCode: ec.notFound }]);
      assert.match(String(body), /of now/);
    },
  },
  {
    requirements: 'MS-OXBBODY 3.2 MS-OXCMSG_R1465',
    says: 'RTF saved over HTML and text drops them, and they are made from it',
    run: async (c) => {
      const id = await saved(c, [
        [PidTag.Html, Buffer.from('<p>of before</p>')],
        [PidTag.Body, 'of before'],
      ]);
      const handle = await opened(c, id);
      const rtf = compressRtf(Buffer.from('{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}of now{\\*\\htmltag72 </p>}}'));
      await c.set(handle, [[PidTag.RtfCompressed, rtf]]);
      await c.save(handle);
      const tags = [PidTag.NativeBody, PidTag.RtfInSync, PidTag.Body, PidTag.Html];
      const [native, inSync, body, html] = await c.get(await opened(c, id), tags);
      assert.deepEqual([native, inSync], [2, true]);
      assert.match(String(body), /^of now/);
      assert.match(Buffer.from(html as Uint8Array).toString(), /<p>of now/);
    },
  },
  {
    requirements: 'MS-OXCMSG_R1605',
    says: 'a PGP-signed mail is no S/MIME, which its content tells',
    run: async (c) => {
      const raw = [
        'From: ben@oxbow.test',
        'Subject: signed',
        'MIME-Version: 1.0',
        'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'signed text',
        '--b',
        'Content-Type: application/pgp-signature; name=signature.asc',
        '',
        'x',
        '--b--',
        '',
      ].join('\r\n');
      c.store.setContentSource({
        fetch: async () =>
          (async function* () {
            yield Buffer.from(raw);
          })(),
      });
      const guess = 'IPM.Note.SMIME.MultipartSigned';
      const message = await c.mailbox.saveMessage(
        {
          folderId: counterOf(c.inbox),
          set: new Map([[PidTag.MessageClass, guess]]),
          remoteContent: { size: raw.length, hasAttachments: false },
        },
        { kind: 'sync' },
      );
      assert.equal(message.properties.get(PidTag.MessageClass), guess);
      const content = await c.mailbox.content(message);
      assert.equal(content.properties.get(PidTag.MessageClass), 'IPM.Note');
      const after = (await c.mailbox.message(message.id))!;
      assert.equal(after.properties.get(PidTag.MessageClass), 'IPM.Note');
      assert.equal(after.changeNumber, message.changeNumber, 'who has it open can still save it');
    },
  },
];

describe('messages and attachments (MS-OXCMSG)', () => {
  conformanceOnOneMailbox(cases);
});
