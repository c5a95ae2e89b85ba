import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Answer } from '../http/answer.ts';
import type { Parameters } from '../http/parameters.ts';
import { personByAddress, personById } from '../people/person.ts';

/** A picture by user_id, by email, or by contact (`id` or `contact_id`, with its folder). CON-0125: there is none. */
export function picture(core: Core, parameters: Parameters): Answer {
  const userId = parameters.integer('user_id');
  const email = parameters.text('email');
  const contactId =
    userId !== undefined
      ? personById(core, userId)?.contactId
      : email !== undefined
        ? personByAddress(core, email)?.contactId
        : (parameters.integer('contact_id') ?? parameters.integer('id'));
  const row =
    contactId === undefined
      ? undefined
      : core.db.get<{ image: Uint8Array | null; fields: string }>(
          // Pictures are for everybody who may see people at all: the global address book.
          'SELECT image, fields FROM contact WHERE id = ? AND folder = 6 AND deleted = 0',
          contactId,
        );
  if (!row?.image) throw new OxError('CON-0125', 'no picture');
  const type = (JSON.parse(row.fields) as Record<string, unknown>).image1_content_type;
  return { file: Buffer.from(row.image), contentType: typeof type === 'string' ? type : 'image/png' };
}
