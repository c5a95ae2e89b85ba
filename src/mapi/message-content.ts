import type { PropertyBag } from './property-bag.ts';

/** PidTagAttachMethod, MS-OXCMSG 2.2.2.9. */
export const attachMethod = { none: 0, byValue: 1, embeddedMessage: 5 } as const;

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
