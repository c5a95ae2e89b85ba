import { type Cell, MapiError, type PropertyTag } from '../mapi/index.ts';
import { noBytes } from '../protocols/mapihttp/index.ts';
import { addressBookRequests, addressBookResponses, type Stat } from '../protocols/nspi/index.ts';
import { encode, Reader, type ValueOf } from '../wire/index.ts';
import { createEndpointClient, TransportError } from './endpoint.ts';
import type { HttpClient } from './http.ts';

type Requests = typeof addressBookRequests;
type Responses = typeof addressBookResponses;
/** UnbindSuccess, and what has fewer values than asked for (MS-OXNSPI 2.2.1.2). */
const fine: ReadonlySet<number> = new Set([0, 1, 0x00040380]);

const firstPage: Stat = {
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

/** An address book session (MS-OXNSPI over HTTP). */
export interface NspiClient {
  bind(): Promise<void>;
  unbind(): Promise<void>;
  /** One operation by name; fields as on the wire. Throws MapiError when it failed. */
  call<Name extends keyof Requests & keyof Responses>(
    name: Name,
    request: Omit<ValueOf<Requests[Name]>, 'auxiliary'>,
  ): Promise<ValueOf<Responses[Name]>>;
  /** The first `count` entries of the global address list, as cells of the columns. */
  list(columns: PropertyTag[], count: number): Promise<Cell[][]>;
  /** For each name its row, or why there is none. */
  resolve(names: string[], columns: PropertyTag[]): Promise<(Cell[] | 'unresolved' | 'ambiguous')[]>;
}

export function createNspiClient(http: HttpClient, url: string): NspiClient {
  const endpoint = createEndpointClient(http, url);

  const call: NspiClient['call'] = async (name, request) => {
    const type = addressBookRequests[name] as unknown as Parameters<typeof encode>[0];
    const body = await endpoint.post(name, encode(type, { ...request, auxiliary: noBytes }));
    const reader = new Reader(body);
    const statusCode = reader.u32();
    if (statusCode !== 0) throw new TransportError(`${name}: StatusCode 0x${statusCode.toString(16)}`, { statusCode });
    const errorCode = reader.u32();
    if (!fine.has(errorCode)) throw new MapiError(errorCode, `${name} failed with 0x${errorCode.toString(16)}`);
    const value = addressBookResponses[name].read(reader);
    reader.bytes(reader.u32());
    reader.done();
    return value as never;
  };

  return {
    call,
    async bind() {
      await call('Bind', { flags: 0, stat: firstPage });
    },
    async unbind() {
      await call('Unbind', { reserved: 0 });
      endpoint.forgetCookies();
    },
    async list(columns, count) {
      const { rows } = await call('QueryRows', {
        flags: 0,
        stat: firstPage,
        explicitTable: [],
        rowCount: count,
        columns,
      });
      return rows?.rows ?? [];
    },
    async resolve(names, columns) {
      const { minimalIds, rows } = await call('ResolveNames', { reserved: 0, stat: firstPage, columns, names });
      const resolved = [...(rows?.rows ?? [])];
      return names.map((_, i) => {
        const found = minimalIds?.[i] ?? 0;
        return found === 2 ? resolved.shift()! : found === 1 ? 'ambiguous' : 'unresolved';
      });
    },
  };
}
