import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openReplica, type Replica, readMessage, replicaDifferences } from '../../../src/client/index.ts';
import {
  type AttachmentContent,
  attachMethod,
  type MessageContent,
  makeId,
  PidTag,
  type PropertyBag,
  type PropertyName,
  Ptyp,
  tagOf,
} from '../../../src/mapi/index.ts';
import type { Mailbox } from '../../../src/store/index.ts';
import { recipient } from '../../sync/recipient.ts';
import { startWorld, type World } from './world.ts';

const client = { kind: 'client' } as const;
const bagOf = (subject: string, body = `Text of ${subject}.`): PropertyBag =>
  new Map<number, string>([
    [PidTag.Subject, subject],
    [PidTag.Body, body],
  ]);
const contentOf = (subject: string, body?: string): MessageContent => ({
  properties: bagOf(subject, body),
  recipients: [],
  attachments: [],
});

describe('a replica', () => {
  let world: World;
  let mailbox: Mailbox;
  let session: Awaited<ReturnType<World['connect']>>;
  let replica: Replica;
  let inbox: number;
  let count = 0;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    count += 1;
    mailbox = await world.mailbox(`anna${count}`);
    inbox = mailbox.specialFolder('inbox');
    session = await world.connect(mailbox);
    replica = openReplica(':memory:');
  });

  const synchronize = () => replica.synchronize(session);
  const isEqual = async () => assert.deepEqual(await replicaDifferences(replica, session), []);
  const subjects = (folderId: number) => replica.messages(folderId).map(({ subject }) => subject);
  const keyOf = (subject: string, folderId = inbox): number =>
    replica.messages(folderId).find((message) => message.subject === subject)!.key;

  /** A message with everything that one can have. */
  function fullContent(nameId: (name: PropertyName) => number): MessageContent {
    const html = Buffer.from(`<p>${'Grüße '.repeat(9000)}</p>`);
    const file = (name: string, data: Buffer): AttachmentContent => ({
      number: 0,
      properties: new Map<number, string | number | Buffer>([
        [PidTag.AttachMethod, attachMethod.byValue],
        [PidTag.AttachLongFilename, name],
        [PidTag.AttachDataBinary, data],
      ]),
    });
    const inner: MessageContent = {
      properties: bagOf('Inner', 'x'.repeat(40_000)),
      recipients: [recipient('inner@outside.test')],
      attachments: [file('inside.bin', Buffer.alloc(70_000, 7))],
    };
    return {
      properties: new Map<number, string | number | Buffer | string[]>([
        [PidTag.Subject, 'RE: Everything'],
        [PidTag.Html, html],
        [PidTag.Importance, 2],
        [tagOf(nameId({ guid: '00020329-0000-0000-c000-000000000046', name: 'Keywords' }), 0x101f), ['Blau', 'Grün']],
        [tagOf(nameId({ guid: '00062008-0000-0000-c000-000000000046', lid: 0x8503 }), Ptyp.Boolean), true as never],
      ]),
      recipients: ['ben@oxbow.test', 'carla@oxbow.test'].map((address, row) =>
        recipient(address).set(PidTag.Rowid, row),
      ),
      attachments: [
        file('groß.bin', Buffer.alloc(200_000, 1)),
        {
          number: 1,
          properties: new Map<number, string | number>([
            [PidTag.AttachMethod, attachMethod.embeddedMessage],
            [PidTag.DisplayName, 'Inner'],
          ]),
          embedded: inner,
        },
      ],
    };
  }

  test('has all of a mailbox: bodies, recipients, attachments, messages inside, named properties, FAI messages', async () => {
    const [keywords, reminder] = await mailbox.propertyIds(
      [
        { guid: '00020329-0000-0000-c000-000000000046', name: 'Keywords' },
        { guid: '00062008-0000-0000-c000-000000000046', lid: 0x8503 },
      ],
      true,
    );
    const { properties, recipients, attachments } = fullContent((name) => (name.name ? keywords! : reminder!));
    const change = { folderId: inbox, set: properties, recipients, putAttachments: attachments };
    await mailbox.saveMessage({ ...change, read: false }, client);
    await mailbox.saveMessage({ folderId: inbox, associated: true, set: bagOf('View') }, client);
    for (let n = 0; n < 250; n += 1) await mailbox.saveMessage({ folderId: inbox, set: bagOf(`Mail ${n}`) }, client);
    await synchronize();
    assert.equal(replica.messages(inbox).length, 252);
    const { size } = replica.messages(inbox).find(({ subject }) => subject === 'RE: Everything')!;
    assert.ok(size! > 270_000);
    await isEqual();
  });

  test('uploads all of what is written in it', async () => {
    await synchronize();
    const content = fullContent((name) => replica.names.idOf(name));
    replica.edits.createMessage(inbox, content, { read: false });
    replica.edits.createMessage(inbox, contentOf('Kept settings'), { associated: true });
    await synchronize();
    assert.equal(replica.hasChanges(), false);
    const [message] = replica.messages(inbox);
    const there = await readMessage(session.client, session.mailbox, makeId(1, inbox), makeId(1, message!.id));
    assert.equal(there.properties.get(PidTag.Importance), 2);
    assert.equal(there.recipients.length, 2);
    assert.equal(
      (there.attachments[0]!.properties.get(PidTag.AttachDataBinary) as Buffer).compare(Buffer.alloc(200_000, 1)),
      0,
    );
    assert.equal(there.attachments[1]!.embedded!.attachments.length, 1);
    await isEqual();
    const other = openReplica(':memory:');
    await other.synchronize(session);
    assert.deepEqual(await replicaDifferences(other, session), []);
  });

  test('follows what is changed, read, moved and deleted elsewhere', async () => {
    const ids: number[] = [];
    for (const name of ['A', 'B', 'C', 'D'])
      ids.push((await mailbox.saveMessage({ folderId: inbox, set: bagOf(name) }, client)).id);
    await synchronize();
    await mailbox.saveMessage({ id: ids[0]!, folderId: inbox, set: bagOf('A2') }, client);
    await mailbox.setReadState(inbox, [ids[1]!], true, client);
    await mailbox.moveMessages(inbox, [ids[2]!], mailbox.specialFolder('drafts'), client);
    await mailbox.deleteMessages(inbox, [ids[3]!], {}, client);
    await synchronize();
    assert.deepEqual(subjects(inbox).sort(), ['A2', 'B']);
    assert.deepEqual(subjects(mailbox.specialFolder('drafts')), ['C']);
    assert.equal(replica.messages(inbox).find(({ subject }) => subject === 'B')!.read, true);
    await isEqual();
  });

  test('uploads what is changed, read, moved and deleted in it, and does not fetch that again', async () => {
    for (const name of ['A', 'B', 'C', 'D'])
      await mailbox.saveMessage({ folderId: inbox, set: bagOf(name), read: false }, client);
    await synchronize();
    const { edits } = replica;
    edits.changeMessage(keyOf('A'), { set: bagOf('A2', 'Another text.') });
    edits.setRead(keyOf('B'), true);
    edits.moveMessage(keyOf('C'), mailbox.specialFolder('drafts'));
    edits.deleteMessage(keyOf('D'));
    const events: string[] = [];
    await replica.synchronize(session, undefined, ({ kind }) => events.push(kind));
    assert.deepEqual(events, []);
    assert.equal(replica.hasChanges(), false);
    assert.deepEqual(subjects(inbox).sort(), ['A2', 'B']);
    assert.equal((await mailbox.folder(inbox))!.unreadCount, 1);
    await isEqual();
  });

  test('has the folders, and uploads those made, renamed, moved and deleted in it', async () => {
    await synchronize();
    const { edits } = replica;
    const top = mailbox.specialFolder('ipmSubtree');
    const outer = edits.createFolder(top, 'Outer');
    const inner = edits.createFolder(outer, 'Inner');
    edits.createMessage(inner, contentOf('Deep'));
    await synchronize();
    await isEqual();
    assert.equal((await mailbox.folder(inner))!.parentId, outer);
    edits.changeFolder(inner, { name: 'Renamed', parentId: top });
    edits.deleteFolder(outer);
    await synchronize();
    await isEqual();
    assert.equal((await mailbox.folder(inner))!.displayName, 'Renamed');
    assert.equal(await mailbox.folder(outer), undefined);
    await mailbox.moveFolder(inner, inbox, 'Below', client);
    await mailbox
      .deleteFolder(mailbox.specialFolder('journal'), { messages: true, folders: true }, client)
      .catch(() => {});
    await synchronize();
    await isEqual();
    assert.equal(replica.folders().find(({ id }) => id === inner)!.parentId, inbox);
  });

  test('of two versions the later stays and the other is in Conflicts', async () => {
    const { id } = await mailbox.saveMessage({ folderId: inbox, set: bagOf('Plan') }, client);
    await synchronize();
    await mailbox.saveMessage({ id, folderId: inbox, set: bagOf('Plan', 'Theirs') }, client);
    await new Promise((resolve) => setTimeout(resolve, 5));
    replica.edits.changeMessage(keyOf('Plan'), { set: bagOf('Plan', 'Mine') });
    await synchronize();
    await synchronize();
    await isEqual();
    assert.equal(replica.content(keyOf('Plan')).properties.get(PidTag.Body), 'Mine');
    const conflicts = mailbox.specialFolder('conflicts');
    assert.equal(replica.content(keyOf('Plan', conflicts)).properties.get(PidTag.Body), 'Theirs');
  });

  test('an edited message that somebody deleted is kept in Conflicts', async () => {
    const { id } = await mailbox.saveMessage({ folderId: inbox, set: bagOf('Plan') }, client);
    await synchronize();
    await mailbox.deleteMessages(inbox, [id], {}, client);
    replica.edits.changeMessage(keyOf('Plan'), { set: bagOf('Plan', 'Mine') });
    await synchronize();
    await synchronize();
    await isEqual();
    assert.deepEqual(subjects(inbox), []);
    assert.deepEqual(subjects(mailbox.specialFolder('conflicts')), ['Plan']);
  });

  test('what was written into a folder that somebody deleted is kept in Local Failures', async () => {
    const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'Short-lived' }, client);
    await synchronize();
    await mailbox.deleteFolder(folder.id, { messages: true, folders: true }, client);
    replica.edits.createMessage(folder.id, contentOf('Draft'));
    const sub = replica.edits.createFolder(folder.id, 'Sub');
    replica.edits.createMessage(sub, contentOf('Another'));
    await synchronize();
    await synchronize();
    await isEqual();
    assert.deepEqual(subjects(mailbox.specialFolder('localFailures')).sort(), ['Another', 'Draft']);
  });

  test('a replica is of one mailbox', async () => {
    await synchronize();
    const other = await world.connect(await world.mailbox('somebody'));
    await assert.rejects(replica.synchronize(other), /replica of the mailbox/);
  });
});
