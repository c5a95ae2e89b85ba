import { ec, MapiError, PidTag, type PropertyTag } from '../../../mapi/index.ts';
import { createListTable } from '../../../store/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetRulesTable, RopModifyRules } from '../definitions/rule.ts';
import { openTable } from './table-object.ts';

/** MS-OXORULE 2.2.1.3.1. */
const columns: readonly PropertyTag[] = [
  PidTag.RuleId,
  PidTag.RuleSequence,
  PidTag.RuleState,
  PidTag.RuleUserFlags,
  PidTag.RuleCondition,
  PidTag.RuleActions,
  PidTag.RuleProvider,
  PidTag.RuleName,
  PidTag.RuleLevel,
  PidTag.RuleProviderData,
];

/** RopGetRulesTable, MS-OXORULE 3.2.5.2. No folder has rules, as none can be set. */
export const getRulesTable: HandlerOf<typeof RopGetRulesTable> = (context) => {
  context.input('folder');
  const table = createListTable<never>({
    rows: () => [],
    key: () => 0,
    property: () => undefined,
    allColumns: () => columns,
  });
  openTable(context, table, 'rules', false);
  return {};
};

/** RopModifyRules, MS-OXORULE 3.2.5.1: filters are set in the groupware. */
export const modifyRules: HandlerOf<typeof RopModifyRules> = (context) => {
  context.input('folder');
  throw new MapiError(ec.notSupported);
};
