import { ec, isLargeValue, isPropertyError, MapiError, type TaggedValue } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopAbortSubmit,
  RopGetAddressTypes,
  RopGetTransportFolder,
  RopOptionsData,
  RopSetSpooler,
  RopSpoolerLockMessage,
  RopSubmitMessage,
  RopTransportNewMail,
  RopTransportSend,
} from '../definitions/index.ts';
import { folderIdOf, messageIdOf, wireId } from '../object-ids.ts';
import { sentProperties, submit } from '../submission.ts';

/** RopSubmitMessage, MS-OXOMSG 3.2.4.1. There is no spooler queue: a message is on its way at once. */
export const submitMessage: HandlerOf<typeof RopSubmitMessage> = async (context) => {
  await submit(context, context.input('message'));
  return {};
};

/** RopTransportSend, MS-OXOMSG 2.2.5.4: the same, answered with whom the message is from. */
export const transportSend: HandlerOf<typeof RopTransportSend> = async (context) => {
  const message = context.input('message');
  await submit(context, message);
  const propertyValues: TaggedValue[] = [];
  for (const tag of sentProperties) {
    const value = (await message.draft.find(tag))?.[1];
    if (value !== undefined && !isLargeValue(value) && !isPropertyError(value)) propertyValues.push({ tag, value });
  }
  return { propertyValues };
};

/** RopAbortSubmit, MS-OXOMSG 2.2.4.2. */
export const abortSubmit: HandlerOf<typeof RopAbortSubmit> = async (context, request) => {
  context.input('logon');
  const { mailbox } = context;
  const [folderId, messageId] = [
    await folderIdOf(mailbox, request.folderId),
    await messageIdOf(mailbox, request.messageId),
  ];
  const message = messageId === undefined ? undefined : await mailbox.message(messageId);
  if (message === undefined || message.folderId !== folderId) throw new MapiError(ec.notFound);
  await mailbox.abortSubmit(message.id);
  return {};
};

/** RopGetAddressTypes, MS-OXOMSG 2.2.4.3. */
export const getAddressTypes: HandlerOf<typeof RopGetAddressTypes> = (context) => {
  context.input('logon');
  return { addressTypes: ['SMTP', 'EX'] };
};

/** RopSetSpooler, MS-OXOMSG 2.2.5.1: welcome, but nothing will be queued for it. */
export const setSpooler: HandlerOf<typeof RopSetSpooler> = (context) => {
  context.input('logon');
  return {};
};

/** RopSpoolerLockMessage, MS-OXOMSG 2.2.5.3: no other spooler could want the message. */
export const spoolerLockMessage: HandlerOf<typeof RopSpoolerLockMessage> = async (context, request) => {
  context.input('logon');
  if ((await messageIdOf(context.mailbox, request.messageId)) === undefined) throw new MapiError(ec.notFound);
  return {};
};

/** RopTransportNewMail: the client's transport has delivered; events tell of it anyway. */
export const transportNewMail: HandlerOf<typeof RopTransportNewMail> = (context) => {
  context.input('logon');
  return {};
};

/** RopGetTransportFolder, MS-OXOMSG 2.2.5.2. */
export const getTransportFolder: HandlerOf<typeof RopGetTransportFolder> = (context) => {
  context.input('logon');
  return { folderId: wireId(context.mailbox.specialFolder('outbox')) };
};

/** RopOptionsData, MS-OXOMSG 2.2.4.4: no address type has options, as Exchange since 2013 answers. */
export const optionsData: HandlerOf<typeof RopOptionsData> = (context) => {
  context.input('logon');
  return { reserved: 1, optionsInfo: new Uint8Array(), helpFile: new Uint8Array(), helpFileName: undefined };
};
