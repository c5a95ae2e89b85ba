import { ContentUnavailable, type MessageLink } from '../store/index.ts';
import type { SyncAccount } from './account.ts';
import { contentDigest } from './content-digest.ts';
import { syncLimits } from './limits.ts';
import { isVoid, readMessageBase } from './links.ts';

/** When the content of a message that is on the backend just now may be released, ms since 1970. */
export const releaseAt = (account: SyncAccount): number => account.clock() + syncLimits.releaseAfterMs;

/**
 * Gives up contents here that the backend has, so that the store keeps an index and no second copy: a bounded number,
 * for moments in which nothing else is to be done. `interrupted` ends it early. True when there may be more to do now.
 */
export async function releaseContents(account: SyncAccount, interrupted: () => boolean): Promise<boolean> {
  const { sync } = account.mailbox;
  const links = await sync.releasable(account.clock(), syncLimits.releaseBatch);
  for (const link of links) {
    if (interrupted()) return false;
    const outcome = await release(account, link);
    await sync.releaseLater(link.key, outcome === 'settled' ? undefined : releaseAt(account));
    // It is asked for other things before long.
    if (outcome === 'unavailable') return false;
  }
  return links.length === syncLimits.releaseBatch;
}

/** `later`: something else has to happen to the message first. `unavailable`: the backend gave no answer. */
async function release(account: SyncAccount, link: MessageLink): Promise<'settled' | 'later' | 'unavailable'> {
  const { mailbox } = account;
  const { sync } = mailbox;
  const message = await mailbox.messageByKey(link.key);
  if (message?.contentState !== 'local') return 'settled';
  if (isVoid(link) || (await sync.isPending(link.key))) return 'later';
  try {
    const digest = await contentDigest(await mailbox.content(message));
    // What was not stored from here, or was changed since: storing it anew brings it here again.
    if (readMessageBase(link).contentDigest !== digest) return 'settled';
    return (await sync.releaseContent(link, message.changeNumber)) ? 'settled' : 'later';
  } catch (error) {
    const details = { message: link.key, reason: (error as Error).message };
    if (error instanceof ContentUnavailable) {
      account.log.debug(details, 'what was stored could not be read back');
      return error.lasting ? 'later' : 'unavailable';
    }
    // One message that cannot be dealt with holds up nothing: its content stays.
    account.log.warn(details, 'a content could not be released');
    return 'settled';
  }
}
