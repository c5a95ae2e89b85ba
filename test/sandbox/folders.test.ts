import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packBits, unpackBits } from '../../src/sandbox/folders/bits.ts';
import { rawMail, start } from './client.ts';

const columns = '1,20,300,301,302,304,305,308,314,316';

test('permission bits of the roles in the reference', () => {
  const bits = (folder: number, read: number, write: number, remove: number, admin = false) =>
    packBits({ folder, read, write, delete: remove, admin });
  assert.equal(bits(64, 64, 64, 64, true), 403710016);
  assert.equal(bits(1, 2, 0, 0), 257);
  assert.equal(bits(1, 2, 2, 0), 33025);
  assert.equal(bits(2, 2, 1, 1), 2113794);
  assert.equal(bits(4, 2, 2, 2), 4227332);
  assert.deepEqual(unpackBits(2113794), { folder: 2, read: 2, write: 1, delete: 1, admin: false });
});

test('the mail folders of an account with localised titles', async (t) => {
  const { login } = await start(t);
  const [anna, ben] = [await login('anna'), await login('ben')];
  const titles = async (who: typeof anna) =>
    ((await who.get('folders', 'list', { parent: 'default0', columns: '1,300,316' })).data as unknown[][]).slice(0, 5);
  assert.deepEqual(await titles(anna), [
    ['default0/INBOX', 'Posteingang', 7],
    ['default0/Drafts', 'Entwürfe', 9],
    ['default0/Sent', 'Gesendete Objekte', 10],
    ['default0/Spam', 'Spam', 11],
    ['default0/Trash', 'Papierkorb', 12],
  ]);
  assert.equal((await titles(ben))[0]?.[1], 'Inbox');
});

test('root, path, get; tree 1 hangs mail folders below the private root', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const ids = async (action: string, query: Record<string, unknown>) =>
    ((await anna.get('folders', action, { columns: '1', ...query })).data as string[][]).flat();
  assert.deepEqual(await ids('root', {}), ['1', '2', '3', '9']);
  assert.deepEqual((await ids('list', { parent: 1 }))[0], 'default0');
  assert.deepEqual((await ids('list', { parent: 1, tree: 1 }))[0], 'default0/INBOX');
  assert.deepEqual(await ids('list', { parent: 2 }), ['6', '32']);
  assert.deepEqual(await ids('path', { id: 'default0/INBOX' }), ['default0/INBOX', 'default0', '1']);
  const { data } = (await anna.get('folders', 'get', { id: 'default0/INBOX' })) as { data: Record<string, unknown> };
  assert.equal(data.standard_folder_type, 7);
  const [own, carla] = data.permissions as { rights: string; entity: number }[];
  assert.deepEqual([own?.rights, carla?.rights, carla?.entity], ['lrswipkxtea', 'lrs', 5]);
  assert.equal((await anna.get('folders', 'get', { id: 'default0/None' })).code, 'FLD-0008');
  assert.equal((await anna.get('folders', 'get', { id: '4711' })).code, 'FLD-0008');
});

test('allVisible has sections; what others share hangs below u:<owner>', async (t) => {
  const { login } = await start(t);
  const [anna, carla] = [await login('anna'), await login('carla')];
  const sections = async (who: typeof anna, type: string) =>
    (await who.get('folders', 'allVisible', { content_type: type, columns })).data as Record<string, unknown[][]>;
  const contacts = await sections(anna, 'contacts');
  assert.deepEqual(Object.keys(contacts), ['private', 'public']);
  assert.deepEqual(contacts.private, [['21', '1', 'Kontakte', 'contacts', 1, false, 403710016, true, true, 3]]);
  assert.deepEqual(
    contacts.public?.map((row) => row[0]),
    ['6', '32'],
  );
  const calendars = await sections(carla, 'calendar');
  assert.deepEqual(calendars.shared, [['20', 'u:3', 'Kalender', 'calendar', 3, false, 4227332, false, true, 0]]);
  const shared = await carla.get('folders', 'list', { parent: 3, columns: '1,300' });
  assert.deepEqual(shared.data, [['u:3', 'Anna Ä']]);
  assert.deepEqual((await carla.get('folders', 'list', { parent: 'u:3', columns: '1' })).data, [['20']]);
  assert.equal((await (await login('ben')).get('folders', 'get', { id: 20 })).code, 'FLD-0003');
});

test('mail folders: new, rename with everything below, move, delete to the trash, delete for good', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const make = (parent: string, title: string) =>
    anna.put('folders', 'new', { folder_id: parent, tree: 0 }, { folder: { title, module: 'mail' } });
  assert.equal((await make('default0', 'Projects')).data, 'default0/Projects');
  assert.equal((await make('default0/Projects', 'Ä & Ö')).data, 'default0/Projects/Ä & Ö');
  assert.equal((await make('default0', 'Projects')).code, 'FLD-1014');
  assert.equal((await make('default0', 'a/b')).code, 'FLD-0092');
  assert.equal((await make('default0', ' ')).code, 'FLD-0007');
  assert.equal((await make('default0', 'inbox')).code, 'FLD-1033');
  await anna.import('default0/Projects/Ä & Ö', [rawMail('1')]);
  const before = sandbox.count('anna', 'Projects/Ä & Ö');

  const change = (id: string, folder: unknown) => anna.put('folders', 'update', { id, timestamp: 9e15 }, { folder });
  assert.equal((await change('default0/Projects', { title: 'Old' })).data, 'default0/Old');
  assert.deepEqual(sandbox.count('anna', 'Old/Ä & Ö'), before);
  assert.equal((await change('default0/Old', { folder_id: 'default0/INBOX' })).data, 'default0/INBOX/Old');
  assert.equal((await change('default0/INBOX/Old', { folder_id: 'default0/INBOX/Old/Ä & Ö' })).code, 'FLD-0020');
  assert.equal((await change('default0/INBOX', { title: 'Other' })).code, 'FLD-0011');

  const remove = (id: string, query = {}) => anna.put('folders', 'delete', { timestamp: 9e15, ...query }, [id]);
  assert.deepEqual((await remove('default0/INBOX/Old')).data, []);
  assert.equal(sandbox.count('anna', 'Trash/Old/Ä & Ö')?.total, 1);
  assert.deepEqual((await remove('default0/Trash/Old')).data, []);
  assert.equal(sandbox.count('anna', 'Trash/Old'), undefined);
  assert.equal((await remove('default0/Sent')).code, 'FLD-0031');
});

test('a folder made anew under the same name has another uidvalidity', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const validities: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    await anna.put('folders', 'new', { folder_id: 'default0' }, { folder: { title: 'X', module: 'mail' } });
    const { data } = (await anna.get('mail', 'examine', { folder: 'default0/X' })) as { data: { validity: string } };
    validities.push(data.validity);
    await anna.put('folders', 'delete', { hardDelete: true }, ['default0/X']);
  }
  assert.equal(new Set(validities).size, 3);
});

test('updates: the whole tree strictly after the stamp, deletions as strings, no mail unless asked', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const all = await anna.get('folders', 'updates', { timestamp: 0, columns: '1', parent: 'ignored' });
  assert.deepEqual((all.data as string[][]).flat(), ['20', '21', '22', '23', '32']);
  const since = all.timestamp!;
  const idle = await anna.get('folders', 'updates', { timestamp: since, columns: '1', ignore: false });
  assert.deepEqual(idle, { data: [], timestamp: since });
  const made = await anna.put('folders', 'new', { folder_id: 21 }, { folder: { title: 'Sub', module: 'contacts' } });
  await anna.put('folders', 'new', { folder_id: 'default0' }, { folder: { title: 'M', module: 'mail' } });
  const next = await anna.get('folders', 'updates', { timestamp: since, columns: '1', ignore: false });
  assert.deepEqual(next, { data: [[made.data]], timestamp: made.timestamp });
  const withMail = await anna.get('folders', 'updates', { timestamp: since, columns: '1', ignore: false, mail: 1 });
  assert.deepEqual(withMail.data, [[made.data], ['default0/M']]);
  await anna.put('folders', 'delete', { timestamp: made.timestamp }, [made.data]);
  const gone = await anna.get('folders', 'updates', { timestamp: made.timestamp, columns: '1', ignore: false });
  assert.deepEqual(gone.data, [made.data]);
  assert.ok(gone.timestamp! > made.timestamp!);
  const ignored = await anna.get('folders', 'updates', { timestamp: since, columns: '1', ignore: 'deleted' });
  assert.deepEqual(ignored, { data: [], timestamp: since });
});

test('groupware folders: rules of names, moves, conflicts and administrators', async (t) => {
  const { login } = await start(t);
  const [anna, ben] = [await login('anna'), await login('ben')];
  const made = await anna.put('folders', 'new', { folder_id: 21 }, { title: 'Sub', module: 'contacts' });
  const id = made.data as string;
  const change = async (folder: unknown, query: Record<string, unknown> = {}) =>
    (await anna.put('folders', 'update', { id, timestamp: 9e15, ...query }, { folder })).code;
  const owner = { entity: 3, group: false, bits: 403710016 };
  assert.equal(await change({ title: 'x' }, { timestamp: 1 }), 'FLD-1022');
  assert.equal(await change({ title: 'x' }, { id: '21' }), 'FLD-0011');
  assert.equal(await change({ folder_id: '2' }, { id: '21' }), 'FLD-0021');
  assert.equal(await change({ permissions: [] }), 'FLD-0018');
  assert.equal(await change({ permissions: [owner, { ...owner, entity: 4 }] }), 'FLD-0015');
  assert.equal(await change({ permissions: [owner, { ...owner, entity: 0, group: true }] }), 'FLD-0016');
  assert.equal(await change({ permissions: [{ ...owner, entity: 4 }] }), 'FLD-0017');
  assert.equal(await change({ permissions: [{ entity: 3, bits: 1 }] }), 'FLD-1019');
  assert.equal(await change({ permissions: [owner, { entity: 99, group: false, bits: 257 }] }), 'FLD-0044');
  assert.equal((await ben.get('folders', 'get', { id })).code, 'FLD-0003');
  assert.equal(await change({ permissions: [owner, { entity: 4, group: false, bits: 257 }] }), undefined);
  const seen = (await ben.get('folders', 'get', { id })).data as Record<string, unknown>;
  assert.deepEqual([seen.type, seen.folder_id, seen.own_rights], [3, 'u:3', 257]);
  assert.equal((await ben.put('folders', 'delete', {}, [id])).code, 'FLD-0030');
  const since = (await ben.get('folders', 'updates', { timestamp: 0, columns: '1', ignore: false })).timestamp;
  assert.equal(await change({ permissions: [owner] }), undefined);
  const lost = await ben.get('folders', 'updates', { timestamp: since, columns: '1', ignore: false });
  assert.deepEqual(lost.data, [id]);
  assert.equal(
    (await anna.put('folders', 'new', { folder_id: 21 }, { title: 'Sub', module: 'contacts' })).code,
    'FLD-0012',
  );
  assert.equal((await anna.put('folders', 'new', { folder_id: 21 }, { title: 'T', module: 'tasks' })).code, 'FLD-0014');
});
