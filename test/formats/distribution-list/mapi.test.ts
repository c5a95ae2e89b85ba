import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DistributionList,
  distributionListNames,
  type Member,
  readDistributionList,
  writeDistributionList,
} from '../../../src/formats/index.ts';
import {
  freshNamedTags,
  getProperty,
  type NamedProperty,
  PidLid,
  PidTag,
  type PropertyBag,
  setProperty,
} from '../../../src/mapi/index.ts';
import { list as anyList } from './arbitrary.ts';

const tags = freshNamedTags();
const context = { tags, timeZone: 'UTC' };
const tagOf = (property: number | NamedProperty) => (typeof property === 'number' ? property : tags.tagOf(property));
const get = (bag: PropertyBag, property: number | NamedProperty) => getProperty(bag, tagOf(property));
const written = (list: DistributionList, bag: PropertyBag = new Map()): PropertyBag => {
  writeDistributionList(bag, list, context);
  return bag;
};

test('every list comes back from its properties', () => {
  fc.assert(fc.property(anyList, (list) => assert.deepEqual(readDistributionList(written(list), context), list)));
});

test('a list that became another one reads as that one, and writing what is there changes nothing', () => {
  fc.assert(
    fc.property(anyList, anyList, (before, after) => {
      const bag = written(after, written(before));
      assert.deepEqual(readDistributionList(bag, context), after);
      const copy = new Map(bag);
      assert.deepEqual(written(after, bag), copy);
    }),
  );
});

test('all named properties of a list are among those to ask for', () => {
  const known = new Set(distributionListNames.map((name) => tags.tagOf(name)));
  for (const tag of written({ displayName: 'x', members: many(300), note: { text: 'n' } }).keys())
    assert.ok(tag < 0x80000000 || known.has(tag));
});

/** The members of a list that Outlook 2010 saved (aspose-email, NewGroup.msg, of the samples). */
const inside = (last: string) =>
  `000000001aec13a5e97c3448a010c8bd9855d6420700f858229b078f72428d467fc5569689c5002432332e860000f858229b078f72428d467fc5569689c500243233${last}0000`;
const outlook: DistributionList = {
  displayName: 'NewGroup',
  members: [
    ['user2', '4488'],
    ['user1', '4487'],
  ].map(([name, last]) => ({
    name: name!.replace('u', 'U'),
    address: `${name}@gmail.com`,
    source: { kind: 'contact', id: inside(last!), address: 'email1' },
  })),
};

test('MS-OXOCNTC 2.2.2.2: members, one-offs and checksum are those that Outlook writes, byte for byte', () => {
  const bag = written(outlook);
  const [member] = get(bag, PidLid.DistributionListMembers) as Uint8Array[];
  assert.equal(Buffer.from(member!).toString('hex'), `00000000c091add3519dcf11a4a900aa0047faa4c3${inside('4488')}`);
  const [oneOff] = get(bag, PidLid.DistributionListOneOffMembers) as Uint8Array[];
  assert.equal(
    Buffer.from(oneOff!).toString('hex', 0, 72),
    '00000000812b1fa4bea310199d6e00dd010f540200000180550073006500720032002000280075007300650072003200400067006d00610069006c002e0063006f006d0029000000',
  );
  assert.equal(get(bag, PidLid.DistributionListChecksum), 0x42a3eb7f);
  assert.equal(get(bag, PidTag.IconIndex), 0x202);
  assert.equal(get(bag, PidTag.MessageClass), 'IPM.DistList');
  for (const property of [PidTag.DisplayName, PidTag.Subject, PidLid.DistributionListName, PidLid.FileUnder])
    assert.equal(get(bag, property), 'NewGroup');
});

test('MS-OXOCNTC 2.2.2.2.3: by the checksum, members that were changed alone do not get the addresses of others', () => {
  const bag = written(outlook);
  const members = get(bag, PidLid.DistributionListMembers) as Uint8Array[];
  setProperty(bag, tagOf(PidLid.DistributionListMembers), members.slice(1));
  assert.deepEqual(readDistributionList(bag, context).members, [{ source: outlook.members![1]!.source }]);
});

const many = (count: number): Member[] =>
  Array.from({ length: count }, (_, at) => ({ name: `Person ${at}`, address: `person${at}@many.example` }));

test('MS-OXOCNTC 2.2.2.2.4: 15,000 bytes of members or more go to the stream, and come back when there are few again', () => {
  const bag = written({ members: many(300) });
  assert.equal(get(bag, PidLid.DistributionListMembers), undefined);
  const stream = Buffer.from(get(bag, PidLid.DistributionListStream) as Uint8Array);
  assert.equal(stream.readUInt16LE(0), 1);
  assert.equal(stream.readUInt32LE(12), 300);
  assert.equal(stream.readBigUInt64LE(stream.length - 8), 0n);
  assert.equal(readDistributionList(bag, context).members?.length, 300);
  written({ members: many(3) }, bag);
  assert.equal(get(bag, PidLid.DistributionListStream), undefined);
  assert.deepEqual(readDistributionList(bag, context), { members: many(3) });
});

test('what Outlook put into a member stays to the byte when others are added', () => {
  const bag = written(outlook);
  const odd = Buffer.concat([(get(bag, PidLid.DistributionListOneOffMembers) as Uint8Array[])[0]!, Buffer.of(1, 2)]);
  setProperty(bag, tagOf(PidLid.DistributionListOneOffMembers), [odd, odd]);
  const list = readDistributionList(bag, context);
  written({ ...list, members: [...list.members!, ...many(1)] }, bag);
  assert.deepEqual((get(bag, PidLid.DistributionListOneOffMembers) as Uint8Array[])[1], odd);
});

test('a member whose contact nobody found keeps its name and address', () => {
  const source = { kind: 'contact', id: '31/512', address: 'email1' } as const;
  const list = { members: [{ name: 'Kim', address: 'kim@p.example', source }] };
  assert.deepEqual(readDistributionList(written(list), context).members, [{ name: 'Kim', address: 'kim@p.example' }]);
});

test('hostile members and streams are read without harm', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 })), fc.uint8Array({ maxLength: 60 }), (members, stream) => {
      const bag = new Map();
      setProperty(bag, tagOf(PidLid.DistributionListMembers), members);
      setProperty(bag, tagOf(PidLid.DistributionListStream), Buffer.concat([Buffer.of(1, 0), stream]));
      readDistributionList(bag, context);
    }),
  );
});
