import type { RopHandler } from '../definition.ts';
import { coreHandlers } from './core.ts';
import { downloadHandlers } from './downloads.ts';
import { putHandlers } from './fasttransfer-destination.ts';
import { messageHandlers } from './messages.ts';
import { uploadHandlers } from './upload.ts';

/** What is implemented, by RopId. A known operation without handler answers ecNotImplemented. */
export const ropHandlers: ReadonlyMap<number, RopHandler<unknown, unknown>> = new Map([
  ...coreHandlers,
  ...messageHandlers,
  ...downloadHandlers,
  ...putHandlers,
  ...uploadHandlers,
]);
