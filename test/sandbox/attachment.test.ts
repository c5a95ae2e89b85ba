import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTenant } from '../../src/sandbox/index.ts';
import { fromPage, start, tenant } from './client.ts';

test('files hang on contacts, tasks and appointments: attach, list, read, detach; the object’s stamp rises', async (t) => {
  const { login } = await start(t, { tenant: checkTenant({ ...tenant, version: '7.8' }) });
  const anna = await login('anna');
  const kinds = [
    { module: 7, name: 'contacts', body: { display_name: 'x' } },
    { module: 4, name: 'tasks', body: { title: 'x' } },
    { module: 1, name: 'calendar', body: { title: 'x', start_date: 3_600_000, end_date: 7_200_000 } },
  ];
  for (const { module, name, body } of kinds) {
    const folder = (await anna.get(`config/folder/${name}`, '')).data;
    const made = await anna.put(name, 'new', {}, { folder_id: folder, ...body });
    const attached = (made.data as { id: number }).id;
    const form = new FormData();
    ['first', 'second'].forEach((text, index) => {
      form.append(`json_${index}`, JSON.stringify({ folder, attached, module }));
      form.append(`file_${index}`, new Blob([text], { type: 'text/plain' }), `${text}.txt`);
    });
    const page = await anna.request('POST', 'attachment', { action: 'attach' }, form);
    const answer = fromPage(await page.text());
    const [first, second] = answer.data as number[];
    const object = async () => (await anna.get(name, 'get', { folder, id: attached })).data as Record<string, unknown>;
    assert.deepEqual(
      [(await object()).number_of_attachments, (await object()).last_modified_utc],
      [2, answer.timestamp],
      name,
    );
    const place = { folder, attached, module };
    const list = await anna.get('attachment', 'all', { ...place, columns: '1,803,804,805,801' });
    assert.deepEqual(list.data, [
      [first, 'first.txt', 5, 'text/plain', attached],
      [second, 'second.txt', 6, 'text/plain', attached],
    ]);
    const file = await anna.request('GET', 'attachment', { action: 'document', ...place, id: second });
    assert.equal(await file.text(), 'second');
    assert.equal((await anna.put('attachment', 'detach', place, [first, 99])).code, 'ATT-0405');
    await anna.put('attachment', 'detach', place, [first]);
    assert.equal((await object()).number_of_attachments, 1);
    assert.equal((await anna.get('attachment', 'get', { ...place, id: first })).code, 'ATT-0405');
  }
});
