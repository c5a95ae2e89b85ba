import type { FolderId, OutboxRow } from '../../store/index.ts';
import type { SyncAccount } from '../account.ts';
import { pullItems } from './pull.ts';
import { isItemRow, pushItem } from './push.ts';
import { isItemFolderRow, pushItemFolder } from './push-folder.ts';
import { type ItemSync, openItemSync } from './sync.ts';

/** Contacts, tasks and the like of one account, beside its mail. */
export interface ItemEngine {
  /** Takes what happened on the backend. `whole`: the folders are looked at too. */
  pull(whole: boolean): Promise<void>;
  /** Deals with an outbox row; false when it is not about an item or a folder of items. */
  push(row: OutboxRow): Promise<boolean>;
}

/** Undefined where the backend has mail alone. `released`: local folders whose brake somebody released. */
export function createItemEngine(account: SyncAccount, released: Set<FolderId>): ItemEngine | undefined {
  const { items: open } = account.backend;
  if (!open) return undefined;
  let opened: ItemSync | undefined;
  const items = async (): Promise<ItemSync> => {
    opened ??= await openItemSync(account, await open(), released);
    return opened;
  };
  return {
    pull: async (whole) => pullItems(await items(), whole),
    async push(row) {
      const sync = await items();
      if (row.kind === 'message' && (await isItemRow(sync, row))) await pushItem(sync, row);
      else if (row.kind === 'folder' && (await isItemFolderRow(sync, row))) await pushItemFolder(sync, row);
      else return false;
      return true;
    },
  };
}
