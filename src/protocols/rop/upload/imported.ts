import {
  addPredecessor,
  ec,
  type Guid,
  guidToBytes,
  includesPredecessors,
  MapiError,
  mergePredecessorChangeLists,
  PidTag,
  type PropertyTag,
  parsePredecessorChangeList,
  parseSourceKey,
  parseXid,
  serializePredecessorChangeList,
  type TaggedValue,
} from '../../../mapi/index.ts';
import { WireError } from '../../../wire/index.ts';
import type { RopContext } from '../context.ts';
import type { CollectorObject } from '../objects.ts';

/** Version of an object as a cached-mode client brings it (MS-OXCFXICS 2.2.1.2). */
export interface ImportedVersion {
  readonly sourceKey: Uint8Array;
  readonly lastModified: bigint;
  readonly changeKey: Uint8Array;
  /** With the change of {@link changeKey} in it. */
  readonly predecessorChangeList: Uint8Array;
}

/** Turns what is no such value into ecInvalidParam. */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) throw new MapiError(ec.invalidParam, error.message);
    throw error;
  }
}

/** The values of properties that must come in this order and no others. Errors: ecInvalidParam. */
export function fixedValues(given: readonly TaggedValue[], tags: readonly PropertyTag[]): unknown[] {
  if (given.length !== tags.length || given.some(({ tag }, index) => tag !== tags[index])) {
    throw new MapiError(ec.invalidParam, 'not the properties that have to be there');
  }
  return given.map(({ value }) => value);
}

/** SourceKey, LastModificationTime, ChangeKey and PredecessorChangeList. Errors: ecInvalidParam. */
export const versionTags: readonly PropertyTag[] = [
  PidTag.SourceKey,
  PidTag.LastModificationTime,
  PidTag.ChangeKey,
  PidTag.PredecessorChangeList,
];

/** A version from the values of {@link versionTags}; bytes are copied, because the request does not last. */
export function versionOf([sourceKey, lastModified, changeKey, predecessors]: readonly unknown[]): ImportedVersion {
  return checked(() => {
    parseSourceKey(sourceKey as Uint8Array);
    return {
      sourceKey: Buffer.from(sourceKey as Uint8Array),
      lastModified: lastModified as bigint,
      changeKey: Buffer.from(changeKey as Uint8Array),
      predecessorChangeList: addPredecessor(predecessors as Uint8Array, changeKey as Uint8Array),
    };
  });
}

/** How two versions stand to one another by their predecessor change lists (MS-OXCFXICS 3.1.5.6.1). */
export type Relation = 'known' | 'newer' | 'conflict';

/** What a version of a client is to the server's: `known` is the same or older. */
export function relationOf(client: Uint8Array, server: Uint8Array): Relation {
  const theirs = parsePredecessorChangeList(client);
  const ours = parsePredecessorChangeList(server);
  if (includesPredecessors(ours, theirs)) return 'known';
  return includesPredecessors(theirs, ours) ? 'newer' : 'conflict';
}

/** The list of what either version has seen. */
export const mergedPredecessors = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  serializePredecessorChangeList(
    mergePredecessorChangeLists(parsePredecessorChangeList(a), parsePredecessorChangeList(b)),
  );

interface Written {
  readonly lastModified: bigint;
  readonly changeKey: Uint8Array;
}

/**
 * Whether an imported message wins over the one here (MS-OXCFXICS 3.1.5.6.2.2): the later one does, or the one with the
 * larger NamespaceGuid, or else the imported one.
 */
export function isLastWriter(imported: Written, here: Written): boolean {
  if (imported.lastModified !== here.lastModified) return imported.lastModified > here.lastModified;
  const namespace = (written: Written) => guidToBytes(parseXid(written.changeKey).guid);
  return Buffer.compare(namespace(imported), namespace(here)) >= 0;
}

/** The id that a source key stands for when it is of the mailbox's own replica. */
export function ownCounter(replica: Guid, sourceKey: Uint8Array): number | undefined {
  const { guid, counter } = parseSourceKey(sourceKey);
  return guid === replica ? counter : undefined;
}

/** The input as a collector of this kind. Errors: ecNotSupported. */
export function collectorOf(context: RopContext, contents: boolean): CollectorObject {
  const collector = context.input('collector');
  if (collector.contents !== contents) throw new MapiError(ec.notSupported);
  return collector;
}

/** The origin of what is uploaded. */
export const uploadOrigin = (context: RopContext) =>
  ({ kind: 'client', session: context.session.id, upload: true }) as const;
