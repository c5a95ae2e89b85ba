import { decompressRtf } from './compressed.ts';
import { deencapsulate } from './deencapsulate.ts';

/** What PidTagRtfCompressed says: HTML or text; undefined when it cannot be read. */
export function rtfBody(compressedRtf: Uint8Array): { html?: string; text?: string } | undefined {
  try {
    return deencapsulate(decompressRtf(compressedRtf));
  } catch {
    // A broken RTF body must not keep a message from being written; its text is in PidTagBody if anywhere.
    return undefined;
  }
}
