import { rest, struct, u16 } from '../../../wire/index.ts';
import { rop } from '../definition.ts';

/** MS-OXCROPS 2.2.15: what is about the buffer and handles themselves. */

/** Has no response. */
export const RopRelease = rop(0x01, 'RopRelease', { handles: ['input'], reserve: () => 0 });

/** Written in place of an answer that does not fit: the size it needs and the requests from there on. */
export const bufferTooSmallId = 0xff;
export const bufferTooSmall = struct({ sizeNeeded: u16, requestBuffers: rest });

export const otherDefinitions = [RopRelease];
