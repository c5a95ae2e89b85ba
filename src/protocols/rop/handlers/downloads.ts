import {
  RopFastTransferSourceCopyFolder,
  RopFastTransferSourceCopyMessages,
  RopFastTransferSourceCopyProperties,
  RopFastTransferSourceCopyTo,
  RopFastTransferSourceGetBuffer,
} from '../definitions/fasttransfer.ts';
import {
  RopSynchronizationConfigure,
  RopSynchronizationGetTransferState,
  RopSynchronizationUploadStateStreamBegin,
  RopSynchronizationUploadStateStreamContinue,
  RopSynchronizationUploadStateStreamEnd,
} from '../definitions/sync.ts';
import { copyFolder, copyMessages, copyProperties, copyTo } from './fasttransfer-source.ts';
import { getBuffer } from './get-buffer.ts';
import { handle, type RopEntry } from './register.ts';
import {
  synchronizationConfigure,
  synchronizationGetTransferState,
  uploadStateStreamBegin,
  uploadStateStreamContinue,
  uploadStateStreamEnd,
} from './synchronization.ts';

/** FastTransfer downloads and the download side of incremental change synchronization. */
export const downloadHandlers: readonly RopEntry[] = [
  handle(RopSynchronizationConfigure, synchronizationConfigure),
  handle(RopSynchronizationUploadStateStreamBegin, uploadStateStreamBegin),
  handle(RopSynchronizationUploadStateStreamContinue, uploadStateStreamContinue),
  handle(RopSynchronizationUploadStateStreamEnd, uploadStateStreamEnd),
  handle(RopSynchronizationGetTransferState, synchronizationGetTransferState),
  handle(RopFastTransferSourceGetBuffer, getBuffer),
  handle(RopFastTransferSourceCopyMessages, copyMessages),
  handle(RopFastTransferSourceCopyFolder, copyFolder),
  handle(RopFastTransferSourceCopyTo, copyTo),
  handle(RopFastTransferSourceCopyProperties, copyProperties),
];
