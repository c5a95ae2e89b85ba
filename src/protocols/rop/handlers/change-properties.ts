import type { HandlerOf } from '../definition.ts';
import type { RopDeleteProperties, RopSetProperties } from '../definitions/index.ts';
import { problemsOf } from '../properties/holder.ts';
import { propertiesOf, propertyKinds } from '../properties/of.ts';
import { lasting } from '../properties/values.ts';

/** RopSetProperties and RopSetPropertiesNoReplicate, MS-OXCPRPT 3.2.5.4. */
export const setProperties: HandlerOf<typeof RopSetProperties> = async (context, request) => {
  const holder = propertiesOf(context, context.input(...propertyKinds));
  const refusals = await holder.change(
    request.propertyValues.map(({ tag, value }) => ({ tag, value: lasting(value) })),
    [],
  );
  return {
    propertyProblems: problemsOf(
      request.propertyValues.map(({ tag }) => tag),
      refusals,
    ),
  };
};

/** RopDeleteProperties and RopDeletePropertiesNoReplicate, MS-OXCPRPT 3.2.5.5. */
export const deleteProperties: HandlerOf<typeof RopDeleteProperties> = async (context, request) => {
  const holder = propertiesOf(context, context.input(...propertyKinds));
  const refusals = await holder.change([], request.propertyTags);
  return { propertyProblems: problemsOf(request.propertyTags, refusals) };
};
