import {
  type AttachmentContent,
  counterOf,
  decodeReplIdIdSet,
  type Guid,
  getBinary,
  getNumber,
  IdSet,
  idOf,
  isNamed,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  parseSourceKey,
  replidOfId,
  storedTag,
  tagOf,
  typeOf,
} from '../../mapi/index.ts';
import { type Marker, marker, metaTag, plainTag, type StreamElement } from '../../protocols/fasttransfer/index.ts';
import { WireError } from '../../wire/index.ts';
import { clientLimits } from '../limits.ts';
import type { ReplicaNames } from './names.ts';
import { type ReplicaState, type StateTags, stateFrom } from './state.ts';

/** A version of an object as the server tells it. */
export interface IncomingVersion {
  readonly id: number;
  readonly changeKey: Uint8Array;
  readonly predecessors: Uint8Array;
  readonly modified: bigint;
}

export interface IncomingMessage extends IncomingVersion {
  readonly kind: 'message';
  readonly associated: boolean;
  readonly changeNumber: number;
  readonly size: number;
  readonly content: MessageContent;
}

export interface IncomingFolder extends IncomingVersion {
  readonly kind: 'folder';
  /** Undefined: directly in the folder that the synchronization is of. */
  readonly parentId: number | undefined;
  readonly name: string;
  readonly properties: PropertyBag;
}

/** What a synchronization tells, in the order that the specification demands (MS-OXCFXICS 2.2.4.3). */
export type Incoming =
  /** How many messages follow, and their bytes. */
  | { readonly kind: 'progress'; readonly count: number; readonly size: number }
  | IncomingMessage
  | IncomingFolder
  | { readonly kind: 'deleted'; readonly ids: IdSet }
  | { readonly kind: 'readStates'; readonly read: IdSet; readonly unread: IdSet }
  | { readonly kind: 'state'; readonly state: ReplicaState };

export interface Decoding {
  /** The mailbox's own replica, of which all objects have to be. */
  readonly replica: Guid;
  readonly names: ReplicaNames;
  readonly tags: StateTags;
}

interface Property {
  readonly tag: PropertyTag;
  readonly value: PropertyValue;
}
type Element = { readonly marker: Marker } | Property;
const isMarkerElement = (element: Element): element is { readonly marker: Marker } => 'marker' in element;

/** A part of the stream: what follows one of the markers below. */
interface Segment {
  readonly marker: Marker;
  readonly elements: readonly Element[];
}

/** Markers that begin a part of a synchronization, and at which place they may stand. */
const places: ReadonlyMap<Marker, number> = new Map<Marker, number>([
  [marker.incrSyncProgressMode, 0],
  [marker.incrSyncProgressPerMsg, 1],
  [marker.incrSyncChg, 1],
  [marker.incrSyncDel, 2],
  [marker.incrSyncRead, 3],
  [marker.incrSyncStateBegin, 4],
  [marker.incrSyncStateEnd, 5],
  [marker.incrSyncEnd, 6],
]);

/** Reads a stream as contentsSync or hierarchySync. Throws WireError for one that is neither. */
export async function* readSync(
  stream: AsyncIterable<StreamElement[]>,
  kind: 'contents' | 'hierarchy',
  decoding: Decoding,
): AsyncGenerator<Incoming> {
  let place = 0;
  for await (const segment of segments(stream, decoding.names)) {
    const here = places.get(segment.marker)!;
    // Each stands once, but for changes and what announces each of them.
    if (here < place || (here === place && place > 1)) throw new WireError(`${hex(segment.marker)} out of its place`);
    place = here;
    const incoming = incomingOf(segment, kind, decoding);
    if (incoming !== undefined) yield incoming;
  }
  if (place !== places.get(marker.incrSyncEnd)) throw new WireError('a synchronization without its end');
}

/** The state in what a collector gives back. Throws WireError. */
export function readTransferState(elements: readonly StreamElement[], decoding: Decoding): ReplicaState {
  const collect = elementCollector(decoding.names);
  const all = elements.flatMap((element) => collect(element) ?? []);
  const [first, ...rest] = all;
  const last = rest.pop();
  const begins = first !== undefined && isMarkerElement(first) && first.marker === marker.incrSyncStateBegin;
  const ends = last !== undefined && isMarkerElement(last) && last.marker === marker.incrSyncStateEnd;
  if (!begins || !ends) throw new WireError('no state');
  return stateFrom(decoding.replica, rest.map(binary), decoding.tags);
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Puts values together that come in parts, and gives named properties the ids of the replica. */
function elementCollector(names: ReplicaNames): (element: StreamElement) => Element | undefined {
  let parts: { tag: PropertyTag; bytes: Uint8Array[] } | undefined;
  const tagged = ({ tag, name }: { tag: PropertyTag; name: Parameters<ReplicaNames['idOf']>[0] | undefined }) => {
    if (!isNamed(tag)) return tag;
    return tagOf(names.idOf(name!), typeOf(tag));
  };
  return (element) => {
    switch (element.kind) {
      case 'marker':
        return { marker: element.marker };
      case 'property':
        return { tag: tagged(element.property), value: element.value };
      case 'begin':
        parts = { tag: tagged(element.property), bytes: [] };
        return undefined;
      case 'part':
        // The bytes are a view on the buffer that they came in.
        parts!.bytes.push(Buffer.from(element.bytes));
        return undefined;
      default: {
        const { tag, bytes } = parts!;
        parts = undefined;
        const whole = Buffer.concat(bytes);
        return { tag, value: typeOf(tag) === Ptyp.String ? whole.toString('utf16le') : whole };
      }
    }
  };
}

async function* segments(stream: AsyncIterable<StreamElement[]>, names: ReplicaNames): AsyncGenerator<Segment> {
  const collect = elementCollector(names);
  let current: { marker: Marker; elements: Element[] } | undefined;
  let size = 0;
  for await (const some of stream) {
    for (const element of some) {
      if (element.kind === 'part') size += element.bytes.length;
      if (size > clientLimits.messageBytes) throw new WireError('a message that is too large');
      const one = collect(element);
      if (one === undefined) continue;
      if (isMarkerElement(one) && places.has(one.marker)) {
        if (current !== undefined) yield current;
        current = { marker: one.marker, elements: [] };
        size = 0;
      } else if (current === undefined) throw new WireError('a stream that does not begin with a marker');
      else current.elements.push(one);
    }
  }
  if (current !== undefined) yield current;
}

function incomingOf({ marker: at, elements }: Segment, kind: 'contents' | 'hierarchy', decoding: Decoding) {
  const { replica, tags } = decoding;
  switch (at) {
    case marker.incrSyncProgressMode:
      return progressOf(elements);
    case marker.incrSyncChg:
      return kind === 'contents' ? messageOf(elements, replica) : folderOf(elements, replica);
    case marker.incrSyncDel:
      return deletionsOf(elements);
    case marker.incrSyncRead:
      return readStatesOf(elements);
    case marker.incrSyncStateBegin:
      return { kind: 'state', state: stateFrom(replica, elements.map(binary), tags) } as const;
    case marker.incrSyncProgressPerMsg:
      checkTags(elements, [plainTag.integer32, plainTag.boolean], 'progress of a message');
      return undefined;
    default:
      checkTags(elements, [], hex(at));
      return undefined;
  }
}

function property(element: Element): Property {
  if (isMarkerElement(element)) throw new WireError(`${hex(element.marker)} out of its place`);
  return element;
}

function binary(element: Element): readonly [PropertyTag, Uint8Array] {
  const { tag, value } = property(element);
  if (!(value instanceof Uint8Array)) throw new WireError(`${hex(tag)} is not binary`);
  return [tag, value];
}

function checkTags(elements: readonly Element[], tags: readonly PropertyTag[], what: string): void {
  const found = elements.map((element) => property(element).tag);
  if (found.length !== tags.length || found.some((tag, i) => tag !== tags[i])) {
    throw new WireError(`${what} with ${found.map(hex).join(' ')}`);
  }
}

/** ProgressInformation, MS-OXCFXICS 2.2.2.7. */
function progressOf(elements: readonly Element[]): Incoming {
  checkTags(elements, [plainTag.binary], 'progress');
  const information = Buffer.from(binary(elements[0]!)[1]);
  if (information.length !== 32) throw new WireError(`progress of ${information.length} bytes`);
  const count = information.readUInt32LE(4) + information.readUInt32LE(16);
  const size = Number(information.readBigUInt64LE(8) + information.readBigUInt64LE(24));
  return { kind: 'progress', count, size };
}

/** Ids by replid, all of which have to be of the mailbox's own replica. */
function ownIds(bytes: Uint8Array): IdSet {
  const sets = decodeReplIdIdSet(bytes);
  for (const replid of sets.keys()) if (replid !== 1) throw new WireError(`ids of replid ${replid}`);
  return sets.get(1) ?? new IdSet();
}

/** What left: deleted, out of the scope of the synchronization, or expired, is the same to a replica. */
const leavingTags: readonly PropertyTag[] = [metaTag.idsetDeleted, metaTag.idsetNoLongerInScope, metaTag.idsetExpired];

function deletionsOf(elements: readonly Element[]): Incoming {
  const ids = new IdSet();
  for (const [tag, bytes] of elements.map(binary)) {
    if (!leavingTags.includes(tag)) throw new WireError(`${hex(tag)} among deletions`);
    ids.addAll(ownIds(bytes));
  }
  return { kind: 'deleted', ids };
}

function readStatesOf(elements: readonly Element[]): Incoming {
  const sets = { read: new IdSet(), unread: new IdSet() };
  for (const [tag, bytes] of elements.map(binary)) {
    if (tag !== metaTag.idsetRead && tag !== metaTag.idsetUnread) throw new WireError(`${hex(tag)} among read states`);
    sets[tag === metaTag.idsetRead ? 'read' : 'unread'].addAll(ownIds(bytes));
  }
  return { kind: 'readStates', ...sets };
}

/** The counter of an id. Throws WireError for one of another replica. */
function ownId(id: unknown): number {
  if (typeof id !== 'bigint' || replidOfId(id) !== 1) throw new WireError(`id ${id}`);
  return counterOf(id);
}

function ownKey(replica: Guid, key: unknown): number {
  const { guid, counter } = parseSourceKey(key as Uint8Array);
  if (guid !== replica) throw new WireError(`a source key of the replica ${guid}`);
  return counter;
}

/** Of each message change before its content, in this order (MS-OXCFXICS 2.2.4.3.14) with Eid, MessageSize and CN. */
const messageHeader: readonly PropertyTag[] = [
  PidTag.SourceKey,
  PidTag.LastModificationTime,
  PidTag.ChangeKey,
  PidTag.PredecessorChangeList,
  PidTag.Associated,
  PidTag.Mid,
  PidTag.MessageSize,
  PidTag.ChangeNumber,
];

function messageOf(elements: readonly Element[], replica: Guid): IncomingMessage {
  const header = elements.slice(0, messageHeader.length);
  checkTags(header, messageHeader, 'header of a message');
  const [key, modified, changeKey, predecessors, associated, mid, size, cn] = header.map((one) => property(one).value);
  const id = ownId(mid);
  if (ownKey(replica, key) !== id) throw new WireError('PidTagMid is not that of PidTagSourceKey');
  const cursor = new Cursor(elements.slice(messageHeader.length));
  cursor.expect(marker.incrSyncMessage);
  const content = contentOf(cursor);
  cursor.end();
  return {
    kind: 'message',
    id,
    modified: modified as bigint,
    changeKey: changeKey as Uint8Array,
    predecessors: predecessors as Uint8Array,
    associated: associated as boolean,
    size: size as number,
    changeNumber: ownId(cn),
    content,
  };
}

/** Of each folder change before everything else (MS-OXCFXICS 2.2.4.3.5), with Eid. */
const folderHeader: readonly PropertyTag[] = [
  PidTag.ParentSourceKey,
  PidTag.SourceKey,
  PidTag.LastModificationTime,
  PidTag.ChangeKey,
  PidTag.PredecessorChangeList,
  PidTag.DisplayName,
];

function folderOf(elements: readonly Element[], replica: Guid): IncomingFolder {
  checkTags(elements.slice(0, folderHeader.length), folderHeader, 'a folder');
  const cursor = new Cursor(elements);
  const properties = cursor.properties();
  cursor.end();
  const [parent, key, modified, changeKey, predecessors, name] = folderHeader.map((tag) => properties.get(tag));
  const id = ownId(properties.get(PidTag.FolderId));
  if (ownKey(replica, key) !== id) throw new WireError('PidTagFolderId is not that of PidTagSourceKey');
  for (const tag of properties.keys()) if (isNamed(tag)) throw new WireError(`a folder with the named ${hex(tag)}`);
  for (const tag of [...folderHeader, PidTag.FolderId, PidTag.ParentFolderId]) properties.delete(tag);
  return {
    kind: 'folder',
    id,
    parentId: (parent as Uint8Array).length === 0 ? undefined : ownKey(replica, parent),
    modified: modified as bigint,
    changeKey: changeKey as Uint8Array,
    predecessors: predecessors as Uint8Array,
    name: name as string,
    properties,
  };
}

/** Elements of one object, taken in order. */
class Cursor {
  private readonly elements: readonly Element[];
  private at = 0;

  constructor(elements: readonly Element[]) {
    this.elements = elements;
  }

  /** Whether the next element is this marker; it is taken then. */
  accept(wanted: Marker): boolean {
    const next = this.elements[this.at];
    if (next === undefined || !isMarkerElement(next) || next.marker !== wanted) return false;
    this.at += 1;
    return true;
  }

  expect(wanted: Marker): void {
    if (!this.accept(wanted)) throw new WireError(`${hex(wanted)} is missing`);
  }

  /** Takes MetaTagFXDelProp of this tag. */
  acceptDelProp(tag: PropertyTag): boolean {
    const next = this.elements[this.at];
    if (next === undefined || isMarkerElement(next) || next.tag !== metaTag.fxDelProp || next.value !== tag) {
      return false;
    }
    this.at += 1;
    return true;
  }

  /** The properties up to a marker or MetaTagFXDelProp. Throws WireError when one is there twice. */
  properties(): PropertyBag {
    const bag: PropertyBag = new Map();
    for (; this.at < this.elements.length; this.at++) {
      const next = this.elements[this.at]!;
      if (isMarkerElement(next) || next.tag === metaTag.fxDelProp) break;
      if (idOf(next.tag) === 0 || storedTag(bag, next.tag) !== undefined) throw new WireError(`${hex(next.tag)} again`);
      bag.set(next.tag, next.value);
    }
    return bag;
  }

  end(): void {
    const next = this.elements[this.at];
    if (next === undefined) return;
    throw new WireError(`${hex(isMarkerElement(next) ? next.marker : next.tag)} out of its place`);
  }
}

/** messageContent, MS-OXCFXICS 2.2.4.3.16. */
function contentOf(cursor: Cursor): MessageContent {
  const properties = cursor.properties();
  const recipients: PropertyBag[] = [];
  if (cursor.acceptDelProp(PidTag.MessageRecipients)) {
    while (cursor.accept(marker.startRecip)) {
      const bag = cursor.properties();
      if ([...bag.keys()][0] !== PidTag.Rowid) throw new WireError('a recipient that does not begin with its row id');
      cursor.expect(marker.endToRecip);
      recipients.push(bag);
    }
  }
  const attachments: AttachmentContent[] = [];
  if (cursor.acceptDelProp(PidTag.MessageAttachments)) {
    while (cursor.accept(marker.newAttach)) attachments.push(attachmentOf(cursor));
  }
  return { properties, recipients, attachments };
}

function attachmentOf(cursor: Cursor): AttachmentContent {
  const properties = cursor.properties();
  const number = getNumber(properties, PidTag.AttachNumber);
  if (number === undefined || [...properties.keys()][0] !== PidTag.AttachNumber) {
    throw new WireError('an attachment that does not begin with its number');
  }
  properties.delete(PidTag.AttachNumber);
  let embedded: MessageContent | undefined;
  if (cursor.accept(marker.startEmbed)) {
    embedded = contentOf(cursor);
    if (embedded.properties.get(PidTag.Mid) !== 0n) throw new WireError('an embedded message with an id');
    embedded.properties.delete(PidTag.Mid);
    cursor.expect(marker.endEmbed);
  }
  cursor.expect(marker.endAttach);
  return { number, properties, ...(embedded === undefined ? {} : { embedded }) };
}

/** For messages: the key of the folder that they are in. */
export const parentOf = (replica: Guid, { properties }: MessageContent): number =>
  ownKey(replica, getBinary(properties, PidTag.ParentSourceKey));
