import { OxError } from '../../errors.ts';
import type { ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';

/** The folder object of a body, wrapped in `folder` or bare (older form). `subscribed` left out is true. */
export function folderBody(request: ActionRequest): Record<string, unknown> {
  const body = request.body.object();
  const folder = body.folder === undefined ? body : asObject(body.folder);
  return { subscribed: true, ...folder };
}

/** The ids of a body array. */
export function idsOf(request: ActionRequest): string[] {
  return request.body.array().map((id) => {
    if (typeof id !== 'string' && typeof id !== 'number') throw new OxError('SVL-0028', 'an array of ids is wanted');
    return String(id);
  });
}
