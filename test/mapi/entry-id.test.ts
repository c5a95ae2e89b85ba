import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addressBookEntryId,
  contactEntryId,
  decodeCodePage,
  folderEntryId,
  innermostEntryId,
  messageEntryId,
  oneOffEntryId,
  parseEntryId,
  storeEntryId,
} from '../../src/mapi/index.ts';
import { counter, guid, text } from './arbitraries.ts';

const mailbox = '01020304-0506-0708-090a-0b0c0d0e0f10';
const replica = '11121314-1516-1718-191a-1b1c1d1e1f20';
const mailboxHex = '0403020106050807090a0b0c0d0e0f10';
const replicaHex = '1413121116151817191a1b1c1d1e1f20';

describe('an entry id', () => {
  it('of a folder has 46 bytes (MS-OXCDATA 2.2.4.1)', () => {
    assert.equal(
      folderEntryId(mailbox, replica, 0x0d).toString('hex'),
      `00000000${mailboxHex}0100${replicaHex}00000000000d0000`,
    );
    assert.equal(
      folderEntryId('public', replica, 0x0d).toString('hex', 0, 22),
      '00000000' + '1a447390aa6611cd9bc800aa002fc45a' + '0300',
    );
  });

  it('of a message has 70 bytes (MS-OXCDATA 2.2.4.2)', () => {
    assert.equal(
      messageEntryId(mailbox, replica, 0x0d, 0x0102).toString('hex'),
      `00000000${mailboxHex}0700${replicaHex}00000000000d0000${replicaHex}0000000001020000`,
    );
  });

  it('of folders and messages says what it was made of', () => {
    fc.assert(
      fc.property(guid, guid, guid, counter, counter, (box, a, b, folder, message) => {
        assert.deepEqual(parseEntryId(folderEntryId(box, a, folder)), {
          kind: 'folder',
          mailboxGuid: box,
          public: false,
          replicaGuid: a,
          counter: folder,
        });
        assert.deepEqual(parseEntryId(messageEntryId(box, a, folder, message, b)), {
          kind: 'message',
          mailboxGuid: box,
          public: false,
          folderReplicaGuid: a,
          folderCounter: folder,
          replicaGuid: b,
          counter: message,
        });
      }),
    );
  });

  it('of a store names the server and the mailbox (MS-OXCDATA 2.2.4.3)', () => {
    const id = storeEntryId('mail.example.com', '/o=A/cn=b');
    assert.equal(
      id.toString('hex', 0, 60),
      `${'00000000' + '38a1bb1005e5101aa1bb08002b2a56c2' + '0000'}${Buffer.from('EMSMDB.DLL\0\0\0\0').toString('hex')}` +
        '00000000' +
        '1b55fa20aa6611cd9bc800aa002fc45a' +
        '0c000000',
    );
    assert.deepEqual(parseEntryId(id), {
      kind: 'store',
      public: false,
      serverShortname: 'mail.example.com',
      mailboxDn: '/o=A/cn=b',
    });
  });

  it('of the address book carries the DN (MS-OXCDATA 2.2.5.2)', () => {
    const id = addressBookEntryId('/o=A', 1);
    assert.equal(
      id.toString('hex'),
      '00000000' + 'dca740c8c042101ab4b908002b2fe182' + '01000000' + '01000000' + '2f6f3d4100',
    );
    assert.deepEqual(parseEntryId(id), { kind: 'addressBook', dn: '/o=A', type: 1 });
  });

  it('of a one-off recipient is Unicode (MS-OXCDATA 2.2.5.1)', () => {
    assert.equal(
      oneOffEntryId({ displayName: 'A', addressType: 'X', address: 'b' }).toString('hex'),
      '00000000' + '812b1fa4bea310199d6e00dd010f5402' + '0000' + '0190' + '41000000' + '58000000' + '62000000',
    );
    fc.assert(
      fc.property(text, text, fc.boolean(), (displayName, address, flag) => {
        const oneOff = { displayName, addressType: 'SMTP', address, nonRich: flag, noLookup: !flag };
        assert.deepEqual(parseEntryId(oneOffEntryId(oneOff)), { kind: 'oneOff', ...oneOff });
      }),
    );
  });

  it('of a one-off recipient may be in a code page', () => {
    const id = Buffer.from(`00000000812b1fa4bea310199d6e00dd010f540200000000${'fc00' + '5800' + '6200'}`, 'hex');
    const parsed = parseEntryId(id, decodeCodePage(1252));
    assert.ok(parsed.kind === 'oneOff' && parsed.displayName === 'ü' && !parsed.nonRich);
  });

  it('of a contact leads to the contact', () => {
    const contact = messageEntryId(mailbox, replica, 1, 2);
    assert.deepEqual(parseEntryId(contactEntryId(contact, 1)), {
      kind: 'contact',
      distributionList: false,
      index: 1,
      entryId: contact,
    });
    const wrapped = Buffer.concat([Buffer.from('00000000c091add3519dcf11a4a900aa0047faa4c3', 'hex'), contact]);
    assert.deepEqual(innermostEntryId(wrapped), parseEntryId(contact));
  });

  it('that is broken or of no known kind is unknown, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) =>
        assert.ok(typeof parseEntryId(bytes).kind === 'string'),
      ),
    );
    const cut = oneOffEntryId({ displayName: 'A', addressType: 'X', address: 'b' });
    for (let size = 0; size < cut.length; size++) assert.equal(parseEntryId(cut.subarray(0, size)).kind, 'unknown');
  });
});
