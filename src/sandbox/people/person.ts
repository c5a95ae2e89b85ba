import type { Core } from '../core.ts';

/** Somebody with a login. */
export interface Person {
  readonly id: number;
  readonly login: string;
  readonly password: string;
  /** Primary address. */
  readonly address: string;
  readonly aliases: readonly string[];
  readonly displayName: string;
  /** As de_DE. */
  readonly locale: string;
  readonly timezone: string;
  readonly admin: boolean;
  readonly contactId: number;
}

interface PersonRow {
  id: number;
  login: string;
  password: string;
  address: string;
  aliases: string;
  display_name: string;
  locale: string;
  timezone: string;
  admin: number;
  contact_id: number;
}

const columns = 'id, login, password, address, aliases, display_name, locale, timezone, admin, contact_id';

function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    login: row.login,
    password: row.password,
    address: row.address,
    aliases: JSON.parse(row.aliases) as string[],
    displayName: row.display_name,
    locale: row.locale,
    timezone: row.timezone,
    admin: row.admin === 1,
    contactId: row.contact_id,
  };
}

export function personById(core: Core, id: number): Person | undefined {
  const row = core.db.get<PersonRow>(`SELECT ${columns} FROM person WHERE id = ?`, id);
  return row && toPerson(row);
}

/** By login name or any of the addresses. */
export function personByName(core: Core, name: string): Person | undefined {
  const wanted = name.trim().toLowerCase();
  const row = core.db.get<PersonRow>(`SELECT ${columns} FROM person WHERE login = ?`, wanted);
  return row ? toPerson(row) : personByAddress(core, wanted);
}

export function personByAddress(core: Core, address: string): Person | undefined {
  const entry = core.db.get<{ entity: number }>(
    "SELECT entity FROM address WHERE address = ? AND kind = 'person'",
    address.toLowerCase(),
  );
  return entry && personById(core, entry.entity);
}

/** All, by id. */
export function people(core: Core): Person[] {
  return core.db.all<PersonRow>(`SELECT ${columns} FROM person ORDER BY id`).map(toPerson);
}

/** Ids of the groups of a person; everybody is in 0 (all users) and 1 (standard group). */
export function groupsOf(core: Core, personId: number): number[] {
  const rows = core.db.all<{ id: number }>(
    `SELECT g.id FROM member m JOIN member_group g ON g.id = m.member_group
     WHERE m.person = ? AND g.deleted = 0 ORDER BY g.id`,
    personId,
  );
  return [0, 1, ...rows.map((row) => row.id)];
}

/** Ids of the people in a group; 0 (all users) and 1 (standard group) hold everybody. */
export function membersOf(core: Core, group: number): number[] {
  return group <= 1
    ? core.db.all<{ id: number }>('SELECT id FROM person ORDER BY id').map(({ id }) => id)
    : core.db
        .all<{ person: number }>('SELECT person FROM member WHERE member_group = ? ORDER BY person', group)
        .map(({ person }) => person);
}

/** All addresses a person may write from: the own, and those of people they are a deputy "on behalf" of. */
export function senderAddresses(core: Core, person: Person): Set<string> {
  const owners = core.db.all<{ owner: number }>(
    'SELECT owner FROM deputy WHERE person = ? AND on_behalf = 1',
    person.id,
  );
  const all = [person, ...owners.map(({ owner }) => personById(core, owner)).filter((owner) => owner !== undefined)];
  return new Set(all.flatMap((one) => [one.address, ...one.aliases]));
}
