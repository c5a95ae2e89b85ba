import assert from 'node:assert/strict';
import type { Cell, PropertyTag } from '../../src/mapi/index.ts';
import { PidTag } from '../../src/mapi/index.ts';
import { cellsOf, d, type Outlook, type Told } from './outlook.ts';

/** What names a row of a contents table in its notifications; asked for before the columns of the case. */
export const rowNames: readonly PropertyTag[] = [PidTag.FolderId, PidTag.InstID, PidTag.InstanceNum];

interface CopiedRow {
  readonly name: string;
  readonly cells: readonly Cell[];
}

const nameOf = (
  row: { folderId: bigint; messageId?: bigint | undefined; instance?: number | undefined } | undefined,
) => (row && row.folderId !== 0n ? `${row.folderId} ${row.messageId ?? 0n} ${row.instance ?? 0}` : undefined);

/**
 * The rows of a table as a client holds them: read once, and kept right by what notifications say alone. Its columns
 * have to begin with {@link rowNames}.
 */
export function tableCopy(o: Outlook, table: number, columns: readonly PropertyTag[]) {
  let rows: CopiedRow[] = [];
  const counts = { added: 0, modified: 0, deleted: 0, changed: 0 };

  const load = async (): Promise<CopiedRow[]> => {
    await o.seek(table, d.bookmark.beginning, 0);
    const all: CopiedRow[] = [];
    for (;;) {
      const { origin, rows: some } = await o.query(table);
      for (const cells of some) all.push({ name: `${cells[0]} ${cells[1]} ${cells[2]}`, cells });
      if (origin === d.bookmark.end) return all;
    }
  };

  const apply = (data: Told['data']): boolean => {
    assert.ok(data.kind === 'table');
    if (data.event === d.tableEventType.tableChanged) {
      counts.changed++;
      return false;
    }
    const name = nameOf(data.row)!;
    const at = rows.findIndex((row) => row.name === name);
    if (data.event === d.tableEventType.rowDeleted) {
      counts.deleted++;
      assert.ok(at >= 0, 'a row that was never there is deleted');
      rows.splice(at, 1);
      return true;
    }
    const added = data.event === d.tableEventType.rowAdded;
    assert.equal(at < 0, added, `${added ? 'added' : 'modified'} ${name}`);
    counts[added ? 'added' : 'modified']++;
    if (at >= 0) rows.splice(at, 1);
    const after = nameOf(data.after);
    const before = after === undefined ? -1 : rows.findIndex((row) => row.name === after);
    assert.ok(after === undefined || before >= 0, 'a row stands after one that is not there');
    const cells = cellsOf(columns, data.data!);
    rows.splice(before + 1, 0, { name, cells });
    return true;
  };

  return {
    counts,
    load: async () => {
      await o.told();
      rows = await load();
    },
    /** Takes what was told in, and finds the copy equal to the table. */
    async follow(): Promise<void> {
      let whole = true;
      for (const { handle, data } of await o.told()) {
        if (handle !== table) continue;
        assert.ok(whole, 'an event after the client was told to read the table again');
        whole = apply(data);
      }
      const now = await load();
      if (!whole) rows = now;
      assert.deepEqual(rows, now);
    },
  };
}
