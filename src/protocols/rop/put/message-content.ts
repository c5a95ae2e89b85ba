import { ec, getNumber, idOf, MapiError, PidTag, type PropertyBag, setProperty } from '../../../mapi/index.ts';
import { marker, metaTag } from '../../fasttransfer/index.ts';
import { MessageDraft } from '../message-draft.ts';
import type { AttachmentObject, MessageObject } from '../objects.ts';
import { attachmentHolder } from '../properties/attachment.ts';
import type { PropertyHolder } from '../properties/holder.ts';
import { messageHolder } from '../properties/message.ts';
import type { Budget } from './budget.ts';
import type { PutContext } from './context.ts';
import type { Rule } from './elements.ts';
import { putLimits } from './limits.ts';
import { type PropertySink, propertyList } from './property-list.ts';
import { recipient } from './recipient.ts';

/** Properties of an object as though they were set one by one; those that are computed here are passed over. */
function sinkOf(holder: PropertyHolder, budget: Budget): PropertySink {
  return {
    budget,
    adopt: (spool) => holder.streams.adopt?.(spool),
    put: (tag, value) => holder.change([{ tag, value }], []),
  };
}

/**
 * messageContent, MS-OXCFXICS 2.2.4.3.16, into the changes of a message's handle: properties, recipients and
 * attachments are there as soon as they are whole, and kept when the message is saved (3.2.5.8.2.1).
 */
export async function* messageContent(put: PutContext, message: MessageObject, budget: Budget, depth = 0): Rule {
  const { at } = put;
  yield* propertyList(put, sinkOf(messageHolder(message), budget));
  for (;;) {
    const { current } = at;
    if (at.marker === marker.startRecip) {
      await addRecipient(message.draft, yield* recipient(put, budget));
    } else if (at.marker === marker.newAttach) {
      yield* attachment(put, message, budget, depth);
    } else if (current.kind === 'property' && current.property.tag === metaTag.fxDelProp) {
      await removeParts(message.draft, current.value as number);
    } else return;
    if (!at.next()) yield;
  }
}

/** The list that a recipient was last added to, so that many do not copy it each. */
const growing = new WeakMap<MessageDraft, PropertyBag[]>();

async function addRecipient(draft: MessageDraft, bag: PropertyBag): Promise<void> {
  const before = await draft.recipients();
  const last = before.at(-1);
  setProperty(bag, PidTag.Rowid, last === undefined ? 0 : ((getNumber(last, PidTag.Rowid) ?? 0) >>> 0) + 1);
  const own = growing.get(draft);
  if (own !== undefined && own === before) {
    own.push(bag);
    return;
  }
  const recipients = [...before, bag];
  growing.set(draft, recipients);
  draft.setRecipients(recipients);
}

/** MetaTagFXDelProp: what follows stands for all that there was before. */
async function removeParts(draft: MessageDraft, tag: number): Promise<void> {
  if (idOf(tag) === idOf(PidTag.MessageRecipients)) draft.setRecipients([]);
  if (idOf(tag) !== idOf(PidTag.MessageAttachments)) return;
  for (const { number } of await draft.attachments()) await draft.removeAttachment(number);
}

/** attachment, MS-OXCFXICS 2.2.4.2: part of the message once it is whole; with its end to look at. */
async function* attachment(put: PutContext, message: MessageObject, budget: Budget, depth: number): Rule {
  const { at } = put;
  budget.spend('attachments', 1);
  const draft = await message.draft.createAttachment();
  try {
    if (!at.next()) yield;
    const object: AttachmentObject = { kind: 'attachment', logon: put.logon, message, draft, writable: true };
    yield* attachmentContent(put, object, budget, depth);
    at.expect(marker.endAttach);
    draft.save();
  } finally {
    message.draft.release();
  }
}

/**
 * attachmentContent, MS-OXCFXICS 2.2.4.3.1, into the changes of an attachment's handle. A message inside replaces the
 * one before as soon as it is whole.
 */
export async function* attachmentContent(put: PutContext, object: AttachmentObject, budget: Budget, depth = 0): Rule {
  const { at } = put;
  yield* propertyList(put, sinkOf(attachmentHolder(object, put.codePage), budget));
  if (at.marker !== marker.startEmbed) return;
  if (depth === putLimits.embeddingDepth) throw new MapiError(ec.tooBig, 'messages are nested too deeply');
  const source = { kind: 'embedded', attachment: object.draft, content: undefined } as const;
  const draft = new MessageDraft(put.mailbox, source, put.codePage);
  try {
    if (!at.next()) yield;
    const { folderId } = object.message;
    const inner: MessageObject = {
      kind: 'message',
      logon: put.logon,
      draft,
      writable: true,
      parent: object,
      folderId,
      messageId: undefined,
    };
    yield* messageContent(put, inner, budget, depth + 1);
    at.expect(marker.endEmbed);
    await draft.save(put.origin, true);
  } finally {
    draft.release();
  }
  if (!at.next()) yield;
}
