import type { Attendee } from '../../formats/index.ts';
import { cleanGlobalObjectId, recipientAddress } from '../../formats/index.ts';
import {
  counterOf,
  getBinary,
  getString,
  type MessageContent,
  namedTags,
  PidLid,
  PidTag,
  type PropertyTag,
  relop,
} from '../../mapi/index.ts';
import type { FolderId, Mailbox, MessageKey } from '../../store/index.ts';
import type { SyncAccount } from '../account.ts';
import { syncLimits } from '../limits.ts';
import { Waiting } from '../waiting.ts';
import { parseItemFolder, readItemBase } from './links.ts';
import { kindLinks } from './sync.ts';

/*
 * Who sends invitations. A groupware invites by itself when a meeting is stored there, and Outlook submits a meeting
 * request besides. That one is not sent when the meeting is on the groupware and everybody whom it is for was asked there.
 */

const request = /^IPM\.Schedule\.Meeting\.Request(\.|$)/i;

/**
 * Whether the backend has invited everybody whom a submitted meeting request is for. Throws Waiting while the meeting itself
 * is on its way there, and for a while when it is not in the calendar: a cached client brings it after the request.
 */
export async function isInvitedByBackend(
  { mailbox, backend, clock }: SyncAccount,
  content: MessageContent,
  submittedAt: number,
): Promise<boolean> {
  if (!backend.items || !request.test(getString(content.properties, PidTag.MessageClass) ?? '')) return false;
  const calendars = await kindLinks(mailbox, 'events');
  const names = [PidLid.CleanGlobalObjectId, PidLid.GlobalObjectId];
  const tags = namedTags(names, await mailbox.propertyIds(names, true));
  const [cleanTag, tag] = names.map((name) => tags.tagOf(name)) as [PropertyTag, PropertyTag];
  const id = getBinary(content.properties, cleanTag) ?? getBinary(content.properties, tag);
  if (!id || calendars.length === 0) return false;
  const key = await findMeeting(
    mailbox,
    calendars.map(({ folderId }) => folderId),
    cleanTag,
    cleanGlobalObjectId(id),
  );
  if (key === undefined) {
    if (clock() < submittedAt + syncLimits.meetingMs)
      throw new Waiting('the meeting of an invitation is not in the calendar yet');
    return false;
  }
  if (await mailbox.sync.isPending(key)) throw new Waiting('the meeting of an invitation is on its way to the backend');
  const link = await mailbox.sync.link(key);
  if (!link || parseItemFolder(link.remoteFolder)?.kind !== 'events') return false;
  const { item } = readItemBase(link);
  if (item.received === true) return false;
  // Of an occurrence, too: who is asked to one alone is among its own attendees.
  const asked = new Set(
    [item, ...Object.values(item)].flatMap((part) =>
      ((part as { attendees?: Attendee[] } | null)?.attendees ?? []).map(({ address }) => address.toLowerCase()),
    ),
  );
  return content.recipients.every((recipient) => asked.has(recipientAddress(recipient)?.address.toLowerCase() ?? ''));
}

async function findMeeting(
  mailbox: Mailbox,
  folders: readonly FolderId[],
  tag: PropertyTag,
  value: Uint8Array,
): Promise<MessageKey | undefined> {
  for (const folderId of folders) {
    const table = await mailbox.contentsTable(folderId, {});
    try {
      table.setColumns([PidTag.Mid]);
      const wanted = { kind: 'property', relop: relop.eq, tag, value: { tag, value } } as const;
      const [mid] = (await table.findRow(wanted, 'beginning', false)) ?? [];
      const message = typeof mid === 'bigint' ? await mailbox.message(counterOf(mid)) : undefined;
      if (message) return message.key;
    } finally {
      table.close();
    }
  }
  return undefined;
}
