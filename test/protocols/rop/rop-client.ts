import type { RequestOf, ResponseOf, RopDefinition } from '../../../src/protocols/rop/definition.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { executeRops, type RopAnswer, type Session } from '../../../src/protocols/rop/index.ts';
import { Reader, Writer } from '../../../src/wire/index.ts';

/** One operation to send: indexes as in the definition's order. */
export interface Sent {
  readonly definition: RopDefinition;
  readonly bytes: Buffer;
}

/** The bytes of a request. */
export function request<Q, R, F>(
  definition: RopDefinition<Q, R, F>,
  indexes: readonly number[],
  fields: Q,
  logonId = 0,
): Sent {
  const writer = new Writer();
  writer.u8(definition.id);
  writer.u8(logonId);
  for (const index of indexes) writer.u8(index);
  definition.request.write(writer, fields);
  return { definition: definition as unknown as RopDefinition, bytes: writer.finish() };
}

export interface Answer {
  readonly index: number;
  readonly returnValue: number;
  readonly fields: unknown;
}

/** Reads the answers to these requests; what is left after them is in `rest`. */
export function readAnswers(
  answer: RopAnswer,
  sent: readonly Sent[],
  columns: readonly number[] = [],
): { answers: Answer[]; rest: Buffer } {
  const reader = new Reader(answer.rops);
  const answers: Answer[] = [];
  for (const { definition } of sent) {
    if (definition.id === d.RopRelease.id) continue;
    if (reader.remaining === 0 || answer.rops[reader.position] === d.bufferTooSmallId) break;
    const id = reader.u8();
    if (id !== definition.responseId) throw new Error(`answer of 0x${id.toString(16)} instead of ${definition.name}`);
    const index = reader.u8();
    const returnValue = reader.u32();
    const fields =
      returnValue === 0
        ? definition.response.read(reader, { columns })
        : definition.failure.read(reader, { returnValue });
    answers.push({ index, returnValue, fields });
  }
  return { answers, rest: reader.rest() };
}

export const unset = 0xffffffff;

/** Sends operations and reads their answers. */
export async function run(
  session: Session,
  handles: readonly number[],
  sent: readonly Sent[],
  options: { columns?: readonly number[]; room?: number; chain?: boolean } = {},
) {
  const { buffers } = await executeRops(
    session,
    { rops: Buffer.concat(sent.map((one) => one.bytes)), handles: [...handles] },
    { room: options.room ?? 0x10008, chain: options.chain ?? false },
  );
  const first = buffers[0]!;
  return { ...readAnswers(first, sent, options.columns), handles: first.handles, buffers };
}

export const logonRequest = (index: number, dn = '/o=Oxbow/cn=anna', logonId = 0, flags = 1, openFlags = 0x0100040c) =>
  request(d.RopLogon, [index], { logonFlags: flags, openFlags, storeState: 0, essdn: Buffer.from(`${dn}\0`) }, logonId);

export type Fields<D> = ResponseOf<D>;
export type Asked<D> = RequestOf<D>;

/** What is asked for a new folder, in Unicode, but for these fields. */
export const newFolder = (fields: Partial<Asked<typeof d.RopCreateFolder>> = {}) => ({
  folderType: 1,
  useUnicodeStrings: true,
  openExisting: false,
  reserved: 0,
  displayName: 'New',
  comment: '',
  ...fields,
});

/** A handle of the logon. */
export async function logOn(session: Session): Promise<{ handle: number; folderIds: readonly bigint[] }> {
  const { answers, handles } = await run(session, [unset], [logonRequest(0)]);
  const fields = answers[0]!.fields as d.LogonResponse;
  return { handle: handles[0]!, folderIds: fields.private!.folderIds };
}
