import type { Attendee, CalendarEvent, Person, Response } from '../event/index.ts';
import { type IcalProperty, lineOf, param } from './content.ts';
import type { Lost } from './times.ts';

const responses: Readonly<Record<string, Response>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
};
const partStats: Readonly<Partial<Record<Response, string>>> = {
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  tentative: 'TENTATIVE',
};

/** Roles of MS-OXCICAL 2.1.3.1.1.20.2; a resource by its CUTYPE, or as MS-OXCICAL writes it. */
function roleOf(property: IcalProperty): Attendee['role'] {
  if (/^(RESOURCE|ROOM)$/i.test(param(property, 'cutype') ?? '')) return 'resource';
  const role = param(property, 'role')?.toUpperCase();
  if (role === 'OPT-PARTICIPANT') return 'optional';
  return role === 'NON-PARTICIPANT' ? 'resource' : 'required';
}

const carried = new Set(['cn', 'role', 'partstat', 'cutype', 'rsvp', 'sent-by', 'email', 'language']);

/** Name and address of a calendar user; without an address (a urn, a path) the name alone. */
function personOf(property: IcalProperty): Person {
  const address = param(property, 'email') ?? (/^mailto:\s*(.*)$/i.exec(property.raw.trim())?.[1] || undefined);
  const plain = address ?? (/^[^\s@:/]+@[^\s@:/]+$/.test(property.raw.trim()) ? property.raw.trim() : '');
  return { name: param(property, 'cn')?.trim() || plain || property.raw.trim(), address: plain.trim() };
}

/** Attendees and organizer of a component. */
export function readPeople(
  organizer: IcalProperty | undefined,
  attendees: readonly IcalProperty[],
  lost: Lost,
): Pick<CalendarEvent, 'organizer' | 'sentBy' | 'attendees' | 'noResponseWanted'> {
  const people = attendees.map((property): Attendee => {
    for (const name of Object.keys(property.params)) if (!carried.has(name)) lost(`ATTENDEE;${name.toUpperCase()}`);
    const response = responses[param(property, 'partstat')?.toUpperCase() ?? ''];
    return { ...personOf(property), role: roleOf(property), ...(response ? { response } : {}) };
  });
  const who = organizer && personOf(organizer);
  const sentBy = /^mailto:(.+)$/i.exec(organizer ? (param(organizer, 'sent-by') ?? '') : '')?.[1];
  // The organizer among the attendees is told by ORGANIZER already.
  const others = people.filter(({ address }) => !who?.address || address.toLowerCase() !== who.address.toLowerCase());
  const asked = attendees.map((property) => param(property, 'rsvp')?.toUpperCase());
  return {
    ...(who ? { organizer: who } : {}),
    ...(sentBy ? { sentBy: { name: sentBy, address: sentBy } } : {}),
    ...(others.length > 0 ? { attendees: others } : {}),
    ...(asked.length > 0 && asked.every((wanted) => wanted === 'FALSE') ? { noResponseWanted: true } : {}),
  };
}

const uriOf = ({ address, name }: Person): string =>
  address ? `mailto:${address}` : `invalid:${encodeURIComponent(name)}`;

const roleParams: Readonly<Record<Attendee['role'], Readonly<Record<string, string>>>> = {
  required: { ROLE: 'REQ-PARTICIPANT' },
  optional: { ROLE: 'OPT-PARTICIPANT' },
  resource: { CUTYPE: 'RESOURCE', ROLE: 'NON-PARTICIPANT' },
};

const lower = (params: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));

/** ORGANIZER and ATTENDEE lines of an event or of one of its exceptions. */
export function peopleLines(event: CalendarEvent, attendees: readonly Attendee[]): string[] {
  const lines: string[] = [];
  const cn = ({ name, address }: Person): string | undefined => (name === address ? undefined : name);
  if (event.organizer) {
    const sentBy = event.sentBy && `mailto:${event.sentBy.address}`;
    lines.push(
      lineOf('ORGANIZER', uriOf(event.organizer), lower({ CN: cn(event.organizer), 'SENT-BY': sentBy }), 'cal-address'),
    );
  }
  for (const attendee of attendees) {
    const params = {
      CN: cn(attendee),
      ...roleParams[attendee.role],
      PARTSTAT: (attendee.response && partStats[attendee.response]) ?? 'NEEDS-ACTION',
      RSVP: event.noResponseWanted ? 'FALSE' : 'TRUE',
    };
    lines.push(lineOf('ATTENDEE', uriOf(attendee), lower(params), 'cal-address'));
  }
  return lines;
}
