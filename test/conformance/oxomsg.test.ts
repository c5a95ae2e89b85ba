import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAll, writeMime } from '../../src/formats/index.ts';
import {
  addressBookEntryId,
  counterOf,
  ec,
  fileTimeFromMs,
  folderEntryId,
  messageEntryId,
  oneOffEntryId,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  type RecipientRow,
} from '../../src/mapi/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';
import { person } from '../protocols/nspi/address-book-client.ts';
import { smtpRow, startStoreClient } from '../protocols/rop/mailbox-client.ts';
import type { Client } from './conformance.ts';

const anna = person('anna', { legacyDn: '/o=Oxbow/cn=anna', aliases: ['office@oxbow.test'] });
const ben = person('ben', { legacyDn: '/o=Oxbow/cn=ben', displayName: 'Ben' });
const team = person('team', { legacyDn: '/o=Oxbow/cn=team', kind: 'group', displayName: 'Team' });

const exRow = (dn: string, displayName: string, displayType = 0): RecipientRow => ({
  addressType: 1,
  responsible: false,
  nonRich: false,
  unicode: true,
  transmittableSame: true,
  displayType,
  x500Dn: dn,
  displayName,
  properties: [],
});

type Values = readonly (readonly [PropertyTag, PropertyValue])[];
interface Draft {
  readonly values?: Values;
  readonly recipients?: Parameters<Client['addRecipients']>[1];
}

async function drafted(c: Client, { values = [], recipients }: Draft = {}): Promise<number> {
  const message = await c.create(c.outbox);
  await c.set(message, [[PidTag.Subject, 'to be sent'], [PidTag.Body, 'text'], ...values]);
  await c.addRecipients(message, recipients ?? [{ id: 0, row: smtpRow('x@outside.test') }]);
  return message;
}

const submit = async (c: Client, message: number): Promise<number> =>
  (await c.call(d.RopSubmitMessage, [message], { submitFlags: 0 })).returnValue;

/** The submission that waits for this message. */
async function waiting(c: Client, messageId: bigint) {
  const message = (await c.mailbox.message(counterOf(messageId)))!;
  const rows = await c.mailbox.sync.dueOutbox(Number.MAX_SAFE_INTEGER, 10_000);
  return { message, row: rows.find((row) => row.kind === 'submit' && row.objectKey === message.key) };
}

async function mimeOf(c: Client, messageId: bigint, bcc = true): Promise<string> {
  const { message } = await waiting(c, messageId);
  return (await readAll(writeMime(await c.mailbox.content(message), { bcc }))).toString();
}

/** Whom a message is from when the client says so, and what comes of it. */
const representing: readonly { says: string; values: Values; code?: number; from?: string }[] = [
  { says: 'nobody said: the account', values: [], from: 'anna@oxbow.test' },
  {
    says: 'oneself by DN: the account',
    values: [[PidTag.SentRepresentingEntryId, addressBookEntryId('/O=OXBOW/CN=ANNA')]],
    from: 'anna@oxbow.test',
  },
  {
    says: 'an alias of one’s own: that address',
    values: [
      [
        PidTag.SentRepresentingEntryId,
        oneOffEntryId({ displayName: 'Office', addressType: 'SMTP', address: 'office@oxbow.test' }),
      ],
    ],
    from: 'office@oxbow.test',
  },
  {
    says: 'somebody else: refused',
    values: [[PidTag.SentRepresentingEntryId, addressBookEntryId(ben.legacyDn)]],
    code: ec.accessDenied,
  },
  {
    says: 'the organizer of a forwarded meeting: the account',
    values: [
      [PidTag.SentRepresentingEntryId, addressBookEntryId(ben.legacyDn)],
      [PidTag.MessageClass, 'IPM.Schedule.Meeting.Request'],
    ],
    from: 'anna@oxbow.test',
  },
];

describe('submission (MS-OXOMSG)', () => {
  let c: Client;
  before(async () => {
    c = await startStoreClient([anna, ben, team]);
  });
  after(() => c.close());

  test('MS-OXOMSG 3.2.4.1: a submitted message waits in its folder, marked, and cannot be submitted again', async () => {
    const message = await drafted(c);
    const id = await c.save(message);
    assert.equal(await submit(c, message), 0);
    const { message: stored, row } = await waiting(c, id);
    assert.ok(row);
    assert.equal(stored.flags & 0x4, 0x4);
    assert.ok(stored.read);
    assert.equal(await submit(c, message), ec.submitted);
    assert.equal(await submit(c, (await c.open(id, 1, c.outbox)).handle), ec.submitted, 'on another handle, too');
  });

  test('MS-OXOMSG 2.2.1: sender, times and id are the server’s', async () => {
    const message = await drafted(c, { values: [[PidTag.SenderName, 'Mallory']] });
    const id = await c.save(message);
    assert.equal(await submit(c, message), 0);
    const { properties } = (await waiting(c, id)).message;
    assert.equal(properties.get(PidTag.SenderName), 'Anna');
    assert.equal(properties.get(PidTag.SenderAddressType), 'EX');
    assert.deepEqual(properties.get(PidTag.SenderEntryId), addressBookEntryId(anna.legacyDn));
    for (const tag of [PidTag.ClientSubmitTime, PidTag.ProviderSubmitTime])
      assert.equal(typeof properties.get(tag), 'bigint');
    assert.match(String(properties.get(PidTag.InternetMessageId)), /^<.+@oxbow\.test>$/);
  });

  for (const { says, values, code = 0, from } of representing) {
    test(`MS-OXOMSG 3.2.4.1 sent representing ${says}`, async () => {
      const message = await drafted(c, { values });
      const id = await c.save(message);
      assert.equal((await submit(c, message)).toString(16), code.toString(16));
      if (from !== undefined) assert.match(await mimeOf(c, id), new RegExp(`^From:[^\\n]*<?${from}>?`, 'm'));
    });
  }

  test('recipients of the address book, people and groups, get mail at their address; Bcc only on the way out', async () => {
    const message = await drafted(c, {
      recipients: [
        { id: 0, type: 1, row: exRow(ben.legacyDn.toUpperCase(), 'Ben') },
        { id: 1, type: 2, row: exRow(team.legacyDn, 'Team', 1) },
        { id: 2, type: 3, row: smtpRow('secret@outside.test') },
      ],
    });
    const id = await c.save(message);
    assert.equal(await submit(c, message), 0);
    const sent = await mimeOf(c, id);
    assert.match(sent, /^To: Ben <ben@oxbow\.test>\r$/m);
    assert.match(sent, /^Cc: Team <team@oxbow\.test>\r$/m);
    assert.match(sent, /^Bcc: .*secret@outside\.test/m);
    assert.doesNotMatch(await mimeOf(c, id, false), /secret/);
  });

  test('nobody to send to, and somebody that nobody knows, are errors; the message can be sent when that is mended', async () => {
    const message = await drafted(c, { recipients: [] });
    assert.equal(await submit(c, message), ec.noRecipients);
    await c.addRecipients(message, [{ id: 0, row: exRow('/o=elsewhere/cn=gone', 'Gone') }]);
    assert.equal(await submit(c, message), ec.ambiguousRecip);
    await c.addRecipients(message, [{ id: 0, row: smtpRow('gone@outside.test') }]);
    assert.equal(await submit(c, message), 0);
  });

  test('where a sent message goes: PidTagTargetEntryId, PidTagDeleteAfterSubmit, PidTagSentMailEntryId, Sent Items', async () => {
    const { guid, replicaGuid } = c.mailbox;
    const special = (role: Parameters<typeof c.mailbox.specialFolder>[0]) => c.mailbox.specialFolder(role);
    const inFolder = (role: 'inbox' | 'drafts') => folderEntryId(guid, replicaGuid, special(role));
    const goes: readonly [Values, number | null][] = [
      [[], special('sentItems')],
      [[[PidTag.SentMailEntryId, inFolder('inbox')]], special('inbox')],
      [[[PidTag.SentMailEntryId, Buffer.from('nonsense')]], special('sentItems')],
      [[[PidTag.DeleteAfterSubmit, true]], null],
      [
        [
          [PidTag.TargetEntryId, messageEntryId(guid, replicaGuid, special('drafts'), 0x7777)],
          [PidTag.DeleteAfterSubmit, true],
        ],
        special('drafts'),
      ],
    ];
    for (const [values, folder] of goes) {
      const message = await drafted(c, { values });
      const id = await c.save(message);
      assert.equal(await submit(c, message), 0);
      assert.equal((await waiting(c, id)).row!.sentFolderId, folder);
    }
  });

  test('MS-OXOMSG 2.2.3.6, 2.2.3.7: deferred delivery waits for its time, or so many units', async () => {
    const at = Date.now() + 86_400_000;
    const exact = await drafted(c, { values: [[PidTag.DeferredSendTime, fileTimeFromMs(at)]] });
    const exactId = await c.save(exact);
    assert.equal(await submit(c, exact), 0);
    assert.equal((await waiting(c, exactId)).row!.dueAt, at);
    const units = await drafted(c, {
      values: [
        [PidTag.DeferredSendNumber, 2],
        [PidTag.DeferredSendUnits, 1],
      ],
    });
    const unitsId = await c.save(units);
    assert.equal(await submit(c, units), 0);
    const { dueAt } = (await waiting(c, unitsId)).row!;
    assert.ok(Math.abs(dueAt - (Date.now() + 2 * 3_600_000)) < 60_000);
  });

  test('MS-OXOMSG 2.2.4.2: RopAbortSubmit takes a waiting message back, until its sending has begun', async () => {
    const message = await drafted(c);
    const messageId = await c.save(message);
    assert.equal(await submit(c, message), 0);
    const abort = async (folderId = c.outbox) =>
      (await c.call(d.RopAbortSubmit, [c.logon], { folderId, messageId })).returnValue;
    assert.equal(await abort(c.inbox), ec.notFound);
    assert.equal(await abort(), 0);
    const { message: stored, row } = await waiting(c, messageId);
    assert.deepEqual([row, stored.flags & 0xc], [undefined, 0x8]);
    const again = (await c.open(messageId, 1, c.outbox)).handle;
    assert.equal(await submit(c, again), 0);
    await c.mailbox.sync.noteOutbox((await waiting(c, messageId)).row!, 'sending');
    assert.equal(await abort(), ec.unableToAbort);
  });

  test('MS-OXOMSG 2.2.5.4: RopTransportSend saves and submits, and answers whom the message is from', async () => {
    const message = await drafted(c);
    const { fields } = await c.ok(d.RopTransportSend, [message], {});
    const told = new Map(fields.propertyValues!.map(({ tag, value }) => [tag, value]));
    assert.equal(told.get(PidTag.SentRepresentingName), 'Anna');
    assert.ok(told.has(PidTag.ProviderSubmitTime));
    assert.equal(await submit(c, message), ec.submitted);
  });

  test('MS-OXOMSG 2.2.2: a receipt that was asked for goes into the header', async () => {
    const message = await drafted(c, { values: [[PidTag.ReadReceiptRequested, true]] });
    const id = await c.save(message);
    assert.equal(await submit(c, message), 0);
    assert.match(await mimeOf(c, id), /^Disposition-Notification-To: .*anna@oxbow\.test/m);
  });

  test('what cannot be sent: associated messages, messages inside attachments, messages open for reading', async () => {
    const asked = { codePageId: 0xfff, folderId: c.outbox, associatedFlag: true };
    const associated = (await c.ok(d.RopCreateMessage, [c.logon], asked)).handle;
    assert.equal(await submit(c, associated), ec.notSupported);
    const outer = await drafted(c);
    const attachment = (await c.ok(d.RopCreateAttachment, [outer], {})).handle;
    const inner = (await c.ok(d.RopOpenEmbeddedMessage, [attachment], { codePageId: 0xfff, openModeFlags: 2 })).handle;
    assert.equal(await submit(c, inner), ec.notSupported);
    const id = await c.save(outer);
    assert.equal(await submit(c, (await c.open(id, 0, c.outbox)).handle), ec.accessDenied);
  });

  test('MS-OXOMSG 2.2.4.3, 2.2.5: address types, transport folder, spooler', async () => {
    assert.deepEqual((await c.ok(d.RopGetAddressTypes, [c.logon], {})).fields.addressTypes, ['SMTP', 'EX']);
    assert.equal((await c.ok(d.RopGetTransportFolder, [c.logon], {})).fields.folderId, c.outbox);
    await c.ok(d.RopSetSpooler, [c.logon], {});
    const messageId = await c.save(await drafted(c));
    await c.ok(d.RopSpoolerLockMessage, [c.logon], { messageId, lockState: 1 });
  });
});
