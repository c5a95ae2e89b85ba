import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPage, rawMail, start } from './client.ts';

const inbox = 'default0/INBOX';

test('import stores mails as they are and answers a page with their places', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const first = rawMail('One');
  const second = `${rawMail('Two')}binary \u0000\u00ff--not a boundary\r\n`;
  const answer = await anna.import(inbox, [first, second], { flags: 32 | 8 });
  assert.deepEqual(answer.data, [
    { folder_id: inbox, id: '1' },
    { folder_id: inbox, id: '2' },
  ]);
  const mails = sandbox.mails('anna', 'INBOX');
  assert.deepEqual(
    mails.map((mail) => mail.raw.toString()),
    [first, second],
  );
  assert.deepEqual(
    mails.map((mail) => mail.flags),
    [40, 40],
  );
});

test('import without force refuses a foreign From, and stores none of the mails', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const own = rawMail('Own', { from: 'info@oxbow.test' });
  assert.equal((await anna.import(inbox, [own, rawMail('Foreign')], { force: false })).code, 'MSG-0056');
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 0);
  assert.equal((await anna.import(inbox, [own], { force: false })).code, undefined);
});

test('all: columns in their order, headers after them, unknown columns null', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const raw = `X-Oxbow-Id: abc\r\nX-Priority: 1\r\nCc: "Meier, Eva" <eva@x.example>, =?utf-8?Q?J=C3=B6rg?= <j@x.example>\r\n${rawMail('=?utf-8?B?R3LDvMOfZQ==?=', { id: '<g@x>' })}`;
  await anna.import(inbox, [raw]);
  const answer = await anna.get('mail', 'all', {
    folder: inbox,
    columns: '600,601,602,603,604,605,606,607,608,609,610,611,612,614,102,653,9999',
    headers: 'Message-ID,X-Oxbow-Id,X-None',
  });
  const date = Date.UTC(2026, 10, 2, 10);
  assert.deepEqual(answer.data, [
    [
      '1',
      inbox,
      false,
      [['Outside', 'out@elsewhere.example']],
      [[null, 'anna@oxbow.test']],
      [
        ['Meier, Eva', 'eva@x.example'],
        ['Jörg', 'j@x.example'],
      ],
      [],
      'Grüße',
      raw.length,
      date,
      date,
      0,
      0,
      1,
      0,
      0,
      null,
      '<g@x>',
      'abc',
      null,
    ],
  ]);
});

test('all: sorting, order and limits', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const date = (day: number) => `0${day} Nov 2026 10:00:00 +0000`;
  await anna.import(inbox, [
    rawMail('b', { date: date(3) }),
    rawMail('a', { date: date(1) }),
    rawMail('d', { date: date(4) }),
    rawMail('c', { date: date(2) }),
  ]);
  const subjects = async (query: Record<string, unknown>) =>
    ((await anna.get('mail', 'all', { folder: inbox, columns: '607', ...query })).data as string[][]).flat().join('');
  assert.equal(await subjects({}), 'acbd');
  assert.equal(await subjects({ sort: 610, order: 'desc' }), 'dbca');
  assert.equal(await subjects({ sort: 610, order: 'desc', limit: 2 }), 'db');
  assert.equal(await subjects({ sort: 610, order: 'asc', left_hand_limit: 1, right_hand_limit: 3 }), 'cb');
  assert.equal(await subjects({ sort: 610, order: 'asc', left_hand_limit: 3, right_hand_limit: 9 }), 'd');
  assert.equal(await subjects({ sort: 607, order: 'asc' }), 'abcd');
  assert.equal(await subjects({ sort: 607, order: 'desc', limit: '1,3' }), 'cb');
  assert.equal((await anna.get('mail', 'all', { folder: inbox })).code, 'SVL-0002');
  assert.equal((await anna.get('mail', 'all', { folder: inbox, columns: 'x' })).code, 'SVL-0004');
});

test('Time columns are shifted by the zone unless UTC is asked for', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('Summer', { date: '01 Jul 2026 10:00:00 +0000' }), rawMail('Winter')]);
  const dates = async (timezone: string) =>
    ((await anna.get('mail', 'all', { folder: inbox, columns: '610', timezone })).data as number[][]).flat();
  const utc = [Date.UTC(2026, 6, 1, 10), Date.UTC(2026, 10, 2, 10)];
  assert.deepEqual(await dates('UTC'), utc);
  assert.deepEqual(await dates('Europe/Berlin'), [utc[0]! + 7_200_000, utc[1]! + 3_600_000]);
});

test('examine: validity and next as strings, counters as numbers', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1'), rawMail('2'), rawMail('3')]);
  await anna.put('mail', 'update', { folder: inbox, id: 2 }, { set_flags: 32 });
  const { data } = (await anna.get('mail', 'examine', { folder: inbox })) as { data: Record<string, unknown> };
  assert.match(String(data.validity), /^\d{10}$/);
  assert.deepEqual({ ...data, validity: '' }, { validity: '', total: 3, unread: 2, next: '4' });
  assert.equal((await anna.get('mail', 'count', { folder: inbox })).data, 3);
});

test('update: flags and colour, both forms', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1')], { flags: 8 });
  const state = async () => (await anna.get('mail', 'all', { folder: inbox, columns: '611,102' })).data;
  const answer = await anna.put(
    'mail',
    'update',
    { folder: inbox, id: 1 },
    { set_flags: 32 | 256, clear_flags: 8, color_label: 3 },
  );
  assert.deepEqual(answer.data, { folder_id: inbox, id: '1' });
  assert.ok(answer.timestamp! > 0);
  assert.deepEqual(await state(), [[288, 3]]);
  await anna.put('mail', 'update', { folder: inbox, id: 1 }, { flags: 32, value: false });
  await anna.put('mail', 'update', { folder: inbox, id: 1 }, { flags: 1, value: true });
  assert.deepEqual(await state(), [[257, 3]]);
  const refused = async (body: unknown) => (await anna.put('mail', 'update', { folder: inbox, id: 1 }, body)).code;
  assert.equal(await refused({ flags: 3, value: true }), 'MSG-0048');
  assert.equal(await refused({ color_label: 11 }), 'SVL-0010');
  assert.equal(await refused('no json'), 'SVL-0009');
  assert.equal((await anna.put('mail', 'update', { folder: inbox, id: 99 }, { set_flags: 1 })).code, 'MSG-0032');
  assert.deepEqual(await state(), [[257, 3]]);
});

test('update without an id changes every mail of the folder', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1'), rawMail('2')]);
  await anna.put('mail', 'update', { folder: inbox }, { set_flags: 32 });
  assert.equal(sandbox.count('anna', 'INBOX')?.unread, 0);
  await anna.put('mail', 'update', { folder: inbox, message_id: '<2@elsewhere.example>' }, { clear_flags: 32 });
  assert.deepEqual(
    sandbox.mails('anna', 'INBOX').map((mail) => mail.flags),
    [32, 0],
  );
});

test('move and copy give new ids; the old one is gone', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.import('default0/Trash', [rawMail('0')]);
  await anna.import(inbox, [rawMail('1')], { flags: 32 });
  const moved = await anna.put('mail', 'update', { folder: inbox, id: 1 }, { folder_id: 'default0/Trash' });
  assert.deepEqual(moved.data, { folder_id: 'default0/Trash', id: '2' });
  assert.equal((await anna.get('mail', 'get', { folder: inbox, id: 1 })).code, 'MSG-0032');
  const copied = await anna.put('mail', 'copy', { folder: 'default0/Trash', id: 2 }, { folder_id: inbox });
  assert.deepEqual(copied.data, { folder_id: inbox, id: '2' });
  assert.deepEqual(sandbox.count('anna', 'Trash')?.total, 2);
  assert.equal(sandbox.mails('anna', 'INBOX')[0]?.flags, 32);
});

test('delete goes to the trash first, harddelete does not; missing ids do not matter', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1'), rawMail('2')]);
  const gone = { folder: inbox, id: '77' };
  assert.deepEqual((await anna.put('mail', 'delete', {}, [{ folder: inbox, id: '1' }, gone])).data, []);
  await anna.put('mail', 'delete', { harddelete: 1 }, [{ folder: inbox, id: '2' }]);
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 0);
  assert.equal(sandbox.count('anna', 'Trash')?.total, 1);
  await anna.put('mail', 'delete', {}, [{ folder: 'default0/Trash', id: '1' }]);
  assert.equal(sandbox.count('anna', 'Trash')?.total, 0);
});

test('clear and all_seen', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1'), rawMail('2')]);
  assert.equal((await anna.put('mail', 'all_seen', {}, { folder: inbox })).data, true);
  assert.equal(sandbox.count('anna', 'INBOX')?.unread, 0);
  assert.deepEqual((await anna.put('mail', 'clear', {}, [inbox])).data, []);
  assert.equal(sandbox.count('anna', 'INBOX')?.total, 0);
  assert.equal(sandbox.count('anna', 'Trash')?.total, 2);
});

test('list keeps the order asked for and leaves out what is gone', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1'), rawMail('2')]);
  const ids = ['2', '9', '1'].map((id) => ({ folder: inbox, id }));
  assert.deepEqual((await anna.put('mail', 'list', { columns: '600,607' }, ids)).data, [
    ['2', '2'],
    ['1', '1'],
  ]);
});

test('get marks the mail read unless unseen=true; source and header as text or as bytes', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  const raw = rawMail('Umlaut: ä');
  await anna.import(inbox, [raw]);
  const flags = () => sandbox.mails('anna', 'INBOX')[0]?.flags;
  const place = { folder: inbox, id: 1 };
  assert.equal((await anna.get('mail', 'get', { ...place, src: 1, unseen: true })).data, raw);
  const bytes = await anna.request('GET', 'mail', { action: 'get', ...place, src: 1, save: 1, unseen: true });
  assert.equal(bytes.headers.get('content-type'), 'application/octet-stream');
  assert.equal(await bytes.text(), raw);
  const header = (await anna.get('mail', 'get', { ...place, hdr: 1, unseen: true })).data as string;
  assert.ok(raw.startsWith(header) && !header.includes('Text of'));
  assert.equal(flags(), 0);
  await anna.get('mail', 'get', place);
  assert.equal(flags(), 32);
});

test('get as object: parts, alternatives, inline pictures, attachments, keywords', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const raw = [
    'From: a@x.example',
    'Subject: parts',
    'X-Custom: =?utf-8?Q?=C3=A4?=',
    'Content-Type: multipart/mixed; boundary=m',
    '',
    'preamble',
    '--m',
    'Content-Type: multipart/alternative; boundary=a',
    '',
    '--a',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Gr=FC=DFe =',
    'dich',
    '--a',
    'Content-Type: text/html',
    '',
    '<p>Grüße</p>',
    '--a--',
    '--m',
    'Content-Type: image/png; name=i.png',
    'Content-Disposition: inline',
    'Content-ID: <pic@x>',
    'Content-Transfer-Encoding: base64',
    '',
    'AQID',
    '--m',
    'Content-Type: message/rfc822',
    'Content-Disposition: attachment',
    '',
    'Subject: inner',
    '',
    'inner text',
    '--m--',
    '',
  ].join('\r\n');
  await anna.import(inbox, [raw]);
  await anna.put('mail', 'update', { folder: inbox, id: 1 }, { color_label: 5 });
  const data = (await anna.get('mail', 'get', { folder: inbox, id: 1 })).data as Record<string, unknown>;
  assert.equal(data.attachment, true);
  assert.deepEqual(data.user, ['$cl_5']);
  assert.equal((data.headers as Record<string, string>)['X-Custom'], 'ä');
  const parts = data.attachments as Record<string, unknown>[];
  assert.deepEqual(
    parts.map(({ id, content_type: type, disp }) => [id, type, disp]),
    [
      ['1.1', 'text/plain', 'inline'],
      ['1.2', 'text/html', 'alternative'],
      ['2', 'image/png', 'inline'],
      ['3', 'message/rfc822', 'attachment'],
    ],
  );
  assert.equal(parts[0]?.content, 'Grüße dich');
  assert.equal(parts[2]?.cid, '<pic@x>');
  const byCid = await anna.request('GET', 'mail', { action: 'attachment', folder: inbox, id: 1, cid: 'pic@x' });
  assert.equal(byCid.headers.get('content-type'), 'image/png');
  assert.deepEqual([...new Uint8Array(await byCid.arrayBuffer())], [1, 2, 3]);
  const inner = await anna.request('GET', 'mail', { action: 'attachment', folder: inbox, id: 1, attachment: 3 });
  assert.match(await inner.text(), /^Subject: inner/);
  assert.equal((await anna.get('mail', 'attachment', { folder: inbox, id: 1, attachment: 9 })).code, 'MSG-0032');
});

test('search by filter, by header and by the older list of columns', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('Red apple', { id: '<r@x>' }), rawMail('Green apple'), rawMail('Pear')]);
  const found = async (body: unknown) =>
    ((await anna.put('mail', 'search', { folder: inbox, columns: '607' }, body)).data as string[][]).flat();
  assert.deepEqual(await found({ filter: ['=', { header: 'Message-ID' }, '<r@x>'] }), ['Red apple']);
  assert.deepEqual(
    await found({
      filter: ['and', ['=', { field: 'subject' }, '*apple'], ['not', ['=', { field: 'subject' }, 'Red*']]],
    }),
    ['Green apple'],
  );
  assert.deepEqual(await found({ filter: ['=', { field: 'content' }, '*Text of Pear*'] }), ['Pear']);
  assert.deepEqual(await found([{ col: '607', pattern: 'APPLE' }]), ['Red apple', 'Green apple']);
  const bad = await anna.put('mail', 'search', { folder: inbox, columns: '607' }, { filter: ['=', 'x'] });
  assert.equal(bad.code, 'SVL-0028');
});

test('updates of mails are always empty', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('1')]);
  assert.deepEqual((await anna.get('mail', 'updates', { folder: inbox, columns: '600', timestamp: 0 })).data, []);
});

test('folders that are not there, hold no mails, or belong to somebody else', async (t) => {
  const { login } = await start(t);
  const anna = await login('anna');
  const code = async (folder: string, who = anna) => (await who.get('mail', 'examine', { folder })).code;
  assert.equal(await code('default0/Nowhere'), 'FLD-0008');
  assert.equal(await code('default0'), 'MSG-0050');
  assert.equal(await code('31'), 'FLD-0008');
  assert.equal(await code('default0/shared/ben@oxbow.test/INBOX'), 'FLD-0003');
  const carla = await login('carla');
  assert.equal(await code('default0/shared/anna@oxbow.test/INBOX', carla), undefined);
  assert.equal(await code('default0/shared/anna@oxbow.test/Sent', carla), 'FLD-0003');
  await anna.import(inbox, [rawMail('1')]);
  const shared = { folder: 'default0/shared/anna@oxbow.test/INBOX', id: 1 };
  assert.equal((await carla.put('mail', 'update', shared, { set_flags: 8 })).code, 'FLD-0010');
  assert.equal((await carla.put('mail', 'update', shared, { set_flags: 32 })).code, undefined);
});

test('composed mails: POST json_0 with a file; answering marks the original', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  await anna.import(inbox, [rawMail('Question')]);
  const form = new FormData();
  form.append(
    'json_0',
    JSON.stringify({
      from: [['Anna', 'anna@oxbow.test']],
      to: [['Ben', 'ben@oxbow.test']],
      subject: 'Äpfel',
      attachments: [{ content_type: 'text/html', content: '<p>Hallo</p>' }],
      sendtype: 1,
      msgref: `${inbox}/1`,
    }),
  );
  form.append('file_0', new Blob(['abc'], { type: 'text/csv' }), 'tabelle.csv');
  const response = await anna.request('POST', 'mail', { action: 'new' }, form);
  assert.deepEqual(fromPage(await response.text()).data, { folder_id: 'default0/Sent', id: '1' });
  assert.equal(sandbox.mails('anna', 'INBOX')[0]?.flags, 1);
  const ben = await login('ben');
  const data = (await ben.get('mail', 'get', { folder: inbox, id: 1 })).data as Record<string, unknown>;
  assert.equal(data.subject, 'Äpfel');
  assert.deepEqual((data.attachments as { filename?: string }[]).at(-1)?.filename, 'tabelle.csv');
});
