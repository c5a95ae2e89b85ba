import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Fault } from '../faults.ts';
import { runAction } from '../modules/index.ts';
import type { ActionRequest } from './action.ts';
import type { Answer } from './answer.ts';

/** The connection breaks without an answer. */
export class ConnectionCut extends Error {}

/** Answered by a status, without the envelope. */
export class HttpFailure extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/** What faults do to the answer on its way. */
export interface Transmission {
  extraFields: boolean;
  truncateAt: number | undefined;
  garbleAt: number | undefined;
}

/** Faults that strike before anything is done. */
export async function strikeBefore(core: Core, faults: readonly Fault[], sessionId: string | undefined): Promise<void> {
  for (const fault of faults) {
    if (fault.effect === 'delay' && !fault.after) await sleep(fault.ms);
    if (fault.effect === 'unavailable') throw new HttpFailure(503);
    if (fault.effect === 'tooMany') throw new HttpFailure(429);
    if (fault.effect === 'status') throw new HttpFailure(fault.status);
    if (fault.effect === 'cutBefore') throw new ConnectionCut();
    if (fault.effect === 'expire') {
      if (sessionId !== undefined) core.sessions.remove(sessionId);
      throw new OxError('SES-0203', sessionId);
    }
    if (fault.effect === 'fail' && !fault.after) throw new OxError(fault.code, 'injected');
    if (fault.effect === 'sameStamp') core.stamps.repeatNext();
  }
}

/** Faults that strike although everything was done. */
export async function strikeAfter(faults: readonly Fault[], transmission: Transmission): Promise<void> {
  for (const fault of faults) {
    if (fault.effect === 'delay' && fault.after) await sleep(fault.ms);
    if (fault.effect === 'cutAfter') throw new ConnectionCut();
    if (fault.effect === 'fail' && fault.after) throw new OxError(fault.code, 'injected');
    if (fault.effect === 'extraFields') transmission.extraFields = true;
    if (fault.effect === 'truncate') transmission.truncateAt = fault.bytes ?? -1;
    if (fault.effect === 'garble') transmission.garbleAt = fault.bytes ?? -1;
  }
}

/** One action with the faults that hit it. */
export async function runWithFaults(core: Core, request: ActionRequest, transmission: Transmission): Promise<Answer> {
  const { module, action, parameters, person } = request;
  const faults = core.faults.take({ module, action, login: person.login, parameters });
  await strikeBefore(core, faults, request.session.id);
  const answer = await runAction(core, request);
  await strikeAfter(faults, transmission);
  const warning = faults.find((fault) => fault.effect === 'warn');
  return warning && 'code' in warning && !('file' in answer) && !('bare' in answer)
    ? { ...answer, warning: new OxError(warning.code) }
    : answer;
}

/** Puts members nobody knows into every object. */
export function withExtraFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withExtraFields);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, withExtraFields(member)]);
  return { ...Object.fromEntries(entries), 'com.example.future': { version: 9, values: [null, 'x'] } };
}
