import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Cell,
  type PropertyTag,
  type PropertyValue,
  propertyRow,
  type RecipientRow,
  recipientRow,
  type TaggedValue,
} from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { createSession, type RopDefinition, type RopServices, type Session } from '../../../src/protocols/rop/index.ts';
import { type DirectoryEntry, openStore } from '../../../src/store/index.ts';
import { Reader, Writer } from '../../../src/wire/index.ts';
import { fakeSession } from './fake-store.ts';
import { withMessages } from './message-store.ts';
import { logOn, request, run, type Sent, unset } from './rop-client.ts';

/** A client of a mailbox in memory. */
export async function startClient() {
  const fake = fakeSession();
  const store = withMessages(fake.anna);
  return { ...fake, store, ...(await clientOf(fake.session)) };
}

/** A client of a mailbox in a real store, with these people in the address book. */
export async function startStoreClient(people: readonly DirectoryEntry[] = []) {
  const directory = await mkdtemp(join(tmpdir(), 'oxbow-rop-test-'));
  const store = await openStore({ file: join(directory, 'store.db'), cacheDirectory: join(directory, 'cache') });
  const identity = { address: 'anna@oxbow.test', displayName: 'Anna', legacyDn: '/o=Oxbow/cn=anna', tenant: '1' };
  const mailbox = await store.ensureMailbox(identity);
  const errors: unknown[] = [];
  const services = {
    store,
    directory: { entries: async () => people },
    mailboxes: { resolve: async () => undefined },
    report: (error: unknown) => errors.push(error),
  } as unknown as RopServices;
  const session = createSession({ identity, services });
  return {
    ...(await clientOf(session)),
    store,
    mailbox,
    errors,
    /** Another client of the same mailbox. */
    another: () => clientOf(createSession({ identity, services })),
    async close() {
      session.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A client with one logon that keeps handles by itself, one operation a call. */
async function clientOf(session: Session) {
  const { handle: logon, folderIds } = await logOn(session);

  /** What came after answers: notifications, until they are looked at. */
  const notices: Buffer[] = [];
  async function send(
    handles: readonly number[],
    sent: readonly Sent[],
    options: { columns?: readonly number[]; room?: number; chain?: boolean } = {},
  ) {
    const result = await run(session, handles, sent, options);
    if (result.rest.length > 0) notices.push(result.rest);
    return result;
  }

  /** Sends one operation on these handles (input or source, then the others). */
  async function call<Q, R, F>(definition: RopDefinition<Q, R, F>, handles: readonly number[], fields: Q) {
    const indexes = definition.handles.map((_, at) => at);
    const placed = definition.handles.map((role, at) => {
      if (role === 'output') return unset;
      // A response handle comes before the input on the wire, but is given second.
      return role === 'response' ? (handles[1] ?? handles[0]!) : (handles[role === 'input' ? 0 : at] ?? unset);
    });
    const result = await send(placed, [request(definition, indexes, fields)]);
    const answer = result.answers[0]!;
    const output = definition.handles.indexOf('output');
    return {
      returnValue: answer.returnValue,
      fields: answer.fields as R,
      handle: output < 0 ? unset : result.handles[output]!,
    };
  }

  /** As {@link call}; throws unless it succeeds. */
  async function ok<Q, R, F>(definition: RopDefinition<Q, R, F>, handles: readonly number[], fields: Q) {
    const result = await call(definition, handles, fields);
    if (result.returnValue !== 0) throw new Error(`${definition.name}: 0x${result.returnValue.toString(16)}`);
    return result;
  }

  const inbox = folderIds[4]!;
  return {
    session,
    logon,
    notices,
    send,
    folderIds,
    inbox,
    outbox: folderIds[5]!,
    call,
    ok,
    folder: async (folderId = inbox) => (await ok(d.RopOpenFolder, [logon], { folderId, openModeFlags: 0 })).handle,
    create: async (folderId = inbox) =>
      (await ok(d.RopCreateMessage, [logon], { codePageId: 0xfff, folderId, associatedFlag: false })).handle,
    open: (messageId: bigint, openModeFlags = 0, folderId = inbox) =>
      call(d.RopOpenMessage, [logon], { codePageId: 0xfff, folderId, openModeFlags, messageId }),
    set: (handle: number, values: readonly (readonly [PropertyTag, PropertyValue])[]) =>
      ok(d.RopSetProperties, [handle], {
        propertyValues: values.map(([tag, value]): TaggedValue => ({ tag, value })),
      }).then(({ fields }) => fields.propertyProblems),
    remove: (handle: number, propertyTags: PropertyTag[]) => ok(d.RopDeleteProperties, [handle], { propertyTags }),
    async get(handle: number, propertyTags: PropertyTag[], wantUnicode = 1): Promise<Cell[]> {
      const indexes = [0];
      const sent = request(d.RopGetPropertiesSpecific, indexes, { propertySizeLimit: 0, wantUnicode, propertyTags });
      const { answers } = await send([handle], [sent], { columns: propertyTags });
      const row = (answers[0]!.fields as { rowData: Uint8Array }).rowData;
      return propertyRow(propertyTags).read(new Reader(row));
    },
    all: async (handle: number): Promise<Map<PropertyTag, PropertyValue>> => {
      const { fields } = await ok(d.RopGetPropertiesAll, [handle], { propertySizeLimit: 0, wantUnicode: 1 });
      return new Map(fields.propertyValues.map(({ tag, value }) => [tag, value]));
    },
    save: async (handle: number, saveFlags = 0x0a) =>
      (await ok(d.RopSaveChangesMessage, [handle], { saveFlags })).fields.messageId,
    stream: async (handle: number, propertyTag: PropertyTag, openModeFlags: number) =>
      (await ok(d.RopOpenStream, [handle], { propertyTag, openModeFlags })).handle,
    write: (handle: number, data: Uint8Array) => ok(d.RopWriteStream, [handle], { data }),
    release: (handle: number) => send([handle], [request(d.RopRelease, [0], {})]),
    async readWhole(handle: number): Promise<Buffer> {
      const parts: Uint8Array[] = [];
      for (;;) {
        const { fields } = await ok(d.RopReadStream, [handle], { byteCount: 0x6000, maximumByteCount: undefined });
        if (fields.data.length === 0) return Buffer.concat(parts);
        parts.push(Buffer.from(fields.data));
      }
    },
    async addRecipients(
      handle: number,
      rows: readonly { id: number; type?: number; row?: RecipientRow }[],
      columns: PropertyTag[] = [],
    ) {
      const recipientRows = rows.map(({ id, type, row }) => {
        const writer = new Writer();
        if (row) recipientRow(columns).write(writer, row);
        return { rowId: id, recipientType: type ?? 1, recipientRow: writer.finish() };
      });
      await ok(d.RopModifyRecipients, [handle], { recipientColumns: columns, recipientRows });
    },
  };
}

export type Client = Awaited<ReturnType<typeof clientOf>>;

/** A recipient with an internet address. */
export const smtpRow = (address: string, displayName = address): RecipientRow => ({
  addressType: 3,
  responsible: false,
  nonRich: false,
  unicode: true,
  transmittableSame: true,
  emailAddress: address,
  displayName,
  properties: [],
});
