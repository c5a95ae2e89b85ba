import type { Identity } from '../identity.ts';
import type { ContextTable } from './contexts.ts';
import type { Call, RequestType } from './endpoint.ts';
import { ResponseError, responseCode } from './response-code.ts';

/** An address book session: from Bind to Unbind. */
export interface AddressBookSession {
  readonly identity: Identity;
  close(): void;
}

/**
 * Carries out one request of the address book endpoint (MS-OXCMAPIHTTP 2.2.5). `type` is spelled as in
 * {@link addressBookTypes}; the answer is the whole body from StatusCode on. Bind opens the session when its ErrorCode
 * (bytes 4 to 7) is 0. Throws WireError for a body that cannot be read.
 */
export type AddressBookHandler = (type: AddressBookType, body: Buffer, session: AddressBookSession) => Promise<Buffer>;

/** Values of X-RequestType at this endpoint (MS-OXCMAPIHTTP 2.2.3.3.1), PING aside. */
export const addressBookTypes = [
  'Bind',
  'Unbind',
  'CompareMIds',
  'DNToMId',
  'GetMatches',
  'GetPropList',
  'GetProps',
  'GetSpecialTable',
  'GetTemplateInfo',
  'ModLinkAtt',
  'ModProps',
  'QueryColumns',
  'QueryRows',
  'ResolveNames',
  'ResortRestriction',
  'SeekEntries',
  'UpdateStat',
  'GetMailboxUrl',
  'GetAddressBookUrl',
] as const;
export type AddressBookType = (typeof addressBookTypes)[number];

/** Request types of the address book endpoint, by lower-case name. */
export function addressBookRequestTypes(
  handler: AddressBookHandler | undefined,
  contexts: ContextTable<AddressBookSession>,
): Map<string, RequestType<AddressBookSession>> {
  const types = new Map<string, RequestType<AddressBookSession>>();
  for (const name of addressBookTypes) {
    const mode = name === 'Bind' ? 'open' : name === 'Unbind' ? 'close' : 'single';
    types.set(name.toLowerCase(), { mode, run: (call) => dispatch(name, handler, contexts, call) });
  }
  types.set('ping', { mode: 'free', run: () => Buffer.alloc(0) });
  return types;
}

async function dispatch(
  name: AddressBookType,
  handler: AddressBookHandler | undefined,
  contexts: ContextTable<AddressBookSession>,
  call: Call<AddressBookSession>,
): Promise<Buffer> {
  if (handler === undefined) throw new ResponseError(responseCode.endpointDisabled, 'There is no address book here.');
  const session = call.context?.session ?? { identity: call.identity, close: () => {} };
  const body = await handler(name, call.body, session);
  if (name === 'Bind' && body.length >= 8 && body.readUInt32LE(0) === 0 && body.readUInt32LE(4) === 0)
    call.context = contexts.create(call.identity, session);
  return body;
}
