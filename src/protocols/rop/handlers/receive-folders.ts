import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetReceiveFolder, RopGetReceiveFolderTable, RopSetReceiveFolder } from '../definitions/logon.ts';
import { existingFolderId, wireId } from '../object-ids.ts';

/** MS-OXCSTOR 2.2.1.2.1: ASCII 0x20 to 0x7E, no dot at either end, no two in a row, at most 255 with the terminator. */
function checkMessageClass(messageClass: string): void {
  const valid =
    messageClass.length <= 254 &&
    /^[\x20-\x7e]*$/.test(messageClass) &&
    !messageClass.startsWith('.') &&
    !messageClass.endsWith('.') &&
    !messageClass.includes('..');
  if (!valid) throw new MapiError(ec.invalidParam);
}

/** RopGetReceiveFolder, MS-OXCSTOR 3.2.5.2. */
export const getReceiveFolder: HandlerOf<typeof RopGetReceiveFolder> = async (context, request) => {
  const { mailbox } = context.input('logon');
  checkMessageClass(request.messageClass);
  const found = await mailbox.receiveFolder(request.messageClass);
  return { folderId: wireId(found.folderId), explicitMessageClass: found.messageClass };
};

/** RopSetReceiveFolder, MS-OXCSTOR 3.2.5.3. */
export const setReceiveFolder: HandlerOf<typeof RopSetReceiveFolder> = async (context, request) => {
  const { mailbox } = context.input('logon');
  checkMessageClass(request.messageClass);
  const remove = request.folderId === 0n;
  if (remove && request.messageClass === '') throw new MapiError(ec.error);
  if (/^(report\.)?ipm$/i.test(request.messageClass)) throw new MapiError(ec.accessDenied);
  const folderId = remove ? undefined : await existingFolderId(mailbox, request.folderId);
  await mailbox.setReceiveFolder(request.messageClass, folderId);
  return {};
};

const ecNoReceiveFolder = 0x463;

/** RopGetReceiveFolderTable, MS-OXCSTOR 3.2.5.4. */
export const getReceiveFolderTable: HandlerOf<typeof RopGetReceiveFolderTable> = async (context) => {
  const { mailbox } = context.input('logon');
  const entries = await mailbox.receiveFolders();
  if (entries.length === 0) throw new MapiError(ecNoReceiveFolder);
  return {
    rows: entries.map((entry) => ({
      flag: 0,
      folderId: wireId(entry.folderId),
      messageClass: entry.messageClass,
      lastModificationTime: entry.lastModified,
    })),
  };
};
