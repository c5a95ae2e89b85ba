import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { columnNumbers } from '../../mail/select.ts';
import { pageOf } from '../../paging.ts';
import {
  type ContactRow,
  contactColumns,
  contactColumnsSql,
  contactObject,
  parseFields,
} from '../../people/contact.ts';
import { groupsOf, type Person, people, personById } from '../../people/person.ts';
import { compileFilter, patternTest } from '../../search-term.ts';
import { newestStamp } from '../../stamps.ts';
import { shiftOf } from '../../time.ts';

/** A person with the contact that describes them. */
interface User {
  readonly person: Person;
  readonly contact: ContactRow;
}

/** Columns 610–616 mean something else here than in module contacts (ox-columns.json, `user`). */
const userColumns: Readonly<Record<number, readonly [string, (core: Core, user: User) => unknown]>> = {
  1: ['id', (_core, { person }) => person.id],
  610: ['aliases', (_core, { person }) => [person.address, ...person.aliases]],
  611: ['timezone', (_core, { person }) => person.timezone],
  612: ['locale', (_core, { person }) => person.locale],
  613: ['groups', (core, { person }) => groupsOf(core, person.id)],
  614: ['contact_id', (_core, { person }) => person.contactId],
  615: ['login_info', (_core, { person }) => person.login],
  616: ['guest_created_by', () => 0],
};

function userById(core: Core, id: number): User {
  const person = personById(core, id);
  const contact =
    person && core.db.get<ContactRow>(`SELECT ${contactColumnsSql} FROM contact WHERE id = ?`, person.contactId);
  if (!person || !contact) throw new OxError('USR-0010', String(id));
  return { person, contact };
}

function allUsers(core: Core): User[] {
  const contacts = core.db.all<ContactRow>(
    `SELECT ${contactColumnsSql} FROM contact WHERE folder = 6 AND person IS NOT NULL`,
  );
  const byPerson = new Map(contacts.map((contact) => [contact.person, contact]));
  return people(core).flatMap((person) => {
    const contact = byPerson.get(person.id);
    return contact ? [{ person, contact }] : [];
  });
}

function arrays(core: Core, request: ActionRequest, users: readonly User[]): unknown[] {
  const columns = columnNumbers(request);
  const shift = shiftOf(request);
  return users.map((user) => {
    const fields = parseFields(user.contact);
    return columns.map(
      (number) =>
        userColumns[number]?.[1](core, user) ?? contactColumns[number]?.[1](user.contact, fields, core, shift) ?? null,
    );
  });
}

const stampOf = (core: Core, users: readonly User[]) =>
  newestStamp(
    users.map(({ contact }) => contact),
    0,
  ) || core.stamps.now();

const all: Action = (core, request) => {
  const users = allUsers(core);
  const { offset, count } = pageOf(request.parameters);
  return { data: arrays(core, request, users.slice(offset, offset + count)), timestamp: stampOf(core, users) };
};

/** Body `[5,7]`; null means the caller. */
const list: Action = (core, request) => {
  const users = request.body.array().map((id) => userById(core, id === null ? request.person.id : Number(id)));
  return { data: arrays(core, request, users), timestamp: stampOf(core, users) };
};

/** Without `id`: the caller. */
const get: Action = (core, request) => {
  const user = userById(core, request.parameters.integer('id') ?? request.person.id);
  const data = contactObject(core, user.contact, shiftOf(request));
  for (const [name, value] of Object.values(userColumns)) data[name] = value(core, user);
  return { data, timestamp: user.contact.modified };
};

const search: Action = (core, request) => {
  const body = request.body.object();
  const fits = patternTest(String(body.pattern ?? ''));
  const test =
    body.filter === undefined
      ? ({ person }: User) => fits(person.displayName) || fits(person.login) || fits(person.address)
      : compileFilter<User>(body.filter, ({ contact }, { field = '' }) => [parseFields(contact)[field] ?? null]);
  const users = allUsers(core).filter(test);
  return { data: arrays(core, request, users), timestamp: stampOf(core, users) };
};

/** `/user/me`. */
export function me(core: Core, request: ActionRequest): Record<string, unknown> {
  const { person } = request;
  return {
    context_id: core.context.id,
    user_id: person.id,
    context_admin:
      core.db.get<{ id: number }>('SELECT id FROM person ORDER BY admin DESC, id LIMIT 1')?.id ?? person.id,
    login_name: person.login,
    display_name: person.displayName,
  };
}

/** Module `user` (reference 8). */
export const user: Readonly<Record<string, Action>> = { all, get, list, search };
