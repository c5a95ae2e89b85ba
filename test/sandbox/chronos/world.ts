import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { SandboxOptions } from '../../../src/sandbox/index.ts';
import { type Json, start } from '../client.ts';

export type EventJson = Record<string, unknown>;

export interface Result {
  created: EventJson[];
  updated: EventJson[];
  deleted: EventJson[];
  conflicts?: Record<string, unknown>[];
}

/** 2026-11-20, a Friday, 10:00 UTC. */
export const noon = Date.UTC(2026, 10, 20, 10);

export const berlin = (value: string) => ({ value, tzid: 'Europe/Berlin' });

/** Anna, Ben and Carla at their calendars. */
export async function begin(t: TestContext, options: Partial<SandboxOptions> = {}) {
  const world = await start(t, { clock: () => noon, ...options });
  const at = async (name: string) => {
    const person = await world.login(name);
    const number = Number((await person.get('config/folder/calendar', '')).data);
    const folder = `cal://0/${number}`;
    const result = (answer: Json): Result => {
      assert.equal(answer.code, undefined, JSON.stringify(answer));
      return answer.data as Result;
    };
    return {
      ...person,
      number,
      folder,
      /** A new event of an hour, if nothing else is said. */
      async create(json: EventJson, query: Record<string, unknown> = {}): Promise<EventJson> {
        const answer = await person.put('chronos', 'new', { folder, ...query }, json);
        return result(answer).created[0]!;
      },
      async change(id: unknown, json: EventJson, query: Record<string, unknown> = {}): Promise<Result> {
        return result(await person.put('chronos', 'update', { folder, id, timestamp: 9e15, ...query }, json));
      },
      attempt: (id: unknown, json: EventJson, query: Record<string, unknown> = {}) =>
        person.put('chronos', 'update', { folder, id, timestamp: 9e15, ...query }, json),
      async answer(id: unknown, partStat: string, query: Record<string, unknown> = {}): Promise<Result> {
        const attendee = { entity: person.userId, partStat };
        const body = { attendee, ...(query.alarms ? { alarms: query.alarms } : {}) };
        return result(await person.put('chronos', 'updateAttendee', { folder, id, timestamp: 9e15, ...query }, body));
      },
      async remove(id: unknown, more: EventJson = {}): Promise<Record<string, unknown>> {
        const answer = await person.put('chronos', 'delete', { timestamp: 9e15 }, [{ folder, id, ...more }]);
        return (answer.data as Record<string, unknown>[])[0]!;
      },
      read: async (id: unknown, query: Record<string, unknown> = {}): Promise<EventJson> =>
        (await person.get('chronos', 'get', { folder, id, ...query })).data as EventJson,
      updates: (timestamp: number, query: Record<string, unknown> = {}) =>
        person.get('chronos', 'updates', { folder, timestamp, fields: 'id,summary', ...query }),
      inbox: () => world.sandbox.mails(name, 'INBOX').map(({ raw }) => raw.toString()),
    };
  };
  return { ...world, anna: await at('anna'), ben: await at('ben'), carla: await at('carla') };
}

export const hour = (value: string): EventJson => ({
  startDate: berlin(value),
  endDate: berlin(`${value.slice(0, 9)}${String(Number(value.slice(9, 11)) + 1).padStart(2, '0')}${value.slice(11)}`),
});
