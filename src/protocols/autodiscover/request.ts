import { SaxesParser } from 'saxes';
import { autodiscoverLimits } from './limits.ts';

/** What a POX request asks for (MS-OXDSCLI 2.2.4.1). */
export interface AutodiscoverRequest {
  readonly emailAddress: string | undefined;
  readonly legacyDn: string | undefined;
  readonly acceptableResponseSchema: string | undefined;
}

/** The request in a POX body, or undefined when it is none. No DTD, and no entities but XML's own. */
export function parseRequest(body: Buffer): AutodiscoverRequest | undefined {
  const parser = new SaxesParser({ xmlns: true });
  const path: string[] = [];
  const found = new Map<string, string>();
  let text = '';
  let refused = false;

  parser.on('doctype', () => {
    refused = true;
  });
  parser.on('error', () => {
    refused = true;
  });
  parser.on('opentag', (tag) => {
    path.push(tag.local);
    text = '';
    if (path.length > autodiscoverLimits.depth) refused = true;
  });
  const more = (part: string): void => {
    if (path.length === 3) text += part;
    if (text.length > autodiscoverLimits.text) refused = true;
  };
  parser.on('text', more);
  parser.on('cdata', more);
  parser.on('closetag', () => {
    if (path.length === 3 && path[0] === 'Autodiscover' && path[1] === 'Request') found.set(path[2]!, text.trim());
    path.pop();
  });
  const source = decodeText(body);
  // In pieces, so that what is refused early costs little.
  for (let at = 0; at < source.length && !refused; at += 4096) parser.write(source.slice(at, at + 4096));
  if (!refused) parser.close();
  if (refused) return undefined;
  return {
    emailAddress: found.get('EMailAddress') || undefined,
    legacyDn: found.get('LegacyDN') || undefined,
    acceptableResponseSchema: found.get('AcceptableResponseSchema') || undefined,
  };
}

function decodeText(body: Buffer): string {
  if (body[0] === 0xff && body[1] === 0xfe) return body.toString('utf16le', 2);
  return body.toString('utf8').replace(/^\ufeff/, '');
}
