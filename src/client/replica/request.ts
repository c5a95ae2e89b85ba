import { ec, MapiError, makeId, type PropertyTag } from '../../mapi/index.ts';
import { createStreamReader, type StreamElement } from '../../protocols/fasttransfer/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { WireError } from '../../wire/index.ts';
import { release } from '../mailbox.ts';
import { type Handle, newHandle, type RopCall, ropCall, succeeded } from '../rop-call.ts';
import type { ReplicaSession } from './session.ts';

/** The folder on the wire; all ids are of replid 1, the mailbox's own replica. */
export const wireId = (counter: number): bigint => makeId(1, counter);

const folderGone: ReadonlySet<number> = new Set([ec.notFound, ec.objectDeleted, ec.syncObjectDeleted]);

/** Whether an error says that a folder is not there. */
export const isFolderGone = (error: unknown): boolean => error instanceof MapiError && folderGone.has(error.code);

/** What a synchronization asks for (MS-OXCFXICS 2.2.3.2.1.1.1). */
export interface SyncRequest {
  readonly synchronizationType: number;
  readonly sendOptions: number;
  readonly synchronizationFlags: number;
  readonly synchronizationExtraFlags: number;
  readonly propertyTags: PropertyTag[];
}

/** State properties by their tags, as they are uploaded. */
export type StateProperties = readonly (readonly [PropertyTag, Uint8Array])[];

/** The part of a state in one operation, so that several fit into one request. */
const statePiece = 0x1000;
/** Largest state that goes along with other operations. */
const smallState = 0x4000;

/** The operations that upload a state, in requests that are not too large. */
function stateCalls(handle: Handle, state: StateProperties): RopCall[] {
  return state.flatMap(([stateProperty, bytes]) => {
    const pieces: RopCall[] = [];
    for (let at = 0; at < bytes.length; at += statePiece) {
      const streamData = bytes.subarray(at, at + statePiece);
      pieces.push(ropCall(d.RopSynchronizationUploadStateStreamContinue, handle, { streamData }));
    }
    const begin = { stateProperty, transferBufferSize: bytes.length };
    return [
      ropCall(d.RopSynchronizationUploadStateStreamBegin, handle, begin),
      ...pieces,
      ropCall(d.RopSynchronizationUploadStateStreamEnd, handle, {}),
    ];
  });
}

/** Opens what a state is uploaded to, in as few requests as the state allows. Throws MapiError when one fails. */
async function withState(
  { client }: ReplicaSession,
  opening: readonly RopCall[],
  handle: Handle,
  state: StateProperties,
): Promise<void> {
  const calls = stateCalls(handle, state);
  const size = state.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  if (size <= smallState) {
    await client.runAll(...opening, ...calls);
    return;
  }
  await client.runAll(...opening);
  for (let at = 0; at < calls.length; at += 4) await client.runAll(...calls.slice(at, at + 4));
}

const openFolderCall = ({ mailbox }: ReplicaSession, folderId: number, folder: Handle): RopCall =>
  ropCall(d.RopOpenFolder, [mailbox.logon, folder], { folderId: wireId(folderId), openModeFlags: 0 });

/**
 * The stream of a synchronization of a folder from a state, element by element as its buffers come. Throws MapiError of
 * the operation that failed.
 */
export async function* synchronize(
  session: ReplicaSession,
  folderId: number,
  request: SyncRequest,
  state: StateProperties,
): AsyncGenerator<StreamElement[]> {
  const [folder, context] = [newHandle(), newHandle()];
  const configure = ropCall(d.RopSynchronizationConfigure, [folder, context], {
    ...request,
    restriction: undefined,
  });
  await withState(session, [openFolderCall(session, folderId, folder), configure], context, state);
  yield* fetchStream(session, context);
  await release(session.client, context, folder);
}

/** The elements of a FastTransfer download, as its buffers come. */
async function* fetchStream({ client }: ReplicaSession, context: Handle): AsyncGenerator<StreamElement[]> {
  const reader = createStreamReader();
  const get = ropCall(d.RopFastTransferSourceGetBuffer, context, {
    bufferSize: d.useMaximum,
    maximumBufferSize: 0xffff,
  });
  for (;;) {
    const [result] = await client.execute(get);
    let done = false;
    for (const one of [result, ...result.more]) {
      if (done) throw new WireError('a buffer behind the last');
      const { transferStatus, transferBuffer } = succeeded(get, one);
      if (transferStatus !== d.transferStatus.partial && transferStatus !== d.transferStatus.done) {
        throw new WireError(`transfer status ${transferStatus}`);
      }
      yield [...reader.push(transferBuffer)];
      done = transferStatus === d.transferStatus.done;
    }
    if (done) break;
  }
  reader.end();
}

/** A synchronization upload context with its folder. */
export interface Collector {
  readonly folder: Handle;
  readonly handle: Handle;
}

/** Opens a collector on a folder with what the replica has seen. Throws MapiError when the folder is not there. */
export async function openCollector(
  session: ReplicaSession,
  folderId: number,
  isContentsCollector: boolean,
  state: StateProperties,
): Promise<Collector> {
  const [folder, handle] = [newHandle(), newHandle()];
  const open = ropCall(d.RopSynchronizationOpenCollector, [folder, handle], { isContentsCollector });
  await withState(session, [openFolderCall(session, folderId, folder), open], handle, state);
  return { folder, handle };
}

/** The state of a collector, with the changes that were uploaded over it; ends the collector. */
export async function closeCollector(session: ReplicaSession, { folder, handle }: Collector): Promise<StreamElement[]> {
  const context = newHandle();
  await session.client.run(ropCall(d.RopSynchronizationGetTransferState, [handle, context], {}));
  const elements: StreamElement[] = [];
  for await (const some of fetchStream(session, context)) elements.push(...some);
  await release(session.client, context, handle, folder);
  return elements;
}
