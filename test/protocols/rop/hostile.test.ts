import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { ec, makeId, PidTag } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { createSession, executeRops, type RopServices } from '../../../src/protocols/rop/index.ts';
import { type Identity, type Mailbox, openStore, type Store } from '../../../src/store/index.ts';
import { WireError } from '../../../src/wire/index.ts';
import { logOn, request, run, unset } from './rop-client.ts';
import { samples } from './samples.ts';

const person = (name: string): Identity => ({
  address: `${name}@oxbow.test`,
  displayName: name,
  legacyDn: `/o=Oxbow/cn=${name}`,
  tenant: '1',
});
const anna = person('anna');
const ben = person('ben');

describe('hostile requests on a real store', () => {
  let directory: string;
  let store: Store;
  let bens: Mailbox;
  const errors: unknown[] = [];
  let services: RopServices;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'oxbow-hostile-'));
    store = await openStore({ file: join(directory, 'store.sqlite'), cacheDirectory: join(directory, 'cache') });
    for (const identity of [anna, ben]) await store.ensureMailbox(identity);
    const annas = (await store.findMailbox(anna.address))!;
    bens = (await store.findMailbox(ben.address))!;
    for (const mailbox of [annas, bens])
      for (let i = 0; i < 3; i++)
        await mailbox.saveMessage(
          {
            folderId: mailbox.specialFolder('inbox'),
            set: new Map<number, string>([
              [PidTag.Subject, `secret of ${mailbox.displayName} ${i}`],
              [PidTag.MessageClass, 'IPM.Note'],
            ]),
          },
          { kind: 'client' },
        );
    services = {
      store,
      directory: { entries: async () => [] },
      mailboxes: { resolve: async () => undefined },
      report: (error, operation) => errors.push(`${operation}: ${(error as Error).stack}`),
    };
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** What must not change: Ben's folders and messages. */
  async function stateOfBen(): Promise<string> {
    const folders = await bens.childFolders(bens.specialFolder('root'), { deep: true });
    const counts = folders.map((f) => [f.id, f.displayName, f.changeNumber, f.contentCount, f.unreadCount]);
    return JSON.stringify(counts);
  }

  test('crash nothing, hang nothing, and neither read nor change another mailbox', async () => {
    const before = await stateOfBen();
    const call = fc.record({
      sample: fc.constantFrom(...samples.filter((s) => s.definition.id !== d.RopLogon.id)),
      indexes: fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(9) }), {
        minLength: 2,
        maxLength: 2,
      }),
      alter: fc.oneof(
        { weight: 12, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.record({ at: fc.nat(60), byte: fc.nat(255) }) },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), fc.boolean(), async (calls, chain) => {
        const session = createSession({ identity: anna, services });
        const { handle, folderIds } = await logOn(session);
        const opened = await run(
          session,
          [handle, unset, unset, unset, unset],
          [
            request(d.RopOpenFolder, [0, 1], { folderId: folderIds[4]!, openModeFlags: 0 }),
            request(d.RopGetContentsTable, [1, 2], { tableFlags: 0 }),
            request(d.RopSetColumns, [2], { setColumnsFlags: 0, propertyTags: [PidTag.Subject] }),
            request(d.RopCreateMessage, [1, 3], { codePageId: 0xfff, folderId: folderIds[4]!, associatedFlag: false }),
            request(d.RopCreateAttachment, [3, 4], {}),
          ],
        );
        const rops = calls.map(({ sample, indexes, alter }) => {
          const { bytes } = request(
            sample.definition,
            sample.definition.handles.map((_, at) => indexes[at]!),
            sample.request,
          );
          if (alter && alter.at < bytes.length) bytes[alter.at] = alter.byte;
          return bytes;
        });
        try {
          const { buffers } = await executeRops(
            session,
            { rops: Buffer.concat(rops), handles: [...opened.handles, unset, unset, unset] },
            { room: 0x40000, chain },
          );
          const told = Buffer.concat(buffers.map((b) => b.rops));
          for (const text of ['utf16le', 'latin1'] as const)
            assert.ok(!told.includes(Buffer.from('secret of ben', text)));
        } catch (error) {
          if (!(error instanceof WireError)) assert.equal((error as { code?: number }).code, ec.bufferTooSmall);
        } finally {
          session.close();
        }
        assert.deepEqual(errors, []);
      }),
      { numRuns: 400, interruptAfterTimeLimit: 20_000 },
    );
    assert.equal(await stateOfBen(), before);
  });

  test("the ids of another's folders and messages open nothing of theirs", async () => {
    const session = createSession({ identity: anna, services });
    const { handle } = await logOn(session);
    const annas = (await store.findMailbox(anna.address))!;
    const messages = await bens.messageIds(bens.specialFolder('inbox'));
    for (const id of messages) {
      const sent = request(d.RopOpenMessage, [0, 1], {
        codePageId: 0xfff,
        folderId: makeId(1, bens.specialFolder('inbox')),
        openModeFlags: 0,
        messageId: makeId(1, id),
      });
      const { answers } = await run(session, [handle, unset], [sent]);
      if (answers[0]!.returnValue === 0) {
        const own = await annas.message(id);
        assert.ok(own, 'a message of another mailbox was opened');
      } else assert.equal(answers[0]!.returnValue, ec.notFound);
    }
    session.close();
  });
});
