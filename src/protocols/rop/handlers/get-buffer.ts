import { NoRoom } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import { type RopFastTransferSourceGetBuffer, transferStatus } from '../definitions/fasttransfer.ts';
import { useMaximum } from '../definitions/stream.ts';
import { downloadLimits } from '../download/limits.ts';

/** Bytes of the answer before the data. */
const fixedFields = 9;
const greatestCount = 0xffff;
const greatestBuffer = 0xffff;

/** RopFastTransferSourceGetBuffer, MS-OXCFXICS 3.2.5.8.1.5. */
export const getBuffer: HandlerOf<typeof RopFastTransferSourceGetBuffer> = async (context, request) => {
  const { download } = context.input('download');
  const room = Math.min(context.room - fixedFields, greatestBuffer);
  let size = request.bufferSize;
  if (size === useMaximum) {
    const most = request.maximumBufferSize ?? greatestBuffer;
    const least = Math.min(most, downloadLimits.leastBuffer);
    if (room < least) throw new NoRoom(fixedFields + least);
    size = Math.min(most, room);
  } else if (size > room) {
    throw new NoRoom(fixedFields + size);
  }
  const { data, done } = await download.next(size);
  const { progress } = download;
  // Both counts have 16 bits; equal ones say that it is through.
  const scale = Math.max(1, progress.total / greatestCount);
  const totalStepCount = Math.max(1, Math.floor(progress.total / scale));
  const stepsDone = Math.min(Math.floor(progress.done / scale), totalStepCount - 1);
  return {
    transferStatus: done ? transferStatus.done : transferStatus.partial,
    inProgressCount: done ? totalStepCount : stepsDone,
    totalStepCount,
    reserved: 0,
    transferBuffer: data,
  };
};
