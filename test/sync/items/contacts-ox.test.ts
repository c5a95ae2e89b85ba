import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { messageEntryId, PidLid, PidName, PidTag, wrappedEntryId } from '../../../src/mapi/index.ts';
import type { SandboxOptions } from '../../../src/sandbox/index.ts';
import { tenant } from '../../sandbox/client.ts';
import { defaultFolder, setUp } from './open-xchange.ts';
import { change, client, create, messagesOf, type Properties, photo, png, valuesOf } from './outlook.ts';

type Row = Record<string, unknown>;

async function begin(t: TestContext, options: Partial<SandboxOptions> = {}) {
  const world = await setUp(t, options);
  const { mailbox } = world;
  const contacts = mailbox.specialFolder('contacts');
  return { ...world, ...(await defaultFolder(world, 'contacts')), contacts, here: () => messagesOf(mailbox, contacts) };
}

/** As Outlook saves a contact (MS-OXOCNTC 4.8). */
const eva: Properties = [
  [PidTag.MessageClass, 'IPM.Contact'],
  [PidTag.Subject, 'Eva Meier'],
  [PidTag.DisplayName, 'Eva Meier'],
  [PidTag.GivenName, 'Eva'],
  [PidTag.Surname, 'Meier'],
  [PidTag.CompanyName, 'Example AG'],
  [PidTag.Title, 'CTO'],
  [PidTag.MobileTelephoneNumber, '+49 170 1'],
  [PidLid.FileUnder, 'Meier, Eva'],
  [PidLid.FileUnderId, 0x8017],
  [PidLid.Email1DisplayName, 'Eva Meier (eva@example.net)'],
  [PidLid.Email1AddressType, 'SMTP'],
  [PidLid.Email1EmailAddress, 'eva@example.net'],
  [PidLid.Email1OriginalDisplayName, 'eva@example.net'],
  [PidLid.WorkAddressCity, 'Bonn'],
  [PidLid.BirthdayLocal, 119_600_064_000_000_000n],
  [PidName.Keywords, ['Customer', 'VIP']],
  [PidTag.Body, 'first line\r\nsecond line'],
  [PidTag.Hobbies, 'chess'],
];

test('a contact that Outlook saved appears on Open-Xchange with its fields, once', async (t) => {
  const { mailbox, contacts, pass, only, there } = await begin(t);
  await pass();
  await create(mailbox, contacts, eva);
  await pass();
  const row = await only();
  assert.deepEqual(
    [row.display_name, row.first_name, row.last_name, row.company, row.position, row.email1, row.cellular_telephone1],
    ['Eva Meier', 'Eva', 'Meier', 'Example AG', 'CTO', 'eva@example.net', '+49 170 1'],
  );
  assert.deepEqual([row.city_business, row.categories, row.note], ['Bonn', 'Customer,VIP', 'first line\nsecond line']);
  assert.equal(row.birthday, Date.UTC(1980, 0, 1));
  await pass();
  await pass();
  assert.equal((await there()).length, 1);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a contact of Open-Xchange appears here, and what is changed there changes here', async (t) => {
  const { mailbox, pass, add, edit, here } = await begin(t);
  const id = await add({ display_name: 'Kim Lee', first_name: 'Kim', last_name: 'Lee', email1: 'kim@a.example' });
  await pass();
  const [kim, ...more] = await here();
  assert.equal(more.length, 0);
  const names = [PidTag.MessageClass, PidTag.GivenName, PidLid.Email1EmailAddress, PidLid.FileUnder, PidTag.Subject];
  assert.deepEqual(await valuesOf(mailbox, kim!, names), [
    'IPM.Contact',
    'Kim',
    'kim@a.example',
    'Lee, Kim',
    'Kim Lee',
  ]);
  assert.ok(kim!.read);
  await edit(id, { email1: 'kim@b.example', company: 'Acme' });
  await pass();
  assert.deepEqual(await valuesOf(mailbox, kim!, [PidLid.Email1EmailAddress, PidTag.CompanyName]), [
    'kim@b.example',
    'Acme',
  ]);
  assert.equal((await here()).length, 1);
});

test('different fields changed on both sides both survive; what only Outlook knows stays', async (t) => {
  const { mailbox, contacts, pass, only, edit } = await begin(t);
  await pass();
  const message = await create(mailbox, contacts, eva);
  await pass();
  await edit((await only()).id, { company: 'Other AG' });
  await change(mailbox, message, [[PidTag.MobileTelephoneNumber, '+49 170 2']]);
  await pass();
  await pass();
  const row = await only();
  assert.deepEqual([row.company, row.cellular_telephone1], ['Other AG', '+49 170 2']);
  const read = [PidTag.CompanyName, PidTag.MobileTelephoneNumber, PidTag.Hobbies];
  assert.deepEqual(await valuesOf(mailbox, message, read), ['Other AG', '+49 170 2', 'chess']);
  assert.equal((await messagesOf(mailbox, mailbox.specialFolder('conflicts'))).length, 0);
});

test('the same field changed on both sides: the backend wins, ours is kept in Conflicts', async (t) => {
  const { mailbox, contacts, pass, only, edit } = await begin(t);
  await pass();
  const message = await create(mailbox, contacts, eva);
  await pass();
  await edit((await only()).id, { company: 'Theirs' });
  await change(mailbox, message, [
    [PidTag.CompanyName, 'Ours'],
    [PidTag.MobileTelephoneNumber, '+49 170 3'],
  ]);
  await pass();
  await pass();
  const row = await only();
  assert.deepEqual([row.company, row.cellular_telephone1], ['Theirs', '+49 170 3']);
  assert.deepEqual(await valuesOf(mailbox, message, [PidTag.CompanyName]), ['Theirs']);
  const kept = await messagesOf(mailbox, mailbox.specialFolder('conflicts'));
  assert.equal(kept.length, 1);
  assert.deepEqual(await valuesOf(mailbox, kept[0]!, [PidTag.CompanyName]), ['Ours']);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('pictures go both ways; the smaller one that the server makes does not come back', async (t) => {
  const { mailbox, contacts, pass, only, anna, edit } = await begin(t);
  const pictureOf = async (row: Row) =>
    Buffer.from(
      await (
        await anna.request('GET', 'contacts/picture', { action: 'get', id: row.id, folder: row.folder_id })
      ).arrayBuffer(),
    );
  await pass();
  const message = await create(mailbox, contacts, eva, [photo(png(500))]);
  await pass();
  await pass();
  const row = await only();
  assert.equal(row.number_of_images, 1);
  assert.notDeepEqual(await pictureOf(row), png(500));
  const photoHere = async () =>
    (await mailbox.content((await mailbox.messageByKey(message.key))!)).attachments.map(({ properties }) =>
      Buffer.from(properties.get(PidTag.AttachDataBinary) as Uint8Array),
    );
  assert.deepEqual(await photoHere(), [png(500)]);

  await edit(row.id, { image1: png(100).toString('base64'), image1_content_type: 'image/png' });
  await pass();
  assert.deepEqual(await photoHere(), [png(100)]);

  const { id, folderId } = (await mailbox.messageByKey(message.key))!;
  await mailbox.saveMessage({ id, folderId, removeAttachments: [0] }, client);
  await pass();
  assert.equal((await only()).number_of_images, 0);

  await edit(row.id, { image1: png(90).toString('base64'), image1_content_type: 'image/png' });
  await pass();
  assert.deepEqual(await photoHere(), [png(90)]);
  assert.deepEqual(await valuesOf(mailbox, message, [PidLid.HasPicture]), [true]);
  await edit(row.id, { image1: null });
  await pass();
  assert.deepEqual(await photoHere(), []);
  assert.deepEqual(await valuesOf(mailbox, message, [PidLid.HasPicture]), [false]);
});

test('distribution lists go both ways with members that are contacts', async (t) => {
  const { mailbox, contacts, pass, there, add, here } = await begin(t);
  const kim = await add({ display_name: 'Kim Lee', email1: 'kim@a.example' });
  await add({
    display_name: 'Team',
    mark_as_distributionlist: true,
    distribution_list: [
      {
        display_name: 'Kim Lee',
        mail: 'kim@a.example',
        mail_field: 1,
        id: kim,
        folder_id: (await there())[0]!.folder_id,
      },
      { display_name: 'Out', mail: 'out@b.example', mail_field: 0 },
    ],
  });
  await pass();
  const all = await here();
  const classes = await Promise.all(all.map(async (one) => (await valuesOf(mailbox, one, [PidTag.MessageClass]))[0]));
  assert.deepEqual([...classes].sort(), ['IPM.Contact', 'IPM.DistList']);
  const contact = all[classes.indexOf('IPM.Contact')]!;
  const list = all[classes.indexOf('IPM.DistList')]!;
  const entryId = messageEntryId(mailbox.guid, mailbox.replicaGuid, contact.folderId, contact.id);
  const [members] = (await valuesOf(mailbox, list, [PidLid.DistributionListMembers])) as [Uint8Array[]];
  assert.equal(members.length, 2);
  assert.deepEqual(Buffer.from(members[0]!), wrappedEntryId(0xc3, entryId));

  // Outlook's own list of the same contact.
  const [oneOffs] = (await valuesOf(mailbox, list, [PidLid.DistributionListOneOffMembers])) as [Uint8Array[]];
  await create(mailbox, contacts, [
    [PidTag.MessageClass, 'IPM.DistList'],
    [PidTag.DisplayName, 'Mine'],
    [PidLid.DistributionListName, 'Mine'],
    [PidLid.DistributionListMembers, [members[0]]],
    [PidLid.DistributionListOneOffMembers, [oneOffs[0]]],
  ]);
  await pass();
  const mine = (await there()).find((row) => row.display_name === 'Mine')!;
  assert.equal(mine.mark_as_distributionlist, true);
  const [member] = mine.distribution_list as Row[];
  assert.deepEqual([member!.id, member!.mail, member!.mail_field], [kim, 'kim@a.example', 1]);
});

test('a text that is too long for Open-Xchange goes there shortened and stays whole here', async (t) => {
  const { mailbox, contacts, pass, only, edit } = await begin(t);
  await pass();
  const long = 'ä'.repeat(9_000);
  const company = 'Aktiengesellschaft '.repeat(40).trim();
  const message = await create(mailbox, contacts, [...eva, [PidTag.Body, long], [PidTag.CompanyName, company]]);
  await pass();
  const row = await only();
  assert.deepEqual([row.note, String(row.company).length, row.last_name], [long.slice(0, 5680), 512, 'Meier']);
  await edit(row.id, { position: 'CEO' });
  await pass();
  const read = [PidTag.Body, PidTag.CompanyName, PidTag.Title];
  assert.deepEqual(await valuesOf(mailbox, message, read), [long, company, 'CEO']);
  await change(mailbox, message, [[PidTag.Body, `${long}!`]]);
  await change(mailbox, message, [[PidTag.Nickname, 'x'.repeat(200)]]);
  await pass();
  const after = await only();
  assert.deepEqual([after.note, after.nickname], [long.slice(0, 5680), 'x'.repeat(128)]);
  assert.deepEqual(await valuesOf(mailbox, message, [PidTag.Body, PidTag.Nickname]), [`${long}!`, 'x'.repeat(200)]);
  await edit(row.id, { note: 'short' });
  await pass();
  assert.deepEqual(await valuesOf(mailbox, message, [PidTag.Body]), ['short']);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('a server of before 7.10 takes no characters beyond the BMP; they stay here', async (t) => {
  const { mailbox, contacts, pass, only } = await begin(t, { tenant: { ...tenant, version: '7.8' } });
  await pass();
  const message = await create(mailbox, contacts, [...eva, [PidTag.CompanyName, 'Gold 🥇 GmbH']]);
  await pass();
  assert.equal((await only()).company, 'Gold \ufffd GmbH');
  await change(mailbox, message, [[PidTag.Title, 'CEO']]);
  await pass();
  await pass();
  assert.equal((await only()).position, 'CEO');
  assert.deepEqual(await valuesOf(mailbox, message, [PidTag.CompanyName]), ['Gold 🥇 GmbH']);
});

test('what is deleted on one side is deleted on the other', async (t) => {
  const { mailbox, contacts, pass, there, add, here, anna, folder } = await begin(t);
  const id = await add({ display_name: 'Gone there' });
  await pass();
  const message = await create(mailbox, contacts, eva);
  await pass();
  assert.equal((await there()).length, 2);
  await anna.put('contacts', 'delete', { timestamp: 9e15 }, [{ id, folder }]);
  await pass();
  assert.deepEqual(
    (await here()).map(({ key }) => key),
    [message.key],
  );
  await mailbox.deleteMessages(contacts, [message.id], { hard: true }, client);
  await pass();
  assert.deepEqual(await there(), []);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('moved to Deleted Items it is deleted there and lives on here; moved back it is created anew', async (t) => {
  const { mailbox, contacts, pass, there, here } = await begin(t);
  await pass();
  const message = await create(mailbox, contacts, eva);
  await pass();
  const trash = mailbox.specialFolder('deletedItems');
  const moved = await mailbox.moveMessages(contacts, [message.id], trash, client);
  await pass();
  await pass();
  assert.deepEqual(await there(), []);
  assert.equal((await messagesOf(mailbox, trash)).length, 1);
  await mailbox.moveMessages(trash, [moved.ids.get(message.id)!], contacts, client);
  await pass();
  assert.equal((await there()).length, 1);
  assert.equal((await here()).length, 1);
});

test('several folders: made, renamed and deleted on both sides; contacts move between them with all that is ours', async (t) => {
  const { mailbox, contacts, pass, anna, folder, there } = await begin(t);
  await pass();
  const titles = async () =>
    (
      (await anna.get('folders', 'allVisible', { content_type: 'contacts', columns: '1,300,20' })).data as {
        private: [string, string, string][];
      }
    ).private.map(([id, title, parent]) => ({ id, title, parent }));
  const { folder: made } = await mailbox.createFolder(
    { parentId: contacts, displayName: 'Friends', properties: new Map([[PidTag.ContainerClass, 'IPF.Contact']]) },
    client,
  );
  const message = await create(mailbox, contacts, eva);
  await pass();
  const friends = (await titles()).find(({ title }) => title === 'Friends')!;
  assert.equal(friends.parent, String(folder));
  await mailbox.moveMessages(contacts, [message.id], made.id, client);
  await pass();
  assert.deepEqual(await there(), []);
  const inFriends = async () =>
    (await anna.get('contacts', 'all', { folder: friends.id, columns: '1,500' })).data as [number, string][];
  const [[id]] = (await inFriends()) as [[number, string]];
  // Back by somebody else.
  await anna.put('contacts', 'update', { folder: friends.id, id, timestamp: 9e15 }, { folder_id: folder });
  await pass();
  const back = (await mailbox.messageByKey(message.key))!;
  assert.equal(back.folderId, contacts);
  assert.deepEqual(await valuesOf(mailbox, back, [PidTag.Hobbies]), ['chess']);

  await anna.put('folders', 'update', { id: friends.id, timestamp: 9e15 }, { folder: { title: 'Buddies' } });
  await pass(600_000);
  for (let n = 0; n < 10; n += 1) await pass();
  assert.equal((await mailbox.folder(made.id))?.displayName, 'Buddies');
  await mailbox.deleteFolder(made.id, { messages: true, folders: true }, client);
  await pass();
  assert.equal(
    (await titles()).some(({ title }) => title === 'Buddies'),
    false,
  );

  const other = (await anna.put('folders', 'new', { folder_id: 1 }, { folder: { title: 'Club', module: 'contacts' } }))
    .data;
  for (let n = 0; n < 10; n += 1) await pass();
  const club = (await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'))).find(
    ({ displayName }) => displayName === 'Club',
  );
  assert.ok(club);
  await anna.put('folders', 'delete', { timestamp: 9e15 }, [other]);
  for (let n = 0; n < 25; n += 1) await pass();
  assert.equal(await mailbox.folder(club.id), undefined);
});
