import type { CommonFields } from '../item/common.ts';

/** Which of a contact's addresses stands in a list, by the name of its field. */
export type MemberAddress = 'email1' | 'email2' | 'email3' | 'businessFax' | 'homeFax' | 'otherFax';

/** What a member is besides a name and an address. */
export type MemberSource =
  /** An address of a contact. `id` is the contact's entry id in hex, or what the other side calls it by. */
  | { kind: 'contact'; id: string; address: MemberAddress }
  /** A personal distribution list, `id` as above. */
  | { kind: 'list'; id: string }
  /** Somebody, or a list, of the global address list, by DN. */
  | { kind: 'addressBook'; dn: string; list: boolean }
  /** None that is known; `id` is the member's whole entry id in hex. */
  | { kind: 'unknown'; id: string };

/** A member of a list; one without source is in no address book. */
export interface Member {
  name?: string;
  /** Internet address, or of the type that `addressType` says. */
  address?: string;
  /** Absent for SMTP. */
  addressType?: string;
  source?: MemberSource;
}

/** A personal distribution list as Outlook, Open-Xchange and vCards know it, in terms of none of them. */
export interface DistributionList extends CommonFields {
  displayName?: string;
  members?: Member[];
}
