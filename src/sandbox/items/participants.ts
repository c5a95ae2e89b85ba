import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import { membersOf, personByAddress, personById } from '../people/person.ts';

/** Types of participants (ox-columns.json, 220). */
export const participantType = { user: 1, group: 2, resource: 3, external: 5 } as const;

/** Somebody or something that takes part, as a body names it. */
export interface Participant {
  readonly type: number;
  readonly id?: number;
  readonly mail?: string;
  readonly display_name?: string;
}

/** Codes for a type nobody knows, one that is not there, and an external one without address. */
export interface ParticipantCodes {
  readonly unknownType: string;
  readonly unknownId: string;
  readonly withoutMail: string;
}

/** The member `participants` of a task or an appointment. An external one with an address of the context is a user. */
export function parseParticipants(core: Core, value: unknown, codes: ParticipantCodes): Participant[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new OxError('SVL-0010', 'participants');
  return value.map((entry) => {
    const { type, id, mail, display_name } = asObject(entry);
    const kind = Number(type);
    if (kind === participantType.external) {
      if (typeof mail !== 'string' || !mail.includes('@')) throw new OxError(codes.withoutMail);
      const person = personByAddress(core, mail);
      if (person) return { type: participantType.user, id: person.id };
      return { type: kind, mail, ...(typeof display_name === 'string' ? { display_name } : {}) };
    }
    if (!Object.values<number>(participantType).includes(kind)) throw new OxError(codes.unknownType, String(type));
    const number = Number(id);
    if (!isThere(core, kind, number)) throw new OxError(codes.unknownId, String(id));
    return { type: kind, id: number };
  });
}

function isThere(core: Core, type: number, id: number): boolean {
  if (!Number.isSafeInteger(id)) return false;
  if (type === participantType.user) return personById(core, id) !== undefined;
  const table = type === participantType.group ? 'member_group' : 'resource';
  return core.db.get(`SELECT 1 FROM ${table} WHERE id = ? AND deleted = 0`, id) !== undefined;
}

/** Ids of the users among participants, groups taken apart, each once. */
export function usersAmong(core: Core, participants: readonly Participant[]): number[] {
  return [
    ...new Set(
      participants.flatMap(({ type, id }) => {
        if (type === participantType.user) return [id!];
        return type === participantType.group ? membersOf(core, id!) : [];
      }),
    ),
  ];
}
