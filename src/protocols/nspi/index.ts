import { randomBytes } from 'node:crypto';
import { decodeCodePage, encodeCodePage, isKnownCodePage, MapiError } from '../../mapi/index.ts';
import type { Directory, Store } from '../../store/index.ts';
import { Reader, type WireType, Writer } from '../../wire/index.ts';
import type { AddressBookHandler } from '../mapihttp/index.ts';
import { createAddressBooks } from './address-list.ts';
import { type OperationName, requests, responses } from './bodies.ts';
import type { OperationContext } from './operation.ts';
import { dnToMId, getMatches, resolveNames } from './operations/names.ts';
import { getPropList, getProps, queryColumns } from './operations/properties.ts';
import { getAddressBookUrl, getMailboxUrl } from './operations/referral.ts';
import { getTemplateInfo, modLinkAtt, modProps } from './operations/refused.ts';
import { compareMIds, queryRows, resortRestriction, seekEntries, updateStat } from './operations/rows.ts';
import { bind, unbind } from './operations/session.ts';
import { getSpecialTable } from './operations/special-table.ts';

export { requests as addressBookRequests, responses as addressBookResponses } from './bodies.ts';
export { type Stat, stat } from './stat.ts';

type AnyOperation = (context: OperationContext, request: never) => Record<string, unknown> & { errorCode?: number };

const operations: Readonly<Record<OperationName, AnyOperation>> = {
  Bind: bind,
  Unbind: unbind,
  GetSpecialTable: getSpecialTable,
  QueryRows: queryRows,
  ResolveNames: resolveNames,
  DNToMId: dnToMId,
  GetProps: getProps,
  GetPropList: getPropList,
  QueryColumns: queryColumns,
  UpdateStat: updateStat,
  SeekEntries: seekEntries,
  GetMatches: getMatches,
  CompareMIds: compareMIds,
  ResortRestriction: resortRestriction,
  GetTemplateInfo: getTemplateInfo,
  ModLinkAtt: modLinkAtt,
  ModProps: modProps,
  GetMailboxUrl: getMailboxUrl,
  GetAddressBookUrl: getAddressBookUrl,
};

/** Fields of a failed answer: optional ones absent, the rest zero (MS-OXCMAPIHTTP 2.2.5). */
const noFields: Readonly<Record<string, unknown>> = {
  codePage: 0,
  serverGuid: new Uint8Array(16),
  result: 0,
  serverUrl: '',
};

export interface AddressBookOptions {
  readonly store: Store;
  readonly directory: Directory;
  /** `https://host`, asked for at each call. */
  readonly url: () => string;
}

/** The address book endpoint: NSPI over MAPI/HTTP (MS-OXNSPI, MS-OXCMAPIHTTP 2.2.5). */
export function createAddressBook(options: AddressBookOptions): AddressBookHandler {
  const bookOf = createAddressBooks(options.store, options.directory);
  const serverGuid = randomBytes(16);
  return async (type, body, session) => {
    const request = readRequest(type, body);
    const context: OperationContext = {
      book: await bookOf(session.identity),
      identity: session.identity,
      serverGuid,
      url: options.url(),
    };
    const codePage = codePageOf(request);
    try {
      const { errorCode = 0, ...fields } = operations[type](context, request as never);
      return write(type, errorCode, fields, codePage);
    } catch (error) {
      if (!(error instanceof MapiError)) throw error;
      return write(type, error.code, noFields, codePage);
    }
  };
}

/** 8-bit text of a request is in the code page that its STAT names (MS-OXNSPI 3.1.4.3.4). */
function readRequest(type: OperationName, body: Buffer): Record<string, unknown> {
  const read = (codePage: number) => {
    const reader = new Reader(body);
    reader.decode8 = decodeCodePage(codePage);
    const request = (requests[type] as WireType<Record<string, unknown>>).read(reader);
    reader.done();
    return request;
  };
  const request = read(defaultCodePage);
  const codePage = codePageOf(request);
  return codePage === defaultCodePage ? request : read(codePage);
}

const defaultCodePage = 1252;

function codePageOf(request: Readonly<Record<string, unknown>>): number {
  const stat = request.stat as { codePage: number } | undefined;
  const codePage = stat?.codePage ?? (request.codePage as number | undefined) ?? defaultCodePage;
  return isKnownCodePage(codePage) ? codePage : defaultCodePage;
}

function write(
  type: OperationName,
  errorCode: number,
  fields: Readonly<Record<string, unknown>>,
  codePage: number,
): Buffer {
  const writer = new Writer();
  writer.encode8 = encodeCodePage(codePage);
  writer.u32(0);
  writer.u32(errorCode);
  (responses[type] as WireType<Readonly<Record<string, unknown>>>).write(writer, fields);
  writer.u32(0);
  return writer.finish();
}
