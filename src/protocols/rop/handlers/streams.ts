import { ec, MapiError } from '../../../mapi/index.ts';
import { NoRoom, RopFailure } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopCommitStream,
  RopCopyToStream,
  RopGetStreamSize,
  RopOpenStream,
  RopReadStream,
  RopSeekStream,
  RopSetStreamSize,
  RopWriteAndCommitStream,
  RopWriteStream,
} from '../definitions/index.ts';
import { openPropertyStream } from '../open-stream.ts';
import { propertiesOf } from '../properties/of.ts';
import { streamSizeLimit } from '../stream.ts';

const ecStreamInvalidParam = 0x80030057;
/** Largest DataSize of one answer. */
const readLimit = 0xffff;
/** Fewer bytes than this are only given when the stream ends or no more were wanted. */
const leastRead = 0x1000;
const copyPiece = 0x10000;

/** RopOpenStream, MS-OXCPRPT 3.2.5.11. */
export const openStream: HandlerOf<typeof RopOpenStream> = async (context, request) => {
  const object = context.input('folder', 'message', 'attachment');
  const holder = propertiesOf(context, object);
  const stream = await openPropertyStream(holder, request.propertyTag, request.openModeFlags);
  context.setOutput({ kind: 'stream', logon: context.logon, stream });
  return { streamSize: Math.min(stream.size, 0xffffffff) };
};

/** RopReadStream, MS-OXCPRPT 3.2.5.12: as much as was asked for and fits. */
export const readStream: HandlerOf<typeof RopReadStream> = async (context, request) => {
  const { stream } = context.input('stream');
  const wanted = Math.min(request.maximumByteCount ?? request.byteCount, stream.size - stream.position, readLimit);
  const fits = context.room - 2;
  if (fits < Math.min(wanted, leastRead)) throw new NoRoom(2 + Math.min(wanted, leastRead));
  return { data: await stream.read(Math.max(0, Math.min(wanted, fits))) };
};

/** RopWriteStream and RopWriteStreamExtended, MS-OXCPRPT 3.2.5.13, 3.2.5.14. */
export const writeStream: HandlerOf<typeof RopWriteStream> = async (context, request) => {
  const { stream } = context.input('stream');
  return { writtenSize: await stream.write(request.data) };
};

/** RopWriteAndCommitStream, MS-OXCPRPT 3.2.5.23. */
export const writeAndCommitStream: HandlerOf<typeof RopWriteAndCommitStream> = async (context, request) => {
  const { stream } = context.input('stream');
  const writtenSize = await stream.write(request.data);
  await stream.commit();
  return { writtenSize };
};

/** RopCommitStream, MS-OXCPRPT 3.2.5.15. */
export const commitStream: HandlerOf<typeof RopCommitStream> = async (context) => {
  const { stream } = context.input('stream');
  if (!stream.writable) throw new MapiError(ec.streamAccessDenied);
  await stream.commit();
  return {};
};

/** RopGetStreamSize, MS-OXCPRPT 3.2.5.16. */
export const getStreamSize: HandlerOf<typeof RopGetStreamSize> = (context) => ({
  streamSize: Math.min(context.input('stream').stream.size, 0xffffffff),
});

/** RopSetStreamSize, MS-OXCPRPT 3.2.5.17. */
export const setStreamSize: HandlerOf<typeof RopSetStreamSize> = async (context, request) => {
  const { stream } = context.input('stream');
  if (request.streamSize > BigInt(streamSizeLimit)) throw new MapiError(ec.tooBig);
  await stream.resize(Number(request.streamSize));
  return {};
};

/** RopSeekStream, MS-OXCPRPT 3.2.5.18. Beyond the end, a stream that can be written grows. */
export const seekStream: HandlerOf<typeof RopSeekStream> = async (context, request) => {
  const { stream } = context.input('stream');
  const origin = [0, stream.position, stream.size][request.origin];
  if (origin === undefined) throw new MapiError(ecStreamInvalidParam);
  const target = BigInt(origin) + request.offset;
  if (target < 0n || target > BigInt(streamSizeLimit)) throw new MapiError(ec.streamSeekError);
  const position = Number(target);
  if (position > stream.size) {
    if (!stream.writable) throw new MapiError(ec.streamSeekError);
    await stream.resize(position);
  }
  stream.position = position;
  return { newPosition: target };
};

/** RopCopyToStream, MS-OXCPRPT 3.2.5.19: both positions move on. */
export const copyToStream: HandlerOf<typeof RopCopyToStream> = async (context, request) => {
  const { stream: source } = context.input('stream');
  const { stream: destination } = context.second('stream');
  if (!destination.writable) {
    throw new RopFailure(ec.streamAccessDenied, { readByteCount: 0n, writtenByteCount: 0n });
  }
  let left = request.byteCount;
  let copied = 0n;
  while (left > 0n) {
    const piece = await source.read(left > BigInt(copyPiece) ? copyPiece : Number(left));
    if (piece.length === 0) break;
    await destination.write(piece);
    copied += BigInt(piece.length);
    left -= BigInt(piece.length);
  }
  return { readByteCount: copied, writtenByteCount: copied };
};
