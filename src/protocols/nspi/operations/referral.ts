import { ec, MapiError } from '../../../mapi/index.ts';
import { serverDnOf } from '../entry.ts';
import type { Operation, OperationContext } from '../operation.ts';

/** The mailbox that a server DN (`…/cn=Servers/cn=guid@domain`) stands for, as a parameter of the endpoint's address. */
const mailboxOf = (context: OperationContext, serverDn: string): string => {
  const id = /\/cn=servers\/cn=([^/]+)/i.exec(serverDn)?.[1];
  return id ?? (serverDnOf(ownEntry(context)).split('/cn=').at(-1) as string);
};

function ownEntry(context: OperationContext) {
  const own = context.book.byDn.get(context.identity.legacyDn.toLowerCase());
  if (!own) throw new MapiError(ec.notFound);
  return own.entry;
}

/** GetMailboxUrl, MS-OXCMAPIHTTP 2.2.5.18: where the mailboxes of a server are. */
export const getMailboxUrl: Operation<'GetMailboxUrl'> = (context, { userDn }) => ({
  serverUrl: `${context.url}/mapi/emsmdb/?MailboxId=${encodeURIComponent(mailboxOf(context, userDn))}`,
});

/** GetAddressBookUrl, MS-OXCMAPIHTTP 2.2.5.19: where the address book of a person is. */
export const getAddressBookUrl: Operation<'GetAddressBookUrl'> = (context, { userDn }) => ({
  serverUrl: `${context.url}/mapi/nspi/?MailboxId=${encodeURIComponent(mailboxOf(context, userDn))}`,
});
