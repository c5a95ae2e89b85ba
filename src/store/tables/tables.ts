import { ec, MapiError } from '../../mapi/index.ts';
import type { MailboxContext, MailboxTables } from '../internal.ts';
import { contentsTable } from './contents-table.ts';
import { hierarchyTable } from './hierarchy-table.ts';
import { searchFolders } from './search-folders.ts';

/** Tables and search folders of one mailbox. */
export function createTables(context: MailboxContext): MailboxTables {
  const searches = searchFolders(context);
  return {
    hierarchyTable: async (folderId, options) => {
      if (!(await context.mailbox.folder(folderId))) throw new MapiError(ec.notFound, 'no such folder');
      return hierarchyTable(context, folderId, options);
    },
    contentsTable: async (folderId, options) => {
      const folder = await context.mailbox.folder(folderId);
      if (!folder) throw new MapiError(ec.notFound, 'no such folder');
      const associated = options.associated ?? false;
      return contentsTable(context, folderId, {
        associated,
        softDeleted: options.softDeleted ?? false,
        search: folder.type === 'search' && !associated,
        subscribeResults: searches.subscribeResults,
      });
    },
    setSearchCriteria: searches.set,
    searchCriteria: searches.get,
    close: searches.close,
  };
}
