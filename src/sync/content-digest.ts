import { createHash } from 'node:crypto';
import { writeMime } from '../formats/index.ts';
import type { MessageContent } from '../store/index.ts';

/** Digest of a message as it would be written: equal content, equal digest. */
export async function contentDigest(content: MessageContent): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of writeMime(content, { bcc: true, boundary: 'digest' })) hash.update(chunk);
  return hash.digest('hex').slice(0, 16);
}
