import type { RequestOf, ResponseOf } from './definition.ts';
import { RopFastTransferSourceGetBuffer, transferStatus } from './definitions/fasttransfer.ts';
import { RopReadStream, useMaximum } from './definitions/stream.ts';
import { bookmark, queryRowsFlags, RopQueryRows } from './definitions/table.ts';
import { ropLimits } from './limits.ts';
import type { RopCall } from './parse.ts';
import type { ClientVersion } from './session.ts';

/** How the server goes on after an operation that was the last of its request (MS-OXCRPC 3.1.4.2.1.2.2). */
export interface ChainRule {
  /** Bytes that must be free for one more answer. */
  readonly free: number;
  /** The request that the client would send next; undefined when it is done. */
  readonly next: (request: unknown, response: unknown) => unknown;
}

/** Outlook 2013 and early 2016 drop the answer after a chained series of stream data. */
function takesChainedStreams(client: ClientVersion): boolean {
  if (client.major === 15) return false;
  return client.major !== 16 || client.minor > 0 || client.build >= 10_000;
}

function nextRows(
  request: RequestOf<typeof RopQueryRows>,
  response: ResponseOf<typeof RopQueryRows>,
): RequestOf<typeof RopQueryRows> | undefined {
  const flags = request.queryRowsFlags;
  if (!(flags & queryRowsFlags.enablePackedBuffers) || flags & queryRowsFlags.noAdvance) return undefined;
  const rowCount = request.rowCount - response.rows.length;
  if (response.origin !== bookmark.current || response.rows.length === 0 || rowCount <= 0) return undefined;
  return { ...request, rowCount };
}

function nextStreamPart(
  request: RequestOf<typeof RopReadStream>,
  response: ResponseOf<typeof RopReadStream>,
): RequestOf<typeof RopReadStream> | undefined {
  const wanted = request.byteCount === useMaximum ? (request.maximumByteCount ?? 0) : request.byteCount;
  const left = wanted - response.data.length;
  if (response.data.length === 0 || left <= 0) return undefined;
  return { byteCount: useMaximum, maximumByteCount: left };
}

function nextBuffer(
  request: RequestOf<typeof RopFastTransferSourceGetBuffer>,
  response: ResponseOf<typeof RopFastTransferSourceGetBuffer>,
): RequestOf<typeof RopFastTransferSourceGetBuffer> | undefined {
  return response.transferStatus === transferStatus.partial ? request : undefined;
}

export function chainRule(call: RopCall, client: ClientVersion): ChainRule | undefined {
  switch (call.definition.id) {
    case RopQueryRows.id:
      return { free: ropLimits.chainRows, next: nextRows as ChainRule['next'] };
    case RopReadStream.id:
      return takesChainedStreams(client)
        ? { free: ropLimits.chainData, next: nextStreamPart as ChainRule['next'] }
        : undefined;
    case RopFastTransferSourceGetBuffer.id:
      return { free: ropLimits.chainData, next: nextBuffer as ChainRule['next'] };
    default:
      return undefined;
  }
}

/** Stream and transfer data grow when compressed (MS-OXCRPC 3.1.4.1.1). */
export const isCompressible = (ropId: number): boolean =>
  ropId !== RopReadStream.id && ropId !== RopFastTransferSourceGetBuffer.id;
