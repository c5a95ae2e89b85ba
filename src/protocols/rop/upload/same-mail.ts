import { chunksOf, rangeOf, readAll } from '../../../formats/index.ts';
import {
  getNumber,
  getString,
  idOf,
  isLargeValue,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  recipientTypeOf,
  type StoredValue,
  storedTag,
} from '../../../mapi/index.ts';
import { type AttachmentContent, isContentTag, type Message, type MessageContent } from '../../../store/index.ts';

/** Values above this are compared piece by piece. */
const piece = 256 * 1024;

/**
 * What of a whole uploaded mail goes beside the one on the backend, when that itself was not changed: flags, categories
 * and the like. Undefined when it was, so that it has to be written anew. A client always uploads all of a mail, and a
 * mail that is written anew loses what MAPI does not keep of it (its signature, for one).
 */
export async function besideMail(
  stored: Message,
  content: MessageContent,
  uploaded: MessageContent,
): Promise<{ set: PropertyBag; remove: PropertyTag[] } | undefined> {
  if (!(await isSameMail(content, uploaded))) return undefined;
  const set: PropertyBag = new Map([...uploaded.properties].filter(([tag]) => !isContentTag(tag)));
  const remove = [...stored.properties.keys()].filter(
    (tag) => !isContentTag(tag) && !keptIds.has(idOf(tag)) && storedTag(set, tag) === undefined,
  );
  return { set, remove };
}

/** Not for a client to take away. */
const keptIds = new Set(
  [
    PidTag.SearchKey,
    PidTag.MessageDeliveryTime,
    PidTag.DisplayTo,
    PidTag.DisplayCc,
    PidTag.DisplayBcc,
    PidTag.ConversationTopic,
    PidTag.ConversationId,
  ].map(idOf),
);

/** Texts that a user changes, with what an absent one is the same as. */
const texts: readonly (readonly [PropertyTag, string])[] = [
  [PidTag.MessageClass, 'IPM.Note'],
  [PidTag.SenderName, ''],
  [PidTag.SentRepresentingName, ''],
];
const numbers: readonly (readonly [PropertyTag, number])[] = [
  [PidTag.Importance, 1],
  [PidTag.Sensitivity, 0],
];

async function isSameMail(a: MessageContent, b: MessageContent): Promise<boolean> {
  const [was, is] = [a.properties, b.properties];
  if (subjectOf(was) !== subjectOf(is)) return false;
  // A client that leaves one out did not change it.
  for (const [tag, absent] of texts) {
    const text = getString(is, tag);
    if (text !== undefined && text.toLowerCase() !== (getString(was, tag) ?? absent).toLowerCase()) return false;
  }
  for (const [tag, absent] of numbers) {
    if ((getNumber(is, tag) ?? absent) !== (getNumber(was, tag) ?? absent)) return false;
  }
  if (!isSameList(a.recipients, b.recipients)) return false;
  if (!(await isSameBody(was, is))) return false;
  return isSameAttachments(a.attachments, b.attachments);
}

const subjectOf = (bag: ReadonlyPropertyBag): string =>
  getString(bag, PidTag.Subject) ??
  (getString(bag, PidTag.SubjectPrefix) ?? '') + (getString(bag, PidTag.NormalizedSubject) ?? '');

function isSameList(a: readonly PropertyBag[], b: readonly PropertyBag[]): boolean {
  const names = (recipients: readonly PropertyBag[]) =>
    recipients
      .map((bag) => {
        const address = getString(bag, PidTag.SmtpAddress) || getString(bag, PidTag.EmailAddress) || '';
        return `${recipientTypeOf(bag)} ${address.toLowerCase()}`;
      })
      .sort();
  return names(a).join('\n') === names(b).join('\n');
}

/** The richest body that the mail has is the one that counts: the others are made from it. */
async function isSameBody(was: ReadonlyPropertyBag, is: ReadonlyPropertyBag): Promise<boolean> {
  for (const tag of [PidTag.Html, PidTag.RtfCompressed, PidTag.Body]) {
    const before = was.get(tag);
    if (before === undefined) continue;
    const after = is.get(tag);
    return after !== undefined && isSameValue(before, after);
  }
  return [PidTag.Html, PidTag.RtfCompressed, PidTag.Body].every((tag) => isEmpty(is.get(tag)));
}

async function isSameAttachments(a: readonly AttachmentContent[], b: readonly AttachmentContent[]): Promise<boolean> {
  if (a.length !== b.length) return false;
  for (const [index, was] of a.entries()) {
    const is = b[index]!;
    if (nameOf(was) !== nameOf(is)) return false;
    if (was.embedded !== undefined || is.embedded !== undefined) {
      if (!was.embedded || !is.embedded || !(await isSameMail(was.embedded, is.embedded))) return false;
      continue;
    }
    const [before, after] = [was, is].map(({ properties }) => properties.get(PidTag.AttachDataBinary));
    if (isEmpty(before) ? !isEmpty(after) : isEmpty(after) || !(await isSameValue(before!, after!))) return false;
  }
  return true;
}

const nameOf = ({ properties }: AttachmentContent): string =>
  getString(properties, PidTag.AttachLongFilename) ?? getString(properties, PidTag.AttachFilename) ?? '';

const isEmpty = (value: StoredValue | undefined): boolean => value === undefined || sizeOf(value) === 0;

function sizeOf(value: StoredValue): number {
  if (isLargeValue(value)) return value.size;
  if (typeof value === 'string') return value.length * 2;
  return value instanceof Uint8Array ? value.length : 1;
}

async function isSameValue(a: StoredValue, b: StoredValue): Promise<boolean> {
  const size = sizeOf(a);
  if (size !== sizeOf(b)) return false;
  for (let at = 0; at < size; at += piece) {
    if (Buffer.compare(await part(a, at), await part(b, at)) !== 0) return false;
  }
  return true;
}

async function part(value: StoredValue, at: number): Promise<Uint8Array> {
  if (!isLargeValue(value)) {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf16le') : (value as Uint8Array);
    return bytes.subarray(at, at + piece);
  }
  return readAll(chunksOf(rangeOf(value, at, Math.min(at + piece, value.size))));
}
