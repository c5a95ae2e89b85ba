import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { numberOf } from '../folders/tree.ts';
import { asObject } from '../http/body.ts';
import { contactLimits } from './limits.ts';

/** A member of a distribution list (reference 6.3). */
export interface ListMember {
  /** The contact it stands for; absent for an independent address. */
  readonly id?: number;
  readonly folder_id?: number;
  readonly display_name?: string;
  readonly mail?: string;
  /** 0 independent, 1–3 the contact's email1–email3. */
  readonly mail_field: number;
}

/** The member `distribution_list` of a body. CON-0178 without an address, CON-0177 without any name. */
export function parseMembers(value: unknown): ListMember[] {
  if (!Array.isArray(value) || value.length > contactLimits.listMembers)
    throw new OxError('CON-0178', 'a list is wanted');
  return value.map((entry) => {
    const { id, folder_id, display_name, mail, mail_field } = asObject(entry);
    const field = Number(mail_field ?? 0);
    if (![0, 1, 2, 3].includes(field)) throw new OxError('CON-0178', `mail_field ${String(mail_field)}`);
    const name = typeof display_name === 'string' && display_name !== '' ? { display_name } : {};
    const address = typeof mail === 'string' && mail !== '' ? { mail } : {};
    if (field > 0 && id !== undefined && id !== null)
      return {
        id: Number(id),
        ...(folder_id === undefined || folder_id === null ? {} : { folder_id: numberOf(String(folder_id)) }),
        ...name,
        ...address,
        mail_field: field,
      };
    if (!('mail' in address)) throw new OxError('CON-0178');
    if (!('display_name' in name)) throw new OxError('CON-0177', address.mail);
    return { ...name, ...address, mail_field: 0 };
  });
}

/** Members as they are shown: linked ones with what their contact says now, and as they were when it is gone. */
export function resolvedMembers(core: Core, members: readonly ListMember[]): ListMember[] {
  return members.map((member) => {
    if (member.id === undefined) return member;
    const row = core.db.get<{ folder: number; fields: string }>(
      'SELECT folder, fields FROM contact WHERE id = ?',
      member.id,
    );
    if (!row) return { display_name: member.display_name, mail: member.mail, mail_field: 0 } as ListMember;
    const fields = JSON.parse(row.fields) as Record<string, string>;
    return {
      ...member,
      folder_id: row.folder,
      display_name: fields.display_name ?? member.display_name,
      mail: fields[`email${member.mail_field}`] ?? member.mail,
    };
  });
}
