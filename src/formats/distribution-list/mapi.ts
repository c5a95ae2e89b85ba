import { PidLid, PidTag, type PropertyBag, type ReadonlyPropertyBag } from '../../mapi/index.ts';
import { bareCrc32 } from '../crc.ts';
import { commonRules } from '../item/common.ts';
import { type ItemContext, type PropertyReader, propertyReader, propertyWriter } from '../item/properties.ts';
import { type FieldRule, type FieldRules, namedOf, readItem, writeItem } from '../item/rules.ts';
import type { DistributionList, Member } from './distribution-list.ts';
import { type MemberEntry, memberEntry, readMember } from './member.ts';
import { readMemberStream, writeMemberStream } from './stream.ts';

/** Bytes of members, and of their one-offs, that have to stay below this outside of the stream (MS-OXOCNTC 2.2.2.2.1). */
const mostBytes = 15_000;

const displayNameRule: FieldRule<DistributionList, string> = {
  properties: [PidTag.DisplayName, PidLid.DistributionListName, PidLid.FileUnder],
  read: (from) => from.text(PidLid.DistributionListName) ?? from.text(PidTag.DisplayName),
  // MS-OXOCNTC 2.2.2.1: all of them have to be the same.
  write: (to, value) => {
    for (const property of [PidTag.DisplayName, PidLid.DistributionListName, PidLid.FileUnder])
      to.setText(property, value);
    for (const property of [PidTag.Subject, PidTag.NormalizedSubject]) to.set(property, value ?? '');
    to.set(PidTag.SubjectPrefix, '');
  },
};

/** The members as the properties have them; the stream counts where there is one (MS-OXOCNTC 2.2.2.2.4). */
function entriesOf(from: PropertyReader): { entryId: Uint8Array; oneOff: Uint8Array | undefined }[] {
  const stream = from.bytes(PidLid.DistributionListStream);
  const streamed = stream && readMemberStream(stream);
  if (streamed) return streamed;
  const members = binaries(from, PidLid.DistributionListMembers);
  const checksum = from.number(PidLid.DistributionListChecksum);
  // A client that knows the members alone changed them: what stands beside them is of others (MS-OXOCNTC 2.2.2.2.3).
  const stale = checksum !== undefined && checksum >>> 0 !== bareCrc32(Buffer.concat(members));
  const oneOffs = stale ? [] : binaries(from, PidLid.DistributionListOneOffMembers);
  return members.map((entryId, at) => ({ entryId, oneOff: oneOffs[at] }));
}

function binaries(from: PropertyReader, property: Parameters<PropertyReader['get']>[0]): Uint8Array[] {
  const value = from.get(property);
  return Array.isArray(value) ? value.filter((entry) => entry instanceof Uint8Array) : [];
}

const sizeOf = (entries: readonly Uint8Array[]): number => entries.reduce((sum, { length }) => sum + length, 0);

const keyOf = ({ name, address, addressType, source }: Member): string =>
  JSON.stringify([name, address, addressType, source && Object.entries(source).sort()]);

const membersRule: FieldRule<DistributionList, Member[]> = {
  properties: [
    PidLid.DistributionListMembers,
    PidLid.DistributionListOneOffMembers,
    PidLid.DistributionListChecksum,
    PidLid.DistributionListStream,
  ],
  read: (from) => {
    const members = entriesOf(from).map(({ entryId, oneOff }) => readMember(entryId, oneOff));
    return members.length > 0 ? members : undefined;
  },
  write: (to, members = []) => {
    // Members that were there keep their entry ids to the byte.
    const known = new Map<string, MemberEntry>();
    for (const { entryId, oneOff } of entriesOf(to))
      if (oneOff) known.set(keyOf(readMember(entryId, oneOff)), { entryId, oneOff });
    const entries = members.map((member) => known.get(keyOf(member)) ?? memberEntry(member));
    const entryIds = entries.map(({ entryId }) => entryId);
    const oneOffs = entries.map(({ oneOff }) => oneOff);
    const streamed = sizeOf(entryIds) >= mostBytes || sizeOf(oneOffs) >= mostBytes;
    const listed = !streamed && entries.length > 0;
    to.set(PidLid.DistributionListStream, streamed ? writeMemberStream(entries) : undefined);
    to.set(PidLid.DistributionListMembers, listed ? entryIds : undefined);
    to.set(PidLid.DistributionListOneOffMembers, listed ? oneOffs : undefined);
    to.set(PidLid.DistributionListChecksum, listed ? bareCrc32(Buffer.concat(entryIds)) | 0 : undefined);
  },
};

/** How each field of a distribution list stands in properties (MS-OXOCNTC 2.2.2). */
export const listRules: FieldRules<DistributionList> = {
  displayName: displayNameRule,
  members: membersRule,
  ...commonRules,
};

/** The named properties of distribution lists: a mailbox has to be asked for all of them before. */
export const distributionListNames = namedOf(listRules, [PidLid.FileUnderId, PidLid.SideEffects]);

/** The distribution list that properties make (MS-OXOCNTC 2.2.2). */
export const readDistributionList = (bag: ReadonlyPropertyBag, context: ItemContext): DistributionList =>
  readItem(listRules, propertyReader(bag, context));

/** Makes properties say a distribution list, as `writeContact` does for contacts. */
export function writeDistributionList(bag: PropertyBag, list: DistributionList, context: ItemContext): void {
  const to = propertyWriter(bag, context);
  if (to.get(PidTag.MessageClass) === undefined) {
    to.set(PidTag.MessageClass, 'IPM.DistList');
    to.set(PidTag.IconIndex, 0x202);
    to.set(PidLid.SideEffects, 0x51);
    to.set(PidLid.FileUnderId, 0xffffffff);
  }
  writeItem(listRules, to, list, readItem(listRules, to));
}
