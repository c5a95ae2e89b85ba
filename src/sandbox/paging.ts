import { OxError } from './errors.ts';
import type { Parameters } from './http/parameters.ts';

/** Whether `order=desc` is asked for. */
export const isDescending = (parameters: Parameters): boolean => parameters.text('order')?.toLowerCase() === 'desc';

/** `limit=N`, `limit=from,to`, or left_hand_limit and right_hand_limit (exclusive). Without any: everything. */
export function pageOf(parameters: Parameters): { offset: number; count: number } {
  const limit = parameters.text('limit');
  let from = parameters.integer('left_hand_limit') ?? 0;
  let to = parameters.integer('right_hand_limit') ?? Number.MAX_SAFE_INTEGER;
  if (limit !== undefined) {
    const match = /^(?:(\d+),)?(\d+)$/.exec(limit);
    if (!match) throw new OxError('SVL-0004', `limit=${limit}`);
    from = Number(match[1] ?? 0);
    to = Number(match[2]);
  }
  if (from < 0 || to < from) throw new OxError('SVL-0004', `left_hand_limit=${from}, right_hand_limit=${to}`);
  return { offset: from, count: Math.min(to - from, Number.MAX_SAFE_INTEGER) };
}
