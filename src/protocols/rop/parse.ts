import { Reader, WireError } from '../../wire/index.ts';
import type { RopDefinition } from './definition.ts';
import { ropDefinitions } from './definitions/index.ts';
import { readInCodePage } from './object-code-page.ts';

/** One operation of a request, parsed. */
export interface RopCall {
  readonly definition: RopDefinition;
  readonly logonId: number;
  /** Handle indexes in the order of the definition's roles. */
  readonly indexes: readonly number[];
  readonly request: unknown;
  /** Where it begins, where its fields after the indexes begin, and where it ends in the list. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/**
 * All operations of a ROP list (MS-OXCROPS 2.2.1). As a request has no length, one that is not known makes the rest
 * unreadable: throws WireError then, before anything was carried out.
 */
export function parseRops(rops: Buffer, codePage: number): RopCall[] {
  const reader = new Reader(rops);
  readInCodePage(reader, codePage);
  const calls: RopCall[] = [];
  while (reader.remaining > 0) {
    const start = reader.position;
    const id = reader.u8();
    const definition = ropDefinitions.get(id);
    if (definition === undefined) throw new WireError(`no operation has RopId 0x${id.toString(16)}`, start);
    const logonId = reader.u8();
    const indexes = definition.handles.map(() => reader.u8());
    const body = reader.position;
    const request = definition.request.read(reader);
    calls.push({ definition, logonId, indexes, request, start, body, end: reader.position });
  }
  return calls;
}

/** The request of a call again, with 8-bit strings in another code page. */
export function reparse(rops: Buffer, call: RopCall, codePage: number): unknown {
  const reader = new Reader(rops, call.body, call.end);
  readInCodePage(reader, codePage);
  return call.definition.request.read(reader);
}
