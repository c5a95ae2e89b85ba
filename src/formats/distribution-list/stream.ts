import { Reader, sizedBytes, struct, u32, WireError, Writer } from '../../wire/index.ts';
import type { MemberEntry } from './member.ts';

/** DistListMemberInfo, MS-OXOCNTC 2.2.2.2.4.1. */
const memberInfo = struct({ entryId: sizedBytes(u32), oneOff: sizedBytes(u32), extra: sizedBytes(u32) });
const leastMemberSize = 12;

const streamVersion = 1;
/** Ten thousand times the version of the business card's layout, MS-OXOCNTC 2.2.1.7.1. */
const buildVersion = 30_000;
const noBytes = new Uint8Array(0);

/** PidLidDistributionListStream (MS-OXOCNTC 2.2.2.2.4): members of lists that are too large for two properties. */
export function writeMemberStream(members: readonly MemberEntry[]): Buffer {
  const out = new Writer();
  const total = (size: (member: MemberEntry) => number) => members.reduce((sum, member) => sum + size(member), 0);
  out.u16(streamVersion);
  out.u16(0);
  out.u32(buildVersion);
  out.u32(0);
  out.u32(members.length);
  out.u32(total(({ entryId }) => entryId.length));
  out.u32(total(({ oneOff }) => oneOff.length));
  out.u32(0);
  for (const { entryId, oneOff } of members) memberInfo.write(out, { entryId, oneOff, extra: noBytes });
  out.u32(0);
  out.u32(0);
  return out.finish();
}

/** The members in PidLidDistributionListStream; undefined when it is broken or of a version that is not known. */
export function readMemberStream(bytes: Uint8Array): MemberEntry[] | undefined {
  const from = new Reader(bytes);
  try {
    if (from.u16() !== streamVersion) return undefined;
    // Reserved, BuildVersion and DistListStreamFlags.
    from.bytes(2 + 4 + 4);
    const count = from.count(from.u32(), leastMemberSize);
    // Sums of sizes, which the members say themselves.
    from.bytes(3 * 4);
    return Array.from({ length: count }, () => memberInfo.read(from));
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
