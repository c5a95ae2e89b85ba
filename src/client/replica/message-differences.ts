import {
  type AttachmentContent,
  idOf,
  type MessageContent,
  PidTag,
  type PropertyId,
  type PropertyTag,
  type ReadonlyPropertyBag,
  type StoredValue,
} from '../../mapi/index.ts';
import { flagsWithoutRead } from './contents-download.ts';
import { isEqual } from './equal-values.ts';
import { isInternal, notKept, ofEmbedded, ofRecipientRows, recorded } from './may-differ.ts';
import type { ReplicaMessage } from './messages.ts';

/** A tag as it is written in the specifications. */
export const hex = (tag: PropertyTag): string => `0x${tag.toString(16).padStart(8, '0')}`;

/** How a message differs from what the server answers for it. */
export function messageDifferences(
  message: ReplicaMessage,
  content: MessageContent,
  server: MessageContent,
  own: boolean,
): string[] {
  const found: string[] = [];
  for (const [tag, is] of Object.entries(recorded)) {
    const value = server.properties.get(Number(tag));
    if (value === undefined) continue;
    server.properties.delete(Number(tag));
    if (!is(message, value)) found.push(`${hex(Number(tag))} is ${shown(value)}`);
  }
  const flags = server.properties.get(PidTag.MessageFlags) as number;
  if (((flags & 1) !== 0) !== message.read) found.push('read state in PidTagMessageFlags');
  server.properties.set(PidTag.MessageFlags, flagsWithoutRead(flags));
  const kept = { ...content, properties: new Map(content.properties) };
  kept.properties.delete(PidTag.LastModificationTime);
  compareMessages('', kept, server, { own, found, known: among(notKept) });
  return found;
}

const shown = (value: StoredValue | undefined): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex').slice(0, 60) : String(value).slice(0, 60);

/** Whether the server may have a property that the replica lacks. */
type Known = (id: PropertyId) => boolean;
const among =
  (reasons: ReadonlyMap<PropertyId, string>): Known =>
  (id) =>
    reasons.has(id);
const anything: Known = () => true;

/** How to compare, and what was found. */
interface Comparison {
  /** The version was made in this replica: what the server added to the parts of the message it did not tell. */
  readonly own: boolean;
  readonly found: string[];
  readonly known: Known;
}

function compareMessages(path: string, kept: MessageContent, server: MessageContent, how: Comparison): void {
  const { found } = how;
  compareBags(path, kept.properties, server.properties, how);
  if (kept.recipients.length !== server.recipients.length) {
    found.push(`${path}${kept.recipients.length} recipients, not ${server.recipients.length}`);
  } else {
    kept.recipients.forEach((bag, i) => {
      compareBags(`${path}recipient ${i}: `, bag, server.recipients[i]!, { ...how, known: among(ofRecipientRows) });
    });
  }
  if (kept.attachments.length !== server.attachments.length) {
    found.push(`${path}${kept.attachments.length} attachments, not ${server.attachments.length}`);
    return;
  }
  kept.attachments.forEach((attachment, i) => {
    compareAttachments(`${path}attachment ${i}: `, attachment, server.attachments[i]!, how);
  });
}

function compareAttachments(path: string, kept: AttachmentContent, server: AttachmentContent, how: Comparison): void {
  if (kept.number !== server.number) how.found.push(`${path}number ${kept.number}, not ${server.number}`);
  const properties = new Map(server.properties);
  properties.delete(PidTag.AttachNumber);
  compareBags(path, kept.properties, properties, { ...how, known: how.own ? anything : among(notKept) });
  if ((kept.embedded === undefined) !== (server.embedded === undefined)) how.found.push(`${path}message in it`);
  else if (kept.embedded && server.embedded) {
    const inside = { ...how, known: how.own ? anything : among(ofEmbedded) };
    compareMessages(path, withStoredFlags(kept.embedded), withStoredFlags(server.embedded), inside);
  }
}

/** Flags of a message inside an attachment that opening it tells anew: MSGFLAG_UNMODIFIED and MSGFLAG_EVERREAD. */
const toldAnew = 0x402;

function withStoredFlags(content: MessageContent): MessageContent {
  const flags = content.properties.get(PidTag.MessageFlags);
  if (typeof flags !== 'number') return content;
  return { ...content, properties: new Map(content.properties).set(PidTag.MessageFlags, flags & ~toldAnew) };
}

/** Not sent in a synchronization when there is a body that it is made from. */
const bodies: readonly PropertyTag[] = [PidTag.Html, PidTag.RtfCompressed];

function compareBags(path: string, kept: ReadonlyPropertyBag, server: ReadonlyPropertyBag, how: Comparison): void {
  for (const [tag, value] of kept) {
    const other = server.get(tag);
    if (other === undefined) how.found.push(`${path}${hex(tag)} is in the replica only: ${shown(value)}`);
    else if (!isEqual(value, other)) how.found.push(`${path}${hex(tag)} is ${shown(value)}, not ${shown(other)}`);
  }
  for (const [tag, value] of server) {
    if (kept.has(tag) || how.known(idOf(tag)) || isInternal(tag)) continue;
    if (tag === PidTag.Body && bodies.some((body) => kept.has(body))) continue;
    // There is no body.
    if (tag === PidTag.NativeBody && value === 0) continue;
    how.found.push(`${path}${hex(tag)} is not in the replica: ${shown(value)}`);
  }
}
