import {
  getNumber,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  type StoredValue,
  setProperty,
} from '../../mapi/index.ts';
import type {
  AttachmentContent,
  FolderId,
  Mailbox,
  Message,
  MessageChange,
  MessageContent,
  Origin,
} from '../../store/index.ts';
import { staleBodies } from './properties/bodies.ts';
import { displayListsOf, messageFlags } from './properties/message.ts';
import { PropertyChanges } from './property-changes.ts';

const attachNumberTag = 0x0e210003;
const messageFlagsTag = 0x0e070003;
const emptyBag: ReadonlyPropertyBag = new Map();

/** What a draft is made from. */
export type DraftSource =
  /** A message of the mailbox, opened. */
  | { readonly kind: 'stored'; readonly message: Message }
  /** Not yet saved for the first time. */
  | { readonly kind: 'new'; readonly folderId: FolderId; readonly associated: boolean }
  /** Inside an attachment; `content` undefined when it is being created. */
  | { readonly kind: 'embedded'; readonly attachment: AttachmentDraft; readonly content: MessageContent | undefined };

/**
 * A message opened or created on one handle, with the changes made on it. Nobody else sees them until {@link save}
 * (MS-OXCMSG 3.2.5.1: each handle has a transaction of its own). Bodies, recipients and attachments are fetched when
 * first asked for.
 */
export class MessageDraft {
  readonly mailbox: Mailbox;
  /** Code page of 8-bit text on this handle and on those opened from it (MS-OXCPRPT 3.2.5.1). */
  readonly codePage: number;
  readonly associated: boolean;
  /** The attachment that a message inside one belongs to. */
  readonly attachment: AttachmentDraft | undefined;
  /** As of opening or the last save; undefined for a new or embedded message. */
  stored: Message | undefined;
  readonly changes = new PropertyChanges();
  /** Read state and PidTagMessageFlags to be saved; undefined = unchanged. */
  read: boolean | undefined;
  flags: number | undefined;
  /** What the next save says besides: identity and version from a cached-mode client, see upload/import-message.ts. */
  identity: Partial<MessageChange> = {};
  /** All recipients, when they were changed here. */
  private newRecipients: PropertyBag[] | undefined;
  private readonly putAttachments = new Map<number, AttachmentContent>();
  private readonly removedAttachments = new Set<number>();
  private lastAttachmentNumber = -1;
  private folder: FolderId;
  private embedded: MessageContent | undefined;
  private loaded: MessageContent | undefined;
  private loading: Promise<MessageContent> | undefined;
  /** Temporary files that changed values lie in, until no handle needs them. */
  private readonly adopted = new Set<{ release(): void }>();
  private holders = 1;

  constructor(mailbox: Mailbox, source: DraftSource, codePage = 1252) {
    this.mailbox = mailbox;
    this.codePage = codePage;
    if (source.kind === 'stored') {
      this.stored = source.message;
      this.folder = source.message.folderId;
      this.associated = source.message.associated;
    } else if (source.kind === 'new') {
      this.folder = source.folderId;
      this.associated = source.associated;
    } else {
      this.attachment = source.attachment;
      this.folder = source.attachment.message.folderId;
      this.associated = false;
      this.embedded = source.content;
      source.attachment.message.retain();
    }
  }

  /** One handle more (an attachment, a stream) reads values of this draft. */
  retain(): void {
    this.holders += 1;
  }

  /** One handle less; with the last, the temporary files go. */
  release(): void {
    this.holders -= 1;
    if (this.holders > 0) return;
    for (const resource of this.adopted) resource.release();
    this.adopted.clear();
    this.attachment?.message.release();
  }

  /** Takes over a temporary file that a value lies in. Inside an attachment it is the outer message's to keep. */
  adopt(resource: { release(): void }): void {
    if (this.attachment !== undefined) this.attachment.message.adopt(resource);
    else this.adopted.add(resource);
  }

  get folderId(): FolderId {
    return this.stored?.folderId ?? this.folder;
  }

  /** Whether it was saved before (or is a message of the mailbox). */
  get isSaved(): boolean {
    return this.stored !== undefined || this.embedded !== undefined;
  }

  /** Whether something was changed since it was opened or saved. */
  get isChanged(): boolean {
    return (
      !this.changes.isEmpty ||
      this.read !== undefined ||
      this.flags !== undefined ||
      this.newRecipients !== undefined ||
      this.attachmentsChanged
    );
  }

  get recipientsChanged(): boolean {
    return this.newRecipients !== undefined;
  }

  get attachmentsChanged(): boolean {
    return this.putAttachments.size > 0 || this.removedAttachments.size > 0;
  }

  /** Properties known without asking for the content. */
  get envelope(): ReadonlyPropertyBag {
    return this.embedded?.properties ?? this.stored?.properties ?? emptyBag;
  }

  /** The content as stored, fetched once; of a new message an empty one. Throws ContentUnavailable. */
  async content(): Promise<MessageContent> {
    if (this.embedded !== undefined) return this.embedded;
    if (this.loaded !== undefined) return this.loaded;
    if (this.stored === undefined) return { properties: new Map(), recipients: [], attachments: [] };
    this.loading ??= this.mailbox.content(this.stored);
    try {
      this.loaded = await this.loading;
      return this.loaded;
    } finally {
      this.loading = undefined;
    }
  }

  /**
   * The property of this id as it stands on this handle, with the tag that it is kept under; undefined when there is
   * none. Stored values only: computed ones are message-properties.ts.
   */
  async find(tag: PropertyTag): Promise<[PropertyTag, StoredValue] | undefined> {
    const known = this.changes.find(this.envelope, tag);
    if (known !== undefined || this.stored?.contentState !== 'remote') return known;
    return this.changes.find((await this.content()).properties, tag);
  }

  /** All stored properties as they stand on this handle. */
  async properties(): Promise<PropertyBag> {
    if (this.stored?.contentState !== 'remote') return this.changes.applyTo(this.envelope);
    const bag = new Map((await this.content()).properties);
    for (const [tag, value] of this.envelope) setProperty(bag, tag, value);
    return this.changes.applyTo(bag);
  }

  setProperty(tag: PropertyTag, value: StoredValue): void {
    this.changes.put(tag, value);
  }

  removeProperty(tag: PropertyTag): void {
    this.changes.remove(tag);
  }

  /** In the order of their RowId. */
  async recipients(): Promise<readonly PropertyBag[]> {
    return this.newRecipients ?? (await this.content()).recipients;
  }

  setRecipients(recipients: PropertyBag[]): void {
    this.newRecipients = recipients;
  }

  /** Attachments as they stand on this handle, by number. */
  async attachments(): Promise<AttachmentContent[]> {
    const byNumber = new Map<number, AttachmentContent>();
    for (const attachment of (await this.content()).attachments) {
      if (!this.removedAttachments.has(attachment.number)) byNumber.set(attachment.number, attachment);
    }
    for (const [number, attachment] of this.putAttachments) byNumber.set(number, attachment);
    return [...byNumber.values()].sort((a, b) => a.number - b.number);
  }

  async openAttachment(number: number): Promise<AttachmentDraft | undefined> {
    const found = (await this.attachments()).find((attachment) => attachment.number === number);
    if (found === undefined) return undefined;
    this.retain();
    return new AttachmentDraft(this, number, found);
  }

  /** A number for an attachment that the message never had on this handle. */
  async newAttachmentNumber(): Promise<number> {
    for (const { number } of (await this.content()).attachments) this.reserveNumber(number);
    this.lastAttachmentNumber += 1;
    return this.lastAttachmentNumber;
  }

  async createAttachment(): Promise<AttachmentDraft> {
    const number = await this.newAttachmentNumber();
    this.retain();
    return new AttachmentDraft(this, number, undefined);
  }

  putAttachment(attachment: AttachmentContent): void {
    this.reserveNumber(attachment.number);
    this.putAttachments.set(attachment.number, attachment);
  }

  /** Returns whether there was one of this number. */
  async removeAttachment(number: number): Promise<boolean> {
    const { attachments } = await this.content();
    const stored = attachments.some((attachment) => attachment.number === number);
    const present = this.putAttachments.delete(number) || (stored && !this.removedAttachments.has(number));
    if (stored) this.removedAttachments.add(number);
    return present;
  }

  private reserveNumber(number: number): void {
    this.lastAttachmentNumber = Math.max(this.lastAttachmentNumber, number);
  }

  /** The whole message as it stands on this handle. */
  async whole(): Promise<MessageContent> {
    return {
      properties: await this.properties(),
      recipients: [...(await this.recipients())],
      attachments: await this.attachments(),
    };
  }

  /**
   * Makes the changes those of the message: in one transaction of the store, or, inside an attachment, on the
   * attachment, which has to be saved in turn. `force` overwrites what others saved meanwhile.
   * Errors: ecObjectModified, ecNotFound.
   */
  async save(origin: Origin, force: boolean): Promise<Message | undefined> {
    if (this.isSaved) for (const tag of staleBodies(this.changes.set)) this.changes.remove(tag);
    if (this.attachment !== undefined) {
      this.changes.put(messageFlagsTag, await messageFlags(this));
      if (this.newRecipients !== undefined) {
        for (const [tag, value] of displayListsOf(this.newRecipients)) this.changes.put(tag, value);
      }
      this.embedded = await this.whole();
      this.attachment.setEmbedded(this.embedded);
      this.forgetChanges();
      return undefined;
    }
    const { stored, changes } = this;
    const message = await this.mailbox.saveMessage(
      {
        ...(stored === undefined ? { associated: this.associated } : { id: stored.id }),
        ...(stored !== undefined && !force ? { baseChangeNumber: stored.changeNumber } : {}),
        folderId: this.folderId,
        ...this.identity,
        set: changes.set,
        remove: changes.removed,
        ...(this.newRecipients === undefined ? {} : { recipients: this.newRecipients }),
        putAttachments: [...this.putAttachments.values()],
        removeAttachments: [...this.removedAttachments],
        ...(this.read === undefined ? {} : { read: this.read }),
        ...(this.flags === undefined ? {} : { flags: this.flags }),
      },
      origin,
    );
    this.stored = message;
    this.identity = {};
    this.loaded = undefined;
    this.forgetChanges();
    return message;
  }

  /**
   * What to call when a transaction that {@link save} was part of is undone: everything is as it was, to be saved
   * again.
   */
  remember(): () => void {
    const { stored, identity, read, flags, newRecipients, embedded } = this;
    const restoreChanges = this.changes.remember();
    const put = new Map(this.putAttachments);
    const removed = new Set(this.removedAttachments);
    return () => {
      Object.assign(this, { stored, identity, read, flags, newRecipients, embedded, loaded: undefined });
      restoreChanges();
      for (const [number, attachment] of put) this.putAttachments.set(number, attachment);
      for (const number of removed) this.removedAttachments.add(number);
    };
  }

  /** Drops what was changed since it was opened or saved. */
  forgetChanges(): void {
    this.changes.clear();
    this.newRecipients = undefined;
    this.putAttachments.clear();
    this.removedAttachments.clear();
    this.read = undefined;
    this.flags = undefined;
  }
}

/** An attachment opened or created on one handle; its changes reach the message by {@link save}. */
export class AttachmentDraft {
  readonly message: MessageDraft;
  /** PidTagAttachNumber. */
  readonly number: number;
  readonly changes = new PropertyChanges();
  private base: AttachmentContent | undefined;
  private embedded: MessageContent | undefined;

  constructor(message: MessageDraft, number: number, base: AttachmentContent | undefined) {
    this.message = message;
    this.number = number;
    this.base = base;
    this.embedded = base?.embedded;
  }

  get isSaved(): boolean {
    return this.base !== undefined;
  }

  /** The message inside, as saved on this handle; undefined when there is none. */
  get embeddedContent(): MessageContent | undefined {
    return this.embedded;
  }

  setEmbedded(content: MessageContent | undefined): void {
    this.embedded = content;
  }

  find(tag: PropertyTag): [PropertyTag, StoredValue] | undefined {
    return this.changes.find(this.base?.properties ?? emptyBag, tag);
  }

  /** All stored properties as they stand on this handle. */
  properties(): PropertyBag {
    const bag = this.changes.applyTo(this.base?.properties ?? emptyBag);
    if (getNumber(bag, attachNumberTag) !== this.number) setProperty(bag, attachNumberTag, this.number);
    return bag;
  }

  setProperty(tag: PropertyTag, value: StoredValue): void {
    this.changes.put(tag, value);
  }

  removeProperty(tag: PropertyTag): void {
    this.changes.remove(tag);
  }

  /** Puts the attachment into the message's draft. */
  save(): void {
    const content: AttachmentContent = {
      number: this.number,
      properties: this.properties(),
      ...(this.embedded === undefined ? {} : { embedded: this.embedded }),
    };
    this.base = content;
    this.changes.clear();
    this.message.putAttachment(content);
  }
}
