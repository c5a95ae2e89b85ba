import { randomBytes, randomUUID } from 'node:crypto';
import {
  addPredecessor,
  fileTimeNow,
  guidToBytes,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  sourceKey,
  type TaggedValue,
} from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { CollectorObject } from '../../../src/protocols/rop/objects.ts';
import type { Client } from './mailbox-client.ts';

export type Values = readonly (readonly [PropertyTag, PropertyValue])[];

/** Change key and predecessors of an object, as a local replica keeps them. */
export interface LocalVersion {
  readonly changeKey: Buffer;
  readonly predecessors: Buffer;
}

/** The side of a cached-mode client that uploads, with a namespace of its own for changes. */
export async function uploader(client: Client, folderId = client.inbox) {
  const namespace = guidToBytes(randomUUID());
  let changes = 0;
  const folder = await client.folder(folderId);
  const collector = async (isContentsCollector: boolean) =>
    (await client.ok(d.RopSynchronizationOpenCollector, [folder], { isContentsCollector })).handle;
  const contents = await collector(true);
  const hierarchy = await collector(false);
  const tagged = (values: Values): TaggedValue[] => values.map(([tag, value]) => ({ tag, value }));

  /** The next version of an object on this client: one change more than before. */
  function edit(before?: Uint8Array): LocalVersion {
    const changeKey = Buffer.concat([namespace, Buffer.from([0, 0, changes >> 8, ++changes & 0xff])]);
    return { changeKey, predecessors: addPredecessor(before ?? Buffer.alloc(0), changeKey) };
  }
  const header = (key: Uint8Array, version: LocalVersion, time: bigint): Values => [
    [PidTag.SourceKey, key],
    [PidTag.LastModificationTime, time],
    [PidTag.ChangeKey, version.changeKey],
    [PidTag.PredecessorChangeList, version.predecessors],
  ];
  /** Source keys that the client may give to what it makes. */
  async function newKeys(count: number): Promise<Buffer[]> {
    const { fields } = await client.ok(d.RopGetLocalReplicaIds, [client.logon], { idCount: count });
    return Array.from({ length: count }, (_, i) => sourceKey(fields.replGuid, fields.globalCount + i));
  }
  const announce = (key: Uint8Array, version: LocalVersion, importFlag = 0, time = fileTimeNow()) =>
    client.call(d.RopSynchronizationImportMessageChange, [contents], {
      importFlag,
      propertyValues: tagged(header(key, version, time)),
    });

  return {
    client,
    folderId,
    contents,
    hierarchy,
    edit,
    header,
    newKeys,
    newKey: async () => (await newKeys(1))[0]!,
    foreignKey: () => sourceKey(randomUUID(), 1 + randomBytes(4).readUInt32BE()),
    state: (handle = contents) => (client.session.handles.get(handle) as CollectorObject).state,
    announce,
    /** Uploads a whole message. Returns the ReturnValue of announcing it, or of saving it. */
    async upload(key: Uint8Array, version: LocalVersion, values: Values, importFlag = 0, time = fileTimeNow()) {
      const { handle, returnValue } = await announce(key, version, importFlag, time);
      if (returnValue !== 0) return returnValue;
      await client.set(handle, values);
      const saved = await client.call(d.RopSaveChangesMessage, [handle], { saveFlags: 0x0a });
      await client.release(handle);
      return saved.returnValue;
    },
    async uploadFolder(
      key: Uint8Array,
      version: LocalVersion,
      name: string,
      parent: Uint8Array = Buffer.alloc(0),
      values: Values = [[PidTag.ContainerClass, 'IPF.Note']],
      time = fileTimeNow(),
    ) {
      const { returnValue } = await client.call(d.RopSynchronizationImportHierarchyChange, [hierarchy], {
        hierarchyValues: tagged([
          [PidTag.ParentSourceKey, parent],
          ...header(key, version, time),
          [PidTag.DisplayName, name],
        ]),
        propertyValues: tagged(values),
      });
      return returnValue;
    },
    async remove(keys: readonly Uint8Array[], importDeleteFlags = 0) {
      const { returnValue } = await client.call(
        d.RopSynchronizationImportDeletes,
        [(importDeleteFlags & 1) === 0 ? contents : hierarchy],
        { importDeleteFlags, propertyValues: tagged([[0x00001102, [...keys]]]) },
      );
      return returnValue;
    },
    async markRead(states: readonly (readonly [Uint8Array, boolean])[]) {
      const { returnValue } = await client.call(d.RopSynchronizationImportReadStateChanges, [contents], {
        messageReadStates: states.map(([messageId, markAsRead]) => ({ messageId, markAsRead })),
      });
      return returnValue;
    },
    /** Moves a message into the folder of this uploader. */
    async move(sourceFolder: Uint8Array, sourceMessage: Uint8Array, key: Uint8Array, version: LocalVersion) {
      const { returnValue } = await client.call(d.RopSynchronizationImportMessageMove, [contents], {
        sourceFolderId: sourceFolder,
        sourceMessageId: sourceMessage,
        predecessorChangeList: version.predecessors,
        destinationMessageId: key,
        changeNumber: version.changeKey,
      });
      return returnValue;
    },
  };
}

export type Uploader = Awaited<ReturnType<typeof uploader>>;
