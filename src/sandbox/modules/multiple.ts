import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { ActionRequest } from '../http/action.ts';
import { envelope, errorEnvelope } from '../http/answer.ts';
import { bodyOfValue } from '../http/body.ts';
import { parameters } from '../http/parameters.ts';
import { ConnectionCut, HttpFailure, runWithFaults, type Transmission } from '../http/run.ts';
import { limits } from '../limits.ts';

/** What cannot be an item (reference 1.9). */
const refused = new Set(['multiple', 'login', 'image']);

/**
 * Several actions one after another, each its own transaction. With `continue=true` later items run after a failure,
 * otherwise the array ends with the failure. HTTP 400 when the body is no array of objects.
 */
export async function multiple(core: Core, request: ActionRequest, transmission: Transmission): Promise<unknown[]> {
  const items = bodyItems(request);
  const goOn = request.parameters.flag('continue');
  const answers: unknown[] = [];
  for (const item of items) {
    try {
      answers.push(await runItem(core, request, item, transmission));
    } catch (error) {
      if (error instanceof ConnectionCut || error instanceof HttpFailure) throw error;
      answers.push(errorEnvelope(error, request.person.locale));
      if (!goOn) break;
    }
  }
  return answers;
}

function bodyItems(request: ActionRequest): Record<string, unknown>[] {
  let items: unknown;
  try {
    items = request.body.json();
  } catch {
    throw new HttpFailure(400);
  }
  if (!Array.isArray(items) || items.length > limits.multipleItems) throw new HttpFailure(400);
  if (items.some((item) => typeof item !== 'object' || item === null || Array.isArray(item)))
    throw new HttpFailure(400);
  return items as Record<string, unknown>[];
}

async function runItem(
  core: Core,
  request: ActionRequest,
  item: Record<string, unknown>,
  transmission: Transmission,
): Promise<unknown> {
  // The session can end in the middle of a batch.
  if (!core.sessions.alive(request.session.id)) throw new OxError('SES-0203', request.session.id);
  const { module, action, data, ...rest } = item;
  if (typeof module !== 'string') throw new OxError('SVL-0002', 'module');
  const [name = '', ...path] = module.split('/');
  if (refused.has(name)) throw new OxError('SVL-0010', `module ${name} in multiple`);
  const answer = await runWithFaults(
    core,
    {
      ...request,
      method: data === undefined ? 'GET' : 'PUT',
      module: name,
      action: typeof action === 'string' ? action : '',
      path: path.join('/'),
      parameters: parameters({ timezone: request.parameters.text('timezone'), ...rest }),
      body: bodyOfValue(data),
    },
    transmission,
  );
  return envelope(answer, request.person.locale);
}
