import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopProgress } from '../definitions/property.ts';

/** RopProgress, MS-OXCPRPT 3.2.5.19: every operation is done when it answers, so there is none to ask about. */
export const progress: HandlerOf<typeof RopProgress> = (context) => {
  void context.logon;
  throw new MapiError(ec.notSupported);
};
