import type { Mailbox, MessageKey } from '../../store/index.ts';

/** The uid that an item gets which is created from a message: finds it when the answer was lost. */
export const uidOf = (mailbox: Mailbox, key: MessageKey): string => `${mailbox.guid}-${key}`;

/** Key of the message, there or not, that an item with such a uid was created from. */
export function ownKeyOfUid(mailbox: Mailbox, uid: string | undefined): MessageKey | undefined {
  const match = /^([0-9a-f-]{36})-(\d{1,15})$/i.exec(uid ?? '');
  return match?.[1]?.toLowerCase() === mailbox.guid ? Number(match[2]) : undefined;
}
