import * as attachment from '../definitions/attachment.ts';
import * as message from '../definitions/message.ts';
import * as property from '../definitions/property.ts';
import * as stream from '../definitions/stream.ts';
import * as transport from '../definitions/transport.ts';
import {
  createAttachment,
  deleteAttachment,
  getValidAttachments,
  openAttachment,
  saveChangesAttachment,
} from './attachments.ts';
import { deleteProperties, setProperties } from './change-properties.ts';
import { copyProperties, copyTo } from './copy.ts';
import { createMessage } from './create-message.ts';
import { getAttachmentTable } from './get-attachment-table.ts';
import { getPropertiesAll, getPropertiesList, getPropertiesSpecific } from './get-properties.ts';
import { getMessageStatus, setMessageStatus } from './message-status.ts';
import { getNamesFromPropertyIds, getPropertyIdsFromNames, queryNamedProperties } from './named-properties.ts';
import { openEmbeddedMessage } from './open-embedded-message.ts';
import { openMessage } from './open-message.ts';
import { setMessageReadFlag, setReadFlags } from './read-flags.ts';
import { modifyRecipients, readRecipients, removeAllRecipients } from './recipients.ts';
import { handle, type RopEntry } from './register.ts';
import { reloadCachedInformation } from './reload-cached-information.ts';
import { saveChangesMessage } from './save-changes-message.ts';
import {
  commitStream,
  copyToStream,
  getStreamSize,
  openStream,
  readStream,
  seekStream,
  setStreamSize,
  writeAndCommitStream,
  writeStream,
} from './streams.ts';
import {
  abortSubmit,
  getAddressTypes,
  getTransportFolder,
  optionsData,
  setSpooler,
  spoolerLockMessage,
  submitMessage,
  transportNewMail,
  transportSend,
} from './transport.ts';

/** Messages, recipients, attachments, properties, streams, named properties, submission: `handle(RopX, x)` each. */
export const messageHandlers: readonly RopEntry[] = [
  handle(message.RopOpenMessage, openMessage),
  handle(message.RopCreateMessage, createMessage),
  handle(message.RopSaveChangesMessage, saveChangesMessage),
  handle(message.RopRemoveAllRecipients, removeAllRecipients),
  handle(message.RopModifyRecipients, modifyRecipients),
  handle(message.RopReadRecipients, readRecipients),
  handle(message.RopReloadCachedInformation, reloadCachedInformation),
  handle(message.RopSetMessageStatus, setMessageStatus),
  handle(message.RopGetMessageStatus, getMessageStatus),
  handle(message.RopSetReadFlags, setReadFlags),
  handle(message.RopSetMessageReadFlag, setMessageReadFlag),
  handle(message.RopOpenEmbeddedMessage, openEmbeddedMessage),
  handle(attachment.RopOpenAttachment, openAttachment),
  handle(attachment.RopCreateAttachment, createAttachment),
  handle(attachment.RopDeleteAttachment, deleteAttachment),
  handle(attachment.RopSaveChangesAttachment, saveChangesAttachment),
  handle(attachment.RopGetAttachmentTable, getAttachmentTable),
  handle(attachment.RopGetValidAttachments, getValidAttachments),
  handle(property.RopGetPropertiesSpecific, getPropertiesSpecific),
  handle(property.RopGetPropertiesAll, getPropertiesAll),
  handle(property.RopGetPropertiesList, getPropertiesList),
  handle(property.RopSetProperties, setProperties),
  handle(property.RopSetPropertiesNoReplicate, setProperties),
  handle(property.RopDeleteProperties, deleteProperties),
  handle(property.RopDeletePropertiesNoReplicate, deleteProperties),
  handle(property.RopGetPropertyIdsFromNames, getPropertyIdsFromNames),
  handle(property.RopGetNamesFromPropertyIds, getNamesFromPropertyIds),
  handle(property.RopQueryNamedProperties, queryNamedProperties),
  handle(stream.RopOpenStream, openStream),
  handle(stream.RopReadStream, readStream),
  handle(stream.RopWriteStream, writeStream),
  handle(stream.RopWriteStreamExtended, writeStream),
  handle(stream.RopWriteAndCommitStream, writeAndCommitStream),
  handle(stream.RopCommitStream, commitStream),
  handle(stream.RopGetStreamSize, getStreamSize),
  handle(stream.RopSetStreamSize, setStreamSize),
  handle(stream.RopSeekStream, seekStream),
  handle(stream.RopCopyToStream, copyToStream),
  handle(property.RopCopyTo, copyTo),
  handle(property.RopCopyProperties, copyProperties),
  handle(transport.RopSubmitMessage, submitMessage),
  handle(transport.RopTransportSend, transportSend),
  handle(transport.RopAbortSubmit, abortSubmit),
  handle(transport.RopGetAddressTypes, getAddressTypes),
  handle(transport.RopSetSpooler, setSpooler),
  handle(transport.RopSpoolerLockMessage, spoolerLockMessage),
  handle(transport.RopTransportNewMail, transportNewMail),
  handle(transport.RopGetTransportFolder, getTransportFolder),
  handle(transport.RopOptionsData, optionsData),
];
