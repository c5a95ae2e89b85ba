import assert from 'node:assert/strict';
import { decodeCodePage, encodeCodePage, isKnownCodePage } from '../../../src/mapi/index.ts';
import {
  addressBookRequests,
  addressBookResponses,
  createAddressBook,
  type Stat,
} from '../../../src/protocols/nspi/index.ts';
import type { DirectoryEntry, Identity, Store } from '../../../src/store/index.ts';
import { Reader, type WireType, Writer } from '../../../src/wire/index.ts';

export const dnOf = (name: string): string => `/o=Oxbow/ou=t/cn=Recipients/cn=${name}`;

export const person = (name: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  kind: 'user',
  legacyDn: dnOf(name),
  address: `${name}@oxbow.test`,
  aliases: [],
  displayName: name,
  properties: new Map(),
  ...more,
});

/** The STAT at the beginning of the global address list. */
export const start: Stat = {
  sortType: 0,
  containerId: 0,
  currentRec: 0,
  delta: 0,
  numPos: 0,
  totalRecs: 0,
  codePage: 1252,
  templateLocale: 0x409,
  sortLocale: 0x409,
};

export type OperationName = keyof typeof addressBookRequests;

export interface AddressBookClient {
  /** Minimal Entry IDs, by DN. */
  readonly ids: ReadonlyMap<string, number>;
  /** Encodes a request, carries it out and decodes the whole answer; `code` is its ErrorCode. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every operation go through here
  call(name: OperationName, request: Record<string, unknown>): Promise<{ code: number; [field: string]: any }>;
  /** Carries out a request of any bytes. */
  send(name: OperationName, body: Buffer): Promise<Buffer>;
}

/** An address book of these entries, asked by one of them in the encoding of MS-OXCMAPIHTTP 2.2.5. */
export function addressBookClient(entries: readonly DirectoryEntry[], own = entries[0]!): AddressBookClient {
  const ids = new Map<string, number>();
  const store = {
    async minimalEntryIds(dns: readonly string[]) {
      return dns.map((dn) => {
        if (!ids.has(dn)) ids.set(dn, 0x10 + ids.size);
        return ids.get(dn)!;
      });
    },
  } as unknown as Store;
  const identity: Identity = {
    address: own.address,
    displayName: own.displayName,
    legacyDn: own.legacyDn,
    tenant: 't',
  };
  const handler = createAddressBook({
    store,
    directory: { entries: async () => entries },
    url: () => 'https://mail.oxbow.test',
  });
  const session = { identity, close() {} };
  const send: AddressBookClient['send'] = (name, body) => handler(name, body, session);
  return {
    ids,
    send,
    async call(name, request) {
      const codePage = (request.stat as Stat | undefined)?.codePage ?? (request.codePage as number | undefined) ?? 1252;
      const known = isKnownCodePage(codePage) ? codePage : 1252;
      const writer = new Writer();
      writer.encode8 = encodeCodePage(known);
      (addressBookRequests[name] as WireType<Record<string, unknown>>).write(writer, {
        auxiliary: new Uint8Array(),
        ...request,
      });
      const reader = new Reader(await send(name, writer.finish()));
      reader.decode8 = decodeCodePage(known);
      assert.equal(reader.u32(), 0, 'StatusCode');
      const code = reader.u32();
      const fields = (addressBookResponses[name] as WireType<Record<string, unknown>>).read(reader);
      assert.equal(reader.u32(), 0, 'auxiliary buffer');
      reader.done();
      return { code, ...fields };
    },
  };
}
