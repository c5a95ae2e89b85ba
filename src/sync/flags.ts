import type { MailFlags } from '../backends/index.ts';
import { getNumber, PidTag, type PropertyBag, type PropertyTag, setProperty } from '../mapi/index.ts';
import type { Message } from '../store/index.ts';

/** PidTagFlagStatus followupFlagged; PidTagFollowupIcon red; PidTagToDoItemFlags (MS-OXOFLAG 2.2.1). */
const flagStatusFlagged = 2;
const followupIconRed = 6;
const todoFlagged = 1;

/** PidTagLastVerbExecuted and PidTagIconIndex, MS-OXOMSG 2.2.1.1 and 2.2.1.10. */
const verb = { reply: 102, replyAll: 103, forward: 104 } as const;
const icon = { replied: 0x105, forwarded: 0x106 } as const;

export const noFlags: MailFlags = {
  seen: false,
  flagged: false,
  answered: false,
  forwarded: false,
  draft: false,
  colorLabel: 0,
};

const flagNames = ['seen', 'flagged', 'answered', 'forwarded'] as const;

/** The flags that Outlook sets and takes away, as a message shows them. */
export const localFlag = {
  seen: (message: Message): boolean => message.read,
  flagged: (message: Message): boolean => getNumber(message.properties, PidTag.FlagStatus) === flagStatusFlagged,
} as const;

/** What a message shows of the flags that both sides set and take away. */
export const shownFlags = (message: Message): Pick<MailFlags, 'seen' | 'flagged'> => ({
  seen: localFlag.seen(message),
  flagged: localFlag.flagged(message),
});

/**
 * Flags that a client changed, as the backend should have them: what the message shows compared with what it would show
 * had only the backend spoken (`base`). Outlook keeps one verb only, so a reply never takes "forwarded" away.
 */
export function localChanges(message: Message, base: MailFlags): Partial<MailFlags> {
  const changes: { -readonly [K in keyof MailFlags]?: MailFlags[K] } = {};
  if (message.read !== base.seen) changes.seen = message.read;
  const flagged = localFlag.flagged(message);
  if (flagged !== base.flagged) changes.flagged = flagged;
  const last = getNumber(message.properties, PidTag.LastVerbExecuted);
  if ((last === verb.reply || last === verb.replyAll) && !base.answered) changes.answered = true;
  if (last === verb.forward && !base.forwarded) changes.forwarded = true;
  return changes;
}

/** Flags that somebody changed on the backend since `base`; not those that we were about to set (`intended`). */
export function remoteChanges(
  remote: MailFlags,
  base: MailFlags,
  intended: Partial<MailFlags> = {},
): Partial<MailFlags> {
  const changes: { -readonly [K in keyof MailFlags]?: MailFlags[K] } = {};
  for (const name of flagNames)
    if (remote[name] !== base[name] && remote[name] !== intended[name]) changes[name] = remote[name];
  if (remote.colorLabel !== base.colorLabel) changes.colorLabel = remote.colorLabel;
  if (remote.draft !== base.draft) changes.draft = remote.draft;
  return changes;
}

/** What these flags mean for the properties of a message (ox-to-mapi-fields 4); the read state goes by itself. */
export function flagProperties(changes: Partial<MailFlags>): { set: PropertyBag; remove: PropertyTag[] } {
  const set: PropertyBag = new Map();
  const remove: PropertyTag[] = [];
  if (changes.flagged === true) {
    setProperty(set, PidTag.FlagStatus, flagStatusFlagged);
    setProperty(set, PidTag.FollowupIcon, followupIconRed);
    setProperty(set, PidTag.ToDoItemFlags, todoFlagged);
  } else if (changes.flagged === false) remove.push(PidTag.FlagStatus, PidTag.FollowupIcon, PidTag.ToDoItemFlags);
  if (changes.answered === true) {
    setProperty(set, PidTag.LastVerbExecuted, verb.reply);
    setProperty(set, PidTag.IconIndex, icon.replied);
  } else if (changes.forwarded === true) {
    setProperty(set, PidTag.LastVerbExecuted, verb.forward);
    setProperty(set, PidTag.IconIndex, icon.forwarded);
  } else if (changes.answered === false || changes.forwarded === false)
    remove.push(PidTag.LastVerbExecuted, PidTag.IconIndex);
  return { set, remove };
}
