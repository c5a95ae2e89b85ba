import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { ec, encodeReplGuidIdSet, IdSet, PidTag } from '../../../src/mapi/index.ts';
import { metaTag } from '../../../src/protocols/fasttransfer/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { FolderId, Mailbox, Origin } from '../../../src/store/index.ts';
import { configure, fetchStream, propertyOf, type State, sync, uploadState } from './downloading-client.ts';
import { startStoreClient } from './mailbox-client.ts';
import { request } from './rop-client.ts';

const origin: Origin = { kind: 'client' };
const stateTags = [metaTag.idsetGiven, 0x40170102, metaTag.cnsetSeen, metaTag.cnsetSeenFai, metaTag.cnsetRead] as const;

describe('the state that a client brings', () => {
  let client: Awaited<ReturnType<typeof startStoreClient>>;
  let mailbox: Mailbox;
  let folder: number;
  let inbox: FolderId;
  /** States of the folder at different times. */
  const states: State[] = [];
  before(async () => {
    client = await startStoreClient();
    mailbox = client.mailbox;
    inbox = mailbox.specialFolder('inbox');
    folder = await client.folder();
    for (let i = 0; i < 12; i++) {
      const set = new Map([[PidTag.Subject, `${i}`]]);
      const { id } = await mailbox.saveMessage({ folderId: inbox, associated: i % 4 === 0, set }, origin);
      if (i % 3 === 0) await mailbox.deleteMessages(inbox, [id], {}, origin);
      if (i % 5 === 1) await mailbox.setReadState(inbox, [id], false, origin);
      if (i % 4 === 3) states.push((await sync(client, folder)).state);
    }
  });
  after(() => client.close());

  const begin = (handle: number, stateProperty: number, transferBufferSize = 0) =>
    client.call(d.RopSynchronizationUploadStateStreamBegin, [handle], { stateProperty, transferBufferSize });
  const go = (handle: number, streamData: Uint8Array) =>
    client.call(d.RopSynchronizationUploadStateStreamContinue, [handle], { streamData });
  const end = (handle: number) => client.call(d.RopSynchronizationUploadStateStreamEnd, [handle], {});
  /** One property whole; gives the ReturnValue of its end. */
  async function bring(handle: number, tag: number, bytes: Uint8Array, portion: number): Promise<number> {
    assert.equal((await begin(handle, tag, bytes.length)).returnValue, 0);
    for (let at = 0; at < bytes.length; at += portion) {
      assert.equal((await go(handle, bytes.subarray(at, at + portion))).returnValue, 0);
    }
    return (await end(handle)).returnValue;
  }
  const subjects = (synced: Awaited<ReturnType<typeof sync>>) =>
    synced.changes.map(({ body }) => propertyOf(body, PidTag.Subject));

  /**
   * A damaged property on contexts of both directions: it is refused with ecFormatError or is a state all the same,
   * with which a synchronization comes to its end. Then a clean one starts anew and has everything.
   */
  async function survives(tag: number, bytes: Uint8Array, portion: number): Promise<void> {
    const { handle } = await configure(client, folder);
    const result = await bring(handle, tag, bytes, portion);
    assert.ok(result === 0 || result === ec.formatError, `0x${result.toString(16)}`);
    if (result === 0) await fetchStream(client, handle);
    else {
      // The same context is as good as before.
      await uploadState(client, handle, states.at(-1)!);
      await fetchStream(client, handle);
    }
    await client.release(handle);
    const collector = await client.ok(d.RopSynchronizationOpenCollector, [folder], { isContentsCollector: true });
    const uploaded = await bring(collector.handle, tag, bytes, portion);
    assert.ok(uploaded === 0 || uploaded === ec.formatError, `0x${uploaded.toString(16)}`);
    await client.release(collector.handle);
    assert.deepEqual(subjects(await sync(client, folder)), everything);
    assert.deepEqual(client.errors, []);
  }
  let everything: unknown[] = [];
  before(async () => {
    everything = subjects(await sync(client, folder));
  });
  const anyTag = fc.constantFrom(...stateTags);
  const portion = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(10_000));

  test('of any bytes is refused or taken, and a clean synchronization follows', () =>
    fc.assert(fc.asyncProperty(anyTag, fc.uint8Array({ maxLength: 120 }), portion, survives), { numRuns: 120 }));

  test('with bytes changed, cut off or doubled is refused or taken', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        anyTag,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }),
        fc.nat(3),
        portion,
        async (which, tag, changes, kind, size) => {
          const state = states[which % states.length]!;
          const own = state.get(tag === 0x40170102 ? metaTag.idsetGiven : tag) ?? Buffer.alloc(0);
          if (own.length === 0) return;
          const bytes = kind === 1 ? Buffer.from(own.subarray(0, which % own.length)) : Buffer.from(own);
          for (const [place, change] of changes) if (bytes.length > 0) bytes[place % bytes.length]! ^= change;
          await survives(tag, kind === 2 ? Buffer.concat([bytes, bytes]) : bytes, size);
        },
      ),
      { numRuns: 120 },
    ));

  test('that claims everything there could be takes no longer, and a clean synchronization follows', {
    timeout: 20_000,
  }, async () => {
    const all = encodeReplGuidIdSet(new Map([[mailbox.replicaGuid, new IdSet().addRange(1, 2 ** 48 - 1)]]));
    for (const tag of stateTags) await survives(tag, all, 1000);
  });

  test('is the same in whatever portions it comes (MS-OXCFXICS_R2211)', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), portion, async (which, size) => {
        const state = states[which % states.length]!;
        const { handle } = await configure(client, folder);
        for (const [tag, bytes] of state) assert.equal(await bring(handle, tag, bytes, size), 0);
        const portioned = await fetchStream(client, handle);
        await client.release(handle);
        assert.deepEqual(portioned, (await sync(client, folder, state)).elements);
      }),
      { numRuns: 15 },
    ));

  test('comes in a bounded number of portions, also of empty ones', async () => {
    const { handle } = await configure(client, folder);
    assert.equal((await begin(handle, metaTag.cnsetSeen)).returnValue, 0);
    const portion = request(d.RopSynchronizationUploadStateStreamContinue, [0], { streamData: Buffer.alloc(0) });
    let refused = 0;
    for (let sent = 0; sent <= 16_384; sent += 1024) {
      const { answers } = await client.send([handle], Array(1024).fill(portion));
      refused += answers.filter(({ returnValue }) => returnValue === ec.tooBig).length;
    }
    assert.equal(refused, 1024);
  });

  test('comes in the order of begin, continue and end, whatever comes before', async () => {
    const { handle } = await configure(client, folder);
    assert.equal((await go(handle, Buffer.alloc(1))).returnValue, ec.notSupported);
    assert.equal((await end(handle)).returnValue, ec.notSupported);
    assert.equal((await begin(handle, PidTag.Subject)).returnValue, ec.invalidParam);
    assert.equal((await begin(handle, metaTag.cnsetSeen, 0xffffffff)).returnValue, ec.tooBig);
    assert.equal((await begin(handle, metaTag.cnsetSeen)).returnValue, 0);
    assert.equal((await begin(handle, metaTag.cnsetRead)).returnValue, ec.invalidParam);
    assert.equal((await end(handle)).returnValue, 0);
    assert.equal((await begin(folder, metaTag.cnsetSeen)).returnValue, ec.notSupported);
    await fetchStream(client, handle);
    assert.equal(
      (await begin(handle, metaTag.cnsetSeen)).returnValue,
      ec.error,
      'what was told went by the state before',
    );
  });
});
