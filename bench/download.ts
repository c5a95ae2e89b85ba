import { newHandle, openFolder, type RopCall, readRows, release, ropCall } from '../src/client/index.ts';
import {
  counterOf,
  decodeReplGuidIdSet,
  encodeReplGuidIdSet,
  IdSet,
  PidTag,
  type PropertyTag,
} from '../src/mapi/index.ts';
import { createStreamReader, marker, metaTag } from '../src/protocols/fasttransfer/index.ts';
import {
  RopFastTransferSourceGetBuffer,
  RopGetContentsTable,
  RopOpenFolder,
  RopSetColumns,
  RopSynchronizationConfigure,
  RopSynchronizationUploadStateStreamBegin,
  RopSynchronizationUploadStateStreamContinue,
  RopSynchronizationUploadStateStreamEnd,
  transferStatus,
} from '../src/protocols/rop/definitions/index.ts';
import type { BenchClient } from './harness.ts';

/** The state properties of a replica. */
export type State = ReadonlyMap<PropertyTag, Uint8Array>;

export interface Downloaded {
  readonly state: State;
  /** Of the FastTransfer stream. */
  readonly bytes: number;
  /** How many messages the replica has now. */
  readonly messages: number;
}

/** What Outlook asks for: Unicode, read states, FAI, normal, no foreign ids, progress; newest first. */
const flags = 0x8139;
const extraFlags = 0xf;
/** Outlook's chunks of a state. */
const chunk = 0x7000;

/** One contents synchronization of a folder, as Outlook makes it; only the state at the stream's end is looked at. */
export async function downloadContents(
  { mapi, mailbox }: BenchClient,
  folderId: bigint,
  state?: State,
): Promise<Downloaded> {
  const [folder, download] = [newHandle(), newHandle()];
  const calls: RopCall[] = [
    ropCall(RopOpenFolder, [mailbox.logon, folder], { folderId, openModeFlags: 0 }),
    ropCall(RopSynchronizationConfigure, [folder, download], {
      synchronizationType: 1,
      sendOptions: 0x09,
      synchronizationFlags: flags,
      restriction: undefined,
      synchronizationExtraFlags: extraFlags,
      propertyTags: [],
    }),
  ];
  let size = 0;
  for (const [stateProperty, value] of state ?? []) {
    calls.push(
      ropCall(RopSynchronizationUploadStateStreamBegin, download, { stateProperty, transferBufferSize: value.length }),
    );
    for (let at = 0; at < value.length; at += chunk) {
      const streamData = value.subarray(at, at + chunk);
      if (size + streamData.length > chunk) {
        await mapi.runAll(...calls.splice(0));
        size = 0;
      }
      size += streamData.length;
      calls.push(ropCall(RopSynchronizationUploadStateStreamContinue, download, { streamData }));
    }
    calls.push(ropCall(RopSynchronizationUploadStateStreamEnd, download, {}));
  }
  await mapi.runAll(...calls);
  let bytes = 0;
  let tail: Uint8Array[] = [];
  let kept = 0;
  for (let done = false; !done; ) {
    const call = ropCall(RopFastTransferSourceGetBuffer, download, { bufferSize: 0xbabe, maximumBufferSize: 0xffff });
    const [first] = await mapi.execute(call);
    for (const { returnValue, response } of [first!, ...first!.more]) {
      if (returnValue !== 0 || response === undefined) throw new Error(`GetBuffer: 0x${returnValue.toString(16)}`);
      bytes += response.transferBuffer.length;
      kept += response.transferBuffer.length;
      tail.push(response.transferBuffer);
      done = response.transferStatus === transferStatus.done;
    }
    if (kept > 4_000_000) {
      const last = Buffer.concat(tail).subarray(-2_000_000);
      [tail, kept] = [[last], last.length];
    }
  }
  await release(mapi, download, folder);
  const final = stateAtEnd(Buffer.concat(tail));
  const [given] = decodeReplGuidIdSet(final.get(metaTag.idsetGiven)!).values();
  return { state: final, bytes, messages: given?.size ?? 0 };
}

function stateAtEnd(stream: Buffer): State {
  const begin = Buffer.alloc(4);
  begin.writeUInt32LE(marker.incrSyncStateBegin);
  const at = stream.lastIndexOf(begin);
  if (at < 0) throw new Error('the stream ends without a state');
  const state = new Map<PropertyTag, Uint8Array>();
  let large: { tag: PropertyTag; parts: Uint8Array[] } | undefined;
  for (const element of createStreamReader().push(stream.subarray(at))) {
    if (element.kind === 'property') state.set(element.property.tag, element.value as Uint8Array);
    else if (element.kind === 'begin') large = { tag: element.property.tag, parts: [] };
    else if (element.kind === 'part') large!.parts.push(Buffer.from(element.bytes));
    else if (element.kind === 'finish') state.set(large!.tag, Buffer.concat(large!.parts));
  }
  return state;
}

/** The state of a replica that has all of a folder, without downloading it: Open-Xchange bounds requests by time. */
export async function stateOfAll(client: BenchClient, folderId: bigint): Promise<State> {
  const { mapi, mailbox } = client;
  // Of a folder without messages: everything so far is seen.
  const { state } = await downloadContents(client, mailbox.folders.schedule);
  const [replica] = decodeReplGuidIdSet(state.get(metaTag.cnsetSeen)!).keys();
  const folder = await openFolder(mapi, mailbox, folderId);
  const table = newHandle();
  const columns = [PidTag.Mid];
  await mapi.runAll(
    ropCall(RopGetContentsTable, [folder, table], { tableFlags: 0 }),
    ropCall(RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
  );
  const ids = (await readRows(mapi, table, columns)).map(([id]) => counterOf(id as bigint));
  await release(mapi, table, folder);
  return new Map([...state, [metaTag.idsetGiven, encodeReplGuidIdSet(new Map([[replica!, IdSet.of(ids)]]))]]);
}
