import { getBigint, PidTag } from '../../../mapi/index.ts';
import type { FolderId } from '../../../store/index.ts';
import { marker, metaTag } from '../../fasttransfer/index.ts';
import { MessageDraft } from '../message-draft.ts';
import { createBudget } from './budget.ts';
import type { PutContext } from './context.ts';
import { type Rule, SourceFailed } from './elements.ts';
import { messageContent } from './message-content.ts';
import { propertyList } from './property-list.ts';

/** What may stand between messages: a warning about one that is missing, and MetaTagDnPrefix. */
const between: ReadonlySet<number> = new Set([metaTag.ecWarning, metaTag.dnPrefix | 1]);

/**
 * messageList, MS-OXCFXICS 2.2.4.3.17: each message is in the folder once it is whole. One that the source could not
 * finish is left out (2.2.4.3.4).
 */
export async function* messageList(put: PutContext, folderId: FolderId): Rule {
  const { at } = put;
  for (;;) {
    const { current } = at;
    if (at.marker === marker.startMessage || at.marker === marker.startFaiMsg) {
      try {
        yield* message(put, folderId, at.marker === marker.startFaiMsg);
      } catch (error) {
        if (!(error instanceof SourceFailed)) throw error;
        if (!at.next()) yield;
        yield* propertyList(put, ignored);
        continue;
      }
    } else if (current.kind !== 'property' || !between.has(current.property.tag)) return;
    if (!at.next()) yield;
  }
}

const ignored = { budget: { spend: () => {} }, adopt: (spool: { release(): void }) => spool.release(), put: () => {} };

/** message, MS-OXCFXICS 2.2.4.3.10, with its end to look at. */
async function* message(put: PutContext, folderId: FolderId, associated: boolean): Rule {
  const { at, logon, mailbox } = put;
  const draft = new MessageDraft(mailbox, { kind: 'new', folderId, associated }, put.codePage);
  try {
    if (!at.next()) yield;
    const object = { kind: 'message', logon, draft, writable: true, folderId, messageId: undefined } as const;
    yield* messageContent(put, object, createBudget());
    at.expect(marker.endMessage);
    // A copy is as old as what it was made from.
    const lastModified = getBigint(draft.changes.set, PidTag.LastModificationTime);
    if (lastModified !== undefined) draft.identity = { lastModified };
    await draft.save(put.origin, true);
  } finally {
    draft.release();
  }
}
