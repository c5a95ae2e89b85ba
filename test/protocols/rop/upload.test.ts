import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  addPredecessor,
  ec,
  fileTimeNow,
  includesPredecessors,
  makeId,
  messageEntryId,
  PidTag,
  parsePredecessorChangeList,
  parseSourceKey,
  sourceKey,
} from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { type Mailbox, messageProperty } from '../../../src/store/index.ts';
import { smtpRow, startStoreClient } from './mailbox-client.ts';
import { type Uploader, uploader } from './uploading-client.ts';

const failOnConflict = 0x40;
const second = 10_000_000n;
const text = (subject: string) =>
  [
    [PidTag.MessageClass, 'IPM.Note'],
    [PidTag.Subject, subject],
    [PidTag.Body, `body of ${subject}`],
  ] as const;

describe('upload of a cached-mode client', () => {
  let world: Awaited<ReturnType<typeof startStoreClient>>;
  let mailbox: Mailbox;
  let up: Uploader;
  before(async () => {
    world = await startStoreClient();
    mailbox = world.mailbox;
  });
  after(() => world.close());
  beforeEach(async () => {
    up = await uploader(world);
  });

  const inbox = () => mailbox.specialFolder('inbox');
  const byKey = async (key: Uint8Array) => {
    const found = await mailbox.findBySourceKey(key);
    return found?.kind === 'message' ? mailbox.message(found.id) : undefined;
  };
  const folderByKey = async (key: Uint8Array) => {
    const found = await mailbox.findBySourceKey(key);
    return found?.kind === 'folder' ? mailbox.folder(found.id) : undefined;
  };
  const subjects = async (folderId: number) => {
    const found: unknown[] = [];
    for (const id of await mailbox.messageIds(folderId)) {
      found.push((await mailbox.message(id))!.properties.get(PidTag.Subject));
    }
    return found.sort();
  };
  const conflicts = () => subjects(mailbox.specialFolder('conflicts'));
  const online = (id: number, subject: string) =>
    mailbox.saveMessage({ id, folderId: inbox(), set: new Map([[PidTag.Subject, subject]]) }, { kind: 'client' });
  /** A message that client and server have alike. */
  async function shared(subject: string) {
    const key = await up.newKey();
    const version = up.edit();
    assert.equal(await up.upload(key, version, text(subject)), 0);
    return { key, version, message: (await byKey(key))! };
  }

  test('a new message has the id and the version of the client (MS-OXCFXICS_R808, MS-OXCFXICS_R2230)', async () => {
    const key = await up.newKey();
    const version = up.edit();
    const time = fileTimeNow() - 5n * second;
    const { fields, handle } = await up.announce(key, version, 0, time);
    assert.equal(fields.messageId, 0n);
    assert.equal(await byKey(key), undefined, 'nothing is kept before the save');
    await up.client.set(handle, text('hello'));
    const id = await up.client.save(handle);
    const { counter } = parseSourceKey(key);
    assert.equal(id, makeId(1, counter));
    const message = (await mailbox.message(counter))!;
    assert.deepEqual(message.changeKey, new Uint8Array(version.changeKey));
    assert.deepEqual(Buffer.from(message.predecessorChangeList), version.predecessors);
    assert.equal(message.lastModified, time);
    assert.deepEqual(messageProperty(mailbox, message, PidTag.SourceKey), key);
    assert.ok(up.state().seen.get(mailbox.replicaGuid)!.has(message.changeNumber));
    assert.deepEqual(await up.client.get(handle, [PidTag.ChangeNumber]), [makeId(1, message.changeNumber)]);
    assert.ok(
      (await mailbox.sync.dueOutbox(Number.MAX_SAFE_INTEGER, 1000)).some((row) => row.objectKey === message.key),
    );
  });

  test('a newer version replaces all of the one before (MS-OXCFXICS_R2229, MS-OXCFXICS_R1791)', async () => {
    const key = await up.newKey();
    const first = up.edit();
    assert.equal(await up.upload(key, first, [...text('first'), [PidTag.ReplyRecipientNames, 'somebody']]), 0);
    const before = (await byKey(key))!;
    assert.equal(await up.upload(key, up.edit(first.predecessors), [[PidTag.Subject, 'second']]), 0);
    const message = (await byKey(key))!;
    assert.equal(message.key, before.key);
    assert.equal(message.properties.get(PidTag.Subject), 'second');
    assert.equal(message.properties.has(PidTag.ReplyRecipientNames), false);
    assert.equal(message.properties.has(PidTag.Body), false);
    assert.ok(message.changeNumber > before.changeNumber);
    assert.deepEqual(
      messageProperty(mailbox, message, PidTag.SearchKey),
      messageProperty(mailbox, before, PidTag.SearchKey),
    );
  });

  test('a version that the server has is not taken again (MS-OXCFXICS_R1792, MS-OXCFXICS_R2452)', async () => {
    const { key, version, message } = await shared('once');
    assert.equal(await up.upload(key, version, text('twice')), ec.syncIgnore);
    await online(message.id, 'later');
    assert.equal(await up.upload(key, version, text('twice')), ec.syncIgnore);
    assert.equal((await byKey(key))!.properties.get(PidTag.Subject), 'later');
  });

  test('unknown flags and other properties than the four are refused (MS-OXCFXICS_R3509)', async () => {
    const key = await up.newKey();
    assert.equal((await up.announce(key, up.edit(), 0x20)).returnValue, ec.invalidParam);
    const values = up.header(key, up.edit(), 1n).map(([tag, value]) => ({ tag, value }));
    const send = (propertyValues: typeof values, handle = up.contents) =>
      up.client.call(d.RopSynchronizationImportMessageChange, [handle], { importFlag: 0, propertyValues });
    for (const wrong of [values.slice(1), [...values].reverse(), [...values, values[0]!], []]) {
      assert.equal((await send(wrong)).returnValue, ec.invalidParam);
    }
    for (const [at, value] of [
      [0, Buffer.alloc(21)],
      [2, Buffer.alloc(16)],
      [3, Buffer.from([9, 9])],
    ] as const) {
      const wrong = values.map((entry, index) => (index === at ? { ...entry, value } : entry));
      assert.equal((await send(wrong)).returnValue, ec.invalidParam);
    }
    assert.equal((await send(values, up.hierarchy)).returnValue, ec.notSupported);
  });

  describe('conflicts', () => {
    test('with FailOnConflict nothing is imported (MS-OXCFXICS_R2231)', async () => {
      const { key, version, message } = await shared('both');
      await online(message.id, 'server');
      assert.equal(
        await up.upload(key, up.edit(version.predecessors), text('client'), failOnConflict),
        ec.syncConflict,
      );
      assert.equal((await byKey(key))!.properties.get(PidTag.Subject), 'server');
    });

    test('the later writer wins, the other version is kept, and the outcome follows both (MS-OXCFXICS_R2232, MS-OXCFXICS_R1804, MS-OXCFXICS_R1826)', async () => {
      for (const [who, offset] of [
        ['client', 60n * second],
        ['server', -60n * second],
      ] as const) {
        const { key, version, message } = await shared(`both ${who}`);
        const changed = await online(message.id, `server ${who}`);
        const mine = up.edit(version.predecessors);
        assert.equal(await up.upload(key, mine, text(`client ${who}`), 0, fileTimeNow() + offset), 0);
        const after = (await byKey(key))!;
        assert.equal(after.properties.get(PidTag.Subject), `${who} ${who}`);
        const loser = who === 'client' ? 'server' : 'client';
        assert.ok((await conflicts()).includes(`${loser} ${who}`));
        const list = parsePredecessorChangeList(after.predecessorChangeList);
        for (const version of [mine.predecessors, changed.predecessorChangeList]) {
          assert.ok(includesPredecessors(list, parsePredecessorChangeList(version)));
        }
        assert.ok(!up.state().seen.get(mailbox.replicaGuid)!.has(after.changeNumber), 'the client fetches the outcome');
      }
    });

    test('of versions of one moment that of the larger namespace wins, and of one namespace the imported one (MS-OXCFXICS_R1827, MS-OXCFXICS_R1828, MS-OXCFXICS_R1830)', async () => {
      const time = fileTimeNow() + 60n * second;
      const byNamespace = await shared('tie');
      const changed = await mailbox.saveMessage(
        {
          id: byNamespace.message.id,
          folderId: inbox(),
          set: new Map([[PidTag.Subject, 'tie of server']]),
          lastModified: time,
        },
        { kind: 'client' },
      );
      const mine = up.edit(byNamespace.version.predecessors);
      assert.equal(await up.upload(byNamespace.key, mine, text('tie of client'), 0, time), 0);
      const clientIsLarger = Buffer.compare(mine.changeKey.subarray(0, 16), changed.changeKey.subarray(0, 16)) > 0;
      const [winner, loser] = clientIsLarger ? ['client', 'server'] : ['server', 'client'];
      assert.equal((await byKey(byNamespace.key))!.properties.get(PidTag.Subject), `tie of ${winner}`);
      assert.ok((await conflicts()).includes(`tie of ${loser}`));

      const own = await shared('own');
      const online1 = await online(own.message.id, 'own online');
      const both = up.edit(Buffer.from(online1.predecessorChangeList));
      assert.equal(await up.upload(own.key, both, text('own first'), 0, time), 0);
      assert.equal(await up.upload(own.key, up.edit(own.version.predecessors), text('own second'), 0, time), 0);
      assert.equal((await byKey(own.key))!.properties.get(PidTag.Subject), 'own second');
      assert.ok((await conflicts()).includes('own first'));
    });

    test('the version that loses is kept with all it has, whichever side it is from', async () => {
      const save = async (handle: number, subject: string) => {
        await up.client.set(handle, text(subject));
        await up.client.addRecipients(handle, [{ id: 0, row: smtpRow(`${subject.replace(' ', '-')}@x.test`) }]);
        const attachment = (await up.client.ok(d.RopCreateAttachment, [handle], {})).handle;
        await up.client.set(attachment, [[PidTag.AttachDataBinary, Buffer.from(`data of ${subject}`)]]);
        await up.client.ok(d.RopSaveChangesAttachment, [attachment, handle], { saveFlags: 0x0a });
        await up.client.save(handle);
      };
      for (const [loser, offset] of [
        ['server', 60n * second],
        ['client', -60n * second],
      ] as const) {
        const key = await up.newKey();
        const first = up.edit();
        assert.equal(await up.upload(key, first, text('all')), 0);
        const open = await up.client.open(makeId(1, (await byKey(key))!.id), 1);
        await save(open.handle, `server of-${loser}`);
        const late = await up.announce(key, up.edit(first.predecessors), 0, fileTimeNow() + offset);
        await save(late.handle, `client of-${loser}`);
        const id = (
          await Promise.all(
            (await mailbox.messageIds(mailbox.specialFolder('conflicts'))).map((one) => mailbox.message(one)),
          )
        ).find((one) => one!.properties.get(PidTag.Subject) === `${loser} of-${loser}`)!;
        const kept = await mailbox.content(id);
        assert.equal(kept.properties.get(PidTag.Body), `body of ${loser} of-${loser}`);
        assert.deepEqual(
          kept.recipients.map((bag) => bag.get(PidTag.EmailAddress)),
          [`${loser}-of-${loser}@x.test`],
        );
        assert.deepEqual(
          kept.attachments.map(({ properties }) => properties.get(PidTag.AttachDataBinary)?.toString()),
          [`data of ${loser} of-${loser}`],
        );
      }
    });

    test('what cannot be kept is not replaced: the import fails and changes nothing', async () => {
      const key = await up.newKey();
      const first = up.edit();
      assert.equal(await up.upload(key, first, text('on the groupware')), 0);
      const local = (await byKey(key))!;
      // The same mail, its content on the groupware, which is away.
      await mailbox.deleteMessages(inbox(), [local.id], { hard: true }, { kind: 'sync' });
      const remote = await mailbox.saveMessage(
        {
          folderId: inbox(),
          newId: local.id,
          set: new Map([[PidTag.Subject, 'on the groupware']]),
          remoteContent: { size: 1, hasAttachments: false },
        },
        { kind: 'sync' },
      );
      const announced = await up.announce(key, up.edit(first.predecessors), 0, fileTimeNow() + 60n * second);
      assert.equal(announced.returnValue, 0);
      await up.client.set(announced.handle, text('of the client'));
      const kept = await conflicts();
      const saved = await up.client.call(d.RopSaveChangesMessage, [announced.handle], { saveFlags: 0x0a });
      assert.equal(saved.returnValue, ec.rpcFailed);
      assert.equal((await mailbox.message(remote.id))!.changeNumber, remote.changeNumber);
      assert.deepEqual(await conflicts(), kept);
      world.errors.length = 0;
    });

    test('of FAI messages only the last writer is left (MS-OXCFXICS_R3402)', async () => {
      const key = await up.newKey();
      const version = up.edit();
      assert.equal(await up.upload(key, version, text('fai'), 0x10), 0);
      const message = (await byKey(key))!;
      assert.equal(message.associated, true);
      assert.ok(up.state().seenFai.get(mailbox.replicaGuid)!.has(message.changeNumber));
      await online(message.id, 'fai server');
      const kept = (await conflicts()).length;
      const later = fileTimeNow() + 60n * second;
      assert.equal(await up.upload(key, up.edit(version.predecessors), text('fai client'), 0x10, later), 0);
      assert.equal((await byKey(key))!.properties.get(PidTag.Subject), 'fai client');
      assert.equal((await conflicts()).length, kept);
    });

    test('a change of a message that was deleted or moved away meanwhile is kept', async () => {
      const gone = await shared('to be deleted');
      await mailbox.deleteMessages(inbox(), [gone.message.id], {}, { kind: 'client' });
      assert.equal(await up.upload(gone.key, up.edit(gone.version.predecessors), text('too late')), 0);
      assert.ok((await conflicts()).includes('too late'));
      assert.equal(await byKey(gone.key), undefined);
      const moved = await shared('to be moved');
      await mailbox.moveMessages(inbox(), [moved.message.id], mailbox.specialFolder('drafts'), { kind: 'client' });
      const late = up.edit(moved.version.predecessors);
      assert.equal(await up.upload(moved.key, late, text('moved'), failOnConflict), ec.syncObjectDeleted);
      assert.equal(await up.upload(moved.key, late, text('changed where it was')), 0);
      assert.ok((await conflicts()).includes('changed where it was'));
    });

    test('a change of a message that was moved more than once, and deleted then, is known to be about it', async () => {
      const trash = mailbox.specialFolder('deletedItems');
      for (const end of ['moved', 'deleted'] as const) {
        const { key, version, message } = await shared(`twice ${end}`);
        const drafts = mailbox.specialFolder('drafts');
        const first = await mailbox.moveMessages(inbox(), [message.id], drafts, { kind: 'client' });
        const second = await mailbox.moveMessages(drafts, [...first.ids.values()], trash, { kind: 'client' });
        if (end === 'deleted') await mailbox.deleteMessages(trash, [...second.ids.values()], {}, { kind: 'client' });
        assert.equal(await up.upload(key, up.edit(version.predecessors), text(`late ${end}`)), 0);
        assert.equal(await byKey(key), undefined);
        assert.ok((await conflicts()).includes(`late ${end}`));
      }
    });

    test('a change of a message that is gone is kept once, however often it comes', async () => {
      for (const end of ['deleted', 'moved'] as const) {
        const { key, version, message } = await shared(`once ${end}`);
        if (end === 'deleted') await mailbox.deleteMessages(inbox(), [message.id], {}, { kind: 'client' });
        else await mailbox.moveMessages(inbox(), [message.id], mailbox.specialFolder('drafts'), { kind: 'client' });
        const late = up.edit(version.predecessors);
        assert.equal(await up.upload(key, late, text(`again ${end}`)), 0);
        assert.equal(await up.upload(key, late, text(`again ${end}`)), ec.syncObjectDeleted, 'known by now');
        assert.equal((await conflicts()).filter((subject) => subject === `again ${end}`).length, 1);
      }
    });

    test('what was deleted or moved away after an upload of which the client heard nothing is no change', async () => {
      const gone = await shared('heard nothing');
      await mailbox.deleteMessages(inbox(), [gone.message.id], {}, { kind: 'client' });
      assert.equal(await up.upload(gone.key, gone.version, text('heard nothing')), ec.syncObjectDeleted);
      const moved = await shared('heard nothing');
      await mailbox.moveMessages(inbox(), [moved.message.id], mailbox.specialFolder('drafts'), { kind: 'client' });
      assert.equal(await up.upload(moved.key, moved.version, text('heard nothing')), ec.syncObjectDeleted);
      assert.ok(!(await conflicts()).includes('heard nothing'));
    });

    test('one that arises between announcing and saving is found (MS-OXCFXICS_R3508)', async () => {
      const { key, version, message } = await shared('raced');
      const { handle } = await up.announce(key, up.edit(version.predecessors), 0, fileTimeNow() + 60n * second);
      await online(message.id, 'raced by server');
      await up.client.set(handle, text('raced by client'));
      await up.client.save(handle);
      assert.equal((await byKey(key))!.properties.get(PidTag.Subject), 'raced by client');
      assert.ok((await conflicts()).includes('raced by server'));
    });
  });

  describe('ids of another replica', () => {
    test('a message keeps the source key that it came with', async () => {
      const key = up.foreignKey();
      const first = up.edit();
      assert.equal(await up.upload(key, first, text('foreign')), 0);
      const message = (await byKey(key))!;
      assert.deepEqual(Buffer.from(message.sourceKey!), key);
      assert.equal(await up.upload(key, up.edit(first.predecessors), text('foreign again')), 0);
      assert.equal((await byKey(key))!.id, message.id);
      assert.equal(await up.markRead([[key, false]]), 0);
      assert.equal((await byKey(key))!.read, false);
      assert.equal(await up.remove([key]), 0);
      assert.equal(await byKey(key), undefined);
      assert.equal(
        await up.upload(key, up.edit(first.predecessors), text('late'), failOnConflict),
        ec.syncObjectDeleted,
      );
    });

    test('a folder as well, and its messages find it', async () => {
      const key = up.foreignKey();
      assert.equal(await up.uploadFolder(key, up.edit(), 'foreign folder'), 0);
      const folder = (await folderByKey(key))!;
      assert.deepEqual(Buffer.from(mailbox.folderSourceKey(folder.id)), key);
      const inside = await up.newKey();
      assert.equal(await up.uploadFolder(inside, up.edit(), 'inside', key), 0);
      assert.equal((await folderByKey(inside))!.parentId, folder.id);
    });
  });

  describe('deletions', () => {
    test('all or none, those already deleted passed over (MS-OXCFXICS_R2250, MS-OXCFXICS_R3512)', async () => {
      const [a, b] = [await shared('a'), await shared('b')];
      assert.equal(await up.remove([a.key, a.key, Buffer.alloc(5)]), ec.invalidParam);
      assert.ok(await byKey(a.key));
      assert.equal(await up.remove([a.key, b.key]), 0);
      assert.equal(await up.remove([a.key, b.key]), 0);
      assert.equal(await byKey(a.key), undefined);
      assert.ok(await mailbox.message(a.message.id, { softDeleted: true }), 'recoverable');
      const c = await shared('c');
      assert.equal(await up.remove([c.key], 2), 0);
      assert.equal(await mailbox.message(c.message.id, { softDeleted: true }), undefined);
      assert.equal(await up.remove([c.key], 4), ec.invalidParam);
    });

    test('ids that never were here do not come back (MS-OXCFXICS_R2251, MS-OXCFXICS_R2269)', async () => {
      const keys = await up.newKeys(5);
      assert.equal(await up.remove([keys[0]!]), 0);
      assert.equal(await up.upload(keys[0]!, up.edit(), text('late')), ec.syncObjectDeleted);
      const folder = await up.client.folder();
      const at = (n: number) => parseSourceKey(keys[n]!);
      const longTermIdRanges = [{ minLongTermId: at(1), maxLongTermId: at(3) }];
      await up.client.ok(d.RopSetLocalReplicaMidsetDeleted, [folder], { longTermIdRanges });
      for (const n of [1, 2, 3]) assert.equal(await up.upload(keys[n]!, up.edit(), text('late')), ec.syncObjectDeleted);
      assert.equal(await up.upload(keys[4]!, up.edit(), text('in time')), 0);
      // In another folder the ids may be used.
      const other = await uploader(world, up.client.folderIds[7]!);
      assert.equal(await other.upload(keys[2]!, other.edit(), text('elsewhere')), 0);
      const folderKey = await up.newKey();
      assert.equal(await up.remove([folderKey], 1), 0);
      assert.equal(await up.uploadFolder(folderKey, up.edit(), 'late'), ec.syncObjectDeleted);
    });

    test('a special folder stays, and with it the others of the request', async () => {
      const key = await up.newKey();
      assert.equal(await up.uploadFolder(key, up.edit(), 'mine'), 0);
      assert.equal(await up.remove([key, sourceKey(mailbox.replicaGuid, inbox())], 1), ec.accessDenied);
      assert.ok(await folderByKey(key));
      assert.equal(await up.remove([key], 1), 0);
      assert.equal(await folderByKey(key), undefined);
      assert.equal(await up.uploadFolder(key, up.edit(), 'mine'), ec.syncObjectDeleted);
    });
  });

  test('read states have change numbers of their own; FAI and unknown messages are passed over (MS-OXCFXICS_R2259, MS-OXCFXICS_R2260)', async () => {
    const { key, message } = await shared('to be read');
    const fai = await up.newKey();
    await up.upload(fai, up.edit(), text('fai'), 0x10);
    const faiBefore = (await byKey(fai))!;
    const longTermId = Buffer.concat([key, Buffer.alloc(2)]);
    assert.equal(
      await up.markRead([
        [longTermId, false],
        [fai, false],
        [await up.newKey(), true],
      ]),
      0,
    );
    const after = (await byKey(key))!;
    assert.deepEqual([after.read, after.changeNumber], [false, message.changeNumber]);
    assert.ok(after.readChangeNumber > message.readChangeNumber);
    assert.ok(up.state().read.get(mailbox.replicaGuid)!.has(after.readChangeNumber));
    assert.equal((await byKey(fai))!.readChangeNumber, faiBefore.readChangeNumber);
    assert.equal(await up.markRead([[Buffer.alloc(3), true]]), ec.invalidParam);
  });

  describe('moves', () => {
    const inboxKey = () => sourceKey(mailbox.replicaGuid, inbox());
    const deleted = () => uploader(world, world.folderIds[7]!);

    test('the message has the id of the client in the destination (MS-OXCFXICS_R879001, MS-OXCFXICS_R2246)', async () => {
      const target = await deleted();
      const { key, version, message } = await shared('to move');
      const there = await up.newKey();
      assert.equal(await target.move(inboxKey(), key, there, version), 0);
      const moved = (await byKey(there))!;
      assert.deepEqual([moved.key, moved.folderId], [message.key, mailbox.specialFolder('deletedItems')]);
      assert.deepEqual(Buffer.from(moved.changeKey), version.changeKey);
      assert.ok(target.state().seen.get(mailbox.replicaGuid)!.has(moved.changeNumber));
      // Somebody may have read it before, which the client has not heard of where it is now.
      assert.equal(moved.readChangeNumber, moved.changeNumber);
      assert.equal(await byKey(key), undefined);
      assert.equal(await target.move(inboxKey(), key, there, version), 0, 'said again after a broken connection');
      const drafts = await uploader(world, makeId(1, mailbox.specialFolder('drafts')));
      assert.equal(await drafts.move(inboxKey(), key, await up.newKey(), version), ec.syncObjectDeleted);
      // What another client or the server brought to the same place is the same message.
      const again = await up.newKey();
      assert.equal(await target.move(inboxKey(), there, again, version), ec.syncObjectDeleted);
      const deletedKey = sourceKey(mailbox.replicaGuid, mailbox.specialFolder('deletedItems'));
      assert.equal(await target.move(deletedKey, there, again, version), 0);
      assert.equal((await byKey(again))!.key, message.key);
    });

    test('the move can be a change of its own that the list does not have (MS-OXCFXICS_R858, MS-OXCFXICS_R869)', async () => {
      const target = await deleted();
      const { key, version } = await shared('to move');
      const there = await up.newKey();
      const { changeKey } = up.edit(version.predecessors);
      assert.equal(await target.move(inboxKey(), key, there, { changeKey, predecessors: version.predecessors }), 0);
      const moved = (await byKey(there))!;
      assert.deepEqual(Buffer.from(moved.changeKey), changeKey);
      assert.deepEqual(Buffer.from(moved.predecessorChangeList), addPredecessor(version.predecessors, changeKey));
      assert.ok(target.state().seen.get(mailbox.replicaGuid)!.has(moved.changeNumber));
    });

    test('a client with a newer version brings that afterwards (MS-OXCFXICS_R875, MS-OXCFXICS_R876)', async () => {
      const target = await deleted();
      const { key, version } = await shared('old');
      const there = await up.newKey();
      const mine = up.edit(version.predecessors);
      assert.equal(await target.move(inboxKey(), key, there, mine), ec.syncClientChangeNewer);
      assert.deepEqual(Buffer.from((await byKey(there))!.changeKey), version.changeKey);
      assert.equal(await target.upload(there, mine, text('new'), failOnConflict), 0);
      assert.equal((await byKey(there))!.properties.get(PidTag.Subject), 'new');
    });

    test('a newer version of the server goes to the client', async () => {
      const target = await deleted();
      const { key, version, message } = await shared('old');
      await online(message.id, 'new');
      const there = await up.newKey();
      assert.equal(await target.move(inboxKey(), key, there, version), 0);
      const moved = (await byKey(there))!;
      assert.equal(moved.properties.get(PidTag.Subject), 'new');
      assert.ok(!target.state().seen.get(mailbox.replicaGuid)?.has(moved.changeNumber));
      assert.equal(await target.upload(there, version, text('old')), ec.syncIgnore);
    });
  });

  describe('folders', () => {
    test('made, renamed and moved as the client has them (MS-OXCFXICS_R835, MS-OXCFXICS_R2235, MS-OXCFXICS_R2243)', async () => {
      const [key, parent] = await up.newKeys(2);
      const version = up.edit();
      const values = [
        [PidTag.ContainerClass, 'IPF.Contact'],
        [PidTag.DisplayName, 'not this one'],
        [PidTag.Comment, 'a comment'],
      ] as const;
      assert.equal(await up.uploadFolder(key!, version, 'one', Buffer.alloc(0), values), 0);
      const made = (await folderByKey(key!))!;
      assert.deepEqual([made.id, made.displayName, made.parentId], [parseSourceKey(key!).counter, 'one', inbox()]);
      assert.equal(made.properties.get(PidTag.ContainerClass), 'IPF.Contact');
      assert.deepEqual(Buffer.from(made.changeKey), version.changeKey);
      assert.ok(up.state(up.hierarchy).seen.get(mailbox.replicaGuid)!.has(made.changeNumber));
      assert.equal(await up.uploadFolder(key!, version, 'one'), ec.syncIgnore);
      assert.equal(await up.uploadFolder(parent!, up.edit(), 'parent'), 0);
      const moved = up.edit(version.predecessors);
      assert.equal(await up.uploadFolder(key!, moved, 'two', parent!), 0);
      const after = (await folderByKey(key!))!;
      assert.deepEqual([after.displayName, after.parentId], ['two', parseSourceKey(parent!).counter]);
      assert.deepEqual(Buffer.from(after.predecessorChangeList), moved.predecessors);
      assert.ok(up.state(up.hierarchy).seen.get(mailbox.replicaGuid)!.has(after.changeNumber));
    });

    test('without a parent there is no folder (MS-OXCFXICS_R2450)', async () => {
      const [key, parent] = await up.newKeys(2);
      assert.equal(await up.uploadFolder(key!, up.edit(), 'lost', parent!), ec.syncNoParent);
      assert.equal(await up.uploadFolder(parent!, up.edit(), 'short-lived'), 0);
      assert.equal(await up.remove([parent!], 1), 0);
      assert.equal(await up.uploadFolder(key!, up.edit(), 'lost', parent!), ec.syncObjectDeleted);
    });

    test('the later writer wins and the client fetches the outcome (MS-OXCFXICS_R2237, MS-OXCFXICS_R2239)', async () => {
      for (const [offset, name] of [
        [60n * second, 'client later'],
        [-60n * second, 'server later'],
      ] as const) {
        const key = await up.newKey();
        const version = up.edit();
        assert.equal(await up.uploadFolder(key, version, `at first ${name}`), 0);
        const { id } = (await folderByKey(key))!;
        const server = name === 'server later' ? name : 'server earlier';
        const before = await mailbox.updateFolder(
          id,
          { set: new Map([[PidTag.DisplayName, server]]) },
          { kind: 'client' },
        );
        const mine = up.edit(version.predecessors);
        const client = name === 'client later' ? name : 'client earlier';
        assert.equal(await up.uploadFolder(key, mine, client, undefined, undefined, fileTimeNow() + offset), 0);
        const after = (await folderByKey(key))!;
        assert.equal(after.displayName, name);
        const list = parsePredecessorChangeList(after.predecessorChangeList);
        assert.ok(includesPredecessors(list, parsePredecessorChangeList(before.predecessorChangeList)));
        assert.ok(includesPredecessors(list, parsePredecessorChangeList(mine.predecessors)));
        assert.ok(!up.state(up.hierarchy).seen.get(mailbox.replicaGuid)!.has(after.changeNumber));
      }
    });

    test('a name that is taken: built-in folders stay alone, others stand side by side', async () => {
      const top = await uploader(world, makeId(1, mailbox.specialFolder('ipmSubtree')));
      const key = await up.newKey();
      assert.equal(await top.uploadFolder(key, up.edit(), 'drafts'), 0);
      assert.equal(await folderByKey(key), undefined);
      const [a, b] = await up.newKeys(2);
      assert.equal(await top.uploadFolder(a!, up.edit(), 'Project'), 0);
      assert.equal(await top.uploadFolder(b!, up.edit(), 'project'), 0);
      assert.deepEqual(
        [(await folderByKey(a!))!.displayName, (await folderByKey(b!))!.displayName],
        ['Project', 'project (2)'],
      );
    });

    test('special folders and circles stay as they are, and the import succeeds', async () => {
      const special = (await mailbox.folder(mailbox.specialFolder('calendar')))!;
      const specialKey = sourceKey(mailbox.replicaGuid, special.id);
      const mine = { ...up.edit(), predecessors: Buffer.alloc(0) };
      const version = {
        changeKey: mine.changeKey,
        predecessors: addPredecessor(special.predecessorChangeList, mine.changeKey),
      };
      assert.equal(await up.uploadFolder(specialKey, version, special.displayName), 0);
      assert.equal((await mailbox.folder(special.id))!.parentId, special.parentId);
      const [outer, inner] = await up.newKeys(2);
      const first = up.edit();
      assert.equal(await up.uploadFolder(outer!, first, 'outer'), 0);
      assert.equal(await up.uploadFolder(inner!, up.edit(), 'inner', outer!), 0);
      assert.equal(await up.uploadFolder(outer!, up.edit(first.predecessors), 'outer', inner!), 0);
      assert.equal((await folderByKey(outer!))!.parentId, inbox());
    });
  });

  test('a client is not told of its own uploads, and everybody else is', async () => {
    const told: unknown[] = [];
    const stop = mailbox.subscribe((event) => told.push(event));
    const asked = {
      notificationTypes: 0x7e,
      reserved: 0,
      wantWholeStore: true,
      folderId: undefined,
      messageId: undefined,
    };
    await up.client.ok(d.RopRegisterNotification, [up.client.logon], asked as never);
    const other = await world.another();
    await other.ok(d.RopRegisterNotification, [other.logon], asked as never);
    world.notices.length = 0;
    await shared('not news');
    await other.get(other.logon, [PidTag.DisplayName]);
    stop();
    assert.ok(told.length > 0);
    assert.equal(world.notices.length, 0);
    assert.ok(other.notices.length > 0);
  });

  test('a message that is sent takes the id that its client keeps it under (MS-OXCFXICS_R2493)', async () => {
    const key = await up.newKey();
    const { counter } = parseSourceKey(key);
    const outbox = mailbox.specialFolder('outbox');
    const message = await up.client.create(up.client.outbox);
    const { guid, replicaGuid } = mailbox;
    await up.client.set(message, [
      ...text('to be sent'),
      [PidTag.TargetEntryId, messageEntryId(guid, replicaGuid, outbox, counter)],
    ]);
    await up.client.addRecipients(message, [{ id: 0, row: smtpRow('a@outside.test') }]);
    await up.client.save(message);
    await up.client.ok(d.RopSubmitMessage, [message], { submitFlags: 0 });
    const kept = (await mailbox.message(counter))!;
    assert.deepEqual([kept.folderId, kept.properties.get(PidTag.Subject)], [outbox, 'to be sent']);
    const sent = await uploader(world, world.folderIds[6]!);
    const [there, version] = [
      await up.newKey(),
      { changeKey: Buffer.from(kept.changeKey), predecessors: Buffer.from(kept.predecessorChangeList) },
    ];
    assert.equal(await sent.move(sourceKey(replicaGuid, outbox), key, there, version), 0);
    assert.equal((await byKey(there))!.key, kept.key);
  });
});
