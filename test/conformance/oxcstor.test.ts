import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { counterOf, guidToBytes, nilGuid, PidTag, replidOfId } from '../../src/mapi/index.ts';
import { logonRequest, run, unset } from '../protocols/rop/rop-client.ts';
import { type Case, conformance } from './conformance.ts';
import { d, ec, type Outlook, wire } from './outlook.ts';

/** Logs on again; the result code, the answer and the handle. */
async function logOn(o: Outlook, options: { dn?: string; logonId?: number; flags?: number; openFlags?: number } = {}) {
  const { dn = '/o=Oxbow/cn=anna', logonId = 1, flags = 1, openFlags = 0x0100040c } = options;
  const { answers, handles } = await run(o.session, [unset], [logonRequest(0, dn, logonId, flags, openFlags)]);
  const { returnValue, fields } = answers[0]!;
  return { returnValue, fields: fields as d.LogonResponse, handle: handles[0]! };
}

const bytes = (value: unknown): string => Buffer.from(value as Uint8Array).toString('hex');

const logons: Case[] = [
  {
    of: 'R13 R117 R1061 R119 R123 R125 R127 R141',
    says: 'the owner gets thirteen real folders and his rights',
    run: async (o) => {
      const { fields, returnValue } = await logOn(o);
      assert.equal(returnValue, 0);
      const mailbox = fields.private!;
      assert.deepEqual([fields.logonFlags, mailbox.responseFlags, mailbox.storeState], [1, 0x07, 0]);
      assert.equal(new Set(mailbox.folderIds).size, 13);
      for (const folderId of mailbox.folderIds)
        assert.equal(await o.code(d.RopOpenFolder, [o.logon], { folderId, openModeFlags: 0 }), 0);
    },
  },
  {
    of: 'R128 R129',
    says: 'while the owner is out of office, that is in the answer',
    run: async (o) => {
      await o.set(o.logon, [[PidTag.OutOfOfficeState, true]]);
      assert.equal((await logOn(o)).fields.private?.responseFlags, 0x17);
      await o.set(o.logon, [[PidTag.OutOfOfficeState, false]]);
      assert.equal((await logOn(o)).fields.private?.responseFlags, 0x07);
    },
  },
  {
    of: 'R131 R132 R139 R1065 R138',
    says: 'ids of mailbox and mapping stay the same and agree with the properties of the store; so does GwartTime',
    run: async (o) => {
      const [one, two] = [(await logOn(o)).fields.private!, (await logOn(o, { logonId: 2 })).fields.private!];
      assert.deepEqual([one.mailboxGuid, one.replId, one.replGuid], [two.mailboxGuid, two.replId, two.replGuid]);
      assert.equal(one.gwartTime, two.gwartTime);
      const [record, signature] = await o.get(o.logon, [PidTag.StoreRecordKey, PidTag.MappingSignature]);
      assert.equal(bytes(record), bytes(guidToBytes(one.mailboxGuid)));
      assert.equal(bytes(signature), bytes(guidToBytes(one.replGuid)));
      assert.notEqual(one.mailboxGuid, one.replGuid);
      const { year, month, day } = one.logonTime;
      assert.ok(Math.abs(Date.UTC(year, month - 1, day) - Date.now()) < 2 * 86_400_000);
    },
  },
  {
    of: 'R59 R2001002 R79 R84 R96 R1059',
    says: 'ignored flags are ignored, and told back',
    run: async (o) => {
      const { returnValue, fields } = await logOn(o, { flags: 0x07, openFlags: 0x2100040c | 0x8 | 0x4 | 0x400 });
      assert.deepEqual([returnValue, fields.logonFlags], [0, 0x07]);
    },
  },
  {
    of: 'R803 R106',
    says: 'clients that want one map of replicas for all mailboxes, unknown people and no people are refused',
    run: async (o) => {
      assert.equal((await logOn(o, { openFlags: 0x40c })).returnValue, ec.invalidParam);
      assert.equal((await logOn(o, { dn: '/o=Oxbow/cn=nobody' })).returnValue, ec.unknownUser);
      assert.equal((await logOn(o, { dn: '' })).returnValue, ec.unknownUser);
      assert.equal((await logOn(o, { dn: '/O=OXBOW/CN=ANNA' })).returnValue, 0);
    },
  },
  {
    of: 'R117',
    says: 'a failed logon leaves the one that had its id as it is',
    run: async (o) => {
      assert.equal((await logOn(o, { logonId: 0, dn: '/o=Oxbow/cn=nobody' })).returnValue, ec.unknownUser);
      assert.equal(await o.code(d.RopOpenFolder, [o.logon], { folderId: o.inbox, openModeFlags: 0 }), 0);
    },
  },
];

const receive = async (o: Outlook, messageClass: string) => {
  const { returnValue, fields } = await o.call(d.RopGetReceiveFolder, [o.logon], { messageClass });
  return returnValue === 0 ? [fields.folderId, fields.explicitMessageClass.toLowerCase()] : returnValue;
};
const setReceive = (o: Outlook, messageClass: string, folderId: bigint) =>
  o.code(d.RopSetReceiveFolder, [o.logon], { messageClass, folderId });
const wrongClasses = ['.IPM', 'IPM.', 'IPM..Note', 'IPM\x07', 'IPM\xe4', 'x'.repeat(255)];

const receiveFolders: Case[] = [
  {
    of: 'R195 R196 R197 R201 R208 R210',
    says: 'the folder of a class is that of its longest parent that has one, whatever the case',
    run: async (o) => {
      const { id } = await o.createFolder(await o.folder(o.subtree), 'Faxes');
      assert.equal(await setReceive(o, 'IPM.Note.Fax', id), 0);
      assert.deepEqual(await receive(o, 'ipm.note.fax.incoming'), [id, 'ipm.note.fax']);
      assert.deepEqual(await receive(o, 'IPM.Note.Faxed'), [o.inbox, 'ipm']);
      assert.deepEqual(await receive(o, 'IPM.Note'), [o.inbox, 'ipm']);
      assert.deepEqual(await receive(o, ''), [o.inbox, '']);
      assert.deepEqual(await receive(o, 'Unheard.Of'), [o.inbox, '']);
    },
  },
  {
    of: 'R203 R204 R205 R206 R207 R235 R858 R845',
    says: 'strings that are no message classes are refused',
    run: async (o) => {
      for (const wrong of wrongClasses) {
        assert.equal(await receive(o, wrong), ec.invalidParam, wrong);
        assert.equal(await setReceive(o, wrong, o.inbox), ec.invalidParam, wrong);
      }
    },
  },
  {
    of: 'R859 R272 R860 R277 R871',
    says: 'IPM and REPORT.IPM stay, no class at all cannot be taken out, and the folder has to be there',
    run: async (o) => {
      assert.equal(await setReceive(o, 'ipm', o.deletedItems), ec.accessDenied);
      assert.equal(await setReceive(o, 'Report.Ipm', o.deletedItems), ec.accessDenied);
      assert.equal(await setReceive(o, '', 0n), ec.error);
      assert.equal(await setReceive(o, 'IPM.X', wire(0x7777777)), ec.notFound);
    },
  },
  {
    of: 'R862 R1235 R864 R59754 R247',
    says: 'an entry is added, changed and taken out by its class in any case',
    run: async (o) => {
      const rows = async () => (await o.ok(d.RopGetReceiveFolderTable, [o.logon], {})).fields.rows;
      const before = (await rows()).length;
      await setReceive(o, 'IPM.Task', o.deletedItems);
      await setReceive(o, 'ipm.TASK', o.inbox);
      assert.equal((await rows()).length, before + 1);
      assert.deepEqual(await receive(o, 'IPM.Task'), [o.inbox, 'ipm.task']);
      await setReceive(o, 'Ipm.Task', 0n);
      assert.equal((await rows()).length, before);
    },
  },
  {
    of: 'R282 R294 R299 R301 R876 R879 R304',
    says: 'the table has each class with a folder of the mailbox and when it was set',
    run: async (o) => {
      const { rows } = (await o.ok(d.RopGetReceiveFolderTable, [o.logon], {})).fields;
      const classes = rows.map((row) => row.messageClass.toLowerCase());
      for (const one of ['', 'ipm', 'report.ipm', 'ipc']) assert.ok(classes.includes(one), one);
      for (const row of rows) {
        assert.equal(row.flag, 0);
        assert.ok(row.lastModificationTime > 0n);
        assert.equal(await o.code(d.RopOpenFolder, [o.logon], { folderId: row.folderId, openModeFlags: 0 }), 0);
      }
    },
  },
  {
    of: 'R864',
    says: 'a deleted folder receives nothing any more',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const { id } = await o.createFolder(subtree, 'Faxes');
      await setReceive(o, 'IPM.Note.Fax', id);
      await o.deleteFolder(subtree, id);
      assert.deepEqual(await receive(o, 'IPM.Note.Fax'), [o.inbox, 'ipm']);
    },
  },
];

const ids: Case[] = [
  {
    of: 'R69742 R1244 R947 R944 R59721 R949',
    says: 'ids and long-term ids turn into each other, and agree with entry ids and source keys',
    run: async (o) => {
      const { longTermId } = (await o.ok(d.RopLongTermIdFromId, [o.logon], { objectId: o.inbox })).fields;
      assert.equal(longTermId.counter, counterOf(o.inbox));
      const back = await o.ok(d.RopIdFromLongTermId, [o.logon], { longTermId });
      assert.equal(back.fields.objectId, o.inbox);
      const [entryId, sourceKey] = await o.get(await o.folder(), [PidTag.EntryId, PidTag.SourceKey]);
      const replica = bytes(guidToBytes(longTermId.guid));
      assert.ok(bytes(sourceKey).startsWith(replica));
      assert.equal(bytes(entryId).slice(44, 44 + 32), replica);
    },
  },
  {
    of: 'R945 R1245',
    says: 'whether there is such an object does not matter',
    run: async (o) => {
      const { longTermId } = (await o.ok(d.RopLongTermIdFromId, [o.logon], { objectId: wire(0x7777777) })).fields;
      assert.equal(longTermId.counter, 0x7777777);
    },
  },
  {
    of: 'R946 R452',
    says: 'a replid that was never given is ecNotFound; the id 0 succeeds, as with Exchange',
    run: async (o) => {
      const code = (objectId: bigint) => o.code(d.RopLongTermIdFromId, [o.logon], { objectId });
      assert.equal(await code(0x0100000000004e20n), ec.notFound);
      assert.equal(await code(0n), 0);
    },
  },
  {
    of: 'R950 R951 R1246 R94801',
    says: 'a replica not seen before gets a replid, the same from then on; no replica at all is refused',
    run: async (o) => {
      const id = async (guid: string, counter: number) =>
        (await o.ok(d.RopIdFromLongTermId, [o.logon], { longTermId: { guid, counter } })).fields.objectId;
      const [one, two] = ['aaaaaaaa-0000-0000-0000-00000000000a', 'bbbbbbbb-0000-0000-0000-00000000000b'];
      const first = await id(one, 7);
      assert.notEqual(replidOfId(first), 1);
      assert.equal(await id(one, 7), first);
      assert.notEqual(replidOfId(await id(two, 7)), replidOfId(first));
      const { longTermId } = (await o.ok(d.RopLongTermIdFromId, [o.logon], { objectId: first })).fields;
      assert.deepEqual(longTermId, { guid: one, counter: 7 });
      const none = { longTermId: { guid: nilGuid, counter: 1 } };
      assert.equal(await o.code(d.RopIdFromLongTermId, [o.logon], none), ec.invalidParam);
    },
  },
];

const store: Case[] = [
  {
    of: 'R881 R882 R1092',
    says: 'RopGetStoreState is not implemented, as with Exchange',
    run: async (o) => assert.equal(await o.code(d.RopGetStoreState, [o.logon], {}), ec.notImplemented),
  },
  {
    of: 'R892 R367 R368 R371 R912',
    says: 'one server owns each folder',
    run: async (o) => {
      const { fields } = await o.ok(d.RopGetOwningServers, [o.logon], { folderId: o.inbox });
      assert.deepEqual([fields.owningServers.length, fields.cheapServersCount], [1, 1]);
    },
  },
  {
    of: 'R239 R280 R325 R342',
    says: 'operations on the store need a logon',
    run: async (o) => {
      const inbox = await o.folder();
      assert.equal(await o.code(d.RopGetReceiveFolder, [inbox], { messageClass: '' }), ec.notSupported);
      const set = { messageClass: 'IPM.X', folderId: o.inbox };
      assert.equal(await o.code(d.RopSetReceiveFolder, [inbox], set), ec.notSupported);
      assert.equal(await o.code(d.RopGetReceiveFolderTable, [inbox], {}), ec.notSupported);
      assert.equal(await o.code(d.RopLongTermIdFromId, [inbox], { objectId: o.inbox }), ec.notSupported);
    },
  },
  {
    of: 'R3128 R3068004',
    says: 'name and comment of the store cannot be set, others can and come back',
    run: async (o) => {
      const problems = await o.set(o.logon, [
        [PidTag.DisplayName, 'x'],
        [PidTag.Comment, 'y'],
        [0x7fff001f, 'z'],
      ]);
      assert.deepEqual(
        problems.map((problem) => problem.errorCode),
        [ec.accessDenied, ec.accessDenied],
      );
      assert.deepEqual(await o.get(o.logon, [0x7fff001f]), ['z']);
    },
  },
  {
    of: 'R658 R660 R651',
    says: 'sizes and counts of the store are sums over its folders',
    run: async (o) => {
      const tags = [PidTag.MessageSize, PidTag.MessageSizeExtended, PidTag.ContentCount];
      const before = await o.get(o.logon, tags);
      await o.put(o.inbox, ['a', 'b']);
      await o.put(o.deletedItems, ['c']);
      const after = await o.get(o.logon, tags);
      assert.ok(Number(after[0]) > Number(before[0]));
      assert.equal(BigInt(Number(after[0])), after[1]);
      assert.equal(Number(after[2]), Number(before[2]) + 3);
    },
  },
  {
    of: 'R643 R656 R657 R664 R667 R4003 R4005 R645 R647 R649',
    says: 'the store tells its owner, its user, its locale and its limits; limits that are not set are absent',
    run: async (o) => {
      const [owner, ownerId, userId, codePage, locale, sortLocale, rules] = await o.get(o.logon, [
        PidTag.MailboxOwnerName,
        PidTag.MailboxOwnerEntryId,
        PidTag.UserEntryId,
        PidTag.CodePageId,
        PidTag.LocaleId,
        PidTag.SortLocaleId,
        PidTag.ExtendedRuleSizeLimit,
      ]);
      assert.deepEqual([owner, codePage, locale, sortLocale], ['Anna', 1252, 0x409, 0x409]);
      assert.equal(bytes(ownerId), bytes(userId));
      assert.ok(Number(rules) > 32_768);
      const limits = [PidTag.ProhibitSendQuota, PidTag.ProhibitReceiveQuota, PidTag.MaximumSubmitMessageSize];
      for (const limit of await o.get(o.logon, limits)) assert.ok(typeof limit === 'object' || Number(limit) > 0);
    },
  },
  {
    of: 'R1140 R1141 R1141001',
    says: 'PidTagStoreState tells whether there are search folders',
    run: async (o) => {
      assert.deepEqual(await o.get(o.logon, [PidTag.StoreState]), [0]);
      await o.createFolder(await o.folder(o.root), 'Found', { folderType: 2 });
      assert.deepEqual(await o.get(o.logon, [PidTag.StoreState]), [0x01000000]);
    },
  },
  {
    of: 'R3055001 R3055006 R3055007 R3055008 R3055009 R3055010 R3055011 R3055012',
    says: 'what the server computes cannot be set',
    run: async (o) => {
      const problems = await o.set(o.logon, [
        [PidTag.ExtendedRuleSizeLimit, 1],
        [PidTag.ContentCount, 1],
        [PidTag.MailboxOwnerEntryId, Buffer.alloc(4)],
        [PidTag.MailboxOwnerName, 'x'],
        [PidTag.MessageSize, 1],
        [PidTag.MessageSizeExtended, 1n],
        [PidTag.UserEntryId, Buffer.alloc(4)],
        [PidTag.CodePageId, 437],
      ]);
      assert.equal(problems.length, 8);
    },
  },
  {
    of: 'MS-OXCFXICS_R2263 MS-OXCFXICS_R936',
    says: 'ids for a client are its own for ever: 65,536 of them, many times over',
    run: async (o) => {
      let last = 0;
      for (let i = 0; i < 20; i++) {
        const { fields } = await o.ok(d.RopGetLocalReplicaIds, [o.logon], { idCount: 65_536 });
        assert.ok(fields.globalCount > last);
        last = fields.globalCount + 65_535;
      }
      const [id] = await o.put(o.inbox, ['later']);
      assert.ok(counterOf(id!) > last);
    },
  },
  {
    of: 'R960',
    says: 'the operations for public folders have nothing to tell',
    run: async (o) => {
      const none = { databaseGuid: nilGuid };
      assert.deepEqual((await o.ok(d.RopGetPerUserLongTermIds, [o.logon], none)).fields.longTermIds, []);
      const ghosted = await o.ok(d.RopPublicFolderIsGhosted, [o.logon], { folderId: o.inbox });
      assert.equal(ghosted.fields.isGhosted, false);
    },
  },
];

describe('the store (MS-OXCSTOR)', () => {
  conformance('MS-OXCSTOR', [...logons, ...receiveFolders, ...ids, ...store]);
});
