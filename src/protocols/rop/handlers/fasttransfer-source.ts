import { ec, isPropertyError, MapiError, PidTag, type PropertyBag, setProperty } from '../../../mapi/index.ts';
import { knownSendOptions, marker, textForm } from '../../fasttransfer/index.ts';
import type { RopContext } from '../context.ts';
import { subObjects } from '../copying.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopFastTransferSourceCopyFolder,
  RopFastTransferSourceCopyMessages,
  RopFastTransferSourceCopyProperties,
  RopFastTransferSourceCopyTo,
} from '../definitions/fasttransfer.ts';
import { folderContent, messageList } from '../download/copy.ts';
import { createDownload, type DownloadOptions } from '../download/download.ts';
import {
  allBut,
  attachmentBag,
  type DownloadFilter,
  filtered,
  only,
  writeAttachmentContent,
  writeMessageContent,
} from '../download/message-content.ts';
import { isMessageProperty } from '../download/not-transferred.ts';
import { propertyNames } from '../download/properties.ts';
import { folderOf, messageIdsOf } from '../object-ids.ts';
import type { AttachmentObject, MessageObject } from '../objects.ts';
import { messageHolder } from '../properties/message.ts';

/** CopyFlags, MS-OXCFXICS 2.2.3.1.1.1.1 to 2.2.3.1.1.4.1; the unused ones are ignored. */
const copyFlags = {
  move: 0x01,
  /** RopFastTransferSourceCopyMessages. */
  sendEntryId: 0x20,
  /** RopFastTransferSourceCopyFolder. */
  copySubfolders: 0x10,
} as const;
const known = { copyTo: 0x260f, copyProperties: 0x0f, copyMessages: 0x3f, copyFolder: 0x1f } as const;

/** Errors: ecInvalidParam. */
function check(flags: number, knownFlags: number, options: number): void {
  if ((flags & ~knownFlags) !== 0 || (options & ~knownSendOptions) !== 0) throw new MapiError(ec.invalidParam);
}

function download(
  context: RopContext,
  options: number,
  write: DownloadOptions['write'],
  release?: () => void,
): Record<string, never> {
  const { mailbox, session } = context;
  context.setOutput({
    kind: 'download',
    logon: context.logon,
    download: createDownload({
      mailbox,
      form: textForm(options, context.codePage),
      report: (error) => session.services.report?.(error, 'RopFastTransferSourceGetBuffer'),
      ...(release === undefined ? {} : { release }),
      write,
    }),
  });
  return {};
}

/** RopFastTransferSourceCopyMessages, MS-OXCFXICS 3.2.5.8.1.3. Ids of messages that are not there are passed over. */
export const copyMessages: HandlerOf<typeof RopFastTransferSourceCopyMessages> = async (context, request) => {
  const { folderId } = context.input('folder');
  check(request.copyFlags, known.copyMessages, request.sendOptions);
  const { ids } = await messageIdsOf(context.mailbox, request.messageIds);
  const identified = (request.copyFlags & copyFlags.sendEntryId) !== 0;
  return download(context, request.sendOptions, (own, out) => {
    own.progress.total = ids.length + 1;
    return messageList(own, out, folderId, ids, propertyNames(own.mailbox), identified);
  });
};

/** RopFastTransferSourceCopyFolder, MS-OXCFXICS 3.2.5.8.1.4. A move takes what is below along. */
export const copyFolder: HandlerOf<typeof RopFastTransferSourceCopyFolder> = async (context, request) => {
  const folder = await folderOf(context.input('folder'));
  check(request.copyFlags, known.copyFolder, request.sendOptions);
  const deep = (request.copyFlags & (copyFlags.copySubfolders | copyFlags.move)) !== 0;
  return download(context, request.sendOptions, async function* (own, out) {
    out.marker(marker.startTopFld);
    yield* folderContent(own, out, folder, { filter: allBut([]), deep, delProps: false, top: true });
    out.marker(marker.endFolder);
  });
};

/** RopFastTransferSourceCopyTo, MS-OXCFXICS 3.2.5.8.1.1: all but these properties. Moves are refused, as Exchange does. */
export const copyTo: HandlerOf<typeof RopFastTransferSourceCopyTo> = (context, request) => {
  check(request.copyFlags, known.copyTo & ~copyFlags.move, request.sendOptions);
  return copyObject(context, request, allBut(request.propertyTags));
};

/** RopFastTransferSourceCopyProperties, MS-OXCFXICS 3.2.5.8.1.2: these properties. */
export const copyProperties: HandlerOf<typeof RopFastTransferSourceCopyProperties> = (context, request) => {
  check(request.copyFlags, known.copyProperties, request.sendOptions);
  return copyObject(context, request, only(request.propertyTags));
};

const subObjectTags: ReadonlySet<number> = new Set(Object.values(subObjects).flat());

async function copyObject(
  context: RopContext,
  request: { readonly level: number; readonly sendOptions: number },
  wanted: DownloadFilter,
): Promise<Record<string, never>> {
  const object = context.input('folder', 'message', 'attachment');
  const filter: DownloadFilter =
    request.level === 0 ? wanted : { wants: (tag) => !subObjectTags.has(tag) && wanted.wants(tag) };
  if (object.kind === 'folder') {
    const folder = await folderOf(object);
    return download(context, request.sendOptions, (own, out) =>
      folderContent(own, out, folder, { filter, deep: true, delProps: true, top: false }),
    );
  }
  return object.kind === 'message'
    ? copyMessage(context, request.sendOptions, object, filter)
    : copyAttachment(context, request.sendOptions, object, filter);
}

/** A message as it stands on its handle. */
async function copyMessage(context: RopContext, options: number, object: MessageObject, filter: DownloadFilter) {
  const { draft } = object;
  const holder = messageHolder(object);
  const bag: PropertyBag = new Map();
  for (const tag of [...(await holder.list()), PidTag.SubjectPrefix, PidTag.NormalizedSubject]) {
    if (!isMessageProperty(tag) || !filter.wants(tag)) continue;
    const found = await holder.find(tag);
    if (found !== undefined && !isPropertyError(found[1])) setProperty(bag, found[0], found[1]);
  }
  const parts = { recipients: [...(await draft.recipients())], attachments: await draft.attachments() };
  draft.retain();
  return download(
    context,
    options,
    (own, out) => writeMessageContent(out, bag, parts, filter, propertyNames(own.mailbox)),
    () => draft.release(),
  );
}

function copyAttachment(context: RopContext, options: number, object: AttachmentObject, filter: DownloadFilter) {
  const { draft, message } = object;
  const embedded = filter.wants(PidTag.AttachDataObject) ? draft.embeddedContent : undefined;
  const bag = filtered(
    attachmentBag({
      number: draft.number,
      properties: draft.properties(),
      ...(draft.embeddedContent === undefined ? {} : { embedded: draft.embeddedContent }),
    }),
    filter,
  );
  message.draft.retain();
  return download(
    context,
    options,
    (own, out) => writeAttachmentContent(out, bag, embedded, propertyNames(own.mailbox)),
    () => message.draft.release(),
  );
}
