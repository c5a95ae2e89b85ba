import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decodeBag,
  globset,
  guid,
  longTermId,
  multiValue,
  PidTag,
  Ptyp,
  parsePredecessorChangeList,
  parseSourceKey,
  parseXid,
  propertyName,
  propertyRow,
  propertyTagArray,
  propertyValue,
  recipientRow,
  replGuidIdSet,
  replIdIdSet,
  restriction,
  sortOrderSet,
  taggedValue,
  typedString,
  withType,
} from '../../src/mapi/index.ts';
import { decode, WireError, type WireType } from '../../src/wire/index.ts';

const columns = [PidTag.Subject, withType(PidTag.Body, Ptyp.Unspecified), PidTag.AdditionalRenEntryIds];
const encodings = ['rop', 'addressBook', 'extended'] as const;

const types: Record<string, WireType<unknown>> = {
  globset: globset as WireType<unknown>,
  replGuidIdSet: replGuidIdSet as WireType<unknown>,
  replIdIdSet: replIdIdSet as WireType<unknown>,
  sortOrderSet: sortOrderSet as WireType<unknown>,
  recipientRow: recipientRow(columns) as WireType<unknown>,
  guid: guid as WireType<unknown>,
  longTermId: longTermId as WireType<unknown>,
  propertyName: propertyName as WireType<unknown>,
  propertyTagArray: propertyTagArray as WireType<unknown>,
  typedString: typedString as WireType<unknown>,
};
for (const encoding of encodings) {
  types[`restriction ${encoding}`] = restriction(encoding) as WireType<unknown>;
  types[`taggedValue ${encoding}`] = taggedValue(encoding) as WireType<unknown>;
  types[`propertyRow ${encoding}`] = propertyRow(columns, encoding) as WireType<unknown>;
  for (const type of [...Object.values(Ptyp), ...Object.values(Ptyp).map((each) => each | multiValue)]) {
    types[`value 0x${type.toString(16)} ${encoding}`] = propertyValue(type, encoding) as WireType<unknown>;
  }
}
const functions: Record<string, (bytes: Buffer) => unknown> = {
  decodeBag,
  parseXid,
  parseSourceKey,
  parsePredecessorChangeList,
  ...Object.fromEntries(Object.entries(types).map(([name, type]) => [name, (bytes: Buffer) => decode(type, bytes)])),
};

/** Bytes that get past the first checks often: small numbers, markers, and all-ones. */
const likely = fc.oneof(fc.constantFrom(0, 1, 2, 4, 0x0a, 0x42, 0x50, 0x52, 0xff), fc.nat(255));
const hostile = fc.array(likely, { maxLength: 120 }).map((values) => Buffer.from(values));

describe('decoders survive hostile bytes', () => {
  for (const [name, read] of Object.entries(functions)) {
    it(name, () => {
      fc.assert(
        fc.property(hostile, (bytes) => {
          try {
            read(bytes);
          } catch (error) {
            assert.ok(error instanceof WireError, String(error));
          }
        }),
        { numRuns: 60 },
      );
    });
  }
});
