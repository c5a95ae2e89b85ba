import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { counterOf, makeId } from '../../../src/mapi/index.ts';
import {
  notificationData,
  RopMoveFolder,
  RopQueryRows,
  RopSortTable,
  ropDefinitions,
} from '../../../src/protocols/rop/definitions/index.ts';
import { parseRops } from '../../../src/protocols/rop/parse.ts';
import { decode, encode } from '../../../src/wire/index.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('examples of the specifications, byte for byte', () => {
  test('MS-OXCFOLD 4.5.1: a request of RopMoveFolder', () => {
    const rops = bytes('35 00 01 02 01 01 01 00 00 00 0E 8E DF 36 46 00 6F 00 6C 00 64 00 65 00 72 00 31 00 00 00');
    const [call, ...more] = parseRops(rops, 1252);
    assert.equal(more.length, 0);
    assert.equal(call?.definition, ropDefinitions.get(RopMoveFolder.id));
    assert.deepEqual(call?.indexes, [1, 2]);
    assert.deepEqual(call?.request, {
      wantAsynchronous: true,
      useUnicode: true,
      folderId: makeId(1, 0x0e8edf36),
      newFolderName: 'Folder1',
    });
  });

  test('MS-OXCTABL 4.5.3.1: a request of RopQueryRows', () => {
    const [call] = parseRops(bytes('15 00 00 00 01 32 00'), 1252);
    assert.equal(call?.definition.id, RopQueryRows.id);
    assert.deepEqual(call?.request, { queryRowsFlags: 0, forwardRead: true, rowCount: 50 });
  });

  test('MS-OXCTABL 4.3.2: what follows the ReturnValue of RopSortTable', () => {
    assert.deepEqual(encode(RopSortTable.response, { tableStatus: 0 }), bytes('00'));
  });

  test('an id is a replid and a big-endian counter', () => {
    assert.equal(counterOf(bytes('01 00 00 00 0E 8E DF 36').readBigUInt64LE()), 0x0e8edf36);
  });
});

describe('NotificationData (MS-OXCNOTIF 2.2.1.4.1.2)', () => {
  const folderId = makeId(1, 0x11);
  const messageId = makeId(1, 0x22);

  test('of a message created: M flag, ids, no parent, no tags', () => {
    const data = encode(notificationData, { kind: 'object', type: 4, folderId, messageId });
    assert.deepEqual(data, bytes('04 80 01 00 00 00 00 00 00 11 01 00 00 00 00 00 00 22 00 00'));
  });

  test('of a folder whose counts changed', () => {
    const data = encode(notificationData, {
      kind: 'object',
      type: 0x10,
      folderId,
      totalMessageCount: 5,
      unreadMessageCount: 2,
    });
    assert.deepEqual(data, bytes('10 30 01 00 00 00 00 00 00 11 00 00 05 00 00 00 02 00 00 00'));
  });

  test('of a folder deleted carries its parent', () => {
    const parentFolderId = makeId(1, 0x33);
    const data = encode(notificationData, { kind: 'object', type: 8, folderId, parentFolderId });
    assert.deepEqual(data, bytes('08 00 01 00 00 00 00 00 00 11 01 00 00 00 00 00 00 33'));
  });

  test('of a row added to a contents table', () => {
    const row = { folderId, messageId, instance: 0 };
    const data = encode(notificationData, {
      kind: 'table',
      event: 3,
      message: true,
      row,
      after: undefined,
      data: bytes('00 41'),
    });
    assert.deepEqual(
      data,
      bytes(
        '00 81 03 00 01 00 00 00 00 00 00 11 01 00 00 00 00 00 00 22 00 00 00 00' +
          '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 00 41',
      ),
    );
  });

  test('reads as it was written, of each kind', () => {
    const ids = { folderId, messageId };
    const folder = { parentFolderId: makeId(1, 3), oldFolderId: makeId(1, 4), oldParentFolderId: makeId(1, 5) };
    for (const value of [
      { kind: 'object', type: 2, ...ids, messageFlags: 1, messageClass: 'IPM.Note' },
      { kind: 'object', type: 0x20, ...ids, oldFolderId: makeId(1, 4), oldMessageId: makeId(1, 5) },
      { kind: 'object', type: 0x40, folderId, ...folder },
      { kind: 'object', type: 0x80, folderId },
      { kind: 'table', event: 1, message: false },
      { kind: 'table', event: 4, message: false, row: { folderId } },
      { kind: 'table', event: 5, message: false, row: { folderId }, after: { folderId }, data: bytes('00') },
    ] as const) {
      const back = decode(notificationData, encode(notificationData, value));
      assert.deepEqual(encode(notificationData, back), encode(notificationData, value));
    }
  });
});
