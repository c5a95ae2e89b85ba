import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addPredecessor,
  changeKey,
  includesPredecessors,
  mergePredecessorChangeLists,
  parsePredecessorChangeList,
  parseXid,
  serializePredecessorChangeList,
  type Xid,
} from '../../src/mapi/index.ts';
import { WireError } from '../../src/wire/index.ts';

const server = '11111111-2222-3333-4444-555555555555';
const client = 'ff000000-0000-0000-0000-000000000001';
const xid: fc.Arbitrary<Xid> = fc
  .tuple(
    fc.constantFrom(server, client, '00000001-0000-0000-0000-000000000000'),
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
  )
  .map(([guid, localId]) => ({ guid, localId: Buffer.from(localId) }));
const list = fc.array(xid, { maxLength: 5 }).map((xids) => mergePredecessorChangeLists(xids, []));
const local = (guid: string, ...localId: number[]): Xid => ({ guid, localId: Buffer.from(localId) });

describe('a change key', () => {
  it('of the server is a GUID and six bytes', () => {
    assert.equal(changeKey(server, 0x0d).toString('hex'), '11111111222233334444555555555555' + '00000000000d');
    assert.deepEqual(parseXid(changeKey(server, 0x0d)), local(server, 0, 0, 0, 0, 0, 0x0d));
  });

  it('of 17 to 24 bytes is accepted, others are not (MS-OXCFXICS 2.2.2.2)', () => {
    for (const size of [17, 20, 22, 24]) assert.equal(parseXid(Buffer.alloc(size)).localId.length, size - 16);
    for (const size of [0, 16, 25]) assert.throws(() => parseXid(Buffer.alloc(size)), WireError);
  });
});

describe('a predecessor change list', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(list, (xids) =>
        assert.deepEqual(parsePredecessorChangeList(serializePredecessorChangeList(xids)), xids),
      ),
    );
  });

  it('is sorted by the bytes of the GUID, with the size before each XID', () => {
    const merged = mergePredecessorChangeLists([local(server, 5)], [local(client, 0, 0, 0, 9)]);
    assert.equal(
      serializePredecessorChangeList(merged).toString('hex'),
      '14' + '000000ff000000000000000000000001' + '00000009' + '11' + '11111111222233334444555555555555' + '05',
    );
  });

  it('includes another when it has seen all of its changes (MS-OXCFXICS 3.1.5.6.1)', () => {
    const both = [local(server, 0, 5), local(client, 0, 0, 0, 9)];
    assert.ok(includesPredecessors(both, [local(server, 5)]));
    assert.ok(includesPredecessors(both, []));
    assert.ok(!includesPredecessors(both, [local(server, 6)]));
    assert.ok(!includesPredecessors([local(server, 6)], both));
    assert.ok(!includesPredecessors([local(server, 0, 5)], [local(server, 1, 0)]));
  });

  it('merged with another includes both, and the order does not matter', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const merged = mergePredecessorChangeLists(a, b);
        assert.ok(includesPredecessors(merged, a) && includesPredecessors(merged, b));
        assert.ok(includesPredecessors(mergePredecessorChangeLists(b, a), merged));
      }),
    );
  });

  it('takes one more change on its bytes', () => {
    const bytes = addPredecessor(serializePredecessorChangeList([local(client, 9)]), changeKey(server, 7));
    assert.deepEqual(
      parsePredecessorChangeList(addPredecessor(bytes, changeKey(server, 8))).map((x) => x.localId.at(-1)),
      [9, 8],
    );
    assert.deepEqual(addPredecessor(bytes, changeKey(server, 6)), bytes);
  });

  it('with wrong sizes is refused', () => {
    for (const bad of ['10', `10${'00'.repeat(16)}`, `16${'00'.repeat(21)}`, `19${'00'.repeat(25)}`]) {
      assert.throws(() => parsePredecessorChangeList(Buffer.from(bad, 'hex')), WireError);
    }
  });
});
