import { ec, isKnownCodePage, MapiError } from '../../mapi/index.ts';
import type { Identity } from '../../store/index.ts';
import type { ValueOf } from '../../wire/index.ts';
import type { AddressBook } from './address-list.ts';
import type { OperationName, requests, responses } from './bodies.ts';
import { codePageUnicode, type Stat } from './stat.ts';

/** What an operation works with. */
export interface OperationContext {
  readonly book: AddressBook;
  readonly identity: Identity;
  /** Identifies this server in ephemeral entry ids. */
  readonly serverGuid: Uint8Array;
  /** `https://host`, without a slash at the end. */
  readonly url: string;
}

export type RequestOf<N extends OperationName> = ValueOf<(typeof requests)[N]>;
export type ResponseOf<N extends OperationName> = ValueOf<(typeof responses)[N]>;

/**
 * Carries one operation out; throws MapiError for its ErrorCode, after which the optional fields go out as absent. A
 * result can carry an ErrorCode of its own that comes with data (ErrorsReturned, UnbindSuccess).
 */
export type Operation<N extends OperationName> = (
  context: OperationContext,
  request: RequestOf<N>,
) => ResponseOf<N> & { readonly errorCode?: number };

/** The STAT that a call must have, with a code page that text can be given in (MS-OXNSPI 3.1.4.1, constraint 1). */
export function requireStat(stat: Stat | undefined): Stat {
  if (!stat) throw new MapiError(ec.invalidParam, 'no STAT');
  checkCodePage(stat.codePage);
  return stat;
}

export function checkCodePage(codePage: number): void {
  if (codePage === codePageUnicode) throw new MapiError(ec.notSupported, 'CP_WINUNICODE');
  if (!isKnownCodePage(codePage)) throw new MapiError(ec.invalidCodepage, `code page ${codePage}`);
}

/** fEphID: ephemeral entry ids are wanted, MS-OXNSPI 2.2.1.11. */
const ephemeralIds = 0x2;

/** The server's GUID when the flags of a call ask for ephemeral entry ids. */
export function ephemeralGuid(context: OperationContext, flags: number): Uint8Array | undefined {
  return flags & ephemeralIds ? context.serverGuid : undefined;
}

/** Rows of the container a STAT names. Errors: ecInvalidBookmark when there is no such container. */
export function rowsOf(context: OperationContext, stat: Stat) {
  const rows = context.book.rows(stat.containerId);
  if (!rows) throw new MapiError(ec.invalidBookmark, `no container ${stat.containerId}`);
  return rows;
}
