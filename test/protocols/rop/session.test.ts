import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ec, MapiError } from '../../../src/mapi/index.ts';
import { maxQueued } from '../../../src/protocols/rop/notification-queue.ts';
import type { LogonObject, ServerObject, SubscriptionObject } from '../../../src/protocols/rop/objects.ts';
import { createSession, NotificationQueue, type RopServices } from '../../../src/protocols/rop/session.ts';
import type { Identity } from '../../../src/store/index.ts';

const newSession = () => createSession({ identity: {} as Identity, services: {} as RopServices });
const logonWith = (logonId: number): LogonObject => ({ kind: 'logon', logonId }) as LogonObject;
function subscription(logon: LogonObject, ended: string[], name: string): SubscriptionObject {
  return { kind: 'subscription', logon, end: () => ended.push(name) } as unknown as SubscriptionObject;
}

describe('handles of a session', () => {
  it('rise, and are not given again soon after they were released', () => {
    const { handles } = newSession();
    const first = handles.add(logonWith(0));
    handles.remove(first);
    assert.ok(handles.add(logonWith(0)) > first);
  });

  it('release one object and leave what was opened from it (MS-OXCROPS 3.1.5.3)', () => {
    const { handles } = newSession();
    const logon = logonWith(0);
    const ended: string[] = [];
    const outer = handles.add(subscription(logon, ended, 'outer'));
    const inner = handles.add(subscription(logon, ended, 'inner'));
    assert.equal(handles.remove(outer), true);
    assert.equal(handles.remove(outer), false);
    assert.deepEqual(ended, ['outer']);
    assert.ok(handles.get(inner));
  });

  it('are 32,768 at most', () => {
    const { handles } = newSession();
    const object = { kind: 'folder' } as ServerObject;
    for (let i = 0; i < 32_768; i++) handles.add(object);
    assert.throws(
      () => handles.add(object),
      (error) => error instanceof MapiError && error.code === ec.notEnoughMemory,
    );
  });
});

describe('a session', () => {
  it('replaces a logon of the same id and frees all its objects (MS-OXCSTOR 3.1.4.2)', () => {
    const session = newSession();
    const ended: string[] = [];
    const [one, other] = [logonWith(1), logonWith(2)];
    session.addLogon(one);
    session.addLogon(other);
    const inside = session.handles.add(subscription(one, ended, 'one'));
    session.handles.add(subscription(other, ended, 'other'));
    session.notifications.push({ handle: inside, logonId: 1, data: () => undefined });
    const again = logonWith(1);
    session.addLogon(again);
    assert.deepEqual(ended, ['one']);
    assert.equal(session.logon(1), again);
    assert.equal(session.logon(2), other);
    assert.equal(session.notifications.size, 0);
  });

  it('releases everything when it ends, and what is opened after', async () => {
    const session = newSession();
    const ended: string[] = [];
    const logon = logonWith(0);
    session.addLogon(logon);
    session.handles.add(subscription(logon, ended, 'early'));
    session.onClose(() => ended.push('close'));
    const wait = session.notifications.wait(60_000);
    session.close();
    session.close();
    assert.throws(() => session.handles.add(subscription(logon, ended, 'late')), MapiError);
    assert.deepEqual(ended, ['early', 'close', 'late']);
    assert.equal(await wait, false);
    assert.equal(session.logon(0), undefined);
  });
});

describe('queued notifications', () => {
  const notification = (handle: number, key?: string) => ({
    handle,
    logonId: 0,
    ...(key ? { key } : {}),
    data: () => undefined,
  });

  it('keep their order, and a later one of the same key replaces an earlier', () => {
    const queue = new NotificationQueue();
    queue.push(notification(1, 'changed'));
    queue.push(notification(2));
    queue.push(notification(1, 'changed'));
    assert.deepEqual([queue.take()?.handle, queue.take()?.handle, queue.take()], [2, 1, undefined]);
  });

  it('wake who waits, also who asks after they came', async () => {
    const queue = new NotificationQueue();
    const early = queue.wait(60_000);
    queue.push(notification(1));
    assert.equal(await early, true);
    assert.equal(await queue.wait(60_000), true);
  });

  it('do not keep who gave up', async () => {
    const queue = new NotificationQueue();
    const gone = new AbortController();
    const wait = queue.wait(60_000, gone.signal);
    gone.abort();
    assert.equal(await wait, false);
    assert.equal(await queue.wait(60_000, gone.signal), false);
    assert.equal(await queue.wait(5), false);
  });

  it('are bounded: the oldest go, and it is told', () => {
    const queue = new NotificationQueue();
    for (let i = 0; i <= maxQueued; i++) queue.push(notification(i));
    assert.equal(queue.size, maxQueued);
    assert.equal(queue.overflowed, true);
    assert.equal(queue.take()?.handle, 1);
  });

  it('tell of each folder at least once, however much comes', () => {
    const queue = new NotificationQueue();
    const of = (folderId: number, index: number) =>
      queue.push({ ...notification(1), folderId, key: `${folderId} ${index}` });
    of(7, 0);
    of(8, 0);
    of(8, 1);
    for (let i = 0; i < 2 * maxQueued; i++) of(9, i);
    assert.equal(queue.size, maxQueued);
    const folders: (number | undefined)[] = [];
    for (let next = queue.take(); next !== undefined; next = queue.take()) folders.push(next.folderId);
    assert.deepEqual(folders.slice(0, 3), [7, 8, 9]);
    queue.push({ ...notification(1), folderId: 9 });
    assert.equal(queue.size, 1);
  });
});
