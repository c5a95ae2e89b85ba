import { ec, MapiError, type Restriction } from '../../../mapi/index.ts';
import { knownSendOptions } from '../../fasttransfer/index.ts';
import type { RequestOf } from '../definition.ts';
import type { RopSynchronizationConfigure } from '../definitions/index.ts';
import type { StateKind } from './state.ts';

/** SynchronizationFlags, MS-OXCFXICS 2.2.3.2.1.1.1. */
export const syncFlags = {
  unicode: 0x0001,
  noDeletions: 0x0002,
  ignoreNoLongerInScope: 0x0004,
  readState: 0x0008,
  fai: 0x0010,
  normal: 0x0020,
  onlySpecifiedProperties: 0x0080,
  noForeignIdentifiers: 0x0100,
  reserved: 0x1000,
  bestBody: 0x2000,
  ignoreSpecifiedOnFai: 0x4000,
  progress: 0x8000,
} as const;
const knownFlags = Object.values(syncFlags).reduce((all, flag) => all | flag, 0) & ~syncFlags.reserved;

/** SynchronizationExtraFlags; unknown ones are ignored. */
export const extraFlags = { eid: 0x1, messageSize: 0x2, changeNumber: 0x4, orderByDeliveryTime: 0x8 } as const;

const kinds: readonly (StateKind | undefined)[] = [undefined, 'contents', 'hierarchy'];

/** What RopSynchronizationConfigure asks for. */
export interface SyncOptions {
  readonly kind: StateKind;
  readonly sendOptions: number;
  readonly flags: number;
  readonly extra: number;
  readonly restriction: Restriction | undefined;
  readonly tags: readonly number[];
}

/** Errors: ecInvalidParam (MS-OXCFXICS 3.2.5.9.1.1). */
export function syncOptions(request: RequestOf<typeof RopSynchronizationConfigure>): SyncOptions {
  const kind = kinds[request.synchronizationType];
  const flags = request.synchronizationFlags;
  if (kind === undefined || (flags & ~knownFlags) !== 0 || (request.sendOptions & ~knownSendOptions) !== 0) {
    throw new MapiError(ec.invalidParam);
  }
  return {
    kind,
    sendOptions: request.sendOptions,
    flags,
    extra: request.synchronizationExtraFlags,
    restriction: kind === 'contents' ? request.restriction : undefined,
    tags: request.propertyTags,
  };
}
