import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { checkTenant, type SandboxOptions } from '../../src/sandbox/index.ts';
import { fromPage, type Json, start, tenant } from './client.ts';

const png = (width: number) => {
  const bytes = Buffer.alloc(60);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(10, 20);
  return bytes;
};

/** Anna with her own folder of contacts. */
async function begin(t: TestContext, options: Partial<SandboxOptions> = {}) {
  const world = await start(t, options);
  const anna = await world.login('anna');
  const folder = Number((await anna.get('config/folder/contacts', '')).data);
  const create = async (body: object): Promise<number> => {
    const answer = await anna.put('contacts', 'new', {}, { folder_id: folder, ...body });
    assert.equal(answer.code, undefined);
    return Number((answer.data as { id: number }).id);
  };
  const read = async (id: number): Promise<Record<string, unknown>> =>
    (await anna.get('contacts', 'get', { folder, id })).data as Record<string, unknown>;
  const change = (id: number, body: unknown, timestamp = 9e15) =>
    anna.put('contacts', 'update', { folder, id, timestamp }, body);
  return { ...world, anna, folder, create, read, change };
}

const everyField: Record<string, unknown> = {
  ...Object.fromEntries(
    'display_name first_name last_name second_name suffix title street_home postal_code_home city_home state_home country_home marital_status number_of_children profession nickname spouse_name note department position employee_type room_number street_business postal_code_business city_business state_business country_business number_of_employees sales_volume tax_id commercial_register branches business_category info manager_name assistant_name street_other city_other postal_code_other country_other telephone_business1 telephone_business2 fax_business telephone_callback telephone_car telephone_company telephone_home1 telephone_home2 fax_home cellular_telephone1 cellular_telephone2 telephone_other fax_other url telephone_isdn telephone_pager telephone_primary telephone_radio telephone_telex telephone_ttytdd instant_messenger1 instant_messenger2 telephone_ip telephone_assistant company userfield01 userfield10 userfield20 state_other file_as yomiFirstName yomiLastName yomiCompany addressHome addressBusiness addressOther categories'
      .split(' ')
      .map((name) => [name, `${name} ä`]),
  ),
  email1: 'a@b.example',
  email2: 'c@d.example',
  email3: 'e@f.example',
  birthday: Date.UTC(1912, 5, 23),
  anniversary: Date.UTC(1999, 11, 31),
  private_flag: true,
  color_label: 4,
  default_address: 2,
};

test('every field that is written reads back; null and empty remove; absent stays', async (t) => {
  const { create, read, change } = await begin(t);
  const id = await create(everyField);
  const got = await read(id);
  for (const [name, value] of Object.entries(everyField)) assert.deepEqual(got[name], value, name);
  await change(id, { note: null, nickname: '', city_home: 'Rom' });
  const after = await read(id);
  assert.deepEqual([after.note, after.nickname, after.city_home], [undefined, undefined, 'Rom']);
  assert.equal(after.display_name, everyField.display_name);
});

test('updates: new, changed, moved and deleted; the answer of a write suppresses its own echo', async (t) => {
  const { anna, folder, create, change } = await begin(t);
  const one = await create({ display_name: 'One' });
  const other = await create({ display_name: 'Other' });
  const second = String(
    (await anna.put('folders', 'new', { folder_id: 1 }, { title: 'More', module: 'contacts' })).data,
  );
  const since = async (timestamp: number, more = {}) =>
    anna.get('contacts', 'updates', { folder, columns: '1,500', timestamp, ignore: false, ...more });
  const first = await since(0);
  assert.deepEqual(first.data, [
    [one, 'One'],
    [other, 'Other'],
  ]);
  const changed = await change(one, { display_name: 'Uno' }, first.timestamp);
  assert.deepEqual((await since(first.timestamp!)).data, [[one, 'Uno']]);
  assert.equal((await since(first.timestamp!)).timestamp, changed.timestamp);
  await change(other, { folder_id: Number(second) });
  const removed = await anna.put('contacts', 'delete', { timestamp: changed.timestamp }, { id: one, folder });
  assert.deepEqual([removed.data, removed.timestamp], [{}, changed.timestamp]);
  const gone = await since(changed.timestamp!);
  assert.deepEqual(gone.data, [other, one]);
  assert.deepEqual((await since(changed.timestamp!, { ignore: 'deleted' })).data, []);
  assert.deepEqual(await since(gone.timestamp!), { data: [], timestamp: 0 });
  const there = await anna.get('contacts', 'all', { folder: second, columns: '1,20' });
  assert.deepEqual(there.data, [[other, Number(second)]]);
});

test('a contact that was changed meanwhile is refused with CON-0119, for change and deletion', async (t) => {
  const { anna, folder, create, change, read } = await begin(t);
  const id = await create({ display_name: 'X' });
  const before = Number((await read(id)).last_modified_utc);
  await change(id, { note: 'theirs' }, before);
  const refused = await change(id, { note: 'mine' }, before);
  assert.deepEqual([refused.code, refused.categories, refused.category], ['CON-0119', 'CONFLICT', 9]);
  assert.equal((await anna.put('contacts', 'delete', { timestamp: before }, [{ id, folder }])).code, 'CON-0119');
  assert.equal((await read(id)).note, 'theirs');
});

test('pictures: base64, multipart and null; large ones come back as other bytes, and the same bytes from then on', async (t) => {
  const { anna, folder, create, read, change } = await begin(t);
  const id = await create({ display_name: 'P', image1: png(40).toString('base64'), image1_content_type: 'image/png' });
  const picture = async () => {
    const { image1_url } = await read(id);
    const url = new URL(String(image1_url), 'http://host');
    const answer = await anna.request('GET', url.pathname.slice(6), Object.fromEntries(url.searchParams));
    return Buffer.from(await answer.arrayBuffer());
  };
  assert.deepEqual(await picture(), png(40));
  const column = await anna.put('contacts', 'list', { columns: '570,596,601' }, [{ id, folder }]);
  assert.deepEqual(column.data, [[png(40).toString('base64'), 1, 'image/png']]);

  const form = new FormData();
  form.append('json', JSON.stringify({ note: 'with picture' }));
  form.append('file', new Blob([png(800)], { type: 'image/png' }), 'p.png');
  const page = await anna.request('POST', 'contacts', { action: 'update', folder, id, timestamp: 9e15 }, form);
  assert.equal(fromPage(await page.text()).error, undefined);
  const scaled = await picture();
  assert.notDeepEqual(scaled, png(800));
  await change(id, { image1: scaled.toString('base64') });
  assert.deepEqual(await picture(), scaled);
  assert.equal((await read(id)).note, 'with picture');

  await change(id, { image1: null });
  const without = await read(id);
  assert.deepEqual(
    [without.number_of_images, without.image1_url, without.image1_content_type],
    [0, undefined, undefined],
  );
  assert.equal((await change(id, { image1: Buffer.from('no picture').toString('base64') })).code, 'CON-0101');
  assert.equal((await change(id, { image1: Buffer.alloc(4_194_305).toString('base64') })).code, 'CON-0172');
});

test('distribution lists: independent members, and linked ones that follow their contact', async (t) => {
  const { folder, create, read, change } = await begin(t);
  const eva = await create({ display_name: 'Eva', email1: 'eva@one.example', email2: 'eva@two.example' });
  const list = await create({
    display_name: 'Team',
    mark_as_distributionlist: true,
    distribution_list: [
      { display_name: 'Kim', mail: 'kim@partner.example', mail_field: 0 },
      { id: eva, folder_id: folder, display_name: 'E', mail: 'old@x.example', mail_field: 2 },
    ],
  });
  const members = async () => (await read(list)).distribution_list;
  const kim = { display_name: 'Kim', mail: 'kim@partner.example', mail_field: 0 };
  const linked = { id: eva, folder_id: folder, mail_field: 2 };
  assert.deepEqual(await members(), [kim, { ...linked, display_name: 'Eva', mail: 'eva@two.example' }]);
  await change(eva, { display_name: 'Eva M', email2: 'm@two.example' });
  assert.deepEqual(await members(), [kim, { ...linked, display_name: 'Eva M', mail: 'm@two.example' }]);
  const got = await read(list);
  assert.deepEqual([got.mark_as_distributionlist, got.number_of_distribution_list], [true, 2]);
  await change(list, { distribution_list: [kim] });
  assert.deepEqual(await members(), [kim]);
  assert.equal((await change(list, { distribution_list: [{ display_name: 'x' }] })).code, 'CON-0178');
  assert.equal((await change(list, { distribution_list: [{ mail: 'x@y.z' }] })).code, 'CON-0177');
});

test('wrong values: too long ones all at once with their limits, addresses, kinds', async (t) => {
  const { anna, folder, create, change } = await begin(t);
  const id = await create({ display_name: 'X' });
  const long = await change(id, { first_name: 'x'.repeat(200), note: 'y'.repeat(6000), last_name: 'fits' });
  assert.deepEqual([long.code, long.truncated], ['CON-0154', [501, 518]]);
  assert.deepEqual(long.problematic, [
    { id: 501, length: 200, max_size: 128 },
    { id: 518, length: 6000, max_size: 5680 },
  ]);
  const codes: [unknown, string][] = [
    [{ email1: 'nobody' }, 'CON-0100'],
    [{ birthday: 'tomorrow' }, 'SVL-0010'],
    [{ note: { a: 1 } }, 'SVL-0010'],
    [[], 'SVL-0028'],
  ];
  for (const [body, code] of codes) assert.equal((await change(id, body)).code, code, JSON.stringify(body));
  assert.equal((await anna.put('contacts', 'update', { folder, id }, {})).code, 'SVL-0002');
  assert.equal((await anna.put('contacts', 'new', {}, { display_name: 'x' })).code, 'SVL-0002');
  const tasks = (await anna.get('config/folder/tasks', '')).data;
  assert.equal((await anna.put('contacts', 'new', {}, { folder_id: tasks })).code, 'CON-0103');
});

test('rights: readers, editors, private contacts, own entry of the global address book', async (t) => {
  const { login, anna, folder, create } = await begin(t);
  const ben = await login('ben');
  const id = await create({ display_name: 'Open' });
  const secret = await create({ display_name: 'Secret', private_flag: true });
  assert.equal((await ben.get('contacts', 'all', { folder, columns: '1' })).code, 'FLD-0003');
  const share = (bits: number) =>
    anna.put(
      'folders',
      'update',
      { id: folder, timestamp: 9e15 },
      {
        permissions: [
          { entity: anna.userId, group: false, bits: 403710016 },
          { entity: ben.userId, group: false, bits },
        ],
      },
    );
  await share(257);
  assert.deepEqual((await ben.get('contacts', 'all', { folder, columns: '1' })).data, [[id]]);
  assert.equal((await ben.get('contacts', 'get', { folder, id: secret })).code, 'CON-0104');
  const attempt = (body: unknown) => ben.put('contacts', 'update', { folder, id, timestamp: 9e15 }, body);
  assert.equal((await attempt({ note: 'x' })).code, 'CON-0176');
  assert.equal((await ben.put('contacts', 'new', {}, { folder_id: folder })).code, 'CON-0112');
  assert.equal((await ben.put('contacts', 'delete', { timestamp: 9e15 }, { id, folder })).code, 'CON-0169');
  await share(4227332);
  assert.equal((await attempt({ note: 'x' })).error, undefined);
  assert.equal((await attempt({ private_flag: true })).code, 'CON-0171');

  const book = (who: typeof anna, entry: number, body: unknown) =>
    who.put('contacts', 'update', { folder: 6, id: entry, timestamp: 9e15 }, body);
  assert.equal((await book(anna, 2, { note: 'x' })).code, 'CON-0176');
  assert.equal((await book(anna, 1, { email1: 'x@y.z' })).code, 'CON-0173');
  assert.equal((await book(anna, 1, { room_number: '9' })).error, undefined);
  assert.equal((await anna.put('contacts', 'new', {}, { folder_id: 6 })).code, 'CON-0112');
});

test('searching: terms over several books, patterns, autocomplete', async (t) => {
  const { anna, folder, create } = await begin(t);
  await create({ display_name: 'Bente', last_name: 'B', email1: 'bente@x.example' });
  await create({ display_name: 'No mail', last_name: 'Bo' });
  const filter = ['and', ['=', { field: 'last_name' }, 'B*'], ['not', ['=', { field: 'email1' }, null]]];
  const found = await anna.put('contacts', 'advancedSearch', { columns: '500' }, { filter, folders: ['6', folder] });
  assert.deepEqual(found.data, [['Bente'], ['Ben B']]);
  const hits = await anna.get('contacts', 'autocomplete', { query: 'ben', columns: '500', folder });
  assert.deepEqual(hits.data, [['Bente']]);
});

test('addressbooks answers the same contacts with composite ids; servers before 7.10 do not have it', async (t) => {
  const { anna, folder, create } = await begin(t);
  const id = await create({ display_name: 'X' });
  const book = `con://0/${folder}`;
  const all = await anna.get('addressbooks', 'all', { folder: book, columns: '1,20,500' });
  assert.deepEqual(all.data, [[String(id), book, 'X']]);
  const one = (await anna.get('addressbooks', 'get', { folder: book, id })).data as Record<string, unknown>;
  assert.deepEqual([one.id, one.folder_id], [String(id), book]);
  await anna.put('addressbooks', 'delete', { timestamp: 9e15 }, [{ id: String(id), folder: book }]);
  const delta = await anna.get('addressbooks', 'updates', { folder: book, columns: '1', timestamp: 0 });
  assert.deepEqual(delta.data, [String(id)]);

  const old = await begin(t, { tenant: checkTenant({ ...tenant, version: '7.8' }) });
  assert.equal((await old.anna.get('addressbooks', 'all', { folder: book, columns: '1' })).code, 'SVL-0007');
  assert.match(String((await old.anna.get('config/serverVersion', '')).data), /^7\.8/);
  const refused: Json = await old.anna.put('contacts', 'new', {}, { folder_id: old.folder, note: 'smile 😀' });
  assert.equal(refused.code, 'CON-0262');
});

test('a deleted folder takes its contacts along', async (t) => {
  const { anna, sandbox, create, change } = await begin(t);
  const id = await create({ display_name: 'X' });
  const second = Number((await anna.put('folders', 'new', { folder_id: 1 }, { title: 'M', module: 'contacts' })).data);
  await change(id, { folder_id: second });
  const heard: string[] = [];
  t.after(sandbox.onChange((one) => heard.push(`${one.module} ${one.folder}`)));
  await anna.put('contacts', 'update', { folder: second, id, timestamp: 9e15 }, { note: 'n' });
  assert.deepEqual(heard, [`contacts ${second}`]);
  await anna.put('folders', 'delete', {}, [String(second)]);
  assert.equal((await anna.get('contacts', 'get', { folder: 6, id })).code, 'CON-0125');
});
