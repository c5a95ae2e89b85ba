import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PidTag, type PropertyTag, Ptyp, tagOf } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { ropDefinitions } from '../../../src/protocols/rop/definitions/index.ts';
import { executeRops } from '../../../src/protocols/rop/index.ts';
import { type Client, startClient, startStoreClient } from './mailbox-client.ts';

const tags = [0x6601, 0x6602, 0x6603].map((id) => tagOf(id, Ptyp.Binary));
const content = fc.uint8Array({ minLength: 1, maxLength: 64 });
const place = fc.nat({ max: tags.length - 1 });

/** What a client may do to a message that is open. */
const action = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: place, content }),
  fc.record({ kind: fc.constant('delete' as const), at: place }),
  fc.record({ kind: fc.constant('stream' as const), at: place, content, commit: fc.boolean() }),
  fc.record({ kind: fc.constant('attach' as const), content, save: fc.boolean() }),
  fc.record({ kind: fc.constant('reattach' as const), pick: fc.nat(), content, save: fc.boolean() }),
  fc.record({ kind: fc.constant('detach' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('save' as const) }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

interface Model {
  readonly values: Map<PropertyTag, string>;
  readonly attachments: Map<number, string>;
}
const copyOf = (model: Model): Model => ({ values: new Map(model.values), attachments: new Map(model.attachments) });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function attach(client: Client, handle: number, bytes: Uint8Array): Promise<void> {
  await client.set(handle, [[PidTag.AttachDataBinary, bytes]]);
}

/** Does it, and to the model as well. */
async function perform(client: Client, message: number, model: Model, one: Action): Promise<void> {
  const numbers = [...model.attachments.keys()];
  const tag = 'at' in one ? tags[one.at]! : 0;
  switch (one.kind) {
    case 'set':
      await client.set(message, [[tag, one.content]]);
      model.values.set(tag, hex(one.content));
      return;
    case 'delete':
      await client.remove(message, [tag]);
      model.values.delete(tag);
      return;
    case 'stream': {
      const stream = await client.stream(message, tag, 2);
      await client.write(stream, one.content);
      if (one.commit) await client.ok(d.RopCommitStream, [stream], {});
      await client.release(stream);
      model.values.set(tag, hex(one.content));
      return;
    }
    case 'attach': {
      const { handle, fields } = await client.ok(d.RopCreateAttachment, [message], {});
      await attach(client, handle, one.content);
      if (one.save) {
        await client.ok(d.RopSaveChangesAttachment, [handle, message], { saveFlags: 0x0a });
        model.attachments.set(fields.attachmentId, hex(one.content));
      }
      return;
    }
    case 'reattach': {
      const attachmentId = numbers[one.pick % Math.max(1, numbers.length)];
      if (attachmentId === undefined) return;
      const opened = await client.ok(d.RopOpenAttachment, [message], { openAttachmentFlags: 1, attachmentId });
      await attach(client, opened.handle, one.content);
      if (!one.save) return;
      await client.ok(d.RopSaveChangesAttachment, [opened.handle, message], { saveFlags: 0x0a });
      model.attachments.set(attachmentId, hex(one.content));
      return;
    }
    case 'detach': {
      const attachmentId = numbers[one.pick % Math.max(1, numbers.length)];
      if (attachmentId === undefined) return;
      await client.ok(d.RopDeleteAttachment, [message], { attachmentId });
      model.attachments.delete(attachmentId);
      return;
    }
    case 'save':
      await client.save(message);
  }
}

/** What a handle shows. */
async function shown(client: Client, message: number): Promise<Model> {
  const cells = await client.get(message, tags);
  const values = new Map<PropertyTag, string>();
  for (const [at, cell] of cells.entries()) if (cell instanceof Uint8Array) values.set(tags[at]!, hex(cell));
  const attachments = new Map<number, string>();
  for (let attachmentId = 0; attachmentId < 20; attachmentId++) {
    const opened = await client.call(d.RopOpenAttachment, [message], { openAttachmentFlags: 0, attachmentId });
    if (opened.returnValue !== 0) continue;
    const [data] = await client.get(opened.handle, [PidTag.AttachDataBinary]);
    attachments.set(attachmentId, hex(data as Uint8Array));
  }
  return { values, attachments };
}

/** Does the actions to a new message and compares what it shows then. */
async function compare(client: Client, actions: readonly Action[]): Promise<void> {
  const message = await client.create();
  const id = await client.save(message);
  const model: Model = { values: new Map(), attachments: new Map() };
  let saved = copyOf(model);
  for (const one of actions) {
    await perform(client, message, model, one);
    if (one.kind === 'save') saved = copyOf(model);
  }
  assert.deepEqual(await shown(client, message), model);
  assert.deepEqual(await shown(client, (await client.open(id)).handle), saved);
}

describe('any mix of changes', () => {
  test('is what a message shows on its handle, and elsewhere as of the last save', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => compare(await startClient(), actions)),
      { numRuns: 60 },
    );
  });

  test('in the store as well', async () => {
    const client = await startStoreClient();
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 12 }), (actions) => compare(client, actions)),
        { numRuns: 25 },
      );
      assert.deepEqual(client.errors, []);
    } finally {
      await client.close();
    }
  });
});

describe('hostile requests', () => {
  test('bytes of any kind to any operation on any object are answered or refused, never an unexpected error', async (t) => {
    const client = await startStoreClient();
    t.after(() => client.close());
    const ids = [...ropDefinitions.keys()].filter((id) => id !== d.RopLogon.id && id !== d.RopRelease.id);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...ids), fc.nat({ max: 5 }), fc.uint8Array({ maxLength: 60 })), {
          maxLength: 4,
        }),
        async (requests) => {
          const message = await client.create();
          const attachment = (await client.ok(d.RopCreateAttachment, [message], {})).handle;
          const stream = await client.stream(message, tags[0]!, 2);
          const handles = [client.logon, await client.folder(), message, attachment, stream, 0xffffffff];
          for (const [id, input, bytes] of requests) {
            const { handles: roles } = ropDefinitions.get(id)!;
            const head = [id, 0, ...roles.map((role) => (role === 'output' ? 5 : input))];
            await executeRops(
              client.session,
              { rops: Buffer.concat([Buffer.from(head), bytes]), handles: [...handles] },
              { room: 0x10008, chain: false },
            ).catch((error: Error) => assert.match(error.name, /^(MapiError|WireError)$/));
          }
          assert.deepEqual(client.errors.map(String), []);
        },
      ),
      { numRuns: 400 },
    );
  });
});
