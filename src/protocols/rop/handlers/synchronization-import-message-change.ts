import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSynchronizationImportMessageChange } from '../definitions/sync.ts';
import { MessageDraft } from '../message-draft.ts';
import { importTarget, type PendingImport } from '../upload/import-message.ts';
import { collectorOf, fixedValues, versionOf, versionTags } from '../upload/imported.ts';

/** ImportFlag, MS-OXCFXICS 2.2.3.2.4.2.1. */
const importFlag = { associated: 0x10, failOnConflict: 0x40 } as const;

/**
 * RopSynchronizationImportMessageChange, MS-OXCFXICS 3.2.5.9.4.2: gives an empty message that the client fills; nothing
 * is kept before RopSaveChangesMessage.
 */
export const synchronizationImportMessageChange: HandlerOf<typeof RopSynchronizationImportMessageChange> = async (
  context,
  request,
) => {
  const collector = collectorOf(context, true);
  const flags = request.importFlag;
  if ((flags & ~(importFlag.associated | importFlag.failOnConflict)) !== 0) throw new MapiError(ec.invalidParam);
  const { logon, mailbox, codePage } = context;
  const associated = (flags & importFlag.associated) !== 0;
  const pending: PendingImport = {
    collector,
    version: versionOf(fixedValues(request.propertyValues, versionTags)),
    associated,
    failOnConflict: (flags & importFlag.failOnConflict) !== 0,
  };
  await importTarget(mailbox, pending);
  const { folderId } = collector;
  const draft = new MessageDraft(mailbox, { kind: 'new', folderId, associated }, codePage);
  context.setOutput({ kind: 'message', logon, draft, writable: true, folderId, messageId: undefined, pending });
  return { messageId: 0n };
};
