import type { GroupwareItems, ItemBackend, ItemKindName } from '../../backends/index.ts';
import type { EventContext } from '../../formats/index.ts';
import { namedTags } from '../../mapi/index.ts';
import type { FolderId, FolderLink, Mailbox } from '../../store/index.ts';
import type { SyncAccount } from '../account.ts';
import { type ItemKind, itemKinds } from './kinds.ts';
import { isItemFolderLink, parseItemFolder } from './links.ts';

/** What every part of the synchronization of items works with. */
export interface ItemSync {
  readonly account: SyncAccount;
  readonly context: EventContext;
  readonly kinds: readonly KindSync[];
  /** Local folders whose brake somebody released. */
  readonly released: Set<FolderId>;
}

/** One kind of one account. */
export interface KindSync {
  readonly kind: ItemKind;
  readonly backend: ItemBackend;
  /** The folders were read. */
  known: boolean;
  /** Remote folders, as the links name them, that the last look missed. */
  missed: Set<string>;
  /** Somebody waits for all stamps to be compared. */
  checkWanted: boolean;
}

export async function openItemSync(
  account: SyncAccount,
  groupware: GroupwareItems,
  released: Set<FolderId>,
): Promise<ItemSync> {
  const names = itemKinds.flatMap((kind) => kind.names);
  const tags = namedTags(names, await account.mailbox.propertyIds(names, true));
  return {
    account,
    context: {
      tags,
      timeZone: groupware.timeZone,
      get now() {
        return Temporal.Instant.fromEpochMilliseconds(account.clock());
      },
    },
    kinds: itemKinds.flatMap((kind) => {
      const backend = groupware[kind.name];
      return backend ? [{ kind, backend, known: false, missed: new Set<string>(), checkWanted: false }] : [];
    }),
    released,
  };
}

export const kindSync = (items: ItemSync, kind: ItemKind): KindSync => items.kinds.find((one) => one.kind === kind)!;

/** Whether a local folder is one whose items are on the backend, as Deleted Items is not. */
export async function isOnBackend({ account }: ItemSync, folderId: FolderId): Promise<boolean> {
  const link = await account.mailbox.sync.folderLink(folderId);
  return link !== undefined && isItemFolderLink(link);
}

/** The links of one kind's folders. */
export const kindLinks = async ({ sync }: Mailbox, kind: ItemKindName): Promise<FolderLink[]> =>
  (await sync.folderLinks()).filter(({ remoteId }) => parseItemFolder(remoteId)?.kind === kind);
