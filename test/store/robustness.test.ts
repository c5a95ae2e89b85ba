import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MapiError, type PropertyValue, Ptyp, type StoredValue, tagOf } from '../../src/mapi/index.ts';
import { messageProperty, messagePropertyTags } from '../../src/store/index.ts';
import { client, setUp } from './support.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const values: readonly [number, fc.Arbitrary<PropertyValue>][] = [
  [Ptyp.Integer16, fc.integer({ min: -32768, max: 65535 })],
  [Ptyp.Integer32, fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 })],
  [Ptyp.Floating64, fc.double()],
  [Ptyp.Boolean, fc.boolean()],
  [Ptyp.Integer64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })],
  [Ptyp.Time, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  [Ptyp.String, anyText],
  [Ptyp.Binary, fc.uint8Array({ maxLength: 20_000 })],
  [Ptyp.String | 0x1000, fc.array(anyText, { maxLength: 5 })],
];
/** Ids that the store does something with, and others. */
const ids = [
  ...new Set(messagePropertyTags.map((tag) => tag >>> 16)),
  0x0e06,
  0x0039,
  0x1035,
  0x1000,
  0x8123,
  0x66aa,
  1,
];

const property = fc.constantFrom(...values).chain(([type, value]) =>
  fc.tuple(
    fc.constantFrom(...ids).map((id) => tagOf(id, type)),
    value,
  ),
);

test('any properties of any type are saved or refused, and what is saved reads the same', async (t) => {
  const { mailbox, drafts } = await setUp(t);
  await fc.assert(
    fc.asyncProperty(
      fc.array(property, { maxLength: 20 }),
      fc.array(property, { maxLength: 5 }),
      async (first, second) => {
        try {
          const saved = await mailbox.saveMessage(
            { folderId: drafts, set: new Map<number, StoredValue>(first) },
            client,
          );
          const change = {
            id: saved.id,
            folderId: drafts,
            set: new Map<number, StoredValue>(second),
            remove: first.slice(0, 2).map(([tag]) => tag),
          };
          const changed = await mailbox.saveMessage(change, client);
          assert.deepEqual([...(await mailbox.message(saved.id))!.properties.keys()], [...changed.properties.keys()]);
          for (const tag of messagePropertyTags) messageProperty(mailbox, changed, tag);
        } catch (error) {
          if (!(error instanceof MapiError)) throw error;
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('folder names and properties of any kind are taken or refused', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 260 }),
      fc.array(property, { maxLength: 8 }),
      async (displayName, set) => {
        try {
          const properties = new Map<number, StoredValue>(set);
          const { folder } = await mailbox.createFolder({ parentId: inbox, displayName, properties }, client);
          assert.equal((await mailbox.folder(folder.id))!.displayName, Buffer.from(displayName).toString());
        } catch (error) {
          if (!(error instanceof MapiError)) throw error;
        }
      },
    ),
    { numRuns: 100 },
  );
});
