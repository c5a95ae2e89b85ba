import type { Core } from '../core.ts';
import type { Action } from '../http/action.ts';
import { personById } from '../people/person.ts';

interface DeputyRow {
  readonly id: string;
  readonly owner: number;
  readonly person: number;
  readonly on_behalf: number;
  readonly permissions: string;
}

const available: Action = () => ({ data: { available: true } });

/** Who stands in for the caller. */
const all: Action = (core, request) => {
  const rows = core.db.all<DeputyRow>('SELECT * FROM deputy WHERE owner = ? ORDER BY id', request.person.id);
  return {
    data: rows.map((row) => ({
      deputyId: row.id,
      userId: row.person,
      sendOnBehalfOf: row.on_behalf === 1,
      modulePermissions: JSON.parse(row.permissions),
    })),
  };
};

/** For whom the caller stands in. */
const reverse: Action = (core, request) => {
  const rows = core.db.all<DeputyRow>('SELECT * FROM deputy WHERE person = ? ORDER BY id', request.person.id);
  return { data: rows.map((row) => ({ ...granteeOf(core, row), modulePermissions: JSON.parse(row.permissions) })) };
};

function granteeOf(core: Core, row: DeputyRow): Record<string, unknown> {
  const owner = personById(core, row.owner);
  return {
    deputyId: row.id,
    granteeId: row.owner,
    granteeAddresses: owner ? [owner.address, ...owner.aliases] : [],
    sendOnBehalfOf: row.on_behalf === 1,
  };
}

/** Module `deputy` (reference 10): reading what the tenant file granted. */
export const deputy: Readonly<Record<string, Action>> = { all, available, reverse };
