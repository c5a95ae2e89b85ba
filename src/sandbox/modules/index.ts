import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import type { Answer } from '../http/answer.ts';
import { attachment } from './attachment/index.ts';
import { calendar } from './calendar/index.ts';
import { capabilities } from './capabilities.ts';
import { chronosAlarm } from './chronos/alarm.ts';
import { chronos } from './chronos/index.ts';
import { chronosItip } from './chronos/itip.ts';
import { config } from './config.ts';
import { contacts } from './contacts/index.ts';
import { deputy } from './deputy.ts';
import { folders } from './folders/index.ts';
import { group } from './group.ts';
import { jslob } from './jslob.ts';
import { mail } from './mail/index.ts';
import { picture } from './picture.ts';
import { quota } from './quota.ts';
import { resource } from './resource.ts';
import { tasks } from './tasks/index.ts';
import { me, user } from './user/index.ts';

/** Modules that answer by action. */
const modules: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  addressbooks: contacts,
  attachment,
  calendar,
  capabilities,
  chronos,
  'chronos/alarm': chronosAlarm,
  'chronos/itip': chronosItip,
  contacts,
  deputy,
  folders,
  group,
  jslob,
  mail,
  quota,
  resource,
  tasks,
  user,
};

/** What servers before 7.10 do not have (reference 14). */
const newerModules = new Set(['addressbooks', 'chronos', 'deputy']);
const isTooNew = (core: Core, module: string) => core.context.version === '7.8' && newerModules.has(module);

/** Carries out an action. SVL-0007 for an unknown module, SVL-0021 for an unknown action. */
export async function runAction(core: Core, request: ActionRequest): Promise<Answer> {
  if (request.module === 'config') return config(core, request);
  if (request.module === 'user' && request.path === 'me') return { data: me(core, request) };
  if (request.module === 'image' || (request.module === 'contacts' && request.path === 'picture'))
    return picture(core, request);
  if (!Object.hasOwn(modules, request.module) || isTooNew(core, request.module))
    throw new OxError('SVL-0007', request.module);
  const actions = modules[request.path === '' ? request.module : `${request.module}/${request.path}`];
  if (!actions) throw new OxError('SVL-0007', `${request.module}/${request.path}`);
  if (request.action === '') throw new OxError('SVL-0002', 'action');
  if (!Object.hasOwn(actions, request.action))
    throw new OxError('SVL-0021', `${request.module}?action=${request.action}`);
  return actions[request.action]!(core, request);
}
