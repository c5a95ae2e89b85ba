import { ec, MapiError, multiValue, Ptyp, type Restriction, typeOf, withType } from '../../../mapi/index.ts';
import type { FolderId, Mailbox } from '../../../store/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetSearchCriteria, RopSetSearchCriteria } from '../definitions/folder.ts';
import { existingFolderId, wireId } from '../object-ids.ts';

/** MS-OXCFOLD 2.2.1.4.1. */
const setFlag = {
  stop: 0x1,
  restart: 0x2,
  recursive: 0x4,
  shallow: 0x8,
  contentIndexed: 0x10000,
  notContentIndexed: 0x20000,
  static: 0x40000,
} as const;
const validFlags = 0x7003f;
const excluding = [
  setFlag.stop | setFlag.restart,
  setFlag.recursive | setFlag.shallow,
  setFlag.contentIndexed | setFlag.notContentIndexed,
];

/** RopSetSearchCriteria, MS-OXCFOLD 3.2.5.4. Without restriction or folders those of the last search are used. */
export const setSearchCriteria: HandlerOf<typeof RopSetSearchCriteria> = async (context, request) => {
  const folder = context.input('folder');
  const { mailbox } = context;
  const flags = request.searchFlags;
  if (flags & ~validFlags || excluding.some((bits) => (flags & bits) === bits)) throw new MapiError(ec.invalidParam);
  await checkSearchFolder(mailbox, folder.folderId);
  const folderIds: FolderId[] = [];
  for (const id of request.folderIds) folderIds.push(await existingFolderId(mailbox, id));
  if (folderIds.includes(folder.folderId)) throw new MapiError(ec.searchFolderScopeViolation);
  const before = await mailbox.searchCriteria(folder.folderId);
  if ((request.restriction ?? before.restriction) === undefined) throw new MapiError(ec.notInitialized);
  if (folderIds.length === 0 && before.folderIds.length === 0) throw new MapiError(ec.notInitialized);
  await mailbox.setSearchCriteria(folder.folderId, {
    ...(request.restriction ? { restriction: request.restriction } : {}),
    ...(folderIds.length > 0 ? { folderIds } : {}),
    recursive: (flags & setFlag.recursive) !== 0,
    stop: (flags & setFlag.stop) !== 0,
    static: (flags & setFlag.static) !== 0,
  });
  return {};
};

/** MS-OXCFOLD 2.2.1.5.2. */
const getFlag = {
  running: 0x1,
  rebuild: 0x2,
  recursive: 0x4,
  complete: 0x1000,
  static: 0x10000,
  withoutContentIndex: 0x08000000,
} as const;

/** RopGetSearchCriteria, MS-OXCFOLD 3.2.5.5. */
export const getSearchCriteria: HandlerOf<typeof RopGetSearchCriteria> = async (context, request) => {
  const folder = context.input('folder');
  const { mailbox } = context;
  await checkSearchFolder(mailbox, folder.folderId);
  const criteria = await mailbox.searchCriteria(folder.folderId);
  if (criteria.restriction === undefined && criteria.folderIds.length === 0) throw new MapiError(ec.notInitialized);
  const restriction =
    criteria.restriction && !request.useUnicode ? inCodePage(criteria.restriction) : criteria.restriction;
  return {
    restriction: request.includeRestriction ? restriction : undefined,
    logonId: context.logonId,
    folderIds: request.includeFolders ? criteria.folderIds.map(wireId) : [],
    searchFlags:
      (criteria.running ? getFlag.running : 0) |
      (criteria.complete ? getFlag.complete : 0) |
      (criteria.running && criteria.rebuilding ? getFlag.rebuild : 0) |
      (criteria.recursive ? getFlag.recursive : 0) |
      (criteria.static ? getFlag.static : 0) |
      getFlag.withoutContentIndex,
  };
};

async function checkSearchFolder(mailbox: Mailbox, folderId: FolderId): Promise<void> {
  if ((await mailbox.folder(folderId))?.type !== 'search') throw new MapiError(ec.notSearchFolder);
}

/** The restriction with its texts as 8-bit strings, for clients that want no Unicode. */
function inCodePage(restriction: Restriction): Restriction {
  const tagIn = (tag: number): number => {
    const type = typeOf(tag);
    if (type === Ptyp.String) return withType(tag, Ptyp.String8);
    return type === (Ptyp.String | multiValue) ? withType(tag, Ptyp.String8 | multiValue) : tag;
  };
  switch (restriction.kind) {
    case 'and':
    case 'or':
      return { ...restriction, restrictions: restriction.restrictions.map(inCodePage) };
    case 'not':
    case 'count':
    case 'subobject':
      return { ...restriction, restriction: inCodePage(restriction.restriction) };
    case 'comment':
      return {
        ...restriction,
        values: restriction.values.map((value) => ({ ...value, tag: tagIn(value.tag) })),
        restriction: restriction.restriction && inCodePage(restriction.restriction),
      };
    case 'content':
    case 'property':
      return {
        ...restriction,
        tag: tagIn(restriction.tag),
        value: { ...restriction.value, tag: tagIn(restriction.value.tag) },
      };
    case 'compare':
      return { ...restriction, tag1: tagIn(restriction.tag1), tag2: tagIn(restriction.tag2) };
    default:
      return { ...restriction, tag: tagIn(restriction.tag) };
  }
}
