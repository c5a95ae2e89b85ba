import type { DistributionList, Member, MemberSource } from '../../formats/index.ts';
import { parseRemoteName, remoteName } from '../items.ts';
import { commonFields } from './common-fields.ts';
import { type OxField, type OxFields, type OxRow, oxNumber, oxText, textColumn } from './item-fields.ts';

/** `mail_field` of a member: which address of a contact it is; 0 for one that is in no address book. */
const mailFields = [undefined, 'email1', 'email2', 'email3'] as const;

function readMember(value: unknown): Member[] {
  if (typeof value !== 'object' || value === null) return [];
  const row = value as OxRow;
  const member: Member = {};
  const name = oxText(row.display_name);
  const address = oxText(row.mail);
  if (name && name !== address) member.name = name;
  if (address) member.address = address;
  const [id, folder] = [oxText(row.id), oxText(row.folder_id)];
  const field = mailFields[oxNumber(row.mail_field) ?? 0];
  if (field && id && folder) member.source = { kind: 'contact', id: remoteName(folder, id), address: field };
  return member.address || member.source ? [member] : [];
}

function writeMember(member: Member): OxRow[] {
  if (!isSendable(member)) return [];
  const { name, address, source } = member;
  const linked = link(source);
  return [{ display_name: name ?? address, mail: address, mail_field: 0, ...linked }];
}

/** The contact that a member is, as Open-Xchange says it; undefined for those it knows no way to say. */
function link(source: MemberSource | undefined): OxRow | undefined {
  if (source?.kind !== 'contact') return undefined;
  const field = (mailFields as readonly unknown[]).indexOf(source.address);
  const found = parseRemoteName(source.id);
  return field > 0 && found ? { id: found.id, folder_id: found.folder, mail_field: field } : undefined;
}

/** Members need an internet address: nested lists and faxes have none. */
const isSendable = ({ address, addressType }: Member): boolean =>
  address !== undefined && addressType === undefined && address.includes('@');

const membersField: OxField<DistributionList, Member[]> = {
  columns: ['distribution_list'],
  partly: 'members with an internet address; of what they come from only contacts of Open-Xchange',
  read: (row) => {
    const members = Array.isArray(row.distribution_list) ? row.distribution_list.flatMap(readMember) : [];
    return members.length > 0 ? members : undefined;
  },
  write: (members) => ({ distribution_list: members.flatMap(writeMember) }),
  complete: (theirs = [], ours = []) => {
    const left = ours.filter(isSendable);
    const members = theirs.map((member) => {
      const at = left.findIndex(
        (own) => own.address === member.address && own.name === member.name && (!member.source || link(own.source)),
      );
      const own = at < 0 ? undefined : left.splice(at, 1)[0];
      return own && !link(own.source) ? own : member;
    });
    // What could not be sent stays where it was.
    ours.forEach((member, at) => {
      if (!isSendable(member)) members.splice(Math.min(at, members.length), 0, member);
    });
    return members.length > 0 ? members : undefined;
  },
};

/** How Open-Xchange holds each field of a distribution list. */
export const listFields: OxFields<DistributionList> = {
  ...commonFields,
  displayName: textColumn('display_name'),
  members: membersField,
};

/** The column that makes a contact a list. */
export const listMark: OxRow = { mark_as_distributionlist: true };
export const isList = (row: OxRow): boolean => row.mark_as_distributionlist === true;
