import {
  type Cell,
  ec,
  idOf,
  isPropertyError,
  MapiError,
  multiValue,
  type PropertyError,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  propertyRow,
  type TaggedValue,
  tagOf,
  typeOf,
  withType,
} from '../../../mapi/index.ts';
import { NoRoom } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetPropertiesAll, RopGetPropertiesList, RopGetPropertiesSpecific } from '../definitions/index.ts';
import type { PropertyHolder } from '../properties/holder.ts';
import { propertiesOf, propertyKinds } from '../properties/of.ts';
import { inlineValue, valueSize } from '../properties/values.ts';

/** When all values together pass this, those of text and bytes from the next limit on are left to streams. */
const totalLimit = 0x7000;
const largeValue = 0x1000;

/** One property of an answer: the tag as it is given, and its value or the error in its place. */
interface Given {
  readonly tag: PropertyTag;
  readonly value: PropertyValue | PropertyError;
}

const absent: PropertyError = { errorCode: ec.notFound };
const tooLarge: PropertyError = { errorCode: ec.notEnoughMemory };

const isTextType = (type: number): boolean =>
  (type & ~multiValue) === Ptyp.String || (type & ~multiValue) === Ptyp.String8;
/** Types whose values may be left to a stream. */
const isStreamType = (type: number): boolean => isTextType(type) || type === Ptyp.Binary || type === Ptyp.Object;

/** Text asked for without a type comes as the request wants it, MS-OXCPRPT 3.2.5.1. */
function givenTag(found: PropertyTag, wantUnicode: boolean): PropertyTag {
  const type = typeOf(found);
  if (!isTextType(type)) return found;
  return withType(found, (wantUnicode ? Ptyp.String : Ptyp.String8) | (type & multiValue));
}

/** The property in the type asked for. */
async function give(holder: PropertyHolder, wanted: PropertyTag, wantUnicode: boolean): Promise<Given> {
  const found = idOf(wanted) === 0 ? undefined : await holder.find(wanted);
  if (found === undefined) return { tag: wanted, value: absent };
  const [tag, stored] = found;
  const value = await inlineValue(tag, stored);
  // Clients choke on multiple values without one.
  if (Array.isArray(value) && value.length === 0) return { tag: wanted, value: absent };
  if (typeOf(wanted) === Ptyp.Unspecified) return { tag: givenTag(tag, wantUnicode), value };
  if (isPropertyError(value)) return { tag: wanted, value };
  const [type, asked] = [typeOf(tag), typeOf(wanted)];
  const sameText = isTextType(type) && isTextType(asked) && (type & multiValue) === (asked & multiValue);
  return { tag: wanted, value: type === asked || sameText ? value : absent };
}

const sizeOf = (given: Given): number => 6 + valueSize(given.tag, given.value);

/** Leaves large values to streams where all together would not fit. */
function fit(values: readonly Given[]): readonly Given[] {
  const total = values.reduce((sum, given) => sum + sizeOf(given), 0);
  if (total <= totalLimit) return values;
  return values.map((given) => {
    if (isPropertyError(given.value) || !isStreamType(typeOf(given.tag)) || sizeOf(given) < largeValue) return given;
    return { tag: given.tag, value: tooLarge };
  });
}

/** RopGetPropertiesSpecific, MS-OXCPRPT 3.2.5.1. PropertySizeLimit is ignored, as Exchange does. */
export const getPropertiesSpecific: HandlerOf<typeof RopGetPropertiesSpecific> = async (context, request) => {
  const holder = propertiesOf(context, context.input(...propertyKinds));
  const wantUnicode = request.wantUnicode !== 0;
  const values: Given[] = [];
  for (const tag of request.propertyTags) values.push(await give(holder, tag, wantUnicode));
  const cells = fit(values).map((given, at): Cell => {
    if (isPropertyError(given.value)) return given.value;
    const unspecified = typeOf(request.propertyTags[at] as PropertyTag) === Ptyp.Unspecified;
    return unspecified ? { type: typeOf(given.tag), value: given.value } : given.value;
  });
  const writer = context.writer();
  propertyRow(request.propertyTags).write(writer, cells);
  if (writer.length > context.room) throw new NoRoom(writer.length);
  return { rowData: writer.view() };
};

/** A value that is not given, as a tagged value says it. */
const errorValue = (tag: PropertyTag, error: PropertyError): TaggedValue => ({
  tag: tagOf(idOf(tag), Ptyp.ErrorCode),
  value: error.errorCode,
});

/** RopGetPropertiesAll, MS-OXCPRPT 3.2.5.2. */
export const getPropertiesAll: HandlerOf<typeof RopGetPropertiesAll> = async (context, request) => {
  const holder = propertiesOf(context, context.input(...propertyKinds));
  const wantUnicode = request.wantUnicode !== 0;
  const limit = request.propertySizeLimit;
  const values: Given[] = [];
  for (const tag of await holder.list()) {
    const given = await give(holder, givenTag(tag, wantUnicode), wantUnicode);
    if (isPropertyError(given.value) && given.value.errorCode === ec.notFound) continue;
    const beyond = limit > 0 && !isPropertyError(given.value) && valueSize(given.tag, given.value) > limit;
    values.push(beyond && isStreamType(typeOf(given.tag)) ? { tag: given.tag, value: tooLarge } : given);
  }
  const propertyValues = fit(values).map(({ tag, value }) =>
    isPropertyError(value) ? errorValue(tag, value) : { tag, value },
  );
  return { propertyValues };
};

/** RopGetPropertiesList, MS-OXCPRPT 3.2.5.3. */
export const getPropertiesList: HandlerOf<typeof RopGetPropertiesList> = async (context) => {
  const tags = await propertiesOf(context, context.input(...propertyKinds)).list();
  if (tags.length > 0xffff) throw new MapiError(ec.notEnoughMemory);
  return { propertyTags: tags };
};
