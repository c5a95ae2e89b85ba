import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';

/** What servers from 7.10 on make of errors of chronos in the older module (EventConverter of the server). */
const wrapped: Readonly<Record<string, string>> = {
  'CAL-4030': 'APP-0062',
  'CAL-4040': 'OX-0001 not found',
  'CAL-4041': 'APP-0059',
  'CAL-4042': 'APP-0098',
  'CAL-4061': 'APP-0074',
  'CAL-4090': 'APP-0100',
  'CAL-4221': 'APP-0020',
  'CAL-4224': 'APP-0093',
  'CAL-4225': 'APP-0066',
};

/** What servers before had of their own for the rest. */
const native: Readonly<Record<string, string>> = {
  ...wrapped,
  'CAL-4031': 'APP-0058',
  'CAL-4032': 'APP-0058',
  'CAL-4033': 'APP-0058',
  'CAL-4037': 'APP-0058',
  'CAL-4038': 'APP-0058',
  'CAL-4060': 'APP-0054',
  'CAL-4120': 'OX-0001',
  'CAL-4222': 'APP-0022',
  'CAL-5070': 'APP-0072',
  'CAL-5071': 'APP-0071',
};

/** Runs an action of module calendar; what fails has the codes of that module. */
export function withLegacyCodes<T>(core: Core, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OxError)) throw error;
    const key = (core.context.version === '7.8' ? native : wrapped)[error.code];
    if (key === undefined) throw error;
    throw new OxError(key, error.message, error.extra);
  }
}
