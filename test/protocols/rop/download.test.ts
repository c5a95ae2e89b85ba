import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { counterOf, ec, PidTag, type Restriction, relop } from '../../../src/mapi/index.ts';
import { marker, metaTag } from '../../../src/protocols/fasttransfer/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { Origin } from '../../../src/store/index.ts';
import {
  configure,
  fetchStream,
  propertyOf,
  Replica,
  type Synced,
  sync,
  tagsOf,
  uploadState,
  usual,
} from './downloading-client.ts';
import { startStoreClient } from './mailbox-client.ts';

const origin: Origin = { kind: 'client' };
type Started = Awaited<ReturnType<typeof startStoreClient>>;

async function withClient(work: (started: Started & { opened: number; inboxId: number }) => Promise<void>) {
  const started = await startStoreClient();
  try {
    await work({ ...started, opened: await started.folder(), inboxId: started.mailbox.specialFolder('inbox') });
    if (started.errors.length > 0) throw started.errors[0];
  } finally {
    await started.close();
  }
}

const save = (
  started: Started,
  subject: string,
  more: { associated?: boolean; id?: number; delivered?: bigint } = {},
) =>
  started.mailbox.saveMessage(
    {
      folderId: started.mailbox.specialFolder('inbox'),
      ...(more.id === undefined ? { associated: more.associated ?? false } : { id: more.id }),
      set: new Map<number, string | bigint>([
        [PidTag.Subject, subject],
        [PidTag.Body, `About ${subject}`],
        ...(more.delivered === undefined ? [] : ([[PidTag.MessageDeliveryTime, more.delivered]] as const)),
      ]),
    },
    origin,
  );

describe('a contents synchronization', () => {
  test('has headers in the fixed order, with what was asked for (MS-OXCFXICS_R1353 MS-OXCFXICS_R1363 MS-OXCFXICS_R1365 MS-OXCFXICS_R1367)', () =>
    withClient(async (started) => {
      await save(started, 'one');
      const fixed = [PidTag.SourceKey, PidTag.LastModificationTime, PidTag.ChangeKey, PidTag.PredecessorChangeList];
      const all = await sync(started, started.opened);
      assert.deepEqual(tagsOf(all.changes[0]!.header), [
        ...fixed,
        PidTag.Associated,
        PidTag.Mid,
        PidTag.MessageSize,
        PidTag.ChangeNumber,
      ]);
      const none = await sync(started, started.opened, undefined, { extra: 0 });
      assert.deepEqual(tagsOf(none.changes[0]!.header), [...fixed, PidTag.Associated]);
    }));

  test('from the state of the one before has nothing', () =>
    withClient(async (started) => {
      for (const subject of ['one', 'two', 'three']) await save(started, subject);
      const first = await sync(started, started.opened);
      assert.equal(first.changes.length, 3);
      const second = await sync(started, started.opened, first.state);
      assert.deepEqual([second.changes.length, second.deletions.size, second.readStates.size], [0, 0, 0]);
      assert.deepEqual(second.state.get(metaTag.idsetGiven), first.state.get(metaTag.idsetGiven));
    }));

  test('tells the newest first (MS-OXCFXICS_R2198 MS-OXCFXICS_R3502)', () =>
    withClient(async (started) => {
      for (const [subject, delivered] of [
        ['old', 10n],
        ['new', 30n],
        ['middle', 20n],
      ] as const)
        await save(started, subject, { delivered });
      const { changes } = await sync(started, started.opened);
      assert.deepEqual(
        changes.map(({ body }) => propertyOf(body, PidTag.Subject)),
        ['new', 'middle', 'old'],
      );
    }));

  test('gives only the kinds of message asked for, each with its own change numbers (MS-OXCFXICS_R2173 MS-OXCFXICS_R2175)', () =>
    withClient(async (started) => {
      await save(started, 'mail');
      await save(started, 'settings', { associated: true });
      const normal = await sync(started, started.opened, undefined, { flags: 0x121 });
      assert.deepEqual(
        normal.changes.map(({ body }) => propertyOf(body, PidTag.Subject)),
        ['mail'],
      );
      const fai = await sync(started, started.opened, normal.state, { flags: 0x111 });
      assert.deepEqual(
        fai.changes.map(({ body }) => propertyOf(body, PidTag.Subject)),
        ['settings'],
      );
    }));

  test('tells of deletions, unless that is not wanted: then the next one does (MS-OXCFXICS_R2165 MS-OXCFXICS_R2167)', () =>
    withClient(async (started) => {
      const message = await save(started, 'one');
      const { state } = await sync(started, started.opened);
      await started.mailbox.deleteMessages(started.inboxId, [message.id], {}, origin);
      const silent = await sync(started, started.opened, state, { flags: usual.flags | 0x2 });
      assert.equal(silent.deletions.size, 0);
      const { deletions } = await sync(started, started.opened, silent.state);
      assert.deepEqual([...deletions], [[metaTag.idsetDeleted, [message.id]]]);
    }));

  test('tells apart what no longer meets the restriction (MS-OXCFXICS_R2168 MS-OXCFXICS_R2169)', () =>
    withClient(async (started) => {
      const message = await save(started, 'tea');
      const restriction: Restriction = {
        kind: 'content',
        tag: PidTag.Subject,
        fuzzyLevelLow: 1,
        fuzzyLevelHigh: 1,
        value: { tag: PidTag.Subject, value: 'tea' },
      };
      await save(started, 'coffee');
      const { state, changes } = await sync(started, started.opened, undefined, { restriction });
      assert.equal(changes.length, 1);
      await save(started, 'milk', { id: message.id });
      const ignoring = await sync(started, started.opened, state, { restriction, flags: usual.flags | 0x4 });
      assert.equal(ignoring.deletions.size, 0);
      const { deletions } = await sync(started, started.opened, state, { restriction });
      assert.deepEqual([...deletions], [[metaTag.idsetNoLongerInScope, [message.id]]]);
    }));

  test('has the mails of a time window; those that fall out of it are no longer in scope (MS-OXCFXICS_R2168)', () =>
    withClient(async (started) => {
      const { inboxId, mailbox, opened } = started;
      const day = 864_000_000_000n;
      const now = 133_000_000_000_000_000n;
      const since = (delivered: bigint): Restriction => ({
        kind: 'and',
        restrictions: [
          {
            kind: 'property',
            relop: relop.ge,
            tag: PidTag.MessageDeliveryTime,
            value: { tag: PidTag.MessageDeliveryTime, value: delivered },
          },
        ],
      });
      const ids: number[] = [];
      for (let age = 0; age < 5; age++)
        ids.push((await save(started, `${age}`, { delivered: now - BigInt(age) * day })).id);
      const idsOf = ({ changes }: Synced) =>
        changes.map(({ header }) => counterOf(propertyOf(header, PidTag.Mid) as bigint));
      const first = await sync(started, opened, undefined, { restriction: since(now - 3n * day) });
      assert.deepEqual(idsOf(first), ids.slice(0, 4));
      // Three days later, one of the window was read, and one below it.
      await mailbox.setReadState(inboxId, [ids[0]!, ids[4]!], false, origin);
      const later = await sync(started, opened, first.state, { restriction: since(now - 1n * day) });
      assert.deepEqual(idsOf(later), []);
      assert.deepEqual([...later.deletions], [[metaTag.idsetNoLongerInScope, [ids[2], ids[3]]]]);
      assert.deepEqual([...later.readStates], [[metaTag.idsetUnread, [ids[0]]]]);
      const wider = await sync(started, opened, later.state);
      assert.deepEqual(idsOf(wider), ids.slice(2));
      assert.equal(wider.deletions.size, 0);
    }));

  test('tells of read states alone where nothing else changed (MS-OXCFXICS_R2170 MS-OXCFXICS_R2171)', () =>
    withClient(async (started) => {
      const message = await save(started, 'one');
      const { state } = await sync(started, started.opened);
      await started.mailbox.setReadState(started.inboxId, [message.id], !message.read, origin);
      const silent = await sync(started, started.opened, state, { flags: usual.flags & ~0x8 });
      assert.equal(silent.readStates.size, 0);
      const { changes, readStates } = await sync(started, started.opened, silent.state);
      assert.equal(changes.length, 0);
      const tag = message.read ? metaTag.idsetUnread : metaTag.idsetRead;
      assert.deepEqual([...readStates], [[tag, [message.id]]]);
    }));

  test('leaves out or gives only the properties named (MS-OXCFXICS_R2203 MS-OXCFXICS_R2204)', () =>
    withClient(async (started) => {
      await save(started, 'one');
      const only = await sync(started, started.opened, undefined, {
        flags: usual.flags | 0x80,
        tags: [PidTag.Subject],
      });
      assert.deepEqual(tagsOf(only.changes[0]!.body), [PidTag.Subject]);
      const tags = [PidTag.Subject, PidTag.Body, PidTag.MessageRecipients];
      const without = tagsOf((await sync(started, started.opened, undefined, { tags })).changes[0]!.body);
      assert.ok(!without.includes(PidTag.Subject) && without.includes(PidTag.MessageClass));
      assert.ok(without.includes(PidTag.Body), 'the only body is sent');
    }));

  test('has progress information when asked for (MS-OXCFXICS_R1171 MS-OXCFXICS_R1179)', () =>
    withClient(async (started) => {
      await save(started, 'one');
      const { elements } = await sync(started, started.opened, undefined, { flags: usual.flags | 0x8000 });
      assert.deepEqual(elements[0], { marker: marker.incrSyncProgressMode });
      assert.deepEqual(elements[2], { marker: marker.incrSyncProgressPerMsg });
    }));

  test('is refused with unknown type or flags (MS-OXCFXICS_R2160 MS-OXCFXICS_R2180 MS-OXCFXICS_R2189)', () =>
    withClient(async (started) => {
      for (const wrong of [{ type: 4 as 1 }, { flags: 0x1000 }, { flags: 0x0400 }, { sendOptions: 0x80 }])
        assert.equal((await configure(started, started.opened, wrong)).returnValue, ec.invalidParam);
      assert.equal((await configure(started, started.opened, { extra: 0x10 })).returnValue, 0);
    }));

  test('with a damaged state fails where the state ends, and a clean one works', () =>
    withClient(async (started) => {
      const { handle } = await configure(started, started.opened);
      const begin = { stateProperty: metaTag.cnsetSeen, transferBufferSize: 3 };
      await started.ok(d.RopSynchronizationUploadStateStreamBegin, [handle], begin);
      await started.ok(d.RopSynchronizationUploadStateStreamContinue, [handle], { streamData: Buffer.from('abc') });
      const { returnValue } = await started.call(d.RopSynchronizationUploadStateStreamEnd, [handle], {});
      assert.equal(returnValue, ec.formatError);
      await uploadState(started, handle, new Map([[metaTag.cnsetSeen, Buffer.alloc(0)]]));
      await fetchStream(started, handle);
    }));

  test('gives its state at any time: the initial one until the end (MS-OXCFXICS_R3503 MS-OXCFXICS_R3506)', () =>
    withClient(async (started) => {
      await save(started, 'one');
      const { handle } = await configure(started, started.opened);
      const given = async () => {
        const state = await started.ok(d.RopSynchronizationGetTransferState, [handle], {});
        return propertyOf(await fetchStream(started, state.handle), metaTag.idsetGiven) as Uint8Array;
      };
      assert.equal((await given()).length, 0);
      await fetchStream(started, handle);
      assert.notEqual((await given()).length, 0);
    }));
});

test('after random changes an incremental synchronization gives what a full one does', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('new', 'fai', 'edit', 'delete', 'read', 'move', 'sync'), fc.nat()), {
        maxLength: 25,
      }),
      (steps) =>
        withClient(async (started) => {
          const { mailbox, opened, inboxId } = started;
          const kept = new Replica();
          const drafts = mailbox.specialFolder('drafts');
          for (const [step, choice] of steps) {
            const ids = [
              ...(await mailbox.messageIds(inboxId)),
              ...(await mailbox.messageIds(inboxId, { associated: true })),
            ];
            const id = ids[choice % Math.max(1, ids.length)];
            if (step === 'new' || step === 'fai') await save(started, `${choice}`, { associated: step === 'fai' });
            else if (step === 'sync') kept.apply(await sync(started, opened, kept.state));
            else if (id === undefined) continue;
            else if (step === 'edit') await save(started, `${choice} again`, { id });
            else if (step === 'delete') await mailbox.deleteMessages(inboxId, [id], { hard: choice % 2 === 0 }, origin);
            else if (step === 'read') {
              // Only normal messages have read states (MS-OXCFXICS 3.2.5.3).
              const normal = (await mailbox.messageIds(inboxId)).includes(id);
              if (normal) await mailbox.setReadState(inboxId, [id], choice % 3 === 0, origin);
            } else {
              const moved = await mailbox.moveMessages(inboxId, [id], drafts, origin);
              if (choice % 2) await mailbox.moveMessages(drafts, [...moved.ids.values()], inboxId, origin);
            }
          }
          kept.apply(await sync(started, opened, kept.state));
          const full = new Replica();
          full.apply(await sync(started, opened));
          const inOrder = (replica: Replica) => [...replica.messages].sort(([a], [b]) => a - b);
          assert.deepEqual(inOrder(kept), inOrder(full));
        }),
    ),
    { numRuns: 25 },
  ));

test('a hierarchy tells parents first, moves and renames, and deletions (MS-OXCFXICS_R1127 MS-OXCFXICS_R1129)', () =>
  withClient(async (started) => {
    const { mailbox } = started;
    const root = await started.folder(started.folderIds[3]!);
    const rootId = mailbox.specialFolder('ipmSubtree');
    const outer = (await mailbox.createFolder({ parentId: rootId, displayName: 'Z' }, origin)).folder;
    const inner = (await mailbox.createFolder({ parentId: outer.id, displayName: 'A' }, origin)).folder;
    const request = { type: 2, flags: 0x101, extra: 1 } as const;
    const first = await sync(started, root, undefined, request);
    const names = first.changes.map(({ header }) => propertyOf(header, PidTag.DisplayName));
    assert.ok(names.indexOf('Z') < names.indexOf('A'));
    const ofZ = first.changes[names.indexOf('Z')]!.header;
    assert.deepEqual(tagsOf(ofZ).slice(0, 6), [
      PidTag.ParentSourceKey,
      PidTag.SourceKey,
      PidTag.LastModificationTime,
      PidTag.ChangeKey,
      PidTag.PredecessorChangeList,
      PidTag.DisplayName,
    ]);
    assert.equal((propertyOf(ofZ, PidTag.ParentSourceKey) as Uint8Array).length, 0);
    await mailbox.moveFolder(inner.id, rootId, 'A', origin);
    const second = await sync(started, root, first.state, request);
    const moved = second.changes.find(
      ({ header }) => counterOf(propertyOf(header, PidTag.FolderId) as bigint) === inner.id,
    );
    assert.equal((propertyOf(moved!.header, PidTag.ParentSourceKey) as Uint8Array).length, 0);
    await mailbox.deleteFolder(inner.id, { messages: true, folders: true, hard: true }, origin);
    const third = await sync(started, root, second.state, request);
    assert.deepEqual([...third.deletions], [[metaTag.idsetDeleted, [inner.id]]]);
  }));

describe('a FastTransfer copy', () => {
  test('of messages has each between its markers, Mid first (MS-OXCFXICS_R3311 MS-OXCFXICS_R1132 MS-OXCFXICS_R1133)', () =>
    withClient(async (started) => {
      await save(started, 'one');
      const { changes } = await sync(started, started.opened);
      const messageIds = [propertyOf(changes[0]!.header, PidTag.Mid) as bigint];
      const { handle } = await started.ok(d.RopFastTransferSourceCopyMessages, [started.opened], {
        messageIds,
        copyFlags: 0,
        sendOptions: 1,
      });
      const elements = await fetchStream(started, handle);
      assert.deepEqual(elements[0], { marker: marker.startMessage });
      assert.equal(tagsOf(elements)[0], PidTag.Mid);
      assert.ok(!tagsOf(elements).includes(PidTag.MessageSize));
      assert.deepEqual(elements.at(-1), { marker: marker.endMessage });
    }));

  test('of a folder goes below it when asked to (MS-OXCFXICS_R2124 MS-OXCFXICS_R3482)', () =>
    withClient(async (started) => {
      const { mailbox, inboxId } = started;
      await mailbox.createFolder({ parentId: inboxId, displayName: 'Below' }, origin);
      const markersWith = async (copyFlags: number) => {
        const fields = { copyFlags, sendOptions: 1 };
        const { handle } = await started.ok(d.RopFastTransferSourceCopyFolder, [started.opened], fields);
        return (await fetchStream(started, handle)).flatMap((one) => ('marker' in one ? [one.marker] : []));
      };
      const { startTopFld, endFolder, startSubFld } = marker;
      assert.deepEqual(await markersWith(0), [startTopFld, endFolder]);
      assert.deepEqual(await markersWith(0x10), [startTopFld, startSubFld, endFolder, endFolder]);
    }));

  test('of one message has what was not left out; unknown flags and moves are refused (MS-OXCFXICS_R3442 MS-OXCFXICS_R2096)', () =>
    withClient(async (started) => {
      await save(started, 'one');
      const { changes } = await sync(started, started.opened);
      const message = (await started.open(propertyOf(changes[0]!.header, PidTag.Mid) as bigint)).handle;
      const fields = { level: 0, copyFlags: 0, sendOptions: 1, propertyTags: [PidTag.Body, PidTag.MessageRecipients] };
      const { handle } = await started.ok(d.RopFastTransferSourceCopyTo, [message], fields);
      const elements = await fetchStream(started, handle);
      assert.equal(propertyOf(elements, PidTag.Subject), 'one');
      assert.ok(!tagsOf(elements).includes(PidTag.Body));
      for (const copyFlags of [1, 0x100000]) {
        const refused = await started.call(d.RopFastTransferSourceCopyTo, [message], { ...fields, copyFlags });
        assert.equal(refused.returnValue, ec.invalidParam);
      }
    }));
});
