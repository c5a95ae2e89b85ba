import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ec, PidTag, type Restriction } from '../../../src/mapi/index.ts';
import type { TableEvent } from '../../../src/store/types.ts';
import { type Fixture, openFixture, root, settled } from './fixture.ts';

let box: Fixture;
let nextFolder = 100;
before(async () => {
  box = await openFixture();
});
after(() => box.close());

const tree = async () => {
  const [top, a, b, inner] = [nextFolder++, nextFolder++, nextFolder++, nextFolder++] as const;
  await box.addFolder(top, root, `top ${top}`);
  await box.addFolder(b, top, 'b');
  await box.addFolder(a, top, 'a');
  await box.addFolder(inner, a, 'inner');
  return { top, a, b, inner };
};
const names = async (table: {
  seek: (o: 'beginning', n: number) => Promise<number>;
  peek: (n: number) => Promise<readonly (readonly unknown[])[]>;
}) => {
  await table.seek('beginning', 0);
  return (await table.peek(99)).map((row) => row[0]);
};

describe('a hierarchy table', () => {
  it('lists the children, or all below with their depth', async () => {
    const { top } = await tree();
    const flat = await box.tables.hierarchyTable(top, {});
    flat.setColumns([PidTag.DisplayName, PidTag.Depth]);
    assert.deepEqual(await flat.peek(9), [
      ['a', 1],
      ['b', 1],
    ]);
    assert.equal(await flat.rowCount(), 2);
    const deep = await box.tables.hierarchyTable(top, { deep: true });
    deep.setColumns([PidTag.DisplayName, PidTag.Depth]);
    assert.deepEqual(await deep.peek(9), [
      ['a', 1],
      ['inner', 2],
      ['b', 1],
    ]);
    flat.close();
    deep.close();
  });

  it('can be restricted and searched (MS-OXCTABL_R833, R858)', async () => {
    const { top } = await tree();
    const table = await box.tables.hierarchyTable(top, { deep: true });
    table.setColumns([PidTag.DisplayName]);
    const named = (value: string): Restriction => ({
      kind: 'content',
      fuzzyLevelLow: 1,
      fuzzyLevelHigh: 1,
      tag: PidTag.DisplayName,
      value: { tag: PidTag.DisplayName, value },
    });
    assert.deepEqual(await table.findRow(named('INN'), 'beginning', false), ['inner']);
    await table.restrict(named('inn'));
    assert.deepEqual(await names(table), ['inner']);
    table.close();
  });

  it('tells of folders that come, change, move and go', async () => {
    const { top, a, b, inner } = await tree();
    const table = await box.tables.hierarchyTable(top, { deep: true });
    table.setColumns([PidTag.DisplayName, PidTag.ContentCount]);
    const events: TableEvent[] = [];
    table.listen((event) => events.push(event));
    assert.deepEqual(await names(table), ['a', 'inner', 'b']);
    const next = async () => {
      await settled(() => events.length > 0, 'an event');
      return events.splice(0);
    };
    const key = (folderId: number) => ({ folderId, instance: 0 });

    await box.add(b, { read: false, values: {} });
    assert.deepEqual(await next(), [{ kind: 'rowModified', row: key(b), after: key(inner) }]);
    assert.deepEqual(await table.rowOf(key(b)), ['b', 1]);

    await box.addFolder(nextFolder, top, 'aa');
    assert.deepEqual(await next(), [{ kind: 'rowAdded', row: key(nextFolder++), after: key(inner) }]);

    await box.renameFolder(a, 'z');
    await settled(async () => (await names(table)).join() === 'aa,b,z,inner', 'the new order');
    const moved = await next();
    assert.ok(moved.some((event) => event.kind === 'rowModified' && event.row.folderId === a));

    await box.moveFolder(inner, b);
    await settled(async () => (await names(table)).join() === 'aa,b,inner,z', 'the folder elsewhere');
    await next();
    await box.deleteFolder(b);
    await box.deleteFolder(inner);
    await settled(async () => (await names(table)).join() === 'aa,z', 'fewer folders');
    table.close();
  });

  it('has a renamed folder in its new place, also when it was asked for the number of rows in between', async () => {
    const { top, a } = await tree();
    const table = await box.tables.hierarchyTable(top, {});
    table.setColumns([PidTag.DisplayName]);
    assert.deepEqual(await names(table), ['a', 'b']);
    await box.renameFolder(a, 'z');
    assert.equal(await table.rowCount(), 2);
    assert.deepEqual(await names(table), ['b', 'z']);
    table.close();
  });

  it('of a deleted folder says so', async () => {
    const { top } = await tree();
    const table = await box.tables.hierarchyTable(top, {});
    table.setColumns([PidTag.DisplayName]);
    await box.deleteFolder(top);
    await assert.rejects(table.peek(1), { code: ec.objectDeleted });
    table.close();
  });
});
