import { type Core, serverVersions } from '../core.ts';
import { OxError } from '../errors.ts';
import { standardFolderOf } from '../folders/groupware.ts';
import type { ActionRequest } from '../http/action.ts';
import type { Answer } from '../http/answer.ts';
import { accountRoot, standardMailFolders } from '../mail/folder.ts';
import { write } from '../write.ts';

/** The configuration tree of a person (reference 10). */
function tree(core: Core, request: ActionRequest): Record<string, unknown> {
  const { person } = request;
  const folder = (module: string) => standardFolderOf(core, person.id, module) ?? null;
  const mailFolders = standardMailFolders.map(({ role, path }) => [role, `${accountRoot}/${path}`] as const);
  return {
    folder: {
      calendar: folder('calendar'),
      contacts: folder('contacts'),
      tasks: folder('tasks'),
      infostore: folder('infostore'),
      eas: 'default0',
    },
    identifier: person.id,
    context_id: core.context.id,
    contact_id: person.contactId,
    timezone: person.timezone,
    language: person.locale,
    locale: person.locale,
    currentTime: core.stamps.now(),
    serverVersion: serverVersions[core.context.version],
    modules: {
      mail: {
        module: true,
        addresses: [person.address, ...person.aliases],
        defaultaddress: person.address,
        defaultFolder: Object.fromEntries(mailFolders),
        separator: '/',
      },
      folder: { tree: 1 },
      olox20: { active: false, module: false },
      calendar: { module: true },
      contacts: { module: true },
      tasks: { module: true },
    },
    mail: {
      addresses: [person.address, ...person.aliases],
      defaultaddress: person.address,
      sendaddress: person.address,
    },
  };
}

const writable: Readonly<Record<string, string>> = { timezone: 'timezone', language: 'locale', locale: 'locale' };

/** GET reads a path of the tree, PUT changes one with `{"data":…}` or the bare value. SVL-0004 for unknown paths. */
export function config(core: Core, request: ActionRequest): Answer {
  const path = request.path || request.parameters.text('path') || '';
  if (request.method === 'PUT') {
    const column = writable[path];
    const body = request.body.json();
    const value = typeof body === 'object' && body !== null && 'data' in body ? body.data : body;
    if (!column || typeof value !== 'string') throw new OxError('SVL-0004', path);
    write(core, () => core.db.run(`UPDATE person SET ${column} = ? WHERE id = ?`, value, request.person.id));
    return {};
  }
  let value: unknown = tree(core, request);
  for (const name of path.split('/').filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) throw new OxError('SVL-0004', path);
    value = (value as Record<string, unknown>)[name];
  }
  return { data: value };
}
