import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { standardFolderOf } from '../folders/groupware.ts';
import { asObject } from '../http/body.ts';
import { membersOf, type Person, personByAddress, personById } from '../people/person.ts';
import { type Attendee, type CalendarUser, mailtoOf, type PartStat } from './event.ts';
import { chronosLimits } from './limits.ts';

const partStats = ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE', 'DELEGATED'];

/** The same one: by entity among those of the context, by address among others. */
export function isSame(one: CalendarUser, other: CalendarUser): boolean {
  if (one.entity !== undefined || other.entity !== undefined)
    return one.entity === other.entity && kindOf(one) === kindOf(other);
  return one.uri.toLowerCase() === other.uri.toLowerCase();
}

/** People, groups and resources have ids of their own. */
const kindOf = (user: CalendarUser & { cuType?: string }): string =>
  user.cuType === 'GROUP' || user.cuType === 'RESOURCE' ? user.cuType : 'INDIVIDUAL';

export function userOf(person: Person): CalendarUser {
  return { uri: mailtoOf(person.address), cn: person.displayName, email: person.address, entity: person.id };
}

/** A calendar user by id, as long as there is one. */
export function userById(core: Core, id: number): CalendarUser {
  const person = personById(core, id);
  return person ? userOf(person) : { uri: mailtoOf('unknown'), entity: id };
}

/** An attendee of a body: known by `entity`, or by the address of `uri` or `email`. CAL-4034: nobody. CAL-4006: partStat. */
export function parseAttendee(core: Core, value: unknown): Attendee {
  const given = asObject(value);
  const address = addressIn(given);
  const known = knownUser(core, given.entity, address, given.cuType);
  if (!known && (address === undefined || !/^[^\s@]+@[^\s@]+$/.test(address)))
    throw new OxError('CAL-4034', String(given.uri ?? given.entity));
  const partStat = given.partStat ?? 'NEEDS-ACTION';
  if (typeof partStat !== 'string' || !partStats.includes(partStat.toUpperCase()))
    throw new OxError('CAL-4006', 'partStat');
  const text = (name: string) =>
    typeof given[name] === 'string' && given[name] !== '' ? (given[name] as string) : undefined;
  const external = { uri: mailtoOf(address ?? ''), email: address, cuType: cuTypeOf(given.cuType), cn: text('cn') };
  return dropUndefined({
    ...(known ?? external),
    role: text('role')?.toUpperCase() ?? 'REQ-PARTICIPANT',
    partStat: partStat.toUpperCase() as PartStat,
    comment: text('comment'),
    rsvp: typeof given.rsvp === 'boolean' ? given.rsvp : undefined,
    member: Array.isArray(given.member) ? given.member.map(String) : undefined,
  }) as unknown as Attendee;
}

function addressIn(given: Record<string, unknown>): string | undefined {
  const uri = typeof given.uri === 'string' ? given.uri.replace(/^mailto:/i, '') : undefined;
  return uri || (typeof given.email === 'string' && given.email !== '' ? given.email : undefined);
}

const cuTypeOf = (value: unknown): Attendee['cuType'] =>
  ['INDIVIDUAL', 'GROUP', 'RESOURCE', 'ROOM', 'UNKNOWN'].includes(String(value))
    ? (value as Attendee['cuType'])
    : 'INDIVIDUAL';

function dropUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

type Known = CalendarUser & { readonly cuType: Attendee['cuType'] };

/** Somebody or something of the context. CAL-4034: an entity that is not there. */
function knownUser(core: Core, entity: unknown, address: string | undefined, cuType: unknown): Known | undefined {
  if (entity !== undefined && entity !== null && Number(entity) >= 0) {
    const found = entityUser(core, Number(entity), String(cuType ?? 'INDIVIDUAL'));
    if (!found) throw new OxError('CAL-4034', String(entity));
    return found;
  }
  if (address === undefined) return undefined;
  const person = personByAddress(core, address);
  if (person) return { ...userOf(person), cuType: 'INDIVIDUAL' };
  const entry = core.db.get<{ kind: string; entity: number }>(
    "SELECT kind, entity FROM address WHERE address = ? AND kind <> 'person'",
    address.toLowerCase(),
  );
  return entry && entityUser(core, entry.entity, entry.kind === 'group' ? 'GROUP' : 'RESOURCE');
}

function entityUser(core: Core, entity: number, cuType: string): Known | undefined {
  if (cuType === 'GROUP' || cuType === 'RESOURCE' || cuType === 'ROOM') {
    const table = cuType === 'GROUP' ? 'member_group' : 'resource';
    const row = core.db.get<{ id: number; display_name: string; address: string | null }>(
      `SELECT id, display_name, address FROM ${table} WHERE id = ? AND deleted = 0`,
      entity,
    );
    if (!row) return undefined;
    const kind = cuType === 'GROUP' ? 'GROUP' : 'RESOURCE';
    const uri = row.address === null ? `urn:uuid:${kind.toLowerCase()}-${row.id}` : mailtoOf(row.address);
    return { uri, cn: row.display_name, entity, cuType: kind, ...(row.address === null ? {} : { email: row.address }) };
  }
  const person = personById(core, entity);
  return person && { ...userOf(person), cuType: 'INDIVIDUAL' };
}

export interface AttendeesOf {
  /** Whose calendar it is, who always takes part; null in a public one. */
  readonly owner: number | null;
  readonly ownerFolder: number;
  readonly isPublic: boolean;
  /** Those who were there before. */
  readonly before: readonly Attendee[];
  /** Who may set the own participation. */
  readonly user: number;
}

/**
 * The attendees of an event as the organizer wants them: groups taken apart, the owner among them, everybody's answer as
 * it was, resources booked, new people asked. CAL-5073: too many.
 */
export function completeAttendees(core: Core, given: readonly Attendee[], facts: AttendeesOf): Attendee[] {
  const all: Attendee[] = [];
  const add = (attendee: Attendee) => {
    if (!all.some((one) => isSame(one, attendee))) all.push(attendee);
  };
  if (facts.owner !== null && !given.some(({ entity, cuType }) => entity === facts.owner && cuType === 'INDIVIDUAL'))
    add(individual(core, facts.owner, 'ACCEPTED'));
  for (const attendee of given) add(attendee);
  for (const group of given.filter(({ cuType, entity }) => cuType === 'GROUP' && entity !== undefined))
    for (const id of membersOf(core, group.entity!))
      add({ ...individual(core, id, 'NEEDS-ACTION'), member: [group.uri] });
  if (all.length > chronosLimits.attendees) throw new OxError('CAL-5073', String(all.length));
  return all.map((attendee) => settled(core, attendee, facts));
}

function individual(core: Core, id: number, partStat: PartStat): Attendee {
  return { ...userById(core, id), cuType: 'INDIVIDUAL', role: 'REQ-PARTICIPANT', partStat };
}

function settled(core: Core, attendee: Attendee, facts: AttendeesOf): Attendee {
  const before = facts.before.find((one) => isSame(one, attendee));
  if (attendee.cuType === 'GROUP') return { ...attendee, partStat: before?.partStat ?? 'ACCEPTED' };
  if (attendee.entity === undefined) return before ? { ...before, ...attendee } : attendee;
  if (attendee.cuType === 'RESOURCE') return { ...attendee, partStat: 'ACCEPTED' };
  const isOwner = attendee.entity === facts.owner;
  const folder = facts.isPublic
    ? {}
    : {
        folder: before?.folder ?? (isOwner ? facts.ownerFolder : standardFolderOf(core, attendee.entity, 'calendar')!),
      };
  if (before) {
    const { partStat, comment } = attendee.entity === facts.user ? attendee : before;
    return { ...before, ...attendee, partStat, ...folder, ...(comment === undefined ? {} : { comment }) };
  }
  const first = attendee.partStat === 'NEEDS-ACTION' ? 'ACCEPTED' : attendee.partStat;
  return { ...attendee, partStat: isOwner ? first : 'NEEDS-ACTION', ...folder };
}
