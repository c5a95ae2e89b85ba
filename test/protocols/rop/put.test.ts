import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  isLargeValue,
  makeId,
  PidTag,
  type PropertyName,
  type PropertyTag,
  type StoredValue,
  tagOf,
  typeOf,
} from '../../../src/mapi/index.ts';
import { marker } from '../../../src/protocols/fasttransfer/index.ts';
import type { FolderId, Mailbox, Message, MessageContent, Origin } from '../../../src/store/index.ts';
import { readStream, type Whole } from '../fasttransfer/elements.ts';
import { startStoreClient } from './mailbox-client.ts';
import { bytesOfFolder, bytesOfMessages, bytesOfObject, operation, upload } from './putting-client.ts';
import { randomContent } from './random-content.ts';

const origin: Origin = { kind: 'client' };
const names: readonly PropertyName[] = [
  { guid: '00062008-0000-0000-c000-000000000046', lid: 0x8503 },
  { guid: '00020329-0000-0000-c000-000000000046', name: 'Keywords' },
  { guid: '11111111-2222-3333-4444-555555555555', name: 'x-füße' },
];

type World = Awaited<ReturnType<typeof startStoreClient>>;

/** Two mailboxes of different stores, which number the same named properties differently. */
describe('what one server writes and another takes in', () => {
  let [from, to]: World[] = [];
  let named: number[];
  before(async () => {
    [from, to] = [await startStoreClient(), await startStoreClient()];
    named = await from.mailbox.propertyIds(names, true);
    await to.mailbox.propertyIds([{ guid: names[2]!.guid, name: 'taken' }, names[1]!, names[0]!], true);
  });
  after(async () => {
    assert.deepEqual([from!.errors, to!.errors], [[], []]);
    await from!.close();
    await to!.close();
  });
  let [source, target]: FolderId[] = [];
  let folders = 0;
  beforeEach(async () => {
    source = await newFolder(from!.mailbox);
    target = await newFolder(to!.mailbox);
  });

  async function newFolder(mailbox: Mailbox, parentId = mailbox.specialFolder('inbox')): Promise<FolderId> {
    const displayName = `folder ${++folders}`;
    return (await mailbox.createFolder({ parentId, displayName }, origin)).folder.id;
  }
  const opened = (world: World, id: FolderId) => world.folder(makeId(1, id));
  const save = (mailbox: Mailbox, folderId: FolderId, content: MessageContent, associated = false) =>
    mailbox.saveMessage(
      {
        folderId,
        associated,
        set: content.properties,
        recipients: content.recipients,
        putAttachments: content.attachments,
        read: content.recipients.length !== 1,
        flags: content.attachments.length === 1 ? 8 : 0,
      },
      origin,
    );
  const messagesIn = async (mailbox: Mailbox, folderId: FolderId): Promise<Message[]> => {
    const ids = [
      ...(await mailbox.messageIds(folderId, { associated: true })),
      ...(await mailbox.messageIds(folderId)),
    ].sort((a, b) => a - b);
    return Promise.all(ids.map(async (id) => (await mailbox.message(id))!));
  };

  const contents = (depth: number) => fc.constant(undefined).chain(() => randomContent(named, depth));
  const cuts = fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 20_000 })));
  // Making a counterexample small can take long: the values are.
  const asProperty = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 30_000 });

  test('messages are equal, however their stream is split (MS-OXCFXICS_R601, MS-OXCFXICS_R3182)', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(contents(3), fc.boolean()), { minLength: 1, maxLength: 3 }),
        cuts,
        async (all, sizes) => {
          [source, target] = [await newFolder(from!.mailbox), await newFolder(to!.mailbox)];
          const ids: bigint[] = [];
          for (const [content, associated] of all)
            ids.push(makeId(1, (await save(from!.mailbox, source, content, associated)).id));
          const [there, here] = [await opened(from!, source), await opened(to!, target)];
          const bytes = await bytesOfMessages(from!, there, ids);
          assert.equal(await upload(to!, here, operation.copyMessages, bytes, () => sizes.next().value as number), 0);
          const made = await messagesIn(to!.mailbox, target);
          const again = await bytesOfMessages(
            to!,
            here,
            made.map(({ id }) => makeId(1, id)),
          );
          assert.deepEqual(comparable(readStream([again])), comparable(readStream([bytes])));
          for (const [index, [content, associated]] of all.entries()) {
            assert.equal(made[index]!.associated, associated);
            await assertKept(content, await to!.mailbox.content(made[index]!));
          }
          await from!.release(there);
          await to!.release(here);
        },
      ),
      asProperty(30),
    ));

  /** Whatever a message was given, its copy has; checked in the store, not by what the server tells. */
  async function assertKept(given: MessageContent, kept: MessageContent): Promise<void> {
    for (const [tag, value] of given.properties) await assertValue(tag, value, kept.properties);
    assert.equal(kept.recipients.length, given.recipients.length);
    for (const [index, bag] of given.recipients.entries())
      for (const [tag, value] of bag) await assertValue(tag, value, kept.recipients[index]!);
    assert.equal(kept.attachments.length, given.attachments.length);
    for (const [index, attachment] of given.attachments.entries()) {
      const copy = kept.attachments[index]!;
      for (const [tag, value] of attachment.properties) await assertValue(tag, value, copy.properties);
      assert.equal(copy.embedded === undefined, attachment.embedded === undefined);
      if (attachment.embedded && copy.embedded) await assertKept(attachment.embedded, copy.embedded);
    }
  }

  async function assertValue(tag: PropertyTag, value: StoredValue, kept: ReadonlyMap<PropertyTag, StoredValue>) {
    // Kept with the message as a whole, and not in its bag.
    if (tag === PidTag.CreationTime && !kept.has(tag)) return;
    let here = tag;
    if (tag >>> 16 >= 0x8000) {
      const [id] = await to!.mailbox.propertyIds([names[named.indexOf(tag >>> 16)]!], false);
      here = tagOf(id!, typeOf(tag));
    }
    let found = kept.get(here);
    if (isLargeValue(found)) {
      const bytes = await wholeOf(found);
      found = (here & 0xffff) === 0x1f ? bytes.toString('utf16le') : bytes;
    }
    assert.deepEqual(found, value, `property 0x${tag.toString(16)}`);
  }

  async function wholeOf(value: {
    size: number;
    read(at: number, length: number): Promise<Uint8Array>;
  }): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < value.size; at += parts.at(-1)!.length) parts.push(await value.read(at, 0x10000));
    return Buffer.concat(parts);
  }

  test('a message put into a new one is equal once that is saved (MS-OXCFXICS_R599, MS-OXCFXICS_R2152)', () =>
    fc.assert(
      fc.asyncProperty(contents(2), cuts, async (content, sizes) => {
        const message = await save(from!.mailbox, source!, content);
        const original = (await from!.open(makeId(1, message.id), 0, makeId(1, source!))).handle;
        const bytes = await bytesOfObject(from!, original);
        const created = await to!.create(makeId(1, target!));
        assert.equal(await upload(to!, created, operation.copyTo, bytes, () => sizes.next().value as number), 0);
        assert.equal((await to!.mailbox.messageIds(target!)).length, 0);
        const id = await to!.save(created);
        const copy = (await to!.open(id, 0, makeId(1, target!))).handle;
        const left = await bytesOfObject(to!, copy);
        const kept = new Map(comparable(readStream([left])).map((one) => [keyOf(one), one]));
        for (const one of comparable(readStream([bytes]))) {
          // Those that the destination stamps when it is saved.
          if ('tag' in one && stamped.has(one.tag)) continue;
          assert.deepEqual(kept.get(keyOf(one)), one);
        }
        await to!.mailbox.deleteMessages(target!, await to!.mailbox.messageIds(target!), { hard: true }, origin);
        for (const handle of [original]) await from!.release(handle);
        for (const handle of [created, copy]) await to!.release(handle);
      }),
      asProperty(20),
    ));
  const stamped = new Set<PropertyTag>([
    PidTag.LastModificationTime,
    PidTag.LastModifierName,
    PidTag.LastModifierEntryId,
  ]);
  const keyOf = (one: Whole): string =>
    'marker' in one
      ? `marker ${one.marker}`
      : `${one.tag.toString(16)} ${JSON.stringify(one.name)} ${String(one.value).length} ${String(one.value).slice(0, 80)}`;

  test('a folder with all below it is equal (MS-OXCFXICS_R602)', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(contents(1), fc.boolean(), fc.nat(3)), { maxLength: 4 }),
        cuts,
        async (all, sizes) => {
          [source, target] = [await newFolder(from!.mailbox), await newFolder(to!.mailbox)];
          const inner = await newFolder(from!.mailbox, source);
          const places = [source, inner, await newFolder(from!.mailbox, inner), await newFolder(from!.mailbox, source)];
          await from!.mailbox.updateFolder(inner, { set: new Map([[PidTag.ContainerClass, 'IPF.Contact']]) }, origin);
          for (const [content, associated, place] of all)
            await save(from!.mailbox, places[place]!, content, associated);
          const [there, here] = [await opened(from!, source), await opened(to!, target)];
          const bytes = await bytesOfFolder(from!, there);
          assert.equal(await upload(to!, here, operation.copyFolder, bytes, () => sizes.next().value as number), 0);
          const again = await bytesOfFolder(to!, here);
          assert.deepEqual(comparable(readStream([again])), comparable(readStream([bytes])));
        },
      ),
      asProperty(12),
    ));
});

/** Not the same in a copy: ids, times of folders, which are theirs alone, and the size with what is computed. */
const own = new Set<PropertyTag>([PidTag.Mid, PidTag.FolderId, PidTag.AttachSize]);
const ofFolder = new Set<PropertyTag>([PidTag.CreationTime, PidTag.LastModificationTime]);

/** Elements without what cannot be equal; named properties by their name alone, in a fixed order. */
function comparable(elements: readonly Whole[]): Whole[] {
  const result: Whole[] = [];
  let list: Exclude<Whole, { marker: unknown }>[] = [];
  let inFolder = false;
  let embedded = 0;
  const flush = () => {
    const key = (one: (typeof list)[number]) => JSON.stringify([one.name ?? '', one.tag]);
    result.push(...list.sort((a, b) => (key(a) < key(b) ? -1 : 1)));
    list = [];
  };
  for (const one of elements) {
    if ('marker' in one) {
      flush();
      result.push(one);
      inFolder = one.marker === marker.startTopFld || one.marker === marker.startSubFld;
      if (one.marker === marker.startEmbed) embedded++;
      if (one.marker === marker.endEmbed) embedded--;
      continue;
    }
    if (own.has(one.tag) || (inFolder && ofFolder.has(one.tag))) continue;
    // Computed when a message inside another is saved; what is made in the store alone has none.
    if (embedded > 0 && one.tag === PidTag.MessageFlags) continue;
    list.push(one.name === undefined ? one : { ...one, tag: tagOf(0, typeOf(one.tag)) });
  }
  flush();
  return result;
}
