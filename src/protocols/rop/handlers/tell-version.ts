import type { HandlerOf } from '../definition.ts';
import type { RopTellVersion } from '../definitions/fasttransfer.ts';

/** RopTellVersion, MS-OXCFXICS 2.2.3.1.1.6: the version of another server does not change what this one sends. */
export const tellVersion: HandlerOf<typeof RopTellVersion> = (context) => {
  void context.logon;
  return {};
};
