import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openReplicaDatabase } from '../../../src/client/replica/database.ts';
import { type Incoming, readSync } from '../../../src/client/replica/incoming.ts';
import { replicaNames } from '../../../src/client/replica/names.ts';
import { contentsStateTags, encodeIds, hierarchyStateTags } from '../../../src/client/replica/state.ts';
import {
  changeKey,
  encodeReplIdIdSet,
  IdSet,
  idOf,
  makeId,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  sourceKey,
  tagOf,
} from '../../../src/mapi/index.ts';
import {
  createStreamReader,
  type Marker,
  marker,
  metaTag,
  plainTag,
  type StreamElement,
  StreamWriter,
  textForm,
} from '../../../src/protocols/fasttransfer/index.ts';
import { WireError } from '../../../src/wire/index.ts';

const replica = '11223344-5566-4788-99aa-bbccddeeff00';
const foreign = 'ffeeddcc-bbaa-4988-8776-655443322110';
const keywords = { guid: '00020329-0000-0000-c000-000000000046', name: 'Keywords' };
const keywordsTag = tagOf(0x8123, Ptyp.String);
const names = replicaNames(openReplicaDatabase(':memory:'));

/** A stream of these: markers, properties, and all of what stands for subobjects. */
type Part = Marker | readonly [PropertyTag, PropertyValue] | { readonly all: PropertyTag };

async function* stream(parts: readonly Part[], piece: number): AsyncGenerator<StreamElement[]> {
  const out = new StreamWriter(textForm(0x09, 1252));
  for (const part of parts) {
    if (typeof part === 'number') out.marker(part);
    else if ('all' in part) out.delProp(part.all);
    else out.property(part[0], part[1], part[0] === keywordsTag ? keywords : undefined);
  }
  const bytes = out.take()?.bytes ?? new Uint8Array();
  const reader = createStreamReader();
  for (let at = 0; at < bytes.length; at += piece) yield [...reader.push(bytes.subarray(at, at + piece))];
  reader.end();
}

async function read(
  parts: readonly Part[],
  kind: 'contents' | 'hierarchy' = 'contents',
  piece = 7,
): Promise<Incoming[]> {
  const tags = kind === 'contents' ? contentsStateTags : hierarchyStateTags;
  const found: Incoming[] = [];
  for await (const one of readSync(stream(parts, piece), kind, { replica, names, tags })) found.push(one);
  return found;
}

const header = (id: number, key = sourceKey(replica, id)): Part[] => [
  [PidTag.SourceKey, key],
  [PidTag.LastModificationTime, 5n],
  [PidTag.ChangeKey, changeKey(replica, 9)],
  [PidTag.PredecessorChangeList, Buffer.from([22, ...changeKey(replica, 9)])],
  [PidTag.Associated, false],
  [PidTag.Mid, makeId(1, id)],
  [PidTag.MessageSize, 100],
  [PidTag.ChangeNumber, makeId(1, 9)],
];
const message = (id: number, ...content: Part[]): Part[] => [
  marker.incrSyncChg,
  ...header(id),
  marker.incrSyncMessage,
  ...content,
];
const empty = encodeIds(replica, new IdSet());
const state: Part[] = [
  marker.incrSyncStateBegin,
  [metaTag.cnsetSeen, encodeIds(replica, new IdSet().addRange(1, 9))],
  [metaTag.cnsetSeenFai, empty],
  [metaTag.idsetGiven, encodeIds(replica, IdSet.of([7]))],
  [metaTag.cnsetRead, empty],
  marker.incrSyncStateEnd,
];
const end = [...state, marker.incrSyncEnd];
const ids = (...counters: number[]): Buffer => encodeReplIdIdSet(new Map([[1, IdSet.of(counters)]]));

describe('what a synchronization tells', () => {
  test('a message with recipients, attachments and a message inside, however the stream is cut', async () => {
    const html = Buffer.alloc(100_000, 0x41);
    const parts: Part[] = [
      marker.incrSyncProgressMode,
      [plainTag.binary, Buffer.alloc(32, 1)],
      marker.incrSyncProgressPerMsg,
      [plainTag.integer32, 100],
      [plainTag.boolean, false],
      ...message(
        7,
        [PidTag.Subject, 'Grüße'],
        [PidTag.Html, html],
        [keywordsTag, 'blau'],
        { all: PidTag.MessageRecipients },
        marker.startRecip,
        [PidTag.Rowid, 0],
        [PidTag.DisplayName, 'Ben'],
        marker.endToRecip,
        { all: PidTag.MessageAttachments },
        marker.newAttach,
        [PidTag.AttachNumber, 3],
        [PidTag.AttachMethod, 5],
        marker.startEmbed,
        [PidTag.Mid, 0n],
        [PidTag.Subject, 'inner'],
        { all: PidTag.MessageRecipients },
        { all: PidTag.MessageAttachments },
        marker.endEmbed,
        marker.endAttach,
      ),
      marker.incrSyncDel,
      [metaTag.idsetDeleted, ids(4)],
      [metaTag.idsetNoLongerInScope, ids(5)],
      marker.incrSyncRead,
      [metaTag.idsetUnread, ids(6)],
      ...end,
    ];
    for (const piece of [7, 1000, 1_000_000]) {
      const [progress, first, deleted, readStates, last, ...none] = await read(parts, 'contents', piece);
      assert.equal(progress?.kind, 'progress');
      assert.ok(first?.kind === 'message' && last?.kind === 'state' && none.length === 0);
      assert.deepEqual([first.id, first.changeNumber, first.modified, first.size], [7, 9, 5n, 100]);
      const { properties, recipients, attachments } = first.content;
      assert.equal(properties.get(PidTag.Subject), 'Grüße');
      assert.deepEqual(properties.get(PidTag.Html), html);
      const own = [...properties.keys()].find((tag) => idOf(tag) >= 0x8000)!;
      assert.deepEqual([names.nameOf(idOf(own)), properties.get(own)], [keywords, 'blau']);
      assert.equal(recipients[0]!.get(PidTag.DisplayName), 'Ben');
      assert.equal(attachments[0]!.number, 3);
      assert.equal(attachments[0]!.embedded!.properties.get(PidTag.Subject), 'inner');
      assert.deepEqual(deleted?.kind === 'deleted' && [...deleted.ids], [4, 5]);
      assert.deepEqual(readStates?.kind === 'readStates' && [...readStates.unread], [6]);
      assert.deepEqual([...last.state.given], [7]);
    }
  });

  const refused: readonly (readonly [string, readonly Part[], ('contents' | 'hierarchy')?])[] = [
    ['nothing at all', []],
    ['no end', state],
    ['a state without one of its parts', [state[0]!, ...state.slice(2), marker.incrSyncEnd]],
    ['a change behind the deletions', [marker.incrSyncDel, [metaTag.idsetDeleted, ids(4)], ...message(7), ...end]],
    ['two states', [...state, ...end]],
    ['a header in another order', [marker.incrSyncChg, ...header(7).reverse(), marker.incrSyncMessage, ...end]],
    ['a header without change number', [marker.incrSyncChg, ...header(7).slice(0, -1), marker.incrSyncMessage, ...end]],
    ['a message without its content', [marker.incrSyncChg, ...header(7), ...end]],
    [
      'a source key of another replica',
      [marker.incrSyncChg, ...header(7, sourceKey(foreign, 7)), marker.incrSyncMessage, ...end],
    ],
    [
      'a source key of another message',
      [marker.incrSyncChg, ...header(7, sourceKey(replica, 8)), marker.incrSyncMessage, ...end],
    ],
    [
      'a property twice',
      [...message(7, [PidTag.Subject, 'a'], [tagOf(idOf(PidTag.Subject), Ptyp.Binary), Buffer.alloc(1)]), ...end],
    ],
    [
      'a recipient without row id',
      [
        ...message(
          7,
          { all: PidTag.MessageRecipients },
          marker.startRecip,
          [PidTag.DisplayName, 'x'],
          marker.endToRecip,
        ),
        ...end,
      ],
    ],
    [
      'an attachment that does not end',
      [...message(7, { all: PidTag.MessageAttachments }, marker.newAttach, [PidTag.AttachNumber, 0]), ...end],
    ],
    [
      'an embedded message with an id',
      [
        ...message(
          7,
          { all: PidTag.MessageAttachments },
          marker.newAttach,
          [PidTag.AttachNumber, 0],
          marker.startEmbed,
          [PidTag.Mid, 5n],
          marker.endEmbed,
          marker.endAttach,
        ),
        ...end,
      ],
    ],
    [
      'deletions of another replid',
      [marker.incrSyncDel, [metaTag.idsetDeleted, encodeReplIdIdSet(new Map([[5, IdSet.of([1])]]))], ...end],
    ],
    ['something else among the deletions', [marker.incrSyncDel, [PidTag.Subject, 'x'], ...end]],
    [
      'a state of another replica',
      [state[0]!, [metaTag.cnsetSeen, encodeIds(foreign, IdSet.of([1]))], ...state.slice(2), marker.incrSyncEnd],
    ],
    ['a message among folders', [...message(7), ...end], 'hierarchy'],
  ];
  for (const [what, parts, kind] of refused) {
    test(`${what} is refused`, () => assert.rejects(read(parts, kind), WireError));
  }

  test('folders, parents before their children, with the root as a key of no bytes', async () => {
    const folder = (id: number, parent: Buffer): Part[] => [
      marker.incrSyncChg,
      [PidTag.ParentSourceKey, parent],
      ...header(id).slice(0, 4),
      [PidTag.DisplayName, `Folder ${id}`],
      [PidTag.FolderId, makeId(1, id)],
      [PidTag.ParentFolderId, makeId(1, 1)],
      [PidTag.ContainerClass, 'IPF.Note'],
    ];
    const hierarchyEnd = [state[0]!, state[1]!, state[3]!, state[5]!, marker.incrSyncEnd];
    const parts = [...folder(20, Buffer.alloc(0)), ...folder(21, sourceKey(replica, 20)), ...hierarchyEnd];
    const [outer, inner, last] = await read(parts, 'hierarchy');
    assert.ok(outer?.kind === 'folder' && inner?.kind === 'folder' && last?.kind === 'state');
    assert.deepEqual([outer.id, outer.parentId, outer.name], [20, undefined, 'Folder 20']);
    assert.deepEqual(
      [inner.id, inner.parentId, [...inner.properties]],
      [21, 20, [[PidTag.ContainerClass, 'IPF.Note']]],
    );
  });
});
