import { splitSubject } from '../../formats/index.ts';
import { getString, type PropertyBag, type PropertyTag, type StoredValue } from '../../mapi/index.ts';

const subjectTag = 0x0037001f;
const prefixTag = 0x003d001f;
const normalizedTag = 0x0e1d001f;

export const isSubjectTag = (tag: PropertyTag): boolean =>
  tag >>> 16 === subjectTag >>> 16 || tag >>> 16 === prefixTag >>> 16 || tag >>> 16 === normalizedTag >>> 16;

export interface SubjectParts {
  readonly subject: string;
  readonly prefix: string;
  readonly normalized: string;
}

/** The three subject properties of a bag that may have only some of them (MS-OXCMSG 3.2.4.4). */
export function subjectParts(bag: ReadonlyMap<PropertyTag, StoredValue>): SubjectParts | undefined {
  const subject = getString(bag, subjectTag);
  const prefix = getString(bag, prefixTag);
  const normalized = getString(bag, normalizedTag);
  if (subject !== undefined) return split(subject, prefix);
  if (prefix === undefined && normalized === undefined) return undefined;
  return { subject: (prefix ?? '') + (normalized ?? ''), prefix: prefix ?? '', normalized: normalized ?? '' };
}

function split(subject: string, wanted: string | undefined): SubjectParts {
  if (wanted === undefined || !subject.startsWith(wanted)) return { subject, ...splitSubject(subject) };
  return { subject, prefix: wanted, normalized: subject.slice(wanted.length) };
}

/**
 * The three properties after a change of some of them. PidTagSubject wins where it is among them, since prefix and
 * normalized subject follow from it.
 */
export function changedSubject(current: SubjectParts | undefined, change: PropertyBag): SubjectParts {
  const subject = getString(change, subjectTag);
  if (subject !== undefined) return split(subject, getString(change, prefixTag));
  const prefix = getString(change, prefixTag) ?? current?.prefix ?? '';
  const normalized = getString(change, normalizedTag) ?? current?.normalized ?? '';
  return { subject: prefix + normalized, prefix, normalized };
}
