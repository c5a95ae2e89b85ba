import type { RemoteEnvelope } from '../backends/index.ts';
import type { Mailbox, Message, MessageLink } from '../store/index.ts';
import { readMessageBase } from './links.ts';

/**
 * Value of the header `X-Oxbow-Id` on every mail that we store on a backend: mailbox, message key and a digest of the
 * content. It finds the mail again when the answer to storing it was lost.
 */
export const oxbowIdOf = (mailbox: Mailbox, key: number, contentDigest: string): string =>
  `${mailbox.guid}.${key}.${contentDigest}`;

/** Key of the message, there or not, that an X-Oxbow-Id of this mailbox names. */
export const ownKeyOf = (mailbox: Mailbox, oxbowId: string | undefined): number | undefined =>
  parse(mailbox, oxbowId)?.key;

function parse(mailbox: Mailbox, oxbowId: string | undefined): { key: number; contentDigest: string } | undefined {
  const match = /^([0-9a-f-]{36})\.(\d{1,15})\.([0-9a-f]{1,64})$/.exec(oxbowId ?? '');
  return match?.[1] === mailbox.guid ? { key: Number(match[2]), contentDigest: match[3]! } : undefined;
}

/** The local message that an X-Oxbow-Id names, if it is one of this mailbox and still there. */
export async function messageOfOxbowId(
  mailbox: Mailbox,
  oxbowId: string | undefined,
): Promise<{ message: Message; contentDigest: string } | undefined> {
  const named = parse(mailbox, oxbowId);
  const message = named && (await mailbox.messageByKey(named.key));
  return message ? { message, contentDigest: named.contentDigest } : undefined;
}

/** Whether a mail, known by its name to be the one of a link, is that version of it, and not one that was written anew. */
export function isSameVersion(mailbox: Mailbox, link: MessageLink, mail: RemoteEnvelope): boolean {
  const { contentDigest, size } = readMessageBase(link);
  if (size !== undefined) return size === mail.size;
  return contentDigest === undefined || mail.oxbowId === oxbowIdOf(mailbox, link.key, contentDigest);
}
