import { idOf, type PropertyTag } from '../../../mapi/index.ts';
import type { RopContext } from '../context.ts';
import {
  type Copyable,
  checkCopyFlags,
  copyEnds,
  copySubObjects,
  copyValues,
  storedTags,
  subObjects,
} from '../copying.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopCopyProperties, RopCopyTo } from '../definitions/index.ts';
import { problemsOf } from '../properties/holder.ts';
import { propertiesOf } from '../properties/of.ts';

/** RopCopyTo, MS-OXCPRPT 3.2.5.8: all writable properties but the excluded ones. Move copies, as with Exchange. */
export const copyTo: HandlerOf<typeof RopCopyTo> = async (context, request) => {
  const [source, destination] = copyEnds(context);
  const { overwrite } = checkCopyFlags(request.copyFlags, source);
  const excluded = new Set(request.excludedTags.map(idOf));
  const wanted = (tag: PropertyTag): boolean => !excluded.has(idOf(tag));
  const [from, to] = [propertiesOf(context, source), propertiesOf(context, destination)];
  const tags = (await storedTags(context, source)).filter((tag) => wanted(tag) && !to.isReadOnly(tag));
  await together(context, source, async () => {
    if (request.wantSubObjects) await copySubObjects(context, source, destination, wanted, overwrite);
    await copyValues(from, to, tags, overwrite);
  });
  return { propertyProblems: [] };
};

/** RopCopyProperties, MS-OXCPRPT 3.2.5.7: the properties and sub-objects of the tags given. */
export const copyProperties: HandlerOf<typeof RopCopyProperties> = async (context, request) => {
  const [source, destination] = copyEnds(context);
  const { overwrite } = checkCopyFlags(request.copyFlags, source);
  const asked = new Set(request.propertyTags.map(idOf));
  const parts = new Set(subObjects[source.kind].map(idOf));
  const [from, to] = [propertiesOf(context, source), propertiesOf(context, destination)];
  const tags = request.propertyTags.filter((tag) => !parts.has(idOf(tag)) || source.kind === 'attachment');
  const refusals = await together(context, source, async () => {
    await copySubObjects(context, source, destination, (tag) => asked.has(idOf(tag)), overwrite);
    return copyValues(from, to, tags, overwrite);
  });
  return { propertyProblems: problemsOf(request.propertyTags, refusals) };
};

/** Folders change at once, so as a whole; drafts wait for their save, and may fetch content while nobody is held up. */
const together = <T>(context: RopContext, source: Copyable, work: () => Promise<T>): Promise<T> =>
  source.kind === 'folder' ? context.mailbox.transaction(work) : work();
