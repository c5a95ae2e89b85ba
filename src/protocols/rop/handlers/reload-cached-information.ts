import type { HandlerOf } from '../definition.ts';
import type { RopReloadCachedInformation } from '../definitions/index.ts';
import { openedMessageOf } from '../opened-message.ts';

/** RopReloadCachedInformation, MS-OXCMSG 3.2.5.7: as RopOpenMessage answers, with the changes of this handle. */
export const reloadCachedInformation: HandlerOf<typeof RopReloadCachedInformation> = (context) =>
  openedMessageOf(context, context.input('message').draft, context.room);
