import fc from 'fast-check';
import type { DistributionList, Member } from '../../../src/formats/index.ts';
import { common, line } from '../contact/arbitrary.ts';

const id = fc.uint8Array({ minLength: 24, maxLength: 70 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const address = fc.tuple(word, word).map(([name, host]) => `${name}@${host}.example`);
const name = line.filter((text) => !text.includes('@') && !/\(.*\)$/.test(text));

const source = fc.oneof(
  fc.record(
    {
      kind: fc.constant('contact' as const),
      id,
      address: fc.constantFrom(...(['email1', 'email2', 'email3', 'businessFax', 'homeFax', 'otherFax'] as const)),
    },
    { noNullPrototype: true },
  ),
  fc.record({ kind: fc.constant('list' as const), id }, { noNullPrototype: true }),
  fc.record(
    { kind: fc.constant('addressBook' as const), dn: word.map((cn) => `/o=X/cn=${cn}`), list: fc.boolean() },
    { noNullPrototype: true },
  ),
);

export const member: fc.Arbitrary<Member> = fc.record(
  { name, address, source },
  { requiredKeys: ['address'], noNullPrototype: true },
);

export const list: fc.Arbitrary<DistributionList> = fc.record(
  { displayName: line, members: fc.array(member, { minLength: 1, maxLength: 8 }), ...common },
  { requiredKeys: [], noNullPrototype: true },
);
