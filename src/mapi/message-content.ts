import type { PropertyBag } from './property-bag.ts';

/** A whole message: what MIME, MSG, TNEF and FastTransfer are made from and turn into. */
export interface MessageContent {
  readonly properties: PropertyBag;
  /** One bag a recipient, PidTagRowid and PidTagRecipientType among the properties. */
  readonly recipients: PropertyBag[];
  readonly attachments: AttachmentContent[];
}

export interface AttachmentContent {
  /** PidTagAttachNumber. */
  readonly number: number;
  readonly properties: PropertyBag;
  /** For PidTagAttachMethod afEmbeddedMessage. */
  readonly embedded?: MessageContent;
}
