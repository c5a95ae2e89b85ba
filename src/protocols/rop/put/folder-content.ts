import {
  ec,
  getString,
  idOf,
  MapiError,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type StoredValue,
  setProperty,
} from '../../../mapi/index.ts';
import type { FolderId } from '../../../store/index.ts';
import { marker, metaTag } from '../../fasttransfer/index.ts';
import { folderHolder } from '../properties/folder.ts';
import { readWhole } from '../properties/values.ts';
import { isSpool } from '../spool.ts';
import { createBudget } from './budget.ts';
import type { PutContext } from './context.ts';
import type { Rule } from './elements.ts';
import { putLimits } from './limits.ts';
import { messageList } from './message-list.ts';
import { propertyList } from './property-list.ts';

/** topFolder, MS-OXCFXICS 2.2.4.2: into a folder that the client made for it. */
export async function* topFolder(put: PutContext, folderId: FolderId): Rule {
  const { at } = put;
  // MetaTagDnPrefix may come first.
  yield* propertyList(put, { budget: createBudget(), adopt: (spool) => spool.release(), put: () => {} });
  at.expect(marker.startTopFld);
  if (!at.next()) yield;
  yield* folderContent(put, folderId);
  at.expect(marker.endFolder);
  if (!at.next()) yield;
}

/**
 * folderContent, MS-OXCFXICS 2.2.4.3.6, into a folder that keeps its name and what is in it: MetaTagFXDelProp is for
 * replicas, and nothing that a user has goes by a copy (RopCopyTo does the same).
 */
export async function* folderContent(put: PutContext, folderId: FolderId): Rule {
  const holder = folderHolder({ kind: 'folder', logon: put.logon, folderId }, put.origin, put.codePage);
  yield* folderProperties(put, (tag, value) =>
    idOf(tag) === idOf(PidTag.DisplayName) ? undefined : holder.change([{ tag, value }], []),
  );
  yield* folderParts(put, folderId, 1);
}

async function* folderProperties(put: PutContext, take: (tag: PropertyTag, value: StoredValue) => unknown): Rule {
  yield* propertyList(put, {
    budget: createBudget(),
    adopt: () => {},
    async put(tag, value) {
      if (!isSpool(value)) {
        await take(tag, value);
        return;
      }
      try {
        if (value.size > putLimits.folderValue) throw new MapiError(ec.tooBig, 'a large value of a folder');
        const bytes = await readWhole(value, putLimits.folderValue);
        await take(tag, (tag & 0xffff) === 0x1f ? bytes.toString('utf16le') : bytes);
      } finally {
        value.release();
      }
    },
  });
}

/** Messages and folders in a folder. */
async function* folderParts(put: PutContext, folderId: FolderId, depth: number): Rule {
  const { at } = put;
  for (;;) {
    yield* messageList(put, folderId);
    const { current } = at;
    if (at.marker === marker.startSubFld) yield* subFolder(put, folderId, depth);
    else if (current.kind !== 'property' || current.property.tag !== metaTag.fxDelProp) return;
    if (!at.next()) yield;
  }
}

/** subFolder, MS-OXCFXICS 2.2.4.2, with its end to look at. One of the same name takes it in. */
async function* subFolder(put: PutContext, parentId: FolderId, depth: number): Rule {
  const { at, logon, mailbox, origin, codePage } = put;
  if (depth === putLimits.folderDepth) throw new MapiError(ec.tooBig, 'folders are nested too deeply');
  if (!at.next()) yield;
  const properties: PropertyBag = new Map();
  yield* folderProperties(put, (tag, value) => setProperty(properties, tag, value));
  const displayName = getString(properties, PidTag.DisplayName);
  if (displayName === undefined) throw new MapiError(ec.formatError, 'a folder without name');
  properties.delete(PidTag.DisplayName);
  const folderId = await mailbox.transaction(async () => {
    const { folder } = await mailbox.createFolder({ parentId, displayName, openExisting: true }, origin);
    const holder = folderHolder({ kind: 'folder', logon, folderId: folder.id }, origin, codePage);
    await holder.change(
      [...properties].map(([tag, value]) => ({ tag, value })),
      [],
    );
    return folder.id;
  });
  yield* folderParts(put, folderId, depth + 1);
  at.expect(marker.endFolder);
}
