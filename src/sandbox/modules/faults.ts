import { z } from 'zod';
import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { RequestBody } from '../http/body.ts';

const match = {
  module: z.string().optional(),
  action: z.string().optional(),
  login: z.string().optional(),
  parameters: z.record(z.string(), z.string()).optional(),
  skip: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
  forMs: z.number().int().min(1).optional(),
};

const bytes = z.number().int().min(0).optional();

const faultSchema = z.discriminatedUnion('effect', [
  z.strictObject({ effect: z.literal('unavailable'), ...match }),
  z.strictObject({ effect: z.literal('tooMany'), ...match }),
  z.strictObject({ effect: z.literal('status'), status: z.number().int().min(200).max(599), ...match }),
  z.strictObject({ effect: z.literal('cutBefore'), ...match }),
  z.strictObject({ effect: z.literal('cutAfter'), ...match }),
  z.strictObject({ effect: z.literal('expire'), ...match }),
  z.strictObject({ effect: z.literal('delay'), ms: z.number().int().min(0), after: z.boolean().optional(), ...match }),
  z.strictObject({ effect: z.literal('fail'), code: z.string(), after: z.boolean().optional(), ...match }),
  z.strictObject({ effect: z.literal('truncate'), bytes, ...match }),
  z.strictObject({ effect: z.literal('garble'), bytes, ...match }),
  z.strictObject({ effect: z.literal('warn'), code: z.string(), ...match }),
  z.strictObject({ effect: z.literal('extraFields'), ...match }),
  z.strictObject({ effect: z.literal('sameStamp'), ...match }),
]);

/** `/sandbox/faults`: GET lists, PUT adds one, DELETE removes all. For tests; only when switched on. */
export function faultsOverHttp(core: Core, method: string, body: RequestBody): unknown {
  if (method === 'DELETE') core.faults.clear();
  if (method !== 'PUT' && method !== 'POST') return core.faults.list();
  const parsed = faultSchema.safeParse(body.json());
  if (!parsed.success) throw new OxError('SVL-0028', z.prettifyError(parsed.error));
  return { id: core.faults.add(parsed.data) };
}
