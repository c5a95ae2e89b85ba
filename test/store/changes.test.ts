import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { IdSet, PidTag, type Restriction, relop } from '../../src/mapi/index.ts';
import type { ContentsChanges, ContentsScope, KnownContents } from '../../src/store/index.ts';
import { type Bench, backend, bag, client, setUp } from './support.ts';

const day = 864_000_000_000n;
const newYear = 133_000_000_000_000_000n;

const steps = ['new', 'fai', 'edit', 'read', 'move', 'back', 'soft', 'hard', 'many', 'age'] as const;
const step = fc.record({ do: fc.constantFrom(...steps), pick: fc.nat(1000) });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take({ mailbox, inbox, drafts }: Bench, one: Step): Promise<void> {
  const origin = one.pick % 2 ? client : backend;
  const of = async (folder: number) => [
    ...(await mailbox.messageIds(folder)),
    ...(await mailbox.messageIds(folder, { associated: true })),
  ];
  const set = (number: number) =>
    bag([PidTag.Subject, `${number % 5}`], [PidTag.MessageDeliveryTime, newYear + BigInt(number % 40) * day]);
  if (one.do === 'new' || one.do === 'fai')
    await mailbox.saveMessage({ folderId: inbox, associated: one.do === 'fai', set: set(one.pick) }, origin);
  if (one.do === 'many')
    await mailbox.createMessages(
      inbox,
      Array.from({ length: one.pick % 30 }, (_, i) => ({ set: set(one.pick + i) })),
      origin,
    );
  const from = one.do === 'back' ? drafts : inbox;
  const ids = await of(from);
  const id = ids[one.pick % Math.max(1, ids.length)];
  if (id === undefined) return;
  const some = ids.filter((_, index) => (index + one.pick) % 4 === 0);
  if (one.do === 'edit') await mailbox.saveMessage({ id, folderId: inbox, set: set(one.pick + 1) }, origin);
  if (one.do === 'age')
    await mailbox.saveMessage(
      { id, folderId: inbox, remove: one.pick % 3 ? [PidTag.MessageDeliveryTime] : [PidTag.Subject] },
      origin,
    );
  if (one.do === 'read') await mailbox.setReadState(inbox, [id], one.pick % 3 === 0, origin);
  if (one.do === 'move') await mailbox.moveMessages(inbox, [id, ...some], drafts, origin);
  if (one.do === 'back') await mailbox.moveMessages(drafts, [id, ...some], inbox, origin);
  if (one.do === 'soft' || one.do === 'hard')
    await mailbox.deleteMessages(inbox, [id, ...some], { hard: one.do === 'hard' }, origin);
}

const restrictions: readonly (Restriction | undefined)[] = [
  undefined,
  {
    kind: 'property',
    relop: relop.ge,
    tag: PidTag.MessageDeliveryTime,
    value: { tag: PidTag.MessageDeliveryTime, value: newYear + 20n * day },
  },
  // Not for the database: the text of a subject.
  {
    kind: 'content',
    tag: PidTag.Subject,
    fuzzyLevelLow: 0,
    fuzzyLevelHigh: 0,
    value: { tag: PidTag.Subject, value: '2' },
  },
];

interface Model {
  id: number;
  cn: number;
  read_cn: number;
  read: number;
  associated: number;
  delivery_time: bigint;
  normalized: string;
}

/** The definition, row by row (MS-OXCFXICS 3.2.5.3). */
function comparedWhole(rows: readonly Model[], known: KnownContents, scope: ContentsScope) {
  const inScope = (row: Model) =>
    scope.restriction === undefined
      ? true
      : scope.restriction.kind === 'property'
        ? row.delivery_time >= newYear + 20n * day
        : row.normalized === '2';
  const ids = new Set(rows.map(({ id }) => id));
  const [changed, noLongerInScope, nowRead, nowUnread]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const row of rows) {
    const given = known.given.has(row.id);
    const seen = row.associated ? known.seenFai : known.seen;
    if (!inScope(row)) {
      if (given) noLongerInScope.push(row.id);
    } else if (!given || !seen.has(row.cn)) {
      if (row.associated ? scope.associated : scope.normal) changed.push(row.id);
    } else if (!row.associated && scope.readStates && !known.read.has(row.read_cn)) {
      (row.read ? nowRead : nowUnread).push(row.id);
    }
  }
  const deleted = [...known.given].filter((id) => !ids.has(id));
  return { changed: changed.sort(byNumber), deleted, noLongerInScope, nowRead, nowUnread };
}
const byNumber = (a: number, b: number) => a - b;

const told = (changes: ContentsChanges) => ({
  changed: changes.changed.map(({ id }) => id).sort(byNumber),
  deleted: [...changes.deleted],
  noLongerInScope: [...changes.noLongerInScope],
  nowRead: [...changes.nowRead],
  nowUnread: [...changes.nowUnread],
});

const numbers = fc.array(fc.tuple(fc.nat(400), fc.nat(30)), { maxLength: 4 });
/** What a state is after a synchronization, but for these: counters taken out, others put in. */
const damage = fc.record({ without: numbers, with: numbers });
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

const rangesOf = (list: readonly [number, number][], first: number): IdSet => {
  const set = new IdSet();
  for (const [low, length] of list) set.addRange(first + low, first + low + length);
  return set;
};
const damaged = (set: IdSet, one: Damage, first: number): IdSet =>
  set.without(rangesOf(one.without, first)).addAll(rangesOf(one.with, first));

test('after any history, for any state, what changed is what a comparison of the whole folder finds', async (t) => {
  const bench = await setUp(t);
  const database = new DatabaseSync(join(bench.directory, 'a.db'), { readOnly: true });
  t.after(() => database.close());
  const rowsOfInbox = (): Model[] =>
    database
      .prepare(
        `select id, cn, read_cn, read, associated, cast(delivery_time as text) as delivery_time,
           subject_key as normalized from message
         where folder_id = ${bench.inbox} and deleted = 0 order by id`,
      )
      .all()
      .map((row) => ({ ...row, delivery_time: BigInt(row.delivery_time as string) }) as unknown as Model);

  const scopes = fc.record({
    restriction: fc.constantFrom(...restrictions),
    normal: fc.boolean(),
    associated: fc.boolean(),
    readStates: fc.boolean(),
  });
  const look = fc.record({
    steps: fc.array(step, { maxLength: 12 }),
    scope: scopes,
    given: damage,
    seen: damage,
    seenFai: damage,
    read: damage,
    keep: fc.constantFrom('all', 'given', 'seen', 'nothing'),
    restart: fc.nat(9),
  });
  const ways = { pieces: 0, nothing: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(look, { minLength: 1, maxLength: 5 }), async (looks) => {
      const start = Number(database.prepare('select next_counter from mailbox').get()!.next_counter);
      let base = { given: new IdSet(), seen: new IdSet(), seenFai: new IdSet(), read: new IdSet() };
      for (const one of looks) {
        for (const next of one.steps) await take(bench, next);
        if (one.restart === 9) await bench.reopen();
        const kept = (name: keyof typeof base) =>
          one.keep === 'nothing' || (one.keep !== 'all' && one.keep !== name) ? new IdSet() : base[name];
        const known: KnownContents = {
          given: damaged(kept('given'), one.given, start),
          seen: damaged(kept('seen'), one.seen, start),
          seenFai: damaged(kept('seenFai'), one.seenFai, start),
          read: damaged(kept('read'), one.read, start),
        };
        const rows = rowsOfInbox();
        const changes = await bench.mailbox.contentsChanges(bench.inbox, known, one.scope);
        assert.deepEqual(told(changes), comparedWhole(rows, known, one.scope));
        if (!known.given.isEmpty) ways.pieces += 1;

        // Nothing is new to who has just synchronized.
        const upTo = () => new IdSet().addRange(1, changes.upTo);
        base = { given: IdSet.of(rows.map(({ id }) => id)), seen: upTo(), seenFai: upTo(), read: upTo() };
        const everything = { normal: true, associated: true, readStates: true };
        const again = await bench.mailbox.contentsChanges(bench.inbox, base, everything);
        assert.ok(Object.values(told(again)).every((list) => list.length === 0));
        ways.nothing += 1;
      }
    }),
    { numRuns: 40 },
  );
  assert.ok(ways.pieces > 40 && ways.nothing > 60, JSON.stringify(ways));
});

test('the newest mails come first (MS-OXCFXICS 2.2.3.2.1.1.1, OrderByDeliveryTime)', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const at = (days: number) => ({ set: bag([PidTag.MessageDeliveryTime, newYear + BigInt(days) * day]) });
  const saved = await mailbox.createMessages(inbox, [at(2), at(9), at(-5), at(3)], backend);
  const none = { given: new IdSet(), seen: new IdSet(), seenFai: new IdSet(), read: new IdSet() };
  const all = { normal: true, associated: true, readStates: true };
  const { changed } = await mailbox.contentsChanges(inbox, none, all);
  assert.deepEqual(
    changed.map(({ id }) => id),
    [1, 3, 0, 2].map((index) => saved[index]!.id),
  );
});

test('mails that are put into a folder together take few ranges of ids, so that states stay small', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  const some = () => Array.from({ length: 50 }, () => ({ set: bag([PidTag.Subject, 'x']) }));
  for (let i = 0; i < 4; i++) await mailbox.createMessages(inbox, some(), backend);
  const ids = await mailbox.messageIds(inbox);
  assert.equal(IdSet.of(ids).ranges().length, 1);
  const moved = await mailbox.moveMessages(inbox, ids, drafts, backend);
  assert.equal(IdSet.of(moved.ids.values()).ranges().length, 1);
});

test('what is asked for while the folder changes is complete up to the change number that it names', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  const all = { normal: true, associated: true, readStates: true };
  const replica = new Set<number>();
  let known: KnownContents = { given: new IdSet(), seen: new IdSet(), seenFai: new IdSet(), read: new IdSet() };
  const synchronize = async () => {
    const changes = await mailbox.contentsChanges(inbox, known, all);
    for (const id of changes.deleted) replica.delete(id);
    for (const { id } of changes.changed) replica.add(id);
    const upTo = new IdSet().addRange(1, changes.upTo);
    known = { given: IdSet.of(replica), seen: upTo, seenFai: upTo.clone(), read: upTo.clone() };
  };
  const change = async (round: number) => {
    const saved = await mailbox.createMessages(
      inbox,
      Array.from({ length: 20 }, () => ({})),
      backend,
    );
    await mailbox.moveMessages(inbox, [saved[round % 20]!.id], drafts, backend);
    await mailbox.deleteMessages(inbox, [saved[(round + 7) % 20]!.id], { hard: round % 2 === 0 }, backend);
  };
  for (let round = 0; round < 30; round++) await Promise.all([change(round), synchronize(), synchronize()]);
  await synchronize();
  assert.deepEqual([...replica].sort(byNumber), (await mailbox.messageIds(inbox)).sort(byNumber));
});
