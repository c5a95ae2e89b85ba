import { ec, idOf, isNamed, MapiError, type PropertyName, propertySet } from '../../../mapi/index.ts';
import { type RopContext, RopFailure } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopGetNamesFromPropertyIds,
  RopGetPropertyIdsFromNames,
  RopQueryNamedProperties,
} from '../definitions/index.ts';
import { propertiesOf, propertyKinds } from '../properties/of.ts';

const create = 0x02;
const firstNamed = 0x8000;

/** PS_MAPI stands for the properties with fixed ids; 0 for what is none of them. Undefined for other sets. */
function mapiId(name: PropertyName | undefined): number | undefined {
  if (name === undefined) return 0;
  if (name.guid !== propertySet.mapi) return undefined;
  return name.lid !== undefined && name.lid > 0 && name.lid < firstNamed ? name.lid : 0;
}

/** Who may make names: a guest could fill another's map, which only ever grows. */
const mayCreate = (context: RopContext): boolean => context.session.identity.address === context.mailbox.address;

/** RopGetPropertyIdsFromNames, MS-OXCPRPT 3.2.5.10. */
export const getPropertyIdsFromNames: HandlerOf<typeof RopGetPropertyIdsFromNames> = async (context, request) => {
  const object = context.input(...propertyKinds);
  const { mailbox } = context;
  const names = request.propertyNames;
  if (names.length === 0) {
    if (object.kind !== 'logon') return { propertyIds: [] };
    return { propertyIds: (await mailbox.allPropertyNames()).map(({ id }) => id) };
  }
  const creates = (request.flags & create) !== 0 && mayCreate(context);
  const fixed = names.map(mapiId);
  const found = await mailbox.propertyIds(
    names.filter((name, at): name is PropertyName => name !== undefined && fixed[at] === undefined),
    creates,
  );
  let next = 0;
  const propertyIds = fixed.map((id) => id ?? found[next++] ?? 0);
  if (propertyIds.includes(0)) throw new RopFailure(ec.warnWithErrors, { propertyIds });
  return { propertyIds };
};

/** RopGetNamesFromPropertyIds, MS-OXCPRPT 3.2.5.9. */
export const getNamesFromPropertyIds: HandlerOf<typeof RopGetNamesFromPropertyIds> = async (context, request) => {
  context.input(...propertyKinds);
  const named = await context.mailbox.propertyNames(request.propertyIds.filter((id) => id >= firstNamed));
  let next = 0;
  return {
    propertyNames: request.propertyIds.map((id) =>
      id < firstNamed ? { guid: propertySet.mapi, lid: id } : named[next++],
    ),
  };
};

/** QueryFlags, MS-OXCPRPT 2.2.9.1; other bits are ignored. */
const noStrings = 0x01;
const noIds = 0x02;

/** RopQueryNamedProperties, MS-OXCPRPT 3.2.5.6: of the store all names, of other objects those of their properties. */
export const queryNamedProperties: HandlerOf<typeof RopQueryNamedProperties> = async (context, request) => {
  const object = context.input(...propertyKinds);
  const used =
    object.kind === 'logon'
      ? undefined
      : new Set((await propertiesOf(context, object).list()).filter(isNamed).map(idOf));
  const named = (await context.mailbox.allPropertyNames()).filter(({ id, name }) => {
    if (used !== undefined && !used.has(id)) return false;
    if (name.name === undefined ? (request.queryFlags & noIds) !== 0 : (request.queryFlags & noStrings) !== 0)
      return false;
    return request.propertyGuid === undefined || request.propertyGuid === name.guid;
  });
  if (named.length > 0xffff) throw new MapiError(ec.notEnoughMemory);
  return { named };
};
