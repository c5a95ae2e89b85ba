import { OxError } from '../errors.ts';
import type { ActionRequest } from '../http/action.ts';
import { columnNumbers } from '../mail/select.ts';

/** Named sets of columns (ox-columns.json, column_aliases). */
const aliases: Readonly<Record<string, readonly number[]>> = {
  all: [20, 1, 5, 2, 602],
  list: [
    20, 1, 5, 2, 500, 501, 502, 505, 523, 525, 526, 527, 542, 555, 102, 602, 592, 101, 551, 552, 543, 547, 548, 549,
    556, 569,
  ],
};

/** `columns` of module contacts: numbers or a named set. */
export function contactColumnNumbers(request: ActionRequest): readonly number[] {
  const text = request.parameters.text('columns');
  if (text === undefined) throw new OxError('SVL-0002', 'columns');
  return aliases[text] ?? columnNumbers(request);
}
