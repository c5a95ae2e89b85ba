import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  counterFromBytes,
  counterOf,
  decodeCodePage,
  ec,
  encodeCodePage,
  exSearchKey,
  fileTimeFromInstant,
  fileTimeFromMs,
  fileTimeToInstant,
  fileTimeToMs,
  globalCounterBytes,
  guidFromBytes,
  guidToBytes,
  isKnownCodePage,
  longTermId,
  MapiError,
  makeId,
  multiValue,
  objectId,
  PidLid,
  PidName,
  PidTag,
  Ptyp,
  parseSourceKey,
  propertyName,
  propertySet,
  replidOfId,
  smtpSearchKey,
  sourceKey,
  typedString,
} from '../../src/mapi/index.ts';
import { decode, encode, Reader, WireError } from '../../src/wire/index.ts';
import { counter, guid, text } from './arbitraries.ts';

describe('an object id', () => {
  it('is a replid and a big-endian counter (MS-OXCDATA 2.2.1.1)', () => {
    assert.equal(encode(objectId, makeId(1, 0x0d)).toString('hex'), '010000000000000d');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), counter, (replid, value) => {
        const id = makeId(replid, value);
        assert.equal(counterOf(id), value);
        assert.equal(replidOfId(id), replid);
        assert.equal(counterOf(BigInt.asIntN(64, id)), value);
        assert.equal(counterFromBytes(globalCounterBytes(value)), value);
      }),
    );
  });

  it('beyond 48 bits or 16 is refused', () => {
    assert.throws(() => makeId(1, 2 ** 48), RangeError);
    assert.throws(() => makeId(0x10000, 1), RangeError);
  });

  it('has long-term ids of 24 and source keys of 22 bytes', () => {
    fc.assert(
      fc.property(guid, counter, (replica, value) => {
        const name = { guid: replica, counter: value };
        assert.equal(encode(longTermId, name).length, 24);
        assert.deepEqual(decode(longTermId, encode(longTermId, name)), name);
        assert.equal(sourceKey(replica, value).length, 22);
        assert.deepEqual(parseSourceKey(sourceKey(replica, value)), name);
      }),
    );
    assert.throws(() => parseSourceKey(Buffer.alloc(20)), WireError);
  });
});

describe('a GUID', () => {
  it('has its first three parts little-endian (MS-DTYP 2.3.4.2)', () => {
    assert.equal(guidToBytes(propertySet.common).toString('hex'), '0820060000000000c000000000000046');
    fc.assert(fc.property(guid, (value) => assert.equal(guidFromBytes(guidToBytes(value)), value)));
    assert.throws(() => guidToBytes('not one'), RangeError);
    assert.throws(() => guidFromBytes(Buffer.alloc(15)), RangeError);
  });
});

describe('a FILETIME', () => {
  it('counts 100 ns since 1601', () => {
    assert.equal(fileTimeFromMs(0), 116444736000000000n);
    assert.equal(fileTimeToMs(0n), -11644473600000);
    assert.equal(fileTimeToMs(1n), -11644473600000);
    fc.assert(
      fc.property(fc.integer({ min: -11644473600000, max: 8.64e15 }), (ms) => {
        assert.equal(fileTimeToMs(fileTimeFromMs(ms)), ms);
        const time = fileTimeFromMs(ms) + 1234n;
        if (ms + 1 < 8.64e15) assert.equal(fileTimeFromInstant(fileTimeToInstant(time)), time);
      }),
    );
  });
});

describe('a code page', () => {
  it('carries 8-bit text both ways', () => {
    for (const [page, word] of [
      [1252, 'Grüße €'],
      [1251, 'Привет'],
      [932, '日本'],
      [65001, 'Grüße 日本'],
      [28605, '€'],
      [20866, 'Привет'],
      [950, '中文'],
      [936, '中文'],
      [949, '한국'],
    ] as const) {
      assert.equal(decodeCodePage(page)(encodeCodePage(page)(word)), word, String(page));
    }
    assert.equal(encodeCodePage(1252)('日').toString('latin1'), '?');
  });

  it('of 16-bit units or unknown is refused', () => {
    for (const page of [1200, 1201, 12000, 0, 99999]) {
      assert.ok(!isKnownCodePage(page));
      assert.throws(
        () => decodeCodePage(page),
        (e) => e instanceof MapiError && e.code === ec.invalidCodepage,
      );
    }
    assert.ok(isKnownCodePage(65001));
  });
});

describe('a search key', () => {
  it('is the address in upper case with its type and a NUL', () => {
    assert.equal(exSearchKey('/o=a').toString(), 'EX:/O=A\0');
    assert.equal(smtpSearchKey('a@b.c').toString(), 'SMTP:A@B.C\0');
  });
});

describe('a property name', () => {
  it('has the layout of MS-OXCDATA 2.6.1', () => {
    const set = '0820060000000000c000000000000046';
    const lid = { guid: propertySet.common, lid: 0x8516 };
    const name = { guid: propertySet.common, name: 'ab' };
    assert.equal(encode(propertyName, lid).toString('hex'), `00${set}16850000`);
    assert.equal(encode(propertyName, name).toString('hex'), `01${set}06610062000000`);
    assert.equal(encode(propertyName, undefined).toString('hex'), `ff${'00'.repeat(16)}`);
    for (const each of [lid, name, undefined]) assert.deepEqual(decode(propertyName, encode(propertyName, each)), each);
  });

  it('too long for its size field is refused', () => {
    assert.throws(() => encode(propertyName, { guid: propertySet.common, name: 'x'.repeat(127) }), RangeError);
  });
});

describe('a typed string', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), (value) =>
        assert.equal(decode(typedString, encode(typedString, value)), value),
      ),
    );
  });

  it('may be 8-bit or Unicode without its zero bytes (MS-OXCDATA 2.11.7)', () => {
    const read = (hex: string) => {
      const reader = new Reader(Buffer.from(hex, 'hex'));
      reader.decode8 = decodeCodePage(1251);
      return typedString.read(reader);
    };
    assert.equal(read('02cf00'), 'П');
    assert.equal(read('03fc00'), 'ü');
    assert.equal(read('00'), undefined);
    assert.equal(read('01'), '');
    assert.throws(() => read('05'), WireError);
  });
});

describe('the names of the specifications', () => {
  it('stand for the tags that Outlook uses', () => {
    const known: Record<string, number> = {
      Subject: 0x0037001f,
      Html: 0x10130102,
      Body: 0x1000001f,
      RtfCompressed: 0x10090102,
      Mid: 0x674a0014,
      FolderId: 0x67480014,
      ParentFolderId: 0x67490014,
      InstID: 0x674d0014,
      InstanceNum: 0x674e0003,
      ChangeNumber: 0x67a40014,
      Associated: 0x67aa000b,
      SourceKey: 0x65e00102,
      PredecessorChangeList: 0x65e30102,
      RowType: 0x0ff50003,
      Depth: 0x30050003,
      ContentCount: 0x36020003,
      ContentUnreadCount: 0x36030003,
      IdsetGiven: 0x40170003,
      SerializedReplidGuidMap: 0x66380102,
      AddressBookProxyAddresses: 0x800f101f,
      WlinkGroupName: 0x6851001f,
    };
    for (const [name, tag] of Object.entries(known)) assert.equal(PidTag[name as keyof typeof PidTag], tag, name);
  });

  it('have types that exist', () => {
    const types = new Set<number>(Object.values(Ptyp).flatMap((type) => [type, type | multiValue]));
    for (const [name, tag] of Object.entries(PidTag)) assert.ok(types.has(tag & 0xffff), name);
    for (const [name, { type }] of Object.entries({ ...PidLid, ...PidName })) assert.ok(types.has(type), name);
  });

  it('of named properties give their set and LID or name', () => {
    assert.deepEqual(PidLid.CommonStart, { guid: propertySet.common, lid: 0x8516, type: Ptyp.Time });
    assert.deepEqual(PidLid.GlobalObjectId, { guid: propertySet.meeting, lid: 3, type: Ptyp.Binary });
    assert.deepEqual(PidName.Keywords, {
      guid: propertySet.publicStrings,
      name: 'Keywords',
      type: Ptyp.String | multiValue,
    });
  });
});
