import { Writer } from '../../wire/index.ts';
import { wrapPayload } from './extended-buffer.ts';

/** AUX_HEADER types with AUX_VERSION_1 that Connect answers with (MS-OXCRPC 2.2.2.2). */
const auxiliaryType = { clientControl: 0x0a, exOrgInfo: 0x17, endpointCapabilities: 0x48 } as const;

interface AuxiliaryBlock {
  readonly type: number;
  readonly fields: readonly number[];
}

/** An auxiliary buffer of blocks that hold 32-bit fields only. */
function auxiliaryBuffer(blocks: readonly AuxiliaryBlock[]): Buffer {
  const writer = new Writer(64);
  for (const block of blocks) {
    writer.u16(4 + block.fields.length * 4);
    writer.u8(1);
    writer.u8(block.type);
    for (const field of block.fields) writer.u32(field);
  }
  return wrapPayload(writer.view(), { compress: false, xor: false, last: true });
}

/**
 * What every Connect answers: no public folders and, if there were, to be found by Autodiscover (without the block a
 * client takes them for given); compression and tunnelling but no performance data from the client; one endpoint.
 */
export const connectAuxiliary: Buffer = auxiliaryBuffer([
  { type: auxiliaryType.exOrgInfo, fields: [0x2] },
  { type: auxiliaryType.clientControl, fields: [0xc, 604_800_000] },
  { type: auxiliaryType.endpointCapabilities, fields: [0x1] },
]);
