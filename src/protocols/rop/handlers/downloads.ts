import { RopFastTransferSourceGetBuffer } from '../definitions/fasttransfer.ts';
import {
  RopSynchronizationConfigure,
  RopSynchronizationGetTransferState,
  RopSynchronizationUploadStateStreamBegin,
  RopSynchronizationUploadStateStreamContinue,
  RopSynchronizationUploadStateStreamEnd,
} from '../definitions/sync.ts';
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
];
