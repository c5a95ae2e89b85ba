import type { PropertyValue, TaggedValue } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopDeleteProperties, RopSetProperties } from '../definitions/index.ts';
import { problemsOf } from '../properties/holder.ts';
import { propertiesOf, propertyKinds } from '../properties/of.ts';

/** Bytes from the request are views on its buffer, which does not outlive it. */
function kept({ tag, value }: TaggedValue): TaggedValue {
  const copy = (item: PropertyValue): PropertyValue => (item instanceof Uint8Array ? Buffer.from(item) : item);
  return { tag, value: Array.isArray(value) ? (value.map(copy) as PropertyValue) : copy(value) };
}

/** RopSetProperties and RopSetPropertiesNoReplicate, MS-OXCPRPT 3.2.5.4. */
export const setProperties: HandlerOf<typeof RopSetProperties> = async (context, request) => {
  const holder = propertiesOf(context, context.input(...propertyKinds));
  const refusals = await holder.change(request.propertyValues.map(kept), []);
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
