import {
  addressBookEntryId,
  ec,
  folderEntryId,
  guidToBytes,
  idOf,
  MapiError,
  type PropertyBag,
  type PropertyTag,
  setProperty,
  storedTag,
  storeEntryId,
} from '../../../mapi/index.ts';
import type { Folder, FolderRole, Mailbox } from '../../../store/index.ts';
import type { LogonObject } from '../objects.ts';
import type { Session } from '../session.ts';
import type { FoundProperty, PropertyHolder, Refusal } from './holder.ts';
import { clampSize, isSettable } from './values.ts';

/** Setting these on the store is refused (MS-OXCSTOR, product behaviour 14 to 16). */
const refusedIds = new Set([0x3004001f, 0x3001001f, 0x0e01000b].map(idOf));
/** PidTagOutOfOfficeState, which is false until somebody says otherwise. */
const outOfOfficeState = 0x661d000b;
/** Exchange's, in bytes: rules of more would not be used. */
const extendedRuleSizeLimit = 522_240;
/** What Outlook reads to measure the line; the size is what matters. */
const lineTest = Buffer.alloc(256);

/** All folders of the mailbox, with the root. */
type Folders = () => Promise<readonly Folder[]>;

interface Totals {
  readonly size: number;
  readonly contents: number;
  readonly associated: number;
  readonly deleted: number;
}

async function allFolders(mailbox: Mailbox): Promise<Folder[]> {
  const rootId = mailbox.specialFolder('root');
  const root = await mailbox.folder(rootId);
  return [...(root === undefined ? [] : [root]), ...(await mailbox.childFolders(rootId, { deep: true }))];
}

async function totals(folders: Folders): Promise<Totals> {
  const sum = { size: 0, contents: 0, associated: 0, deleted: 0 };
  for (const folder of await folders()) {
    if (folder.type === 'search') continue;
    sum.size += folder.size;
    sum.contents += folder.contentCount;
    sum.associated += folder.associatedCount;
    sum.deleted += folder.deletedCount;
  }
  return sum;
}

/** STORE_HAS_SEARCHES, of searches that somebody made (MS-OXCSTOR 2.2.2.1.1.5). */
async function storeState(folders: Folders): Promise<number> {
  return (await folders()).some((folder) => folder.type === 'search' && folder.role === undefined) ? 0x01000000 : 0;
}

/** Some need all folders, which are read only for them. */
type Computed = readonly [
  tag: PropertyTag,
  value: (logon: LogonObject, session: Session, folders: Folders) => FoundProperty[1] | Promise<FoundProperty[1]>,
];

const folderOf =
  (role: FolderRole) =>
  ({ mailbox }: LogonObject): Uint8Array =>
    folderEntryId(mailbox.guid, mailbox.replicaGuid, mailbox.specialFolder(role));

const user = 0;
/** The store's own entry id is not told apart by it. */
const serverName = '';
const invalid = { errorCode: ec.invalidParam };

/** Properties of the store that are not kept as such (MS-OXCSTOR 2.2.2.1). */
const computed: readonly Computed[] = [
  [0x3001001f, ({ mailbox }) => mailbox.displayName],
  [0x3003001f, ({ mailbox }) => mailbox.legacyDn],
  [0x661c001f, ({ mailbox }) => mailbox.displayName],
  [0x661b0102, ({ mailbox }) => addressBookEntryId(mailbox.legacyDn, user)],
  [0x66190102, (_, session) => addressBookEntryId(session.identity.legacyDn, user)],
  [0x661a001f, (_, session) => session.identity.legacyDn],
  [0x0ff90102, ({ mailbox }) => guidToBytes(mailbox.guid)],
  [0x0ffa0102, ({ mailbox }) => guidToBytes(mailbox.guid)],
  [0x0ff80102, ({ mailbox }) => guidToBytes(mailbox.mappingSignature)],
  [0x0fff0102, ({ mailbox }) => storeEntryId(serverName, mailbox.legacyDn)],
  [0x0ffb0102, ({ mailbox }) => storeEntryId(serverName, mailbox.legacyDn)],
  [0x0ffe0003, () => 1],
  [0x0ff40003, () => 0x3f],
  [0x340e0003, (_, __, folders) => storeState(folders)],
  [0x0e080003, async (_, __, folders) => clampSize((await totals(folders)).size)],
  [0x0e080014, async (_, __, folders) => BigInt((await totals(folders)).size)],
  [0x36020003, async (_, __, folders) => (await totals(folders)).contents],
  [0x36170003, async (_, __, folders) => (await totals(folders)).associated],
  [0x66400003, async (_, __, folders) => (await totals(folders)).deleted],
  [0x66430003, () => 0],
  [0x0e9b0003, () => extendedRuleSizeLimit],
  [0x66c30003, (_, session) => session.codePage],
  [0x66a10003, (_, session) => session.stringLocale],
  [0x67050003, (_, session) => session.sortLocale],
  [0x662b0102, () => lineTest],
  [0x6633001f, () => invalid],
  [0x35d80102, folderOf('root')],
  [0x35e10102, folderOf('inbox')],
  [0x35e80102, folderOf('spoolerQueue')],
];
const computedByTag = new Map(computed);
const computedById = new Map(computed.map((entry) => [idOf(entry[0]), entry]));
/** Answered when asked for, but not listed. */
const unlistedIds = new Set([0x662b0102, 0x6633001f].map(idOf));

/** Properties of the store object. Changes are kept at once (MS-OXCPRPT 3.2.5.4). */
export function logonHolder(logon: LogonObject, session: Session): PropertyHolder {
  const { mailbox } = logon;
  /** Read once for all properties that an operation asks for. */
  let reading: Promise<readonly Folder[]> | undefined;
  const folders: Folders = () => {
    reading ??= allFolders(mailbox);
    return reading;
  };
  return {
    writable: true,
    codePage: session.codePage,
    async find(wanted) {
      const exact = computedByTag.get(wanted);
      if (exact !== undefined) return [wanted, await exact(logon, session, folders)];
      const entry = computedById.get(idOf(wanted));
      if (entry !== undefined) return [entry[0], await entry[1](logon, session, folders)];
      const stored = await mailbox.storeProperties();
      const tag = storedTag(stored, wanted);
      if (tag !== undefined) return [tag, stored.get(tag) as FoundProperty[1]];
      return idOf(wanted) === idOf(outOfOfficeState) ? [outOfOfficeState, false] : undefined;
    },
    async list() {
      const byId = new Map<number, PropertyTag>();
      for (const tag of (await mailbox.storeProperties()).keys()) byId.set(idOf(tag), tag);
      byId.set(idOf(outOfOfficeState), outOfOfficeState);
      for (const [tag] of computed) if (!unlistedIds.has(idOf(tag))) byId.set(idOf(tag), tag);
      return [...byId.values()];
    },
    async change(set, remove) {
      // Only its own user may turn the knobs of a mailbox.
      if (session.identity.address !== mailbox.address) throw new MapiError(ec.accessDenied);
      const refusals: Refusal[] = [];
      const values: PropertyBag = new Map();
      const removed: PropertyTag[] = [];
      const refusal = (tag: PropertyTag): number | undefined => {
        if (refusedIds.has(idOf(tag))) return ec.accessDenied;
        return computedById.has(idOf(tag)) ? ec.computed : undefined;
      };
      for (const { tag, value } of set) {
        const errorCode = refusal(tag) ?? (isSettable(tag) ? undefined : ec.invalidParam);
        if (errorCode !== undefined) refusals.push({ tag, errorCode });
        else setProperty(values, tag, value);
      }
      for (const tag of remove) {
        const errorCode = refusal(tag);
        if (errorCode !== undefined) refusals.push({ tag, errorCode });
        else removed.push(tag);
      }
      if (values.size > 0 || removed.length > 0) await mailbox.setStoreProperties(values, removed);
      return refusals;
    },
    isReadOnly: (tag) => computedById.has(idOf(tag)) || refusedIds.has(idOf(tag)),
    streams: { put: (tag, value) => mailbox.setStoreProperties(new Map([[tag, value]]), []) },
  };
}
