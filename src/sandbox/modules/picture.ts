import { contactById } from '../contacts/store.ts';
import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { ActionRequest } from '../http/action.ts';
import type { Answer } from '../http/answer.ts';
import { parseFields } from '../people/contact.ts';
import { personByAddress, personById } from '../people/person.ts';
import { findContact } from './contacts/shared.ts';

/** A picture by user_id, by email, or by contact (`id` or `contact_id`, with its folder). CON-0125: there is none. */
export function picture(core: Core, request: ActionRequest): Answer {
  const row = rowOf(core, request);
  const stored = row && core.db.get<{ image: Uint8Array | null }>('SELECT image FROM contact WHERE id = ?', row.id);
  if (!row || !stored?.image) throw new OxError('CON-0125', 'no picture');
  const type = parseFields(row).image1_content_type;
  return { file: Buffer.from(stored.image), contentType: typeof type === 'string' ? type : 'image/png' };
}

function rowOf(core: Core, request: ActionRequest) {
  const { parameters } = request;
  const userId = parameters.integer('user_id');
  const email = parameters.text('email');
  if (userId === undefined && email === undefined) {
    const id = parameters.text('contact_id') ?? parameters.required('id');
    return findContact(core, request, parameters.text('contact_folder') ?? parameters.text('folder') ?? '6', id).row;
  }
  const person = userId !== undefined ? personById(core, userId) : personByAddress(core, email!);
  return person && contactById(core, person.contactId);
}
