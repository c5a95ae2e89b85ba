import { ec, MapiError } from '../../../mapi/index.ts';
import { type RopContext, RopFailure } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import {
  RopFastTransferDestinationConfigure,
  RopFastTransferDestinationPutBuffer,
  RopFastTransferDestinationPutBufferExtended,
  transferStatus,
} from '../definitions/fasttransfer.ts';
import { folderOf } from '../object-ids.ts';
import type { AttachmentObject, FolderObject, MessageObject } from '../objects.ts';
import { createBudget } from '../put/budget.ts';
import { folderContent, topFolder } from '../put/folder-content.ts';
import { attachmentContent, messageContent } from '../put/message-content.ts';
import { messageList } from '../put/message-list.ts';
import { createPut, type PutOptions } from '../put/put.ts';
import { handle, type RopEntry } from './register.ts';

/** SourceOperation, MS-OXCFXICS 2.2.3.1.2.1.1. */
const sourceOperation = { copyTo: 1, copyProperties: 2, copyMessages: 3, copyFolder: 4 } as const;
/** CopyFlags: a move is a copy after which the client deletes what it came from. */
const move = 0x01;

/**
 * RopFastTransferDestinationConfigure, MS-OXCFXICS 3.2.5.8.2.1. Errors: ecInvalidParam for unknown operations and
 * flags, ecNotSupported for objects that such a stream does not go into, ecAccessDenied.
 */
const destinationConfigure: HandlerOf<typeof RopFastTransferDestinationConfigure> = async (context, request) => {
  if ((request.copyFlags & ~move) !== 0) throw new MapiError(ec.invalidParam);
  switch (request.sourceOperation) {
    case sourceOperation.copyTo:
    case sourceOperation.copyProperties: {
      const object = context.input('folder', 'message', 'attachment');
      if (object.kind === 'folder') await intoFolder(context, object, folderContent);
      else if (object.kind === 'message') intoMessage(context, object);
      else intoAttachment(context, object, (request.copyFlags & move) !== 0);
      return {};
    }
    case sourceOperation.copyMessages:
      await intoFolder(context, context.input('folder'), messageList);
      return {};
    case sourceOperation.copyFolder:
      await intoFolder(context, context.input('folder'), topFolder);
      return {};
    default:
      throw new MapiError(ec.invalidParam);
  }
};

function begin(context: RopContext, root: PutOptions['root'], release?: () => void): void {
  const { logon, origin, codePage } = context;
  const put = createPut({ logon, origin, codePage, root, ...(release === undefined ? {} : { release }) });
  context.setOutput({ kind: 'put', logon, put });
}

async function intoFolder(context: RopContext, object: FolderObject, root: typeof messageList): Promise<void> {
  const { id, type } = await folderOf(object);
  if (type === 'search') throw new MapiError(ec.notSupported);
  begin(context, (put) => root(put, id));
}

function intoMessage(context: RopContext, object: MessageObject): void {
  if (!object.writable) throw new MapiError(ec.accessDenied);
  const { draft } = object;
  begin(
    context,
    (put) => messageContent(put, object, createBudget()),
    () => draft.release(),
  );
  draft.retain();
}

function intoAttachment(context: RopContext, object: AttachmentObject, moves: boolean): void {
  if (moves) throw new MapiError(ec.invalidParam);
  if (!object.writable) throw new MapiError(ec.accessDenied);
  const { draft } = object.message;
  begin(
    context,
    (put) => attachmentContent(put, object, createBudget()),
    () => draft.release(),
  );
  draft.retain();
}

/** RopFastTransferDestinationPutBuffer and -Extended, MS-OXCFXICS 3.2.5.8.2.2, 3.2.5.8.2.3; they differ in their answers. */
const putBuffer: HandlerOf<typeof RopFastTransferDestinationPutBuffer> = async (context, { transferData }) => {
  const { put } = context.input('put');
  // Progress is not told, as Exchange since 2007; all was looked at, also when it failed.
  const answer = (status: number) => ({
    transferStatus: status,
    inProgressCount: 0,
    totalStepCount: 1,
    reserved: 0,
    bufferUsedSize: transferData.length,
  });
  try {
    await put.write(transferData);
  } catch (error) {
    if (error instanceof MapiError) throw new RopFailure(error.code, answer(transferStatus.error));
    throw error;
  }
  return answer(transferStatus.partial);
};

/** FastTransfer uploads. */
export const putHandlers: readonly RopEntry[] = [
  handle(RopFastTransferDestinationConfigure, destinationConfigure),
  handle(RopFastTransferDestinationPutBuffer, putBuffer),
  handle(RopFastTransferDestinationPutBufferExtended, putBuffer),
];
