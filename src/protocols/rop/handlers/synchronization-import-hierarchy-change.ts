import { ec, MapiError, PidTag } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSynchronizationImportHierarchyChange } from '../definitions/sync.ts';
import { folderProperties, importFolder } from '../upload/import-folder.ts';
import { collectorOf, fixedValues, versionOf, versionTags } from '../upload/imported.ts';

const displayName8 = 0x3001001e;

/** RopSynchronizationImportHierarchyChange, MS-OXCFXICS 3.2.5.9.4.3. */
export const synchronizationImportHierarchyChange: HandlerOf<typeof RopSynchronizationImportHierarchyChange> = async (
  context,
  request,
) => {
  const collector = collectorOf(context, false);
  const nameTag = request.hierarchyValues.at(-1)?.tag === displayName8 ? displayName8 : PidTag.DisplayName;
  const [parent, ...rest] = fixedValues(request.hierarchyValues, [PidTag.ParentSourceKey, ...versionTags, nameTag]);
  const displayName = rest.at(-1) as string;
  if (displayName === '') throw new MapiError(ec.invalidParam);
  await importFolder(context, collector, {
    parent: parent as Uint8Array,
    version: versionOf(rest),
    displayName,
    properties: folderProperties(request.propertyValues),
  });
  return { folderId: 0n };
};
