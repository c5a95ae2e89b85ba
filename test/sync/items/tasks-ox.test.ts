import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileTimeFromMs, PidLid, PidName, PidTag } from '../../../src/mapi/index.ts';
import { defaultFolder, setUp } from './open-xchange.ts';
import { change, client, create, messagesOf, type Properties, valuesOf } from './outlook.ts';

async function begin(t: TestContext) {
  const world = await setUp(t);
  const { mailbox } = world;
  const tasks = mailbox.specialFolder('tasks');
  return { ...world, ...(await defaultFolder(world, 'tasks')), tasks, here: () => messagesOf(mailbox, tasks) };
}

const day = (month: number, date: number) => Date.UTC(2027, month - 1, date);
const utcDay = (month: number, date: number) => fileTimeFromMs(day(month, date));
/** Midnight in Berlin in winter. */
const berlin = (month: number, date: number) => fileTimeFromMs(day(month, date) - 3_600_000);

/** As Outlook saves a task (MS-OXOTASK 4.1). */
const report: Properties = [
  [PidTag.MessageClass, 'IPM.Task'],
  [PidTag.Subject, 'Write report'],
  [PidTag.Body, 'two pages'],
  [PidTag.Importance, 2],
  [PidTag.Sensitivity, 2],
  [PidLid.Private, true],
  [PidName.Keywords, ['Office']],
  [PidLid.TaskStatus, 1],
  [PidLid.TaskComplete, false],
  [PidLid.PercentComplete, 0.25],
  [PidLid.TaskStartDate, utcDay(2, 1)],
  [PidLid.CommonStart, berlin(2, 1)],
  [PidLid.TaskDueDate, utcDay(2, 5)],
  [PidLid.CommonEnd, berlin(2, 5)],
  [PidLid.ReminderSet, true],
  [PidLid.ReminderTime, fileTimeFromMs(day(2, 4) + 7 * 3_600_000)],
  [PidLid.ReminderSignalTime, fileTimeFromMs(day(2, 4) + 7 * 3_600_000)],
  [PidLid.TaskEstimatedEffort, 120],
  [PidLid.TaskOwner, 'Anna'],
];

test('a task that Outlook saved appears on Open-Xchange with its fields, once', async (t) => {
  const { mailbox, tasks, pass, only } = await begin(t);
  await pass();
  await create(mailbox, tasks, report);
  await pass();
  await pass();
  const row = await only();
  assert.deepEqual(
    [row.title, row.note, row.priority, row.private_flag, row.categories, row.status, row.percent_completed],
    ['Write report', 'two pages', 3, true, 'Office', 2, 25],
  );
  assert.deepEqual([row.start_time, row.end_time, row.full_time], [day(2, 1), day(2, 5), true]);
  assert.deepEqual([row.alarm, row.target_duration], [day(2, 4) + 7 * 3_600_000, '120']);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a task of Open-Xchange appears here; what is changed on either side changes on the other', async (t) => {
  const { mailbox, pass, add, edit, here, only } = await begin(t);
  const id = await add({ title: 'Call Kim', status: 1, percent_completed: 0, end_time: day(3, 1), full_time: true });
  await pass();
  const [task] = await here();
  const names = [PidTag.MessageClass, PidTag.Subject, PidLid.TaskDueDate, PidLid.CommonEnd, PidLid.TaskStatus];
  assert.deepEqual(await valuesOf(mailbox, task!, names), ['IPM.Task', 'Call Kim', utcDay(3, 1), berlin(3, 1), 0]);
  await edit(id, { status: 2, percent_completed: 50 });
  await pass();
  assert.deepEqual(await valuesOf(mailbox, task!, [PidLid.TaskStatus, PidLid.PercentComplete]), [1, 0.5]);
  await change(mailbox, task!, [
    [PidLid.TaskStatus, 2],
    [PidLid.TaskComplete, true],
    [PidLid.PercentComplete, 1],
    [PidLid.TaskDateCompleted, berlin(2, 27)],
  ]);
  await pass();
  const row = await only();
  assert.deepEqual([row.status, row.percent_completed, row.date_completed], [3, 100, day(2, 27) - 3_600_000]);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a recurring task that is done on Open-Xchange brings the next one', async (t) => {
  const { mailbox, pass, add, edit, here } = await begin(t);
  const weekly = {
    recurrence_type: 2,
    interval: 1,
    days: 2,
    start_time: day(3, 1),
    end_time: day(3, 1),
    full_time: true,
  };
  const id = await add({ title: 'Water plants', ...weekly });
  await pass();
  const [task] = await here();
  assert.deepEqual(await valuesOf(mailbox, task!, [PidLid.TaskFRecurring, PidTag.IconIndex]), [true, 0x501]);
  await edit(id, { status: 3, percent_completed: 100 });
  await pass();
  const due = await Promise.all(
    (await here()).map(async (one) => valuesOf(mailbox, one, [PidLid.TaskDueDate, PidLid.TaskComplete])),
  );
  assert.deepEqual(
    due.sort((a, b) => Number((a[0] as bigint) - (b[0] as bigint))),
    [
      [utcDay(3, 1), true],
      [utcDay(3, 8), false],
    ],
  );
});

test('different fields survive on both sides; of the same one ours is kept in Conflicts', async (t) => {
  const { mailbox, tasks, pass, edit, only } = await begin(t);
  await pass();
  const task = await create(mailbox, tasks, report);
  await pass();
  await edit((await only()).id, { title: 'Write the report', note: 'three pages' });
  await change(mailbox, task, [
    [PidTag.Subject, 'Write reports'],
    [PidTag.Importance, 0],
  ]);
  await pass();
  await pass();
  const row = await only();
  assert.deepEqual([row.title, row.note, row.priority], ['Write the report', 'three pages', 1]);
  const names = [PidTag.Subject, PidTag.Body, PidTag.Importance, PidLid.TaskOwner];
  assert.deepEqual(await valuesOf(mailbox, task, names), ['Write the report', 'three pages', 0, 'Anna']);
  const kept = await messagesOf(mailbox, mailbox.specialFolder('conflicts'));
  assert.deepEqual(await Promise.all(kept.map((one) => valuesOf(mailbox, one, [PidTag.Subject]))), [['Write reports']]);
});

test('what is deleted on one side is deleted on the other', async (t) => {
  const { mailbox, tasks, pass, there, here, add, anna, folder } = await begin(t);
  const id = await add({ title: 'Gone there' });
  await pass();
  const task = await create(mailbox, tasks, report);
  await pass();
  await anna.put('tasks', 'delete', { timestamp: 9e15 }, [{ id, folder }]);
  await pass();
  assert.deepEqual(
    (await here()).map(({ key }) => key),
    [task.key],
  );
  await mailbox.deleteMessages(tasks, [task.id], {}, client);
  await pass();
  assert.deepEqual(await there(), []);
});

test('an expired session is renewed in the middle, and nothing is there twice', async (t) => {
  const { mailbox, tasks, pass, sandbox, there } = await begin(t);
  await pass();
  await create(mailbox, tasks, report);
  sandbox.faults.add({ effect: 'expire', module: 'tasks', action: 'new', times: 1 });
  await pass();
  assert.equal((await there()).length, 1);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

for (const effect of ['cutBefore', 'cutAfter', 'garble'] as const)
  test(`a call that ends with ${effect} is carried out once`, async (t) => {
    const { mailbox, tasks, pass, sandbox, there, only } = await begin(t);
    await pass();
    const task = await create(mailbox, tasks, report);
    sandbox.faults.add({ effect, module: 'tasks', action: 'new', times: 1 });
    await pass().catch(() => {});
    for (let n = 0; n < 3; n += 1) await pass();
    assert.equal((await there()).length, 1);
    await change(mailbox, task, [[PidTag.Subject, 'Write two reports']]);
    sandbox.faults.add({ effect, module: 'tasks', action: 'update', times: 1 });
    await pass().catch(() => {});
    for (let n = 0; n < 3; n += 1) await pass();
    assert.equal((await only()).title, 'Write two reports');
    await mailbox.deleteMessages(tasks, [task.id], {}, client);
    sandbox.faults.add({ effect, module: 'tasks', action: 'delete', times: 1 });
    await pass().catch(() => {});
    for (let n = 0; n < 3; n += 1) await pass();
    assert.deepEqual(await there(), []);
    assert.equal(await mailbox.sync.outboxCount(), 0);
    assert.equal((await messagesOf(mailbox, mailbox.specialFolder('conflicts'))).length, 0);
  });
