import { ec, MapiError } from '../../mapi/index.ts';
import { Writer } from '../../wire/index.ts';
import { chainRule, isCompressible } from './chaining.ts';
import { bufferTooSmall, bufferTooSmallId, RopRelease } from './definitions/other.ts';
import { deliverNotifications } from './deliver-notifications.ts';
import { invoke } from './invocation.ts';
import { ropLimits } from './limits.ts';
import { parseRops, type RopCall } from './parse.ts';
import { release } from './release.ts';
import type { ExecuteRops, RopAnswer, RopRequest, Session } from './session.ts';

const ropSizeField = 2;
const bufferTooSmallHeader = 3;

/** Carries out the operations of one Execute in order (MS-OXCROPS 3.2.5). */
export const executeRops: ExecuteRops = async (session, source, limits) => {
  const calls = parseRops(source.rops, session.codePage);
  const handles = [...source.handles];
  const fixed = ropSizeField + 4 * handles.length;
  const room = Math.min(limits.room - ropLimits.header, ropLimits.payload) - fixed;
  if (room < 0) throw new MapiError(ec.bufferTooSmall);

  const { answers, last, cut } = await answerAll(session, source, handles, calls, room, ropLimits.payload - fixed);
  if (!cut) await deliverNotifications(session, answers, room);
  const compressible = calls.every((call) => isCompressible(call.definition.id));
  const buffers: RopAnswer[] = [{ rops: answers.view(), handles, compressible }];
  if (limits.chain && last !== undefined) {
    const used = ropLimits.header + fixed + answers.length;
    await chain(session, source, handles, last, limits.room - used, buffers);
  }
  return { buffers };
};

interface LastAnswer {
  readonly call: RopCall;
  readonly response: unknown;
}

/**
 * Runs the calls until one does not fit any more. `last`: the final call of the list, when it succeeded. `cut`: the
 * answers end with RopBufferTooSmall.
 */
async function answerAll(
  session: Session,
  source: RopRequest,
  handles: number[],
  calls: readonly RopCall[],
  room: number,
  greatestRoom: number,
): Promise<{ answers: Writer; last: LastAnswer | undefined; cut: boolean }> {
  const answers = new Writer(1024);
  let last: LastAnswer | undefined;
  for (const call of calls) {
    last = undefined;
    if (call.definition.id === RopRelease.id) {
      await release(session, handles[call.indexes[0] ?? 0] ?? 0);
      continue;
    }
    const free = room - answers.length;
    // What follows must be able to go back by RopBufferTooSmall, or else its side effects would be lost on the client.
    const following = source.rops.length - call.end;
    const kept = following > 0 ? bufferTooSmallHeader + following : 0;
    const budget = answers.length === 0 && kept > free / 2 ? free : free - kept;
    const outcome = await invoke(session, source, handles, call, budget);
    if (outcome.kind === 'answered') {
      answers.bytes(outcome.bytes);
      if (outcome.returnValue === 0) last = { call, response: outcome.response };
      continue;
    }
    const tooLarge = answers.length === 0 && outcome.sizeNeeded > greatestRoom;
    const unprocessed = source.rops.subarray(call.start);
    if (tooLarge || bufferTooSmallHeader + unprocessed.length > free) throw new MapiError(ec.bufferTooSmall);
    answers.u8(bufferTooSmallId);
    bufferTooSmall.write(answers, {
      sizeNeeded: Math.min(answers.length + outcome.sizeNeeded + unprocessed.length, 0xffff),
      requestBuffers: unprocessed,
    });
    return { answers, last: undefined, cut: true };
  }
  return { answers, last, cut: false };
}

/** Further payloads, as though the client had sent the last operation again and again. */
async function chain(
  session: Session,
  source: RopRequest,
  handles: number[],
  last: LastAnswer,
  roomLeft: number,
  buffers: RopAnswer[],
): Promise<void> {
  const rule = chainRule(last.call, session.client);
  if (rule === undefined) return;
  const fixed = ropSizeField + 4 * handles.length;
  let left = roomLeft;
  let { request } = last.call;
  let { response } = last;
  while (buffers.length < ropLimits.payloads && left >= rule.free) {
    request = rule.next(request, response);
    if (request === undefined) return;
    const room = Math.min(left - ropLimits.header, ropLimits.payload) - fixed;
    const outcome = await invoke(session, source, handles, { ...last.call, request }, room, true);
    if (outcome.kind === 'noRoom' || outcome.returnValue !== 0) return;
    response = outcome.response;
    const rops = Buffer.from(outcome.bytes);
    buffers.push({ rops, handles, compressible: isCompressible(last.call.definition.id) });
    left -= ropLimits.header + fixed + rops.length;
  }
}
