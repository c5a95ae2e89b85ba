import { test } from 'node:test';
import fc from 'fast-check';
import {
  contactNames,
  distributionListNames,
  readContact,
  readDistributionList,
  readTask,
  taskNames,
  writeContact,
  writeDistributionList,
  writeTask,
} from '../../../src/formats/index.ts';
import { freshNamedTags, type NamedProperty, PidTag, type PropertyBag, setProperty } from '../../../src/mapi/index.ts';

const context = { tags: freshNamedTags(), timeZone: 'Pacific/Auckland' };
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.boolean(),
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 }),
  fc.array(fc.integer(), { maxLength: 4 }),
  fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
);

/** Properties of any type and content, as a client may set them. */
function anyBag(names: readonly NamedProperty[]): fc.Arbitrary<PropertyBag> {
  const tags = [...Object.values(PidTag).filter((tag) => tag >>> 16 >= 0x3a00 || tag >>> 16 < 0x1100)];
  const tag = fc.constantFrom(
    ...tags,
    ...names.map((name) => context.tags.tagOf(name)),
    ...names.map((name) => context.tags.tagOf(name)),
  );
  return fc.array(fc.tuple(tag, value), { maxLength: 60 }).map((entries) => {
    const bag: PropertyBag = new Map();
    for (const [key, content] of entries) setProperty(bag, key, content);
    return bag;
  });
}

test('a contact of any properties is read, and written anew', () => {
  fc.assert(
    fc.property(anyBag(contactNames), (bag) => {
      writeContact(bag, { ...readContact(bag, context), nickname: 'x', surname: 'y' }, context);
      writeContact(new Map(), readContact(bag, context), context);
    }),
    { numRuns: 400 },
  );
});

test('a list of any properties is read, and written anew', () => {
  fc.assert(
    fc.property(anyBag(distributionListNames), (bag) => {
      writeDistributionList(new Map(), readDistributionList(bag, context), context);
    }),
    { numRuns: 400 },
  );
});

test('a task of any properties is read, and written anew', () => {
  fc.assert(
    fc.property(anyBag(taskNames), (bag) => {
      writeTask(new Map(), readTask(bag, context), context);
    }),
    { numRuns: 400 },
  );
});
