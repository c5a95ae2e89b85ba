import { isDeepStrictEqual } from 'node:util';
import {
  counterOf,
  decodeReplIdIdSet,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  type Restriction,
} from '../../../src/mapi/index.ts';
import { marker, metaTag } from '../../../src/protocols/fasttransfer/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { readStream, type Whole } from '../fasttransfer/elements.ts';
import type { Client } from './mailbox-client.ts';

export type State = ReadonlyMap<PropertyTag, Uint8Array>;

export interface SyncRequest {
  readonly type?: 1 | 2;
  readonly flags?: number;
  readonly extra?: number;
  readonly sendOptions?: number;
  readonly tags?: number[];
  readonly restriction?: Restriction;
}

export interface Change {
  /** Properties in their order. */
  readonly header: Whole[];
  readonly body: Whole[];
}

export interface Synced {
  readonly changes: Change[];
  readonly deletions: Map<PropertyTag, number[]>;
  readonly readStates: Map<PropertyTag, number[]>;
  readonly state: State;
  readonly elements: Whole[];
}

/** Unicode, ReadState, FAI, Normal, NoForeignIdentifiers; Eid, MessageSize, CN, OrderByDeliveryTime. */
export const usual = { flags: 0x139, extra: 0xf } as const;

export async function uploadState(client: Client, handle: number, state: State): Promise<void> {
  for (const [stateProperty, bytes] of state) {
    const begin = { stateProperty, transferBufferSize: bytes.length };
    await client.ok(d.RopSynchronizationUploadStateStreamBegin, [handle], begin);
    for (let at = 0; at < bytes.length; at += 1000) {
      await client.ok(d.RopSynchronizationUploadStateStreamContinue, [handle], {
        streamData: bytes.subarray(at, at + 1000),
      });
    }
    await client.ok(d.RopSynchronizationUploadStateStreamEnd, [handle], {});
  }
}

/** The whole stream of a download, in buffers of at most this size. */
export async function fetchStream(client: Client, handle: number, maximumBufferSize = 0xffff): Promise<Whole[]> {
  const portions: Uint8Array[] = [];
  for (;;) {
    const { fields } = await client.ok(d.RopFastTransferSourceGetBuffer, [handle], {
      bufferSize: 0xbabe,
      maximumBufferSize,
    });
    portions.push(Buffer.from(fields.transferBuffer));
    if (fields.transferStatus === d.transferStatus.done) return readStream(portions);
  }
}

export const configure = (client: Client, folder: number, request: SyncRequest = {}) =>
  client.call(d.RopSynchronizationConfigure, [folder], {
    synchronizationType: request.type ?? 1,
    sendOptions: request.sendOptions ?? 0x09,
    synchronizationFlags: request.flags ?? usual.flags,
    restriction: request.restriction as Restriction,
    synchronizationExtraFlags: request.extra ?? usual.extra,
    propertyTags: request.tags ?? [],
  });

/** One synchronization of a folder from a state. */
export async function sync(client: Client, folder: number, state?: State, request: SyncRequest = {}): Promise<Synced> {
  const { handle, returnValue } = await configure(client, folder, request);
  if (returnValue !== 0) throw new Error(`0x${returnValue.toString(16)}`);
  if (state !== undefined) await uploadState(client, handle, state);
  const elements = await fetchStream(client, handle);
  await client.release(handle);
  return { ...parsed(elements), elements };
}

const idsIn = (value: PropertyValue): number[] => [...(decodeReplIdIdSet(value as Uint8Array).get(1) ?? [])];

function parsed(elements: readonly Whole[]): Omit<Synced, 'elements'> {
  const changes: Change[] = [];
  const [deletions, readStates, state] = [new Map(), new Map(), new Map<PropertyTag, Uint8Array>()];
  let put: (one: Whole) => void = () => {};
  for (const one of elements) {
    const mark = 'marker' in one ? one.marker : undefined;
    if (mark === marker.incrSyncChg) {
      const change: Change = { header: [], body: [] };
      changes.push(change);
      put = (next) => change.header.push(next);
    } else if (mark === marker.incrSyncMessage) {
      const { body } = changes.at(-1)!;
      put = (next) => body.push(next);
    } else if (mark === marker.incrSyncDel || mark === marker.incrSyncRead) {
      const into = mark === marker.incrSyncDel ? deletions : readStates;
      put = (next) => 'tag' in next && into.set(next.tag, idsIn(next.value));
    } else if (mark === marker.incrSyncStateBegin) {
      put = (next) => 'tag' in next && state.set(next.tag, next.value as Uint8Array);
    } else if (mark === marker.incrSyncStateEnd || mark === marker.incrSyncEnd) {
      put = () => {};
    } else put(one);
  }
  return { changes, deletions, readStates, state };
}

export function propertyOf(list: readonly Whole[], tag: PropertyTag): PropertyValue | undefined {
  for (const one of list) if ('tag' in one && one.tag === tag) return one.value;
  return undefined;
}
export const tagsOf = (list: readonly Whole[]): PropertyTag[] => list.flatMap((one) => ('tag' in one ? [one.tag] : []));

/** What a cached-mode client keeps of a folder: whole messages by id, brought up to date by {@link apply}. */
export class Replica {
  readonly messages = new Map<number, { body: Whole[]; read: boolean }>();
  state: State | undefined;

  apply(synced: Synced): void {
    for (const ids of synced.deletions.values()) for (const id of ids) this.messages.delete(id);
    for (const { header, body } of synced.changes) {
      const flags = propertyOf(body, PidTag.MessageFlags) as number;
      const rest = body.filter((one) => !('tag' in one && one.tag === PidTag.MessageFlags));
      this.messages.set(counterOf(propertyOf(header, PidTag.Mid) as bigint), { body: rest, read: (flags & 1) !== 0 });
    }
    for (const [tag, ids] of synced.readStates) {
      for (const id of ids) {
        const message = this.messages.get(id);
        if (message === undefined) throw new Error('read state of a message that is not there');
        message.read = tag === metaTag.idsetRead;
      }
    }
    this.state = synced.state;
  }

  equals(other: Replica): boolean {
    return isDeepStrictEqual(this.messages, other.messages);
  }
}
