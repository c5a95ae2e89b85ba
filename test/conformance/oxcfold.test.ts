import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { counterOf, PidTag } from '../../src/mapi/index.ts';
import { type Case, conformance } from './conformance.ts';
import { anySubject, d, ec, folderFields, type Outlook, subjectIs, wire } from './outlook.ts';

const openFolder = (o: Outlook, folderId: bigint, on = o.logon, openModeFlags = 0) =>
  o.call(d.RopOpenFolder, [on], { folderId, openModeFlags });

/** Subjects of the messages that a table shows. */
async function shown(o: Outlook, folder: number, tableFlags = 0): Promise<string[]> {
  const { handle, rowCount } = await o.contents(folder, tableFlags);
  await o.setColumns(handle, [PidTag.Subject]);
  const { rows } = await o.query(handle);
  assert.equal(rows.length, rowCount);
  return rows.map(([subject]) => String(subject)).sort();
}

async function subfolders(o: Outlook, folder: number, tableFlags = 0): Promise<string[]> {
  const { handle, rowCount } = await o.hierarchy(folder, tableFlags);
  await o.setColumns(handle, [PidTag.DisplayName]);
  const { rows } = await o.query(handle);
  assert.equal(rows.length, rowCount);
  return rows.map(([name]) => String(name)).sort();
}

const search = { folderType: 2 };
const criteria = (folderIds: bigint[], searchFlags = 2, restriction = anySubject) => ({
  restriction,
  folderIds,
  searchFlags,
});

/** A search folder below the root over these folders, filled. */
async function searchFolder(o: Outlook, over: bigint[], restriction = anySubject, searchFlags = 2) {
  const root = await o.folder(o.root);
  const folder = await o.createFolder(root, 'Found', search);
  await o.ok(d.RopSetSearchCriteria, [folder.handle], criteria(over, searchFlags, restriction));
  await complete(o, folder.handle);
  return folder;
}

const state = async (o: Outlook, folder: number) =>
  (await o.ok(d.RopGetSearchCriteria, [folder], { useUnicode: true, includeRestriction: true, includeFolders: true }))
    .fields;

async function complete(o: Outlook, folder: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (((await state(o, folder)).searchFlags & 0x1000) !== 0) return;
    await o.told();
  }
  assert.fail('the search did not complete');
}

const withMessages = async (o: Outlook, name: string, subjects: readonly string[]) => {
  const subtree = await o.folder(o.subtree);
  const folder = await o.createFolder(subtree, name);
  const ids = await o.put(folder.id, subjects);
  return { ...folder, ids, subtree };
};

const moveCopy = (o: Outlook, from: number, to: number, messageIds: bigint[], wantCopy = false) =>
  o.call(d.RopMoveCopyMessages, [from, to], { messageIds, wantAsynchronous: false, wantCopy });
const remove = { wantAsynchronous: false, notifyNonRead: false };

const folders: Case[] = [
  {
    of: 'R462 R469 R468',
    says: 'a folder that does not exist cannot be opened',
    run: async (o) => assert.equal((await openFolder(o, wire(0x7777777))).returnValue, ec.notFound),
  },
  {
    of: 'R465 R46501 R46502 R46503 R46504 R46505 R46506 R46507 R821',
    says: 'unknown OpenModeFlags are ignored',
    run: async (o) => {
      for (const flag of [0x01, 0x02, 0x08, 0x10, 0x20, 0x40, 0x80])
        assert.equal((await openFolder(o, o.inbox, o.logon, flag)).returnValue, 0);
    },
  },
  {
    of: 'R26 R30',
    says: 'a private folder without rules answers HasRules 0 and not ghosted',
    run: async (o) => {
      const { fields } = await openFolder(o, o.inbox);
      assert.deepEqual([fields.hasRules, fields.isGhosted], [false, false]);
    },
  },
  {
    of: 'R473 R472',
    says: 'folders are opened from a logon or a folder only',
    run: async (o) => {
      const table = await o.contents(await o.folder());
      assert.equal((await openFolder(o, o.inbox, table.handle)).returnValue, ec.notSupported);
    },
  },
  {
    of: 'R471 R382 R383 R1073',
    says: 'a soft-deleted folder cannot be opened, and nothing can be made in it through an old handle',
    run: async (o) => {
      const folder = await withMessages(o, 'Gone', []);
      await o.deleteFolder(folder.subtree, folder.id);
      assert.equal((await openFolder(o, folder.id)).returnValue, ec.notFound);
      const inner = await o.call(d.RopCreateFolder, [folder.handle], folderFields('inner'));
      assert.equal(inner.returnValue, ec.notFound);
      assert.ok((await subfolders(o, folder.subtree, d.tableFlags.softDeletes)).includes('Gone'));
      assert.ok(!(await subfolders(o, folder.subtree)).includes('Gone'));
    },
  },
  {
    of: 'R481 R493 R480 R1065',
    says: 'two folders of one name in a folder are refused',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      await o.createFolder(subtree, 'Twice');
      const again = await o.call(d.RopCreateFolder, [subtree], folderFields('tWICE'));
      assert.equal(again.returnValue, ec.duplicateName);
    },
  },
  {
    of: 'R482 R1197',
    says: 'with OpenExisting the folder of that name is opened, and not told to have existed',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const { id } = await o.createFolder(subtree, 'Once');
      const { fields } = await o.ok(d.RopCreateFolder, [subtree], folderFields('Once', { open: true }));
      assert.deepEqual([fields.folderId, fields.isExistingFolder], [id, false]);
    },
  },
  {
    of: 'R54 R56 R46 R811',
    says: 'name and comment of a new folder become its properties',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const fields = { ...folderFields('Named'), comment: 'for what' };
      const { handle } = await o.ok(d.RopCreateFolder, [subtree], fields);
      const row = await o.get(handle, [PidTag.DisplayName, PidTag.Comment, PidTag.FolderType]);
      assert.deepEqual(row, ['Named', 'for what', 1]);
    },
  },
  {
    of: 'R487 R486 R477',
    says: 'a folder type that does not exist, or no name, is ecInvalidParam',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      for (const folderType of [0, 3, 0xff])
        assert.equal(await o.code(d.RopCreateFolder, [subtree], folderFields('x', { folderType })), ec.invalidParam);
      assert.equal(await o.code(d.RopCreateFolder, [subtree], folderFields('')), ec.invalidParam);
    },
  },
  {
    of: 'R495',
    says: 'folders are made in folders only',
    run: async (o) => {
      const table = await o.contents(await o.folder());
      assert.equal(await o.code(d.RopCreateFolder, [table.handle], folderFields('x')), ec.notSupported);
    },
  },
  {
    of: 'R1055',
    says: 'a folder made from a handle stays usable when that handle is released',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const child = await o.createFolder(subtree, 'Child');
      await o.release(subtree);
      assert.deepEqual(await o.set(child.handle, [[PidTag.Comment, 'alive']]), []);
    },
  },
];

const deletions: Case[] = [
  {
    of: 'R371 R816 R817 R76',
    says: 'a folder with messages stays without DEL_MESSAGES, as partial completion',
    run: async (o) => {
      const folder = await withMessages(o, 'Full', ['a']);
      const { returnValue, fields } = await o.deleteFolder(folder.subtree, folder.id, 0);
      assert.deepEqual([returnValue, fields.partialCompletion], [0, true]);
      assert.deepEqual(await shown(o, folder.handle), ['a']);
    },
  },
  {
    of: 'R1079 R1080 R1081',
    says: 'a folder with subfolders stays without DEL_FOLDERS, as partial completion',
    run: async (o) => {
      const folder = await withMessages(o, 'Outer', []);
      await o.createFolder(folder.handle, 'Inner');
      const { returnValue, fields } = await o.deleteFolder(folder.subtree, folder.id, 1);
      assert.deepEqual([returnValue, fields.partialCompletion], [0, true]);
      assert.deepEqual(await subfolders(o, folder.handle), ['Inner']);
    },
  },
  {
    of: 'R762 R763 R82',
    says: 'with both bits a folder goes with all in it',
    run: async (o) => {
      const folder = await withMessages(o, 'Outer', ['a']);
      const inner = await o.createFolder(folder.handle, 'Inner');
      await o.put(inner.id, ['b']);
      const { fields } = await o.deleteFolder(folder.subtree, folder.id, 5);
      assert.equal(fields.partialCompletion, false);
      for (const id of [folder.id, inner.id]) assert.equal((await openFolder(o, id)).returnValue, ec.notFound);
      assert.equal((await o.open(folder.ids[0]!, 0, folder.id)).returnValue, ec.notFound);
    },
  },
  {
    of: 'R497 R764',
    says: 'a folder deleted hard is not among the soft-deleted ones',
    run: async (o) => {
      const folder = await withMessages(o, 'Hard', ['a']);
      await o.deleteFolder(folder.subtree, folder.id, 0x15);
      assert.ok(!(await subfolders(o, folder.subtree, d.tableFlags.softDeletes)).includes('Hard'));
    },
  },
  {
    of: 'R498 R814 R483',
    says: 'the name of a soft-deleted folder can be used again, any number of times',
    run: async (o) => {
      for (let i = 0; i < 3; i++) {
        const folder = await withMessages(o, 'Again', ['a']);
        assert.equal((await o.deleteFolder(folder.subtree, folder.id)).fields.partialCompletion, false);
      }
      const folder = await withMessages(o, 'Again', ['new']);
      assert.deepEqual(await shown(o, folder.handle), ['new']);
    },
  },
  {
    of: 'R123402',
    says: 'unknown DeleteFolderFlags are ignored, as by Exchange since 2010',
    run: async (o) => {
      const folder = await withMessages(o, 'Flagged', ['a']);
      const kept = await o.deleteFolder(folder.subtree, folder.id, 0xea);
      assert.deepEqual([kept.returnValue, kept.fields.partialCompletion], [0, true]);
      const gone = await o.deleteFolder(folder.subtree, folder.id, 0xef);
      assert.deepEqual([gone.returnValue, gone.fields.partialCompletion], [0, false]);
    },
  },
  {
    of: 'R507 R509 R2509 R503',
    says: 'unknown folders, no folder handle, the root and special folders are refused',
    run: async (o) => {
      const root = await o.folder(o.root);
      assert.equal((await o.deleteFolder(root, wire(0x7777777))).returnValue, ec.notFound);
      assert.equal((await o.deleteFolder(o.logon, o.inbox)).returnValue, ec.notSupported);
      assert.equal((await o.deleteFolder(root, o.root)).returnValue, ec.notSupported);
      assert.equal((await o.deleteFolder(root, o.inbox)).returnValue, ec.accessDenied);
    },
  },
  {
    of: 'R1129 R618 R239 R663',
    says: 'emptying takes messages and subfolders but not associated messages or the folder',
    run: async (o) => {
      const folder = await withMessages(o, 'Emptied', ['a', 'b']);
      await o.createFolder(folder.handle, 'Inner');
      const fai = await o.ok(d.RopCreateMessage, [o.logon], {
        codePageId: 0xfff,
        folderId: folder.id,
        associatedFlag: true,
      });
      await o.set(fai.handle, [[PidTag.Subject, 'setting']]);
      await o.save(fai.handle);
      const options = { wantAsynchronous: false, wantDeleteAssociated: false };
      const { fields } = await o.ok(d.RopEmptyFolder, [folder.handle], options);
      assert.equal(fields.partialCompletion, false);
      assert.deepEqual(await shown(o, folder.handle), []);
      assert.deepEqual(await subfolders(o, folder.handle), []);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.associated), ['setting']);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), ['a', 'b']);
      await o.ok(d.RopEmptyFolder, [folder.handle], { wantAsynchronous: false, wantDeleteAssociated: true });
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.associated), []);
    },
  },
  {
    of: 'R1138 R113801 R113805 R244',
    says: 'emptying hard leaves nothing to recover, also of what was soft-deleted before',
    run: async (o) => {
      const folder = await withMessages(o, 'Emptied', ['a', 'b']);
      await o.ok(d.RopDeleteMessages, [folder.handle], { ...remove, messageIds: [folder.ids[0]!] });
      const options = { wantAsynchronous: false, wantDeleteAssociated: true };
      await o.ok(d.RopHardDeleteMessagesAndSubfolders, [folder.handle], options);
      assert.deepEqual(await shown(o, folder.handle), []);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), []);
    },
  },
  {
    of: 'R1248 R1249 R3012 R625 R630',
    says: 'the root and search folders cannot be emptied',
    run: async (o) => {
      const found = await searchFolder(o, [o.inbox]);
      const [id] = await o.put(o.inbox, ['kept']);
      for (const definition of [d.RopEmptyFolder, d.RopHardDeleteMessagesAndSubfolders]) {
        const options = { wantAsynchronous: false, wantDeleteAssociated: true };
        for (const on of [await o.folder(o.root), found.handle, o.logon])
          assert.equal(await o.code(definition, [on], options), ec.notSupported);
      }
      assert.equal((await o.open(id!)).returnValue, 0);
    },
  },
  {
    of: 'R632 R391 R1017 R665',
    says: 'deleted messages are in the soft-deleted table, with an exact RowCount, and not in the other',
    run: async (o) => {
      const folder = await withMessages(o, 'Some', ['a', 'b', 'c']);
      await o.ok(d.RopDeleteMessages, [folder.handle], { ...remove, messageIds: folder.ids.slice(0, 2) });
      assert.deepEqual(await shown(o, folder.handle), ['c']);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), ['a', 'b']);
      const counts = [PidTag.ContentCount, PidTag.ContentUnreadCount, PidTag.DeletedCountTotal];
      assert.deepEqual(await o.get(folder.handle, counts), [1, 1, 2]);
    },
  },
  {
    of: 'R1049',
    says: 'a soft-deleted message is opened when asked for so, not else, and can be copied back',
    run: async (o) => {
      const folder = await withMessages(o, 'Recover', ['a']);
      await o.ok(d.RopDeleteMessages, [folder.handle], { ...remove, messageIds: folder.ids });
      assert.equal((await o.open(folder.ids[0]!, 0, folder.id)).returnValue, ec.notFound);
      const opened = await o.open(folder.ids[0]!, 4, folder.id);
      assert.equal(opened.returnValue, 0);
      assert.deepEqual(await o.get(opened.handle, [PidTag.Subject]), ['a']);
      const moved = await moveCopy(o, folder.handle, folder.handle, folder.ids);
      assert.deepEqual([moved.returnValue, moved.fields.partialCompletion], [0, false]);
      assert.deepEqual(await shown(o, folder.handle), ['a']);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), []);
    },
  },
  {
    of: 'R1156 R115602',
    says: 'messages deleted hard are gone; one that does not exist makes it partial',
    run: async (o) => {
      const folder = await withMessages(o, 'Some', ['a', 'b']);
      const gone = { ...remove, messageIds: [folder.ids[0]!, wire(0x7777777)] };
      const { fields } = await o.ok(d.RopHardDeleteMessages, [folder.handle], gone);
      assert.equal(fields.partialCompletion, true);
      assert.deepEqual(await shown(o, folder.handle), ['b']);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), []);
      // Also what was soft-deleted before.
      const rest = { ...remove, messageIds: [folder.ids[1]!] };
      await o.ok(d.RopDeleteMessages, [folder.handle], rest);
      await o.ok(d.RopHardDeleteMessages, [folder.handle], rest);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), []);
    },
  },
  {
    of: 'R638 R645',
    says: 'messages are deleted of folders only',
    run: async (o) => {
      for (const definition of [d.RopDeleteMessages, d.RopHardDeleteMessages])
        assert.equal(await o.code(definition, [o.logon], { ...remove, messageIds: [1n] }), ec.notSupported);
    },
  },
];

const moving: Case[] = [
  {
    of: 'R144 R160 R163',
    says: 'moved messages are in the other folder, and no longer in the first',
    run: async (o) => {
      const folder = await withMessages(o, 'From', ['a', 'b']);
      const { fields } = await moveCopy(o, folder.handle, await o.folder(o.deletedItems), [folder.ids[0]!]);
      assert.equal(fields.partialCompletion, false);
      assert.deepEqual(await shown(o, folder.handle), ['b']);
      assert.deepEqual(await shown(o, await o.folder(o.deletedItems)), ['a']);
      assert.deepEqual(await shown(o, folder.handle, d.tableFlags.softDeletes), []);
    },
  },
  {
    of: 'R159 R427',
    says: 'copied messages are in both folders',
    run: async (o) => {
      const folder = await withMessages(o, 'From', ['a', 'b']);
      await moveCopy(o, folder.handle, await o.folder(), folder.ids, true);
      assert.deepEqual(await shown(o, folder.handle), ['a', 'b']);
      assert.deepEqual(await shown(o, await o.folder()), ['a', 'b']);
    },
  },
  {
    of: 'R586 R10163',
    says: 'a message that is not there makes the move partial; the others move',
    run: async (o) => {
      const folder = await withMessages(o, 'From', ['a']);
      const ids = [wire(0x7777777), ...folder.ids];
      const { returnValue, fields } = await moveCopy(o, folder.handle, await o.folder(), ids);
      assert.deepEqual([returnValue, fields.partialCompletion], [0, true]);
      assert.deepEqual(await shown(o, await o.folder()), ['a']);
    },
  },
  {
    of: 'R1246 R1245',
    says: 'nothing is moved or copied into a search folder',
    run: async (o) => {
      const found = await searchFolder(o, [o.inbox]);
      const folder = await withMessages(o, 'From', ['a']);
      for (const copy of [true, false])
        assert.equal((await moveCopy(o, folder.handle, found.handle, folder.ids, copy)).returnValue, ec.searchFolder);
    },
  },
  {
    of: 'R1216',
    says: 'messages are moved, copied, marked and deleted out of a search folder',
    run: async (o) => {
      const one = await withMessages(o, 'One', ['a', 'b']);
      const two = await withMessages(o, 'Two', ['c', 'd']);
      const found = await searchFolder(o, [one.id, two.id]);
      const inbox = await o.folder();
      const all = [...one.ids, ...two.ids];
      const copied = await moveCopy(o, found.handle, inbox, [all[0]!, all[2]!], true);
      assert.deepEqual([copied.returnValue, copied.fields.partialCompletion], [0, false]);
      assert.deepEqual(await shown(o, inbox), ['a', 'c']);

      const read = { wantAsynchronous: false, readFlags: 0, messageIds: [all[1]!] };
      await o.ok(d.RopSetReadFlags, [found.handle], read);
      assert.deepEqual(await o.get(one.handle, [PidTag.ContentUnreadCount]), [1]);
      await o.ok(d.RopSetReadFlags, [found.handle], { ...read, messageIds: [] });
      assert.deepEqual(await o.get(two.handle, [PidTag.ContentUnreadCount]), [0]);

      const moved = await moveCopy(o, found.handle, inbox, [all[0]!, all[3]!]);
      assert.equal(moved.fields.partialCompletion, false);
      assert.deepEqual(await shown(o, one.handle), ['b']);
      assert.deepEqual(await shown(o, two.handle), ['c']);
      const gone = await o.ok(d.RopDeleteMessages, [found.handle], { ...remove, messageIds: [all[1]!] });
      assert.equal(gone.fields.partialCompletion, false);
      assert.deepEqual(await shown(o, one.handle), []);
      assert.deepEqual(await shown(o, one.handle, d.tableFlags.softDeletes), ['b']);
      await o.told();
      assert.deepEqual(await shown(o, found.handle), ['c']);
      // What the search does not show cannot be touched through it.
      const other = await moveCopy(o, found.handle, one.handle, await o.put(o.deletedItems, ['elsewhere']));
      assert.equal(other.fields.partialCompletion, true);
    },
  },
  {
    of: 'R590 R602 R614',
    says: 'messages and folders are moved and copied between folders only',
    run: async (o) => {
      const folder = await withMessages(o, 'From', ['a']);
      assert.equal((await moveCopy(o, folder.handle, o.logon, folder.ids)).returnValue, ec.notSupported);
      assert.equal((await moveCopy(o, o.logon, folder.handle, folder.ids)).returnValue, ec.notSupported);
      const fields = { wantAsynchronous: false, useUnicode: true, folderId: folder.id, newFolderName: 'x' };
      assert.equal(await o.code(d.RopMoveFolder, [o.logon, folder.subtree], fields), ec.notSupported);
      const copy = { ...fields, wantRecursive: true };
      assert.equal(await o.code(d.RopCopyFolder, [folder.subtree, o.logon], copy), ec.notSupported);
    },
  },
  {
    of: 'R169 R170 R186 R424',
    says: 'a folder moves with what is in it, under its new name',
    run: async (o) => {
      const folder = await withMessages(o, 'Moved', ['a']);
      await o.createFolder(folder.handle, 'Inner');
      const inbox = await o.folder();
      const fields = { wantAsynchronous: false, useUnicode: true, folderId: folder.id, newFolderName: 'There' };
      const before = (await o.get(folder.handle, [PidTag.ChangeKey]))[0];
      await o.ok(d.RopMoveFolder, [folder.subtree, inbox], fields);
      assert.deepEqual(await subfolders(o, inbox), ['There']);
      assert.deepEqual(await shown(o, folder.handle), ['a']);
      assert.deepEqual(await subfolders(o, folder.handle), ['Inner']);
      assert.notDeepEqual((await o.get(folder.handle, [PidTag.ChangeKey]))[0], before);
    },
  },
  {
    of: 'R600 R612',
    says: 'a folder that is not there is neither moved nor copied; none goes into itself',
    run: async (o) => {
      const folder = await withMessages(o, 'Moved', []);
      const inner = await o.createFolder(folder.handle, 'Inner');
      const fields = { wantAsynchronous: false, useUnicode: true, folderId: wire(0x7777777), newFolderName: 'x' };
      const ends = [folder.subtree, inner.handle];
      assert.equal(await o.code(d.RopMoveFolder, ends, fields), ec.notFound);
      assert.equal(await o.code(d.RopCopyFolder, ends, { ...fields, wantRecursive: true }), ec.notFound);
      const own = { ...fields, folderId: folder.id };
      assert.equal(await o.code(d.RopMoveFolder, ends, own), ec.folderCycle);
      assert.equal(await o.code(d.RopCopyFolder, ends, { ...own, wantRecursive: true }), ec.folderCycle);
    },
  },
  {
    of: 'R605 R1122 R210 R211 R428 R429',
    says: 'a copied folder has copies of the messages, and of the subfolders when asked for',
    run: async (o) => {
      const folder = await withMessages(o, 'Source', ['a', 'b']);
      const inner = await o.createFolder(folder.handle, 'Inner');
      await o.put(inner.id, ['c']);
      const inbox = await o.folder();
      const fields = { wantAsynchronous: false, useUnicode: true, folderId: folder.id };
      await o.ok(d.RopCopyFolder, [folder.subtree, inbox], { ...fields, wantRecursive: false, newFolderName: 'Flat' });
      await o.ok(d.RopCopyFolder, [folder.subtree, inbox], { ...fields, wantRecursive: true, newFolderName: 'Deep' });
      const open = async (name: string) => (await o.createFolder(inbox, name, { open: true })).handle;
      assert.deepEqual(await shown(o, await open('Flat')), ['a', 'b']);
      assert.deepEqual(await subfolders(o, await open('Flat')), []);
      assert.deepEqual(await subfolders(o, await open('Deep')), ['Inner']);
      assert.deepEqual(await shown(o, folder.handle), ['a', 'b']);
    },
  },
];

const searches: Case[] = [
  {
    of: 'R515 R518 R519 R793 R1104',
    says: 'a search folder is filled with what meets its criteria, and again when these change',
    run: async (o) => {
      await o.put(o.inbox, ['a', 'b']);
      const found = await searchFolder(o, [o.inbox], subjectIs('a'));
      assert.deepEqual(await shown(o, found.handle), ['a']);
      assert.deepEqual(await o.get(found.handle, [PidTag.ContentCount, PidTag.FolderType]), [1, 2]);
      await o.ok(d.RopSetSearchCriteria, [found.handle], criteria([o.inbox], 2, subjectIs('b')));
      await complete(o, found.handle);
      assert.deepEqual(await shown(o, found.handle), ['b']);
      assert.deepEqual((await state(o, found.handle)).folderIds, [o.inbox]);
    },
  },
  {
    of: 'R1095 R1096 R1097 R552',
    says: 'a dynamic search follows what comes, changes and goes',
    run: async (o) => {
      const found = await searchFolder(o, [o.inbox], subjectIs('hit'));
      const [id] = await o.put(o.inbox, ['hit']);
      await o.told();
      assert.deepEqual(await shown(o, found.handle), ['hit']);
      const { handle } = await o.open(id!, 1);
      await o.set(handle, [[PidTag.Subject, 'miss']]);
      await o.save(handle);
      await o.told();
      assert.deepEqual(await shown(o, found.handle), []);
    },
  },
  {
    of: 'R1084 R1093 R549 R551 R784 R795',
    says: 'a static search stays as it was until it is restarted',
    run: async (o) => {
      await o.put(o.inbox, ['early']);
      const found = await searchFolder(o, [o.inbox], anySubject, 0x40002);
      await o.put(o.inbox, ['late']);
      await o.told();
      assert.deepEqual(await shown(o, found.handle), ['early']);
      assert.notEqual((await state(o, found.handle)).searchFlags & 0x10000, 0);
      await o.ok(d.RopSetSearchCriteria, [found.handle], criteria([o.inbox], 0x40002));
      await complete(o, found.handle);
      assert.deepEqual(await shown(o, found.handle), ['early', 'late']);
    },
  },
  {
    of: 'R770 R772 R1200 R789 R960',
    says: 'RECURSIVE_SEARCH looks below the folders as well; SHALLOW_SEARCH, the default, does not',
    run: async (o) => {
      const folder = await withMessages(o, 'Scope', ['outer']);
      const inner = await o.createFolder(folder.handle, 'Inner');
      await o.put(inner.id, ['inner']);
      const found = await searchFolder(o, [folder.id]);
      assert.deepEqual(await shown(o, found.handle), ['outer']);
      await o.ok(d.RopSetSearchCriteria, [found.handle], criteria([folder.id], 0x6));
      await complete(o, found.handle);
      assert.deepEqual(await shown(o, found.handle), ['inner', 'outer']);
      assert.notEqual((await state(o, found.handle)).searchFlags & 0x4, 0);
    },
  },
  {
    of: 'R1240 R566 R105 R109 R1241',
    says: 'the first request needs folders and restriction; later ones may leave them as they were',
    run: async (o) => {
      await o.put(o.inbox, ['a', 'b']);
      const { handle } = await o.createFolder(await o.folder(o.root), 'Found', search);
      const set = (restriction: typeof anySubject | undefined, folderIds: bigint[]) =>
        o.code(d.RopSetSearchCriteria, [handle], { restriction, folderIds, searchFlags: 2 });
      assert.equal(await set(subjectIs('a'), []), ec.notInitialized);
      assert.equal(await set(subjectIs('a'), [o.inbox]), 0);
      assert.equal(await set(subjectIs('b'), []), 0);
      await complete(o, handle);
      assert.deepEqual(await shown(o, handle), ['b']);
      assert.equal(await set(undefined, [o.deletedItems]), 0);
      await complete(o, handle);
      assert.deepEqual(await shown(o, handle), []);
    },
  },
  {
    of: 'R1242 R1244 R116 R570 R574 R580 R582',
    says: 'wrong scopes, flags and objects have their errors',
    run: async (o) => {
      const found = await searchFolder(o, [o.inbox]);
      const set = (on: number, folderIds: bigint[], flags = 2) =>
        o.code(d.RopSetSearchCriteria, [on], criteria(folderIds, flags));
      assert.equal(await set(found.handle, [found.id]), ec.searchFolderScopeViolation);
      assert.equal(await set(found.handle, [o.inbox], 0x100000), ec.invalidParam);
      assert.equal(await set(await o.folder(), [o.deletedItems]), ec.notSearchFolder);
      assert.equal(await set(o.logon, [o.inbox]), ec.notSupported);
      const get = { useUnicode: true, includeRestriction: true, includeFolders: true };
      assert.equal(await o.code(d.RopGetSearchCriteria, [await o.folder()], get), ec.notSearchFolder);
      assert.equal(await o.code(d.RopGetSearchCriteria, [o.logon], get), ec.notSupported);
    },
  },
  {
    of: 'R1103 R136 R139 R130 R132',
    says: 'criteria and folders of a search are told when asked for only',
    run: async (o) => {
      const found = await searchFolder(o, [o.inbox], subjectIs('a'));
      const whole = await state(o, found.handle);
      assert.deepEqual(whole.restriction, subjectIs('a'));
      const none = { useUnicode: true, includeRestriction: false, includeFolders: false };
      const { fields } = await o.ok(d.RopGetSearchCriteria, [found.handle], none);
      assert.deepEqual([fields.restriction, fields.folderIds], [undefined, []]);
    },
  },
  {
    of: 'R1098 R1099 R543',
    says: 'STOP_SEARCH after the search has completed changes nothing',
    run: async (o) => {
      const found = await searchFolder(o, [o.inbox]);
      await o.ok(d.RopSetSearchCriteria, [found.handle], criteria([o.inbox], 1));
      await o.put(o.inbox, ['late']);
      await o.told();
      assert.deepEqual(await shown(o, found.handle), ['late']);
    },
  },
  {
    of: 'R546 R526 R785 R788',
    says: 'the same criteria again while the search runs do not start it over, and it ends',
    run: async (o) => {
      await o.fill(o.inbox, 600);
      const { handle } = await o.createFolder(await o.folder(o.root), 'Found', search);
      for (let i = 0; i < 20; i++) {
        await o.ok(d.RopSetSearchCriteria, [handle], criteria([o.inbox]));
        const { searchFlags } = await state(o, handle);
        assert.ok((searchFlags & 0x2) === 0 || (searchFlags & 0x1) !== 0);
      }
      await complete(o, handle);
      assert.equal((await o.contents(handle)).rowCount, 600);
      assert.deepEqual(await o.get(handle, [PidTag.ContentCount, PidTag.ContentUnreadCount]), [600, 600]);
    },
  },
  {
    of: 'R1094 R1096',
    says: 'a search folder loses what is deleted, and whole folders, and counts right',
    run: async (o) => {
      const folder = await withMessages(o, 'Scope', ['a', 'b', 'c']);
      const found = await searchFolder(o, [folder.id, o.inbox]);
      await o.put(o.inbox, ['d']);
      await o.ok(d.RopDeleteMessages, [folder.handle], { ...remove, messageIds: [folder.ids[0]!] });
      const until = async (names: string[]) => {
        for (let i = 0; i < 50; i++) {
          await o.told();
          const [count] = await o.get(found.handle, [PidTag.ContentCount]);
          if (count === names.length) break;
        }
        assert.deepEqual(await shown(o, found.handle), names);
      };
      await until(['b', 'c', 'd']);
      await o.deleteFolder(folder.subtree, folder.id);
      await until(['d']);
    },
  },
  {
    of: 'R1172',
    says: 'rows of a search folder carry the entry id of the folder that the message is in',
    run: async (o) => {
      await o.put(o.inbox, ['a']);
      const found = await searchFolder(o, [o.inbox]);
      const { handle } = await o.contents(found.handle);
      await o.setColumns(handle, [PidTag.ParentEntryId]);
      const inbox = await o.get(await o.folder(), [PidTag.EntryId]);
      assert.deepEqual((await o.query(handle)).rows[0]?.map(bytes), inbox.map(bytes));
    },
  },
];

const bytes = (value: unknown): string => Buffer.from(value as Uint8Array).toString('hex');

const tables: Case[] = [
  {
    of: 'R648 R318',
    says: 'a hierarchy table has the subfolders, with Depth those below as well',
    run: async (o) => {
      const folder = await withMessages(o, 'Outer', []);
      await o.createFolder(folder.handle, 'Inner');
      const flat = await subfolders(o, folder.subtree);
      const deep = await subfolders(o, folder.subtree, d.tableFlags.depth);
      assert.ok(flat.includes('Outer') && !flat.includes('Inner'));
      assert.ok(deep.includes('Outer') && deep.includes('Inner'));
    },
  },
  {
    of: 'R314 R658 R330 R672 R1179',
    says: 'wrong table flags and objects are refused',
    run: async (o) => {
      const inbox = await o.folder();
      for (const flag of [0x01, 0x02])
        assert.equal(await o.code(d.RopGetHierarchyTable, [inbox], { tableFlags: flag }), ec.notSupported);
      for (const flag of [0x01, 0x04])
        assert.equal(await o.code(d.RopGetContentsTable, [inbox], { tableFlags: flag }), ec.invalidParam);
      assert.equal(await o.code(d.RopGetHierarchyTable, [o.logon], { tableFlags: 0 }), ec.notSupported);
      assert.equal(await o.code(d.RopGetContentsTable, [o.logon], { tableFlags: 0 }), ec.notSupported);
    },
  },
  {
    of: 'R388 R389 R662 R663 R661',
    says: 'messages and associated messages are in tables of their own',
    run: async (o) => {
      await o.put(o.inbox, ['mail']);
      const options = { codePageId: 0xfff, folderId: o.inbox, associatedFlag: true };
      const { handle } = await o.ok(d.RopCreateMessage, [o.logon], options);
      await o.set(handle, [[PidTag.Subject, 'setting']]);
      await o.save(handle);
      const inbox = await o.folder();
      assert.deepEqual(await shown(o, inbox), ['mail']);
      assert.deepEqual(await shown(o, inbox, d.tableFlags.associated), ['setting']);
      const counts = [PidTag.ContentCount, PidTag.AssociatedContentCount];
      assert.deepEqual(await o.get(inbox, counts), [1, 1]);
    },
  },
  {
    of: 'R1029 R1030 R352',
    says: 'PidTagSubfolders and PidTagHierarchyChangeNumber follow the subfolders',
    run: async (o) => {
      const folder = await withMessages(o, 'Outer', []);
      const tags = [PidTag.Subfolders, PidTag.HierarchyChangeNumber];
      const numbers: number[] = [];
      const note = async (has: boolean) => {
        const [subfoldersThere, number] = await o.get(folder.handle, tags);
        assert.equal(subfoldersThere, has);
        numbers.push(Number(number));
      };
      await note(false);
      const inner = await o.createFolder(folder.handle, 'Inner');
      await note(true);
      await o.deleteFolder(folder.handle, inner.id);
      await note(false);
      assert.ok(numbers[0]! < numbers[1]! && numbers[1]! < numbers[2]!, `${numbers}`);
    },
  },
  {
    of: 'R1039',
    says: 'a folder cannot be renamed to the name of a sibling',
    run: async (o) => {
      const one = await withMessages(o, 'One', []);
      await withMessages(o, 'Two', []);
      const problems = await o.set(one.handle, [[PidTag.DisplayName, 'Two']]);
      assert.deepEqual(
        problems.map((problem) => problem.errorCode),
        [ec.duplicateName],
      );
    },
  },
  {
    of: 'R10353 R10354 R3004',
    says: 'sizes and times of a folder follow its messages',
    run: async (o) => {
      const folder = await withMessages(o, 'Sized', []);
      const tags = [PidTag.MessageSize, PidTag.MessageSizeExtended, PidTag.LocalCommitTimeMax];
      const before = await o.get(folder.handle, tags);
      await o.put(folder.id, ['something']);
      const after = await o.get(folder.handle, tags);
      assert.equal(before[0], 0);
      assert.ok(Number(after[0]) > 0);
      assert.equal(BigInt(Number(after[0])), after[1]);
      assert.ok((after[2] as bigint) >= (before[2] as bigint));
    },
  },
  {
    of: 'R810 R812 R362',
    says: 'PidTagFolderType tells root, generic and search folders',
    run: async (o) => {
      const found = await o.createFolder(await o.folder(o.root), 'Found', search);
      const type = async (handle: number) => (await o.get(handle, [PidTag.FolderType]))[0];
      assert.deepEqual(
        [await type(await o.folder(o.root)), await type(await o.folder()), await type(found.handle)],
        [0, 1, 2],
      );
      assert.ok(counterOf(found.id) > 0);
    },
  },
];

describe('folders (MS-OXCFOLD)', () => {
  conformance('MS-OXCFOLD', [...folders, ...deletions, ...moving, ...searches, ...tables]);
});
