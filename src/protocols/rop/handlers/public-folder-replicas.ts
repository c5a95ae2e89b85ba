import type { HandlerOf } from '../definition.ts';
import type { RopGetOwningServers, RopPublicFolderIsGhosted } from '../definitions/logon.ts';
import { existingFolderId } from '../object-ids.ts';

/** RopPublicFolderIsGhosted, MS-OXCSTOR 3.2.5.7: never in a mailbox. */
export const publicFolderIsGhosted: HandlerOf<typeof RopPublicFolderIsGhosted> = (context) => {
  context.input('logon');
  return { isGhosted: false };
};

/** RopGetOwningServers, MS-OXCSTOR 3.2.5.6: this one server, by the organisation's part of the owner's DN. */
export const getOwningServers: HandlerOf<typeof RopGetOwningServers> = async (context, request) => {
  const { mailbox } = context.input('logon');
  await existingFolderId(mailbox, request.folderId);
  const organisation = /^.*?(?=\/cn=)/i.exec(mailbox.legacyDn)?.[0] ?? '';
  return { owningServers: [`${organisation}/cn=Configuration/cn=Servers/cn=oxbow`], cheapServersCount: 1 };
};
