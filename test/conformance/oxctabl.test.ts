import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type Cell, fuzzyLow, PidTag, type PropertyTag, relop, sortDirection } from '../../src/mapi/index.ts';
import { Reader } from '../../src/wire/index.ts';
import { request, run, unset } from '../protocols/rop/rop-client.ts';
import { type Case, conformance } from './conformance.ts';
import { anySubject, cellsOf, d, ec, type Outlook, subjectIs } from './outlook.ts';

const letters = ['a', 'b', 'c', 'd', 'e'];
const { beginning, current, end } = d.bookmark;
const ascending = { tag: PidTag.Subject, direction: sortDirection.ascending };
const descending = { tag: PidTag.Subject, direction: sortDirection.descending };
const none = { hasSoughtLess: false, rowsSought: 0 };

/** A contents table of the Inbox, sorted by subject, with these messages. */
async function subjects(o: Outlook, names: readonly string[] = letters, columns: PropertyTag[] = [PidTag.Subject]) {
  const ids = await o.put(o.inbox, names);
  const inbox = await o.folder();
  const { handle } = await o.contents(inbox);
  await o.setColumns(handle, columns);
  await o.sort(handle, [ascending]);
  return { handle, inbox, ids };
}

const first = (rows: readonly Cell[][]): string => rows.map(([subject]) => subject).join('');
const read = async (o: Outlook, table: number, count = 1000) => first((await o.query(table, count)).rows);

/** A hierarchy, contents, rules and permissions table. */
async function everyTable(o: Outlook): Promise<Record<string, number>> {
  const inbox = await o.folder();
  const message = (await o.open((await o.put(o.inbox, ['x']))[0]!)).handle;
  return {
    hierarchy: (await o.hierarchy(await o.folder(o.subtree))).handle,
    contents: (await o.contents(inbox)).handle,
    rules: (await o.ok(d.RopGetRulesTable, [inbox], { tableFlags: 0 })).handle,
    permissions: (await o.ok(d.RopGetPermissionsTable, [inbox], { tableFlags: 0 })).handle,
    attachments: (await o.ok(d.RopGetAttachmentTable, [message], { tableFlags: 0 })).handle,
  };
}

/** Operations on a table, with plausible fields. */
const operations = {
  setColumns: (o: Outlook, t: number) =>
    o.code(d.RopSetColumns, [t], { setColumnsFlags: 0, propertyTags: [PidTag.DisplayName] }),
  sort: (o: Outlook, t: number) =>
    o.code(d.RopSortTable, [t], { sortTableFlags: 0, categoryCount: 0, expandedCount: 0, sortOrders: [ascending] }),
  restrict: (o: Outlook, t: number) => o.code(d.RopRestrict, [t], { restrictFlags: 0, restriction: undefined }),
  queryRows: (o: Outlook, t: number) =>
    o.code(d.RopQueryRows, [t], { queryRowsFlags: 1, forwardRead: true, rowCount: 0 }),
  status: (o: Outlook, t: number) => o.code(d.RopGetStatus, [t], {}),
  position: (o: Outlook, t: number) => o.code(d.RopQueryPosition, [t], {}),
  seek: (o: Outlook, t: number) =>
    o.code(d.RopSeekRow, [t], { origin: beginning, rowCount: 0, wantRowMovedCount: false }),
  fraction: (o: Outlook, t: number) => o.code(d.RopSeekRowFractional, [t], { numerator: 0, denominator: 1 }),
  bookmark: (o: Outlook, t: number) => o.code(d.RopCreateBookmark, [t], {}),
  seekBookmark: (o: Outlook, t: number) =>
    o.code(d.RopSeekRowBookmark, [t], { bookmark: Buffer.alloc(4), rowCount: 0, wantRowMovedCount: false }),
  freeBookmark: (o: Outlook, t: number) => o.code(d.RopFreeBookmark, [t], { bookmark: Buffer.alloc(4) }),
  columns: (o: Outlook, t: number) => o.code(d.RopQueryColumnsAll, [t], {}),
  find: (o: Outlook, t: number) =>
    o.code(d.RopFindRow, [t], {
      findRowFlags: 0,
      restriction: undefined,
      origin: beginning,
      bookmark: new Uint8Array(),
    }),
  expand: (o: Outlook, t: number) => o.code(d.RopExpandRow, [t], { maxRowCount: 0, categoryId: 1n }),
  collapse: (o: Outlook, t: number) => o.code(d.RopCollapseRow, [t], { categoryId: 1n }),
  collapseState: (o: Outlook, t: number) => o.code(d.RopGetCollapseState, [t], { rowId: 0n, rowInstanceNumber: 0 }),
  setCollapseState: (o: Outlook, t: number) => o.code(d.RopSetCollapseState, [t], { collapseState: new Uint8Array() }),
  abort: (o: Outlook, t: number) => o.code(d.RopAbort, [t], {}),
  reset: (o: Outlook, t: number) => o.code(d.RopResetTable, [t], {}),
} as const;

const general: Case[] = [
  {
    of: 'R436 R450 R461 R477 R486 R490 R495 R502 R512 R521 R529 R533 R544 R551 R566 R572 R578 R584 R590',
    says: 'no table operation works on an object that is no table',
    run: async (o) => {
      for (const [name, operation] of Object.entries(operations))
        assert.equal(await operation(o, o.logon), ec.notSupported, name);
    },
  },
  {
    of: 'R432 R474 R488 R493 R499 R519 R531 R829 R830 R831 R835 R836 R840 R841 R844 R845 R848 R849 R853 R854 R875 R877',
    says: 'columns, rows, status, position, seeking and the list of columns are there for every kind of table',
    run: async (o) => {
      for (const [kind, table] of Object.entries(await everyTable(o))) {
        for (const name of ['setColumns', 'queryRows', 'status', 'position', 'seek', 'fraction', 'columns'] as const)
          assert.equal(await operations[name](o, table), 0, `${name} ${kind}`);
      }
    },
  },
  {
    of: 'R447 R450 R568 R574 R582 R588 R459 R461 R542 R544 R529 R832 R833 R834 R874',
    says: 'sorting and categories are for contents tables, restrictions for those of folders and rules',
    run: async (o) => {
      const tables = await everyTable(o);
      for (const [kind, table] of Object.entries(tables)) {
        await operations.setColumns(o, table);
        const contents = kind === 'contents';
        const folders = contents || kind === 'hierarchy';
        const searchable = folders || kind === 'rules';
        assert.equal((await operations.sort(o, table)) === 0, contents, `sort ${kind}`);
        assert.equal((await operations.restrict(o, table)) === 0, searchable, `restrict ${kind}`);
        assert.equal((await operations.bookmark(o, table)) === 0, folders, `bookmark ${kind}`);
        for (const name of ['expand', 'collapse', 'collapseState', 'setCollapseState'] as const)
          assert.equal((await operations[name](o, table)) === ec.notSupported, !contents, `${name} ${kind}`);
        assert.equal((await operations.find(o, table)) === ec.notSupported, !searchable, `find ${kind}`);
      }
    },
  },
  {
    of: 'R428 R826 R8261 R8263 R8264 R8265 R8266 R8267 R471 R476 R539',
    says: 'without columns there are no rows, no searching, no bookmarks and no categories',
    run: async (o) => {
      const { handle } = await o.contents(await o.folder());
      const names = [
        'queryRows',
        'find',
        'collapse',
        'expand',
        'freeBookmark',
        'collapseState',
        'seekBookmark',
      ] as const;
      for (const name of [...names, 'setCollapseState' as const])
        assert.equal(await operations[name](o, handle), ec.nullObject, name);
      for (const name of ['position', 'seek', 'fraction', 'bookmark', 'columns'] as const)
        assert.equal(await operations[name](o, handle), 0, name);
    },
  },
  {
    of: 'R435 R429',
    says: 'columns of impossible types are ecInvalidParam, and the table has none then',
    run: async (o) => {
      const { handle } = await subjects(o);
      for (const propertyTags of [[0x00370000], [0x0037000a], [0x00370abc], [0x003700fb], []]) {
        assert.equal(await o.code(d.RopSetColumns, [handle], { setColumnsFlags: 0, propertyTags }), ec.invalidParam);
        assert.equal(await operations.queryRows(o, handle), ec.nullObject);
      }
      await o.setColumns(handle, [PidTag.Subject]);
      assert.equal(await read(o, handle), 'abcde');
    },
  },
  {
    of: 'R625 R781 R33 R55 R84 R94 R127',
    says: 'asked to do it later, the server does it at once',
    run: async (o) => {
      const { handle } = await o.contents(await o.folder());
      const propertyTags = [PidTag.Subject];
      const set = await o.ok(d.RopSetColumns, [handle], { setColumnsFlags: 1, propertyTags });
      const sort = await o.ok(d.RopSortTable, [handle], {
        sortTableFlags: 1,
        categoryCount: 0,
        expandedCount: 0,
        sortOrders: [ascending],
      });
      const restrict = await o.ok(d.RopRestrict, [handle], { restrictFlags: 1, restriction: anySubject });
      const status = await o.ok(d.RopGetStatus, [handle], {});
      for (const { fields } of [set, sort, restrict, status]) assert.equal(fields.tableStatus, 0);
      assert.equal(await operations.abort(o, handle), ec.unableToAbort);
    },
  },
  {
    of: 'R121 R122',
    says: 'no value in a row is longer than 510 bytes',
    run: async (o) => {
      const long = 'x'.repeat(2000);
      await o.put(o.inbox, [long], [[PidTag.ConversationIndex, Buffer.alloc(1500, 7)]]);
      const { handle } = await o.contents(await o.folder());
      await o.setColumns(handle, [PidTag.Subject, PidTag.ConversationIndex]);
      const [row] = (await o.query(handle)).rows;
      assert.equal(row?.[0], long.slice(0, 255));
      assert.equal(Buffer.from((row?.[1] ?? []) as Uint8Array).length, 510);
    },
  },
  {
    of: 'R116 R427 R472',
    says: 'rows have the columns last set, in their order; what a message has not is ecNotFound',
    run: async (o) => {
      const { handle } = await subjects(o, ['a']);
      await o.setColumns(handle, [PidTag.InternetReferences, PidTag.Subject]);
      assert.deepEqual((await o.query(handle)).rows, [[{ errorCode: ec.notFound }, 'a']]);
    },
  },
  {
    of: 'R217 R530',
    says: 'the list of all columns is more than those set',
    run: async (o) => {
      const { handle } = await subjects(o);
      const { propertyTags } = (await o.ok(d.RopQueryColumnsAll, [handle], {})).fields;
      for (const tag of [PidTag.Subject, PidTag.Mid, PidTag.InstID, PidTag.MessageFlags, PidTag.MessageSize])
        assert.ok(propertyTags.includes(tag), tag.toString(16));
      // One property of each id, but for the size in 32 and in 64 bits.
      const ids = propertyTags.filter((tag) => tag !== PidTag.MessageSizeExtended).map((tag) => tag >>> 16);
      assert.equal(new Set(ids).size, ids.length);
    },
  },
];

const vanished: Case[] = [
  {
    of: 'MS-OXCFOLD_R497',
    says: 'tables of a folder that was deleted meanwhile answer ecObjectDeleted, and can be released',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      for (const flags of [0x05, 0x15]) {
        const folder = await o.createFolder(subtree, 'Briefly');
        await o.put(folder.id, ['a']);
        const contents = (await o.contents(folder.handle)).handle;
        const hierarchy = (await o.hierarchy(folder.handle)).handle;
        for (const table of [contents, hierarchy]) {
          await o.setColumns(table, [PidTag.DisplayName]);
          await o.query(table);
        }
        await o.deleteFolder(subtree, folder.id, flags);
        await o.told();
        for (const table of [contents, hierarchy]) {
          for (const name of ['queryRows', 'position', 'seek'] as const)
            assert.equal(await operations[name](o, table), ec.objectDeleted, name);
          await o.release(table);
        }
        for (const definition of [d.RopGetContentsTable, d.RopGetHierarchyTable])
          assert.equal(await o.code(definition, [folder.handle], { tableFlags: 0 }), ec.objectDeleted);
      }
    },
  },
  {
    of: 'R461',
    says: 'restrictions nested too deeply, or comparing what cannot be compared, break nothing',
    run: async (o) => {
      const { handle } = await subjects(o);
      const { definition, bytes } = request(d.RopRestrict, [0], { restrictFlags: 0, restriction: anySubject });
      // Before the restriction: RopId, LogonId, index, flags and its size.
      const at = 6;
      const deep = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1000, 2), bytes.subarray(at)]);
      deep.writeUInt16LE(bytes.length - 6 + 1000, 4);
      await assert.rejects(run(o.session, [handle], [{ definition, bytes: deep }]), /deep/);
      const odd = { tag: PidTag.Subject, value: 'x' };
      const wrong = { restrictFlags: 0, restriction: { kind: 'property', relop: 99, tag: PidTag.Subject, value: odd } };
      assert.notEqual(await o.code(d.RopRestrict, [handle], wrong as never), 0);
      await o.restrict(handle, undefined);
      await o.sort(handle, [ascending]);
      assert.equal(await read(o, handle), 'abcde');
    },
  },
];

const order: Case[] = [
  {
    of: 'R437 R438 R76 R77 R119',
    says: 'rows come in the sort order last set',
    run: async (o) => {
      const { handle } = await subjects(o, ['c', 'a', 'b']);
      assert.equal(await read(o, handle), 'abc');
      await o.sort(handle, [descending]);
      assert.equal(await read(o, handle), 'cba');
    },
  },
  {
    of: 'R439 R453 R505 R870 R864 R865 R537 R868',
    says: 'sorting and restricting go to the beginning and make bookmarks invalid',
    run: async (o) => {
      const { handle } = await subjects(o);
      const changes = [() => o.sort(handle, [ascending]), () => o.restrict(handle, anySubject)];
      for (const change of changes) {
        await o.seek(handle, beginning, 3);
        const mark = await o.bookmark(handle);
        await change();
        assert.equal((await o.position(handle)).numerator, 0);
        assert.equal((await o.seekBookmark(handle, mark)).returnValue, ec.invalidBookmark);
        assert.equal((await o.findRow(handle, anySubject, { bookmark: mark })).returnValue, ec.invalidBookmark);
      }
    },
  },
  {
    of: 'R442 R455',
    says: 'a sort order that failed makes the table unusable until another succeeds',
    run: async (o) => {
      const { handle } = await subjects(o);
      const bad = { sortTableFlags: 0, categoryCount: 2, expandedCount: 0, sortOrders: [ascending] };
      assert.equal(await o.code(d.RopSortTable, [handle], bad), ec.invalidParam);
      assert.equal(await operations.queryRows(o, handle), ec.nullObject);
      await o.sort(handle, [descending]);
      assert.equal(await read(o, handle), 'edcba');
    },
  },
  {
    of: 'R451 R452 R117 R118 R87 R454',
    says: 'a restricted table has the rows that meet it, and all again without restriction',
    run: async (o) => {
      const { handle } = await subjects(o);
      await o.restrict(handle, { kind: 'or', restrictions: [subjectIs('b'), subjectIs('d')] });
      assert.equal(await read(o, handle), 'bd');
      assert.deepEqual(await o.position(handle), { numerator: 2, denominator: 2 });
      await o.restrict(handle, undefined);
      assert.equal(await read(o, handle), 'abcde');
    },
  },
  {
    of: 'R553 R555 R557 R560 R561 R562 R871 R863 R869 R257 R258',
    says: 'RopResetTable takes columns, order, restriction and bookmarks away',
    run: async (o) => {
      const { handle } = await subjects(o);
      await o.restrict(handle, subjectIs('c'));
      const mark = await o.bookmark(handle);
      await o.seek(handle, end, 0);
      assert.equal(await operations.reset(o, handle), 0);
      assert.equal(await operations.queryRows(o, handle), ec.nullObject);
      assert.deepEqual(await o.position(handle), { numerator: 0, denominator: 5 });
      await o.setColumns(handle, [PidTag.Subject]);
      assert.equal((await o.seekBookmark(handle, mark)).returnValue, ec.invalidBookmark);
      assert.equal((await read(o, handle)).length, 5);
    },
  },
  {
    of: 'R559',
    says: 'RopResetTable clears a failed sort order',
    run: async (o) => {
      const { handle } = await subjects(o);
      const bad = { sortTableFlags: 0, categoryCount: 2, expandedCount: 0, sortOrders: [ascending] };
      await o.code(d.RopSortTable, [handle], bad);
      await operations.reset(o, handle);
      await o.setColumns(handle, [PidTag.Subject]);
      assert.equal(await operations.queryRows(o, handle), 0);
    },
  },
];

const rows: Case[] = [
  {
    of: 'R462 R463 R95 R725 R726 R468 R112',
    says: 'rows are read on from the cursor, and the last ones say that the end is reached',
    run: async (o) => {
      const { handle } = await subjects(o);
      const answers = [await o.query(handle, 2), await o.query(handle, 2), await o.query(handle, 2)];
      assert.deepEqual(
        answers.map(({ origin, rows: some }) => [origin, first(some)]),
        [
          [current, 'ab'],
          [current, 'cd'],
          [end, 'e'],
        ],
      );
      assert.deepEqual(await o.query(handle, 2), { origin: end, rows: [] });
    },
  },
  {
    of: 'R469 R784',
    says: 'backward the rows before the cursor come, the nearest first; past the beginning the answer is END as of Exchange',
    run: async (o) => {
      const { handle } = await subjects(o);
      await o.seek(handle, end, 0);
      const back = { back: true };
      const one = await o.query(handle, 2, back);
      assert.deepEqual([one.origin, first(one.rows)], [current, 'ed']);
      const two = await o.query(handle, 9, back);
      assert.deepEqual([two.origin, first(two.rows)], [beginning, 'cba']);
      assert.equal((await o.position(handle)).numerator, 0);
      assert.deepEqual(await o.query(handle, 2, back), { origin: end, rows: [] });
    },
  },
  {
    of: 'R470',
    says: 'NoAdvance leaves the cursor where it is',
    run: async (o) => {
      const { handle } = await subjects(o);
      await o.seek(handle, beginning, 1);
      assert.equal(first((await o.query(handle, 2, { flags: 1 })).rows), 'bc');
      assert.equal((await o.position(handle)).numerator, 1);
    },
  },
  {
    of: 'R464 R465 R467 R113',
    says: 'as many whole rows as fit come, of 500 messages all of them in turn',
    run: async (o) => {
      await o.fill(o.inbox, 500);
      const { handle, rowCount } = await o.contents(await o.folder());
      assert.equal(rowCount, 500);
      await o.setColumns(handle, [PidTag.Subject, PidTag.Mid, PidTag.EntryId]);
      await o.sort(handle, [ascending]);
      const seen: unknown[] = [];
      for (;;) {
        const { origin, rows: some } = await o.query(handle, 1000);
        seen.push(...some.map(([subject]) => String(subject).slice(8, 12)));
        if (origin === end) break;
        assert.ok(some.length > 0);
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 500 }, (_, i) => String(i).padStart(4, '0')),
      );
    },
  },
  {
    of: 'R466 R478',
    says: 'when not one row fits, nothing is read and the request comes back to be sent again',
    run: async (o) => {
      const { handle } = await subjects(o, ['x'.repeat(250), 'y']);
      const ask = request(d.RopQueryRows, [0], { queryRowsFlags: 0, forwardRead: true, rowCount: 9 });
      const { buffers } = await run(o.session, [handle], [ask], { room: 300 });
      assert.equal(buffers[0]!.rops[0], d.bufferTooSmallId);
      assert.equal((await o.position(handle)).numerator, 0);
    },
  },
  {
    of: 'R491 R136 R137 R138 R139',
    says: 'the position is the number of rows before the cursor, of all rows',
    run: async (o) => {
      const { handle } = await subjects(o);
      assert.deepEqual(await o.position(handle), { numerator: 0, denominator: 5 });
      await o.seek(handle, end, 0);
      assert.deepEqual(await o.position(handle), { numerator: 5, denominator: 5 });
      const empty = await o.contents(await o.folder(o.deletedItems));
      assert.deepEqual(await o.position(empty.handle), { numerator: 0, denominator: 0 });
    },
  },
  {
    of: 'R496 R497 R141 R152 R154 R155 R160 R161',
    says: 'seeking goes so far as there are rows, and says how far',
    run: async (o) => {
      const { handle } = await subjects(o);
      const moves: [number, number, boolean, number, number][] = [
        [beginning, 2, false, 2, 2],
        [current, 2, false, 2, 4],
        [current, 5, true, 1, 5],
        [current, -2, false, -2, 3],
        [end, -9, true, -5, 0],
        [end, 1, true, 0, 5],
        [beginning, -1, true, 0, 0],
        [beginning, 0x7fffffff, true, 5, 5],
        [end, -0x80000000, true, -5, 0],
      ];
      for (const [origin, by, hasSoughtLess, rowsSought, at] of moves) {
        assert.deepEqual(await o.seek(handle, origin, by), { hasSoughtLess, rowsSought }, `${origin} ${by}`);
        assert.equal((await o.position(handle)).numerator, at);
      }
    },
  },
  {
    of: 'R151 R501',
    says: 'how far is not told when nobody wants to know; origins that do not exist are refused',
    run: async (o) => {
      const { handle } = await subjects(o);
      assert.deepEqual(await o.seek(handle, beginning, 9, false), none);
      for (const origin of [3, 4, 0xff])
        assert.equal(
          await o.code(d.RopSeekRow, [handle], { origin, rowCount: 0, wantRowMovedCount: true }),
          ec.invalidParam,
        );
    },
  },
  {
    of: 'R513 R514 R515 R516 R203 R204',
    says: 'a fraction of the table is sought; 0 is the beginning, 1 and more the end, a denominator of 0 refused',
    run: async (o) => {
      const { handle } = await subjects(o);
      const at = async (numerator: number, denominator: number) => {
        await o.ok(d.RopSeekRowFractional, [handle], { numerator, denominator });
        return (await o.position(handle)).numerator;
      };
      assert.deepEqual([await at(0, 10), await at(1, 1), await at(7, 2), await at(2, 5)], [0, 5, 5, 2]);
      assert.ok([2, 3].includes(await at(0x80000000, 0xffffffff)));
      const zero = { numerator: 0, denominator: 0 };
      assert.equal(await o.code(d.RopSeekRowFractional, [handle], zero), ec.invalidParam);
    },
  },
];

const bookmarks: Case[] = [
  {
    of: 'R503 R504 R522 R183 R187 R188 R208',
    says: 'a bookmark leads back to its row, and from there on',
    run: async (o) => {
      const { handle } = await subjects(o);
      await o.seek(handle, beginning, 2);
      const mark = await o.bookmark(handle);
      await o.seek(handle, end, 0);
      const back = await o.seekBookmark(handle, mark, -1);
      assert.deepEqual(back.fields, { rowNoLongerVisible: false, hasSoughtLess: false, rowsSought: -1 });
      assert.equal(await read(o, handle, 2), 'bc');
      const far = await o.seekBookmark(handle, mark, 9);
      assert.deepEqual(far.fields, { rowNoLongerVisible: false, hasSoughtLess: true, rowsSought: 3 });
    },
  },
  {
    of: 'R506 R182 R184 R185 R538 R238',
    says: 'where the row of a bookmark is gone the next one stands for it, and that is told',
    run: async (o) => {
      const { handle, inbox, ids } = await subjects(o);
      await o.seek(handle, beginning, 2);
      const mark = await o.bookmark(handle);
      await o.ok(d.RopDeleteMessages, [inbox], {
        wantAsynchronous: false,
        notifyNonRead: false,
        messageIds: [ids[2]!],
      });
      const { fields } = await o.seekBookmark(handle, mark, 0);
      assert.equal(fields.rowNoLongerVisible, true);
      assert.equal(await read(o, handle), 'de');
      const found = await o.findRow(handle, anySubject, { bookmark: mark });
      assert.deepEqual([found.rowNoLongerVisible, found.row], [true, ['d']]);
    },
  },
  {
    of: 'R2481 R5521 R545',
    says: 'a freed bookmark, and one never given, is ecInvalidBookmark',
    run: async (o) => {
      const { handle } = await subjects(o);
      const mark = await o.bookmark(handle);
      await o.ok(d.RopFreeBookmark, [handle], { bookmark: mark });
      assert.equal(await o.code(d.RopFreeBookmark, [handle], { bookmark: mark }), ec.invalidBookmark);
      for (const wrong of [mark, Buffer.alloc(0), Buffer.alloc(4, 0xff), Buffer.alloc(300)])
        assert.equal((await o.seekBookmark(handle, wrong)).returnValue, ec.invalidBookmark);
    },
  },
  {
    of: 'R248 R552',
    // MS-OXCTABL says ecNullObject here; MS-OXCROPS_R457301 has the answer of released handles in general.
    says: 'a released table has no bookmarks',
    run: async (o) => {
      const { handle } = await subjects(o);
      const mark = await o.bookmark(handle);
      await o.release(handle);
      assert.equal((await o.seekBookmark(handle, mark)).returnValue, ec.invalidObject);
    },
  },
  {
    of: 'R548 R547 R852 R857',
    says: 'hierarchy tables have bookmarks, too',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const folder = await o.createFolder(subtree, 'AAA first');
      const { handle } = await o.hierarchy(subtree);
      await o.setColumns(handle, [PidTag.DisplayName]);
      assert.equal((await o.query(handle, 1, { flags: 1 })).rows[0]?.[0], 'AAA first');
      const mark = await o.bookmark(handle);
      assert.equal((await o.seekBookmark(handle, mark)).fields.rowNoLongerVisible, false);
      await o.deleteFolder(subtree, folder.id);
      assert.equal((await o.seekBookmark(handle, mark)).fields.rowNoLongerVisible, true);
      await o.ok(d.RopFreeBookmark, [handle], { bookmark: mark });
    },
  },
];

const finding: Case[] = [
  {
    of: 'R534 R535 R540 R223 R225 R243 R858 R859',
    says: 'the row found is returned in the columns set, and the cursor is on it',
    run: async (o) => {
      const { handle } = await subjects(o);
      const found = await o.findRow(handle, subjectIs('c'));
      assert.deepEqual([found.row, found.rowNoLongerVisible], [['c'], false]);
      assert.equal((await o.position(handle)).numerator, 2);
      // From the current row on, itself included.
      assert.deepEqual((await o.findRow(handle, anySubject, { origin: current })).row, ['c']);
    },
  },
  {
    of: 'R226 R241',
    says: 'backward the search begins before the current row, at the end with the last one',
    run: async (o) => {
      const { handle } = await subjects(o);
      assert.deepEqual((await o.findRow(handle, anySubject, { origin: end, back: true })).row, ['e']);
      assert.deepEqual((await o.findRow(handle, anySubject, { origin: current, back: true })).row, ['d']);
      const nothing = await o.findRow(handle, subjectIs('e'), { origin: current, back: true });
      assert.equal(nothing.returnValue, ec.notFound);
    },
  },
  {
    of: 'R536 R544001',
    says: 'what is not there is ecNotFound',
    run: async (o) => {
      const { handle } = await subjects(o);
      assert.equal((await o.findRow(handle, subjectIs('z'))).returnValue, ec.notFound);
      assert.equal((await o.findRow(handle, subjectIs('a'), { origin: end })).returnValue, ec.notFound);
    },
  },
  {
    of: 'R813 R824',
    says: 'a row is found by properties that are no columns, and only among those the table shows',
    run: async (o) => {
      const { handle } = await subjects(o, letters, [PidTag.Mid]);
      assert.equal((await o.findRow(handle, subjectIs('d'))).returnValue, 0);
      await o.restrict(handle, subjectIs('a'));
      assert.equal((await o.findRow(handle, subjectIs('d'))).returnValue, ec.notFound);
    },
  },
  {
    of: 'R537',
    says: 'impossible origins and bookmarks of a search are refused',
    run: async (o) => {
      const { handle } = await subjects(o);
      assert.equal((await o.findRow(handle, anySubject, { origin: 7 })).returnValue, ec.invalidParam);
      const wrong = await o.findRow(handle, anySubject, { bookmark: Buffer.alloc(4, 9) });
      assert.equal(wrong.returnValue, ec.invalidBookmark);
    },
  },
  {
    of: 'R534',
    says: 'typing letters finds the first row at or after them, as Outlook asks for it',
    run: async (o) => {
      const { handle } = await subjects(o, ['alpha', 'beta', 'gamma']);
      const value = { tag: PidTag.Subject, value: 'BE' };
      const from = await o.findRow(handle, { kind: 'property', relop: relop.ge, tag: PidTag.Subject, value });
      assert.deepEqual(from.row, ['beta']);
      const prefix = await o.findRow(handle, {
        kind: 'content',
        fuzzyLevelLow: fuzzyLow.prefix,
        fuzzyLevelHigh: 1,
        tag: PidTag.Subject,
        value,
      });
      assert.deepEqual(prefix.row, ['beta']);
    },
  },
];

const byClass = { tag: PidTag.MessageClass, direction: sortDirection.ascending };
const categoryColumns = [
  PidTag.RowType,
  PidTag.Depth,
  PidTag.MessageClass,
  PidTag.Subject,
  PidTag.ContentCount,
  PidTag.ContentUnreadCount,
  PidTag.InstID,
  PidTag.InstanceNum,
];

/** Two kinds of messages, grouped by their class. */
async function grouped(o: Outlook, expandedCount: number) {
  await o.put(o.inbox, ['a', 'b'], [[PidTag.MessageClass, 'IPM.Note']]);
  await o.put(o.inbox, ['c', 'd', 'e'], [[PidTag.MessageClass, 'IPM.Post']]);
  const inbox = await o.folder();
  const { handle } = await o.contents(inbox);
  await o.setColumns(handle, categoryColumns);
  await o.sort(handle, [byClass, ascending], 1, expandedCount);
  return { handle, inbox };
}
/** Row types, and what tells the row. */
const shape = (all: readonly Cell[][]): unknown[] =>
  all.map(([type, depth, group, subject]) => [type, depth, type === 1 ? subject : group]);

const collapsedShape = [
  [4, 0, 'IPM.Note'],
  [4, 0, 'IPM.Post'],
];
const expandedShape = [
  [3, 0, 'IPM.Note'],
  [1, 1, 'a'],
  [1, 1, 'b'],
  [3, 0, 'IPM.Post'],
  [1, 1, 'c'],
  [1, 1, 'd'],
  [1, 1, 'e'],
];

const categories: Case[] = [
  {
    of: 'R15 R17 R18 R19 R66 R67 R71 R72',
    says: 'grouped rows stand under header rows, expanded or collapsed as the sort order begins them',
    run: async (o) => {
      const { handle } = await grouped(o, 1);
      assert.deepEqual(shape((await o.query(handle)).rows), expandedShape);
      await o.sort(handle, [byClass, ascending], 1, 0);
      assert.deepEqual(shape((await o.query(handle)).rows), collapsedShape);
      assert.deepEqual(await o.position(handle), { numerator: 2, denominator: 2 });
    },
  },
  {
    of: 'R20 R21 R22 R23',
    says: 'header rows count the rows below them and the unread ones, whether shown or not',
    run: async (o) => {
      for (const expanded of [0, 1]) {
        const { handle } = await grouped(o, expanded);
        const headers = (await o.query(handle)).rows.filter(([type]) => type !== 1);
        const factor = expanded + 1;
        assert.deepEqual(
          headers.map((row) => [row[4], row[5]]),
          [
            [2 * factor, 2 * factor],
            [3 * factor, 3 * factor],
          ],
        );
      }
    },
  },
  {
    of: 'R567 R573 R278 R283 R287 R280',
    says: 'a header row is expanded and collapsed; the client is told how many rows that were, and reads them itself',
    run: async (o) => {
      const { handle } = await grouped(o, 0);
      const header = (await o.query(handle)).rows[1]!;
      const categoryId = header[6] as bigint;
      const { fields } = await o.ok(d.RopExpandRow, [handle], { maxRowCount: 0, categoryId });
      assert.deepEqual(fields, { expandedRowCount: 3, rows: [] });
      await o.seek(handle, beginning, 0);
      assert.deepEqual(shape((await o.query(handle)).rows), [collapsedShape[0], ...expandedShape.slice(3)]);
      const back = await o.ok(d.RopCollapseRow, [handle], { categoryId });
      assert.equal(back.fields.collapsedRowCount, 3);
      await o.seek(handle, beginning, 0);
      assert.deepEqual(shape((await o.query(handle)).rows), collapsedShape);
    },
  },
  {
    of: 'R570 R571 R576 R577',
    says: 'what is no category, and what is so already, has its error',
    run: async (o) => {
      const { handle } = await grouped(o, 0);
      const categoryId = (await o.query(handle)).rows[0]![6] as bigint;
      const unknown = categoryId + (1n << 60n);
      const expand = (id: bigint) => o.code(d.RopExpandRow, [handle], { maxRowCount: 0, categoryId: id });
      const collapse = (id: bigint) => o.code(d.RopCollapseRow, [handle], { categoryId: id });
      assert.deepEqual([await expand(unknown), await collapse(unknown)], [ec.notFound, ec.notFound]);
      assert.equal(await collapse(categoryId), ec.notExpanded);
      assert.equal(await expand(categoryId), 0);
      assert.equal(await expand(categoryId), ec.notCollapsed);
    },
  },
  {
    of: 'R579 R580 R581 R585 R586 R587 R289 R301 R305 R307 R308',
    says: 'the collapse state is put back on another table of the same order, with the cursor on its row',
    run: async (o) => {
      const { handle, inbox } = await grouped(o, 0);
      const rowsNow = (await o.query(handle)).rows;
      await o.ok(d.RopExpandRow, [handle], { maxRowCount: 0, categoryId: rowsNow[1]![6] as bigint });
      await o.seek(handle, beginning, 0);
      const row = (await o.query(handle)).rows[3]!;
      const at = { rowId: row[6] as bigint, rowInstanceNumber: row[7] as number };
      const { collapseState } = (await o.ok(d.RopGetCollapseState, [handle], at)).fields;
      const other = (await o.contents(inbox)).handle;
      await o.setColumns(other, categoryColumns);
      await o.sort(other, [byClass, ascending], 1, 0);
      const { fields } = await o.ok(d.RopSetCollapseState, [other], { collapseState });
      await o.seekBookmark(other, fields.bookmark);
      assert.equal((await o.query(other, 1, { flags: 1 })).rows[0]?.[3], row[3]);
      await o.seek(other, beginning, 0);
      assert.deepEqual(shape((await o.query(other)).rows), [collapsedShape[0], ...expandedShape.slice(3)]);
    },
  },
  {
    of: 'R308 R588',
    says: 'collapse states that are none, or of another order, are refused',
    run: async (o) => {
      const { handle } = await grouped(o, 0);
      for (const collapseState of [new Uint8Array(), Buffer.alloc(4), Buffer.alloc(20), Buffer.alloc(4000, 1)])
        assert.notEqual(await o.code(d.RopSetCollapseState, [handle], { collapseState }), 0);
      assert.equal(await operations.queryRows(o, handle), 0);
    },
  },
  {
    of: 'R506 R538',
    says: 'a bookmark on a row whose header was collapsed says that the row is no longer visible',
    run: async (o) => {
      const { handle } = await grouped(o, 1);
      const header = (await o.query(handle)).rows[0]!;
      await o.seek(handle, beginning, 2);
      const mark = await o.bookmark(handle);
      await o.ok(d.RopCollapseRow, [handle], { categoryId: header[6] as bigint });
      const { fields } = await o.seekBookmark(handle, mark);
      assert.equal(fields.rowNoLongerVisible, true);
      assert.deepEqual(shape((await o.query(handle, 1)).rows), [expandedShape[3]]);
    },
  },
  {
    of: 'R81 R82',
    says: 'conversations come by their newest message, each with its rows below',
    run: async (o) => {
      const topic = (name: string, subject: string, at: bigint) =>
        o.put(
          o.inbox,
          [subject],
          [
            [PidTag.ConversationTopic, name],
            [PidTag.MessageDeliveryTime, 130_000_000_000_000_000n + at],
          ],
        );
      await topic('one', 'a', 1n);
      await topic('two', 'b', 2n);
      await topic('one', 'c', 3n);
      const { handle } = await o.contents(await o.folder());
      await o.setColumns(handle, [PidTag.RowType, PidTag.Depth, PidTag.ConversationTopic, PidTag.Subject]);
      const topicOrder = { tag: PidTag.ConversationTopic, direction: sortDirection.descending };
      const newest = { tag: PidTag.MessageDeliveryTime, direction: sortDirection.maximumCategory };
      const later = { tag: PidTag.MessageDeliveryTime, direction: sortDirection.descending };
      await o.sort(handle, [topicOrder, newest, later], 1, 1);
      assert.deepEqual(
        (await o.query(handle)).rows.map(([type, , group, subject]) => (type === 1 ? subject : group)).join(' '),
        'one c a two b',
      );
    },
  },
  {
    of: 'R433 R448 R6 R8 R10 R12',
    says: 'a multiple-value column makes a row of each value, with the same InstID and another InstanceNum',
    run: async (o) => {
      const keywords = 0x8000101f;
      const [nameId] = await o.mailbox.propertyIds(
        [{ guid: '00020329-0000-0000-c000-000000000046', name: 'Keywords' }],
        true,
      );
      const tag = ((nameId! << 16) | 0x101f) >>> 0;
      assert.equal(tag & 0xffff, keywords & 0xffff);
      await o.put(o.inbox, ['a'], [[tag, ['red', 'blue']]]);
      await o.put(o.inbox, ['b'], [[tag, ['red']]]);
      const { handle } = await o.contents(await o.folder());
      const instance = (tag | 0x2000) >>> 0;
      await o.setColumns(handle, [instance, PidTag.Subject, PidTag.InstID, PidTag.InstanceNum]);
      await o.sort(handle, [{ tag: instance, direction: 0 }, ascending]);
      const all = (await o.query(handle)).rows;
      assert.deepEqual(
        all.map(([value, subject]) => `${value} ${subject}`),
        ['blue a', 'red a', 'red b'],
      );
      assert.equal(all[0]?.[2], all[1]?.[2]);
      assert.notEqual(all[0]?.[3], all[1]?.[3]);
    },
  },
];

const columns = [PidTag.Subject, PidTag.EntryId, PidTag.ParentEntryId];

/** A contents table of the Inbox, sorted by subject, with so many messages that an answer does not hold them. */
async function fiveHundred(o: Outlook): Promise<number> {
  await o.fill(o.inbox, 500);
  const { handle } = await o.contents(await o.folder());
  await o.setColumns(handle, columns);
  await o.sort(handle, [ascending]);
  return handle;
}

/** Reads the rows of each payload of a chained answer. */
async function chained(o: Outlook, table: number, rowCount: number, flags: number, room: number) {
  const ask = request(d.RopQueryRows, [1], { queryRowsFlags: flags, forwardRead: true, rowCount });
  const { buffers } = await run(o.session, [unset, table], [ask], { room, chain: true, columns });
  return buffers.map(({ rops, handles }) => {
    const reader = new Reader(rops);
    assert.deepEqual([reader.u8(), reader.u8(), reader.u32()], [d.RopQueryRows.id, 1, 0]);
    const { origin, rows: some } = d.RopQueryRows.response.read(reader, { columns });
    assert.equal(reader.remaining, 0);
    return { origin, subjects: some.map((row) => String(cellsOf(columns, row)[0]).slice(8, 12)), handles };
  });
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => String(from + i).padStart(4, '0'));

const packing: Case[] = [
  {
    of: 'R464',
    says: 'packed answers go on where the last payload ended, to the last row of 500, each with the handle table',
    run: async (o) => {
      const handle = await fiveHundred(o);
      const answers = await chained(o, handle, 1000, 2, 0x40000);
      assert.ok(answers.length > 2, `${answers.length} payloads`);
      assert.deepEqual(
        answers.flatMap((answer) => answer.subjects),
        numbered(0, 500),
      );
      for (const [at, answer] of answers.entries()) {
        assert.equal(answer.origin, at === answers.length - 1 ? end : current);
        assert.deepEqual(answer.handles, [unset, handle]);
      }
      assert.equal((await o.position(handle)).numerator, 500);
    },
  },
  {
    of: 'R463',
    says: 'RowCount holds for all payloads together',
    run: async (o) => {
      const handle = await fiveHundred(o);
      const answers = await chained(o, handle, 300, 2, 0x40000);
      assert.deepEqual(
        answers.flatMap((answer) => answer.subjects),
        numbered(0, 300),
      );
      assert.ok(answers.length > 1);
      assert.equal(answers.at(-1)?.origin, current);
      assert.equal((await o.position(handle)).numerator, 300);
      // The rest, and then nothing.
      const rest = await chained(o, handle, 0xffff, 2, 0x40000);
      assert.deepEqual(
        rest.flatMap((answer) => answer.subjects),
        numbered(300, 500),
      );
      const after = await chained(o, handle, 0xffff, 2, 0x40000);
      assert.deepEqual(after, [{ origin: end, subjects: [], handles: [unset, handle] }]);
    },
  },
  {
    of: 'R470 R463',
    says: 'without EnablePackedBuffers, with NoAdvance or without room there is one payload',
    run: async (o) => {
      const handle = await fiveHundred(o);
      assert.equal((await chained(o, handle, 1000, 3, 0x40000)).length, 1);
      assert.equal((await chained(o, handle, 1000, 0, 0x40000)).length, 1);
      const before = (await o.position(handle)).numerator;
      const [only, ...more] = await chained(o, handle, 1000, 2, 0x8008);
      assert.equal(more.length, 0);
      assert.equal((await o.position(handle)).numerator, before + only!.subjects.length);
    },
  },
];

describe('tables (MS-OXCTABL)', () => {
  conformance('MS-OXCTABL', [
    ...general,
    ...vanished,
    ...order,
    ...rows,
    ...bookmarks,
    ...finding,
    ...categories,
    ...packing,
  ]);
});
