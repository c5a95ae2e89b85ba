import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { counterOf, ec, PidTag, type Restriction, relop } from '../../../src/mapi/index.ts';
import { type Fixture, openFixture, root, settled, type TestMessage } from './fixture.ts';

let box: Fixture;
let nextFolder = 100;
before(async () => {
  box = await openFixture();
});
after(() => box.close());

const icon = (value: number, read = true): TestMessage => ({ read, values: { [PidTag.IconIndex]: value } });
const iconIs = (value: number): Restriction => ({
  kind: 'property',
  relop: relop.eq,
  tag: PidTag.IconIndex,
  value: { tag: PidTag.IconIndex, value },
});
const make = async (type?: string, parent = root) => {
  const id = nextFolder++;
  await box.addFolder(id, parent, `folder ${id}`, type);
  return id;
};
const shallow = { recursive: false, stop: false };
const done = (folderId: number, here = box) =>
  settled(async () => (await here.tables.searchCriteria(folderId)).complete, 'the end of a search');
const found = async (folderId: number, here = box) => {
  const table = await here.tables.contentsTable(folderId, {});
  table.setColumns([PidTag.Mid, PidTag.ParentFolderId]);
  const rows = await table.peek(1000);
  table.close();
  return rows.map((row) => counterOf(row[0] as bigint));
};
const finds = (folderId: number, ids: readonly number[], here = box) =>
  settled(async () => (await found(folderId, here)).join() === ids.join(), `${ids} in ${folderId}`);

describe('a search folder', () => {
  it('lists what matches in its scope, and tells when it is done (MS-OXCFOLD_R515, R518)', async () => {
    const [inbox, other, search] = [await make(), await make(), await make('search')];
    const ids = await box.addMany(inbox, [icon(1), icon(2), icon(1, false)]);
    await box.add(other, icon(1));
    box.heard.length = 0;
    await box.tables.setSearchCriteria(search, { ...shallow, restriction: iconIs(1), folderIds: [inbox] });
    await done(search);
    assert.deepEqual(await found(search), [ids[0], ids[2]]);
    assert.deepEqual(await box.folderCounts(search), [2, 1]);
    const complete = box.heard.filter((event) => event.object === 'folder' && event.kind === 'searchComplete');
    assert.deepEqual(
      complete.map((event) => event.folderId),
      [search],
    );
    const table = await box.tables.contentsTable(search, {});
    table.setColumns([PidTag.ParentFolderId]);
    assert.equal(counterOf((await table.peek(1))[0]![0] as bigint), inbox, 'messages keep their folder');
    assert.equal(await table.rowCount(), 2);
    table.close();
  });

  it('is kept up, with its table and counts (MS-OXCFOLD_R1095, R1096)', async () => {
    const [inbox, search] = [await make(), await make('search')];
    await box.tables.setSearchCriteria(search, { ...shallow, restriction: iconIs(1), folderIds: [inbox] });
    await done(search);
    const table = await box.tables.contentsTable(search, {});
    table.setColumns([PidTag.Mid]);
    const events: string[] = [];
    table.listen((event) =>
      events.push(
        event.kind === 'changed' ? 'changed' : `${event.kind} ${event.row.messageId} of ${event.row.folderId}`,
      ),
    );
    await table.peek(1);
    const id = await box.add(inbox, icon(1, false));
    await finds(search, [id]);
    await settled(() => events.length > 0, 'a row');
    assert.deepEqual(events.splice(0), [`rowAdded ${id} of ${inbox}`]);
    assert.deepEqual(await box.folderCounts(search), [1, 1]);
    await box.change(id, icon(1, true));
    await settled(async () => (await box.folderCounts(search)).join() === '1,0', 'counts');
    await box.change(id, icon(2, true));
    await finds(search, []);
    await settled(() => events.includes(`rowDeleted ${id} of ${inbox}`), 'a row that goes');
    await box.change(id, icon(1, true));
    await finds(search, [id]);
    const moved = await box.move(id, await make(), icon(1));
    assert.ok(moved);
    await finds(search, []);
    await settled(async () => (await box.folderCounts(search)).join() === '0,0', 'counts');
    table.close();
  });

  it('searches below its folders when recursive, and follows the folders (MS-OXCFOLD_R770)', async () => {
    const top = await make();
    const [below, search] = [await make(undefined, top), await make('search')];
    const [a, b] = [await box.add(top, icon(1)), await box.add(below, icon(1))];
    await box.tables.setSearchCriteria(search, {
      restriction: iconIs(1),
      folderIds: [top],
      recursive: true,
      stop: false,
    });
    await done(search);
    assert.deepEqual(await found(search), [a, b]);
    const late = await make(undefined, top);
    const c = await box.add(late, icon(1));
    await finds(search, [a, b, c]);
    await box.moveFolder(below, root);
    await finds(search, [a, c]);
    await box.moveFolder(below, top);
    await finds(search, [a, b, c]);
  });

  it('can look into what another one found', async () => {
    const [inbox, outer, inner] = [await make(), await make('search'), await make('search')];
    const ids = await box.addMany(inbox, [icon(1, false), icon(1), icon(2, false)]);
    const unread: Restriction = { kind: 'bitmask', notEqualZero: false, tag: PidTag.MessageFlags, mask: 1 };
    await box.tables.setSearchCriteria(outer, { ...shallow, restriction: iconIs(1), folderIds: [inbox] });
    await done(outer);
    await box.tables.setSearchCriteria(inner, { ...shallow, restriction: unread, folderIds: [outer] });
    await done(inner);
    assert.deepEqual(await found(inner), [ids[0]]);
    await box.change(ids[2]!, icon(1, false));
    await finds(inner, [ids[0]!, ids[2]!]);
    await box.change(ids[0]!, icon(2, false));
    await finds(inner, [ids[2]!]);
  });

  it('takes new criteria in the place of old ones (MS-OXCFOLD_R519, R1241)', async () => {
    const [inbox, search] = [await make(), await make('search')];
    const ids = await box.addMany(inbox, [icon(1), icon(2)]);
    await box.tables.setSearchCriteria(search, { ...shallow, restriction: iconIs(1), folderIds: [inbox] });
    await done(search);
    await box.tables.setSearchCriteria(search, { ...shallow, restriction: iconIs(2) });
    await done(search);
    assert.deepEqual(await found(search), [ids[1]]);
    assert.deepEqual((await box.tables.searchCriteria(search)).folderIds, [inbox]);
    assert.deepEqual(await box.folderCounts(search), [1, 0]);
  });

  it('goes on when the same criteria come again while it runs, and stops when told (MS-OXCFOLD_R543)', async () => {
    const [inbox, search] = [await make(), await make('search')];
    await box.addMany(
      inbox,
      Array.from({ length: 900 }, () => icon(1)),
    );
    const criteria = { ...shallow, restriction: iconIs(1), folderIds: [inbox] };
    await box.tables.setSearchCriteria(search, criteria);
    box.heard.length = 0;
    for (let i = 0; i < 20 && !(await box.tables.searchCriteria(search)).complete; i++)
      await box.tables.setSearchCriteria(search, criteria);
    await done(search);
    assert.equal((await box.folderCounts(search))[0], 900);

    await box.tables.setSearchCriteria(search, criteria);
    await box.tables.setSearchCriteria(search, { recursive: false, stop: true });
    const state = await box.tables.searchCriteria(search);
    assert.deepEqual([state.running, state.complete], [false, false]);
    await box.tables.setSearchCriteria(search, criteria);
    await done(search);
    await box.tables.setSearchCriteria(search, { recursive: false, stop: true });
    assert.ok((await box.tables.searchCriteria(search)).complete, 'no effect on one that is done (MS-OXCFOLD_R1098)');
  });

  it('that is static stays as it was found (MS-OXCFOLD_R1093, R551)', async () => {
    const [inbox, search] = [await make(), await make('search')];
    const first = await box.add(inbox, icon(1));
    const criteria = { ...shallow, static: true, restriction: iconIs(1), folderIds: [inbox] };
    await box.tables.setSearchCriteria(search, criteria);
    await done(search);
    const second = await box.add(inbox, icon(1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await found(search), [first]);
    await box.tables.setSearchCriteria(search, criteria);
    await done(search);
    assert.deepEqual(await found(search), [first, second]);
  });

  it('refuses what makes no sense', async () => {
    const [inbox, search] = [await make(), await make('search')];
    const set = (folderId: number, criteria: { restriction?: Restriction; folderIds?: number[] }) =>
      box.tables.setSearchCriteria(folderId, { ...shallow, ...criteria });
    await assert.rejects(
      set(inbox, { restriction: iconIs(1), folderIds: [inbox] }),
      { code: 0x461 },
      'MS-OXCFOLD_R570',
    );
    await assert.rejects(set(search, { restriction: iconIs(1) }), { code: ec.notInitialized }, 'MS-OXCFOLD_R1240');
    await assert.rejects(
      set(search, { restriction: iconIs(1), folderIds: [search] }),
      { code: ec.searchFolderScopeViolation },
      'MS-OXCFOLD_R1242',
    );
    const never: Restriction = {
      kind: 'property',
      relop: relop.regex,
      tag: PidTag.Subject,
      value: { tag: PidTag.Subject, value: '.' },
    };
    await assert.rejects(
      set(search, { restriction: never, folderIds: [inbox] }),
      { code: ec.tooComplex },
      'MS-OXCFOLD_R572',
    );
    const nothing = await box.tables.searchCriteria(search);
    assert.deepEqual([nothing.restriction, nothing.folderIds, nothing.running], [undefined, [], false]);
    await assert.rejects(box.tables.searchCriteria(inbox), { code: 0x461 }, 'MS-OXCFOLD_R580');
  });

  it('looks into properties that are computed', async () => {
    const [inbox, search] = [await make(), await make('search')];
    const ids = await box.addMany(inbox, [icon(1, false), icon(1, true)]);
    const restriction: Restriction = { kind: 'bitmask', notEqualZero: false, tag: PidTag.MessageFlags, mask: 1 };
    await box.tables.setSearchCriteria(search, { ...shallow, restriction, folderIds: [inbox] });
    await done(search);
    assert.deepEqual(await found(search), [ids[0]]);
  });

  it('keeps its results when it is closed, and takes in what happened meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oxbow-search-'));
    const file = join(folder, 'store.db');
    let here = await openFixture(file);
    await here.addFolder(50, root, 'inbox');
    await here.addFolder(51, root, 'search', 'search');
    const first = await here.add(50, icon(1));
    const gone = await here.add(50, icon(1));
    await here.tables.setSearchCriteria(51, { ...shallow, restriction: iconIs(1), folderIds: [50] });
    await done(51, here);
    here.tables.close();
    const second = await here.add(50, icon(1, false));
    await here.remove(gone);
    await here.close();
    here = await openFixture(file);
    await finds(51, [first, second], here);
    await settled(async () => (await here.folderCounts(51)).join() === '2,1', 'counts');
    assert.ok((await here.tables.searchCriteria(51)).complete);
    await here.close();
    rmSync(folder, { recursive: true });
  });

  it('ends up with what matches, whatever happens', async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), icon: fc.nat(2), read: fc.boolean(), folder: fc.nat(1) }),
      fc.record({ kind: fc.constant('change' as const), pick: fc.nat(), icon: fc.nat(2), read: fc.boolean() }),
      fc.record({
        kind: fc.constant('move' as const),
        pick: fc.nat(),
        icon: fc.nat(2),
        read: fc.boolean(),
        folder: fc.nat(2),
      }),
      fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant('search' as const), icon: fc.nat(2) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
        const folders = [await make(), await make(), await make()];
        const search = await make('search');
        const scope = folders.slice(0, 2);
        const live = new Map<number, { icon: number; read: boolean; folder: number }>();
        let wanted = 1;
        await box.tables.setSearchCriteria(search, { ...shallow, restriction: iconIs(1), folderIds: scope });
        for (const one of changes) {
          const picked = 'pick' in one ? [...live.keys()][one.pick % Math.max(1, live.size)] : undefined;
          if (one.kind === 'add') {
            live.set(await box.add(folders[one.folder]!, icon(one.icon, one.read)), one);
          } else if (one.kind === 'search') {
            wanted = one.icon;
            await box.tables.setSearchCriteria(search, { ...shallow, restriction: iconIs(wanted) });
          } else if (picked === undefined) continue;
          else if (one.kind === 'remove') {
            live.delete(picked);
            await box.remove(picked);
          } else if (one.kind === 'change') {
            live.set(picked, { ...live.get(picked)!, icon: one.icon, read: one.read });
            await box.change(picked, icon(one.icon, one.read));
          } else {
            live.delete(picked);
            live.set((await box.move(picked, folders[one.folder]!, icon(one.icon, one.read)))!, one);
          }
        }
        const matching = [...live].filter(([, one]) => one.icon === wanted && one.folder < 2);
        await finds(
          search,
          matching.map(([id]) => id).sort((a, b) => a - b),
        );
        const counts = `${matching.length},${matching.filter(([, one]) => !one.read).length}`;
        await settled(async () => (await box.folderCounts(search)).join() === counts, `counts ${counts}`);
        await box.deleteFolder(search);
      }),
      { numRuns: 40 },
    );
  });
});
