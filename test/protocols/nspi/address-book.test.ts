import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ec, isPropertyError, PidTag, type Restriction, relop } from '../../../src/mapi/index.ts';
import { addressBookTypes } from '../../../src/protocols/mapihttp/index.ts';
import type { Stat } from '../../../src/protocols/nspi/index.ts';
import { WireError } from '../../../src/wire/index.ts';
import { addressBookClient, person, start } from './address-book-client.ts';

const anna = person('anna', {
  displayName: 'Anna Ärmel',
  aliases: ['office@oxbow.test'],
  properties: new Map([[PidTag.Surname, 'Ärmel'] as const, [PidTag.DepartmentName, 'Sales'] as const]),
});
const ben = person('ben', { displayName: 'ben Zorn' });
const carla = person('carla', { displayName: 'Carla Zorn' });
const team = person('team', { kind: 'group', displayName: 'Team', members: [anna.legacyDn, carla.legacyDn] });
const ghost = person('ghost', { displayName: 'Ghost', hidden: true });
const entries = [team, carla, ghost, ben, anna];
const { ids, call, send } = addressBookClient(entries, anna);

const columns = [PidTag.DisplayName, PidTag.SmtpAddress];
const query = (stat: Partial<Stat>, rowCount: number) =>
  call('QueryRows', { flags: 0, stat: { ...start, ...stat }, explicitTable: [], rowCount, columns });

test('rows come by display name, hidden entries left out, and the STAT moves on', async () => {
  const first = await query({}, 2);
  assert.deepEqual(first.rows.rows, [
    ['Anna Ärmel', 'anna@oxbow.test'],
    ['ben Zorn', 'ben@oxbow.test'],
  ]);
  assert.equal(first.stat.numPos, 2);
  assert.equal(first.stat.totalRecs, 4);
  assert.equal(first.stat.currentRec, ids.get(carla.legacyDn));
  const rest = await query(first.stat, 50);
  assert.equal(rest.rows.rows.length, 2);
  assert.equal(rest.stat.currentRec, 2, 'end of table');
});

test('MS-OXNSPI_R1149: never more rows than asked for, and none is an error', async () => {
  assert.equal((await query({}, 1)).rows.rows.length, 1);
  assert.equal((await query({}, 0)).code, ec.invalidParam);
});

test('a fraction of the table is a position', async () => {
  const half = await call('UpdateStat', {
    reserved: 0,
    stat: { ...start, currentRec: 1, numPos: 500, totalRecs: 1000 },
    deltaRequested: 1,
  });
  assert.equal(half.stat.numPos, 2);
  assert.equal(half.delta, 0);
  const nothing = await call('UpdateStat', { reserved: 0, stat: { ...start, currentRec: 1 }, deltaRequested: 0 });
  assert.equal(nothing.stat.numPos, 0);
  assert.equal(nothing.delta, undefined);
});

test('UpdateStat answers how far it really moved', async () => {
  const back = await call('UpdateStat', {
    reserved: 0,
    stat: { ...start, currentRec: 2, delta: -19 },
    deltaRequested: 1,
  });
  assert.equal(back.delta, -4);
  assert.equal(back.stat.currentRec, ids.get(anna.legacyDn), 'the id of row 0, never 0');
});

test('names resolve to nobody, one or several', async () => {
  const names = ['=SMTP:office@oxbow.test', 'nobody', 'zorn', 'carla', '', anna.legacyDn.toUpperCase()];
  const answer = await call('ResolveNames', { reserved: 0x80000000, stat: start, columns, names });
  assert.deepEqual(answer.minimalIds, [2, 0, 1, 2, 0, 2]);
  assert.deepEqual(
    answer.rows.rows.map((row: string[]) => row[0]),
    ['Anna Ärmel', 'Carla Zorn', 'Anna Ärmel'],
  );
});

test('umlauts resolve with and without their dots', async () => {
  const answer = await call('ResolveNames', { reserved: 0, stat: start, columns, names: ['armel', 'ärmel'] });
  assert.deepEqual(answer.minimalIds, [2, 2]);
});

test('DNs become ids in any case of letters; unknown ones 0', async () => {
  const answer = await call('DNToMId', {
    reserved: 0,
    names: [anna.legacyDn.toUpperCase(), '/o=nothing', ghost.legacyDn],
  });
  assert.deepEqual(answer.minimalIds, [ids.get(anna.legacyDn), 0, ids.get(ghost.legacyDn)]);
});

test('properties that are missing are errors beside the others', async () => {
  const stat = { ...start, currentRec: ids.get(ben.legacyDn)! };
  const answer = await call('GetProps', { flags: 0, stat, tags: [PidTag.DisplayName, PidTag.Surname] });
  assert.equal(answer.code, ec.warnWithErrors);
  assert.equal(answer.values[0].value, 'ben Zorn');
  assert.equal(answer.values[1].value, ec.notFound);
  const all = await call('GetProps', { flags: 0, stat });
  assert.equal(all.code, 0);
  assert.ok(all.values.some(({ tag }: { tag: number }) => tag === PidTag.EntryId));
});

test('a search gives an explicit table, members of a group another', async () => {
  const filter: Restriction = {
    kind: 'property',
    relop: relop.eq,
    tag: PidTag.DepartmentName,
    value: { tag: PidTag.DepartmentName, value: 'Sales' },
  };
  const request = { reserved: 0, interfaceOptions: 0, rowCount: 50, columns };
  const found = await call('GetMatches', { ...request, stat: start, filter });
  assert.deepEqual(found.minimalIds, [ids.get(anna.legacyDn)]);
  const stat = { ...start, containerId: 0x8009000d, currentRec: ids.get(team.legacyDn)! };
  const members = await call('GetMatches', { ...request, stat });
  assert.deepEqual(
    members.rows.rows.map((row: string[]) => row[0]),
    ['Anna Ärmel', 'Carla Zorn'],
  );
  assert.equal(members.stat.containerId, stat.currentRec, 'MS-OXNSPI_R1146');
  const tooMany = await call('GetMatches', { ...request, rowCount: 1, stat });
  assert.equal(tooMany.code, ec.tableTooBig, 'MS-OXNSPI_R1149');
  assert.equal(tooMany.minimalIds, undefined, 'MS-OXNSPI_R1635');
});

test('the typed name of an advanced search (PidTagAnr) is resolved', async () => {
  const filter: Restriction = {
    kind: 'property',
    relop: relop.eq,
    tag: PidTag.Anr,
    value: { tag: PidTag.Anr, value: 'zor' },
  };
  const found = await call('GetMatches', { reserved: 0, interfaceOptions: 0, rowCount: 50, stat: start, filter });
  assert.equal(found.minimalIds.length, 2);
});

test('seeking stands on the first name not before the target and tells how many there are', async () => {
  const seek = (value: string) =>
    call('SeekEntries', { reserved: 0, stat: start, target: { tag: PidTag.DisplayName, value }, columns });
  const found = await seek('c');
  assert.equal(found.stat.currentRec, ids.get(carla.legacyDn));
  assert.equal(found.stat.numPos, 2);
  assert.equal(found.stat.totalRecs, 4);
  assert.equal((await seek('zzz')).code, ec.notFound, 'MS-OXNSPI_R1048');
});

test('MS-OXNSPI_R1047, R1052: in an explicit table the first row counts, sorted or not, at its place there', async () => {
  const idOf = ({ legacyDn }: { legacyDn: string }) => ids.get(legacyDn)!;
  // Halving would look at Anna, then at the end.
  const explicitTable = [9999, idOf(carla), idOf(anna), idOf(anna), idOf(ben)];
  const target = { tag: PidTag.DisplayName, value: 'b' };
  const found = await call('SeekEntries', { reserved: 0, stat: start, target, explicitTable, columns });
  assert.deepEqual([found.stat.currentRec, found.stat.numPos, found.stat.totalRecs], [idOf(carla), 1, 5]);
  assert.deepEqual(
    found.rows.rows.map((row: string[]) => row[0]),
    ['Carla Zorn', 'Anna Ärmel', 'Anna Ärmel', 'ben Zorn'],
    'R1755',
  );
});

test('comparing and sorting go by the order of the table', async () => {
  const compare = (a: number, b: number) =>
    call('CompareMIds', { reserved: 0, stat: start, minimalId1: a, minimalId2: b });
  const [first, last] = [ids.get(anna.legacyDn)!, ids.get(team.legacyDn)!];
  assert.ok((await compare(first, last)).result < 0);
  assert.ok((await compare(last, first)).result > 0);
  assert.equal((await compare(first, first)).result, 0);
  assert.equal((await compare(first, 9999)).code, ec.error);
  const sorted = await call('ResortRestriction', { reserved: 0, stat: start, minimalIds: [last, 9999, first] });
  assert.deepEqual(sorted.minimalIds, [first, last]);
});

test('the containers begin with the global address list', async () => {
  const answer = await call('GetSpecialTable', { flags: 4, stat: start, version: 0 });
  const value = (row: { tag: number; value: unknown }[], tag: number) => row.find((cell) => cell.tag === tag)?.value;
  assert.equal(value(answer.rows[0], PidTag.AddressBookContainerId), 0);
  assert.deepEqual(
    answer.rows.map((row: never) => value(row, PidTag.DisplayName)),
    ['', 'All Groups', 'All Users'],
  );
  assert.equal((await call('GetSpecialTable', { flags: 2, stat: start })).rows.length, 0);
});

test('code pages: Unicode is none, unknown ones are refused, UTF-8 is fine', async () => {
  assert.equal((await query({ codePage: 1200 }, 1)).code, ec.notSupported);
  assert.equal((await query({ codePage: 12345 }, 1)).code, ec.invalidCodepage);
  assert.equal((await query({ codePage: 65001 }, 1)).code, 0);
});

test('more than a hundred columns are too many', async () => {
  const many = Array.from({ length: 101 }, () => PidTag.DisplayName);
  assert.equal(
    (await call('QueryRows', { flags: 0, stat: start, explicitTable: [], rowCount: 1, columns: many })).code,
    ec.tableTooBig,
  );
});

test('an id that is nobody gives a row of errors, so that rows and ids stay in step', async () => {
  const answer = await call('QueryRows', {
    flags: 0,
    stat: start,
    explicitTable: [9999, ids.get(ben.legacyDn)],
    rowCount: 2,
    columns,
  });
  assert.ok(answer.rows.rows[0].every(isPropertyError));
  assert.equal(answer.rows.rows[1][0], 'ben Zorn');
});

test('what is not offered answers with the error that Exchange gives', async () => {
  const modify = await call('ModLinkAtt', {
    flags: 0,
    tag: 0x8009000d,
    minimalId: ids.get(team.legacyDn),
    entryIds: [],
  });
  assert.equal(modify.code, ec.error);
  const stat = { ...start, currentRec: ids.get(ben.legacyDn)! };
  assert.equal((await call('ModProps', { reserved: 0, stat, tags: [PidTag.Comment] })).code, ec.accessDenied);
  assert.equal(
    (await call('GetTemplateInfo', { flags: 1, type: 0, codePage: 1252, localeId: 0x409 })).code,
    ec.unknownLcid,
  );
});

test('the endpoints are told by server and user DN', async () => {
  const mailbox = await call('GetMailboxUrl', {
    flags: 0,
    userDn: '/o=x/ou=y/cn=Configuration/cn=Servers/cn=abc@oxbow.test',
  });
  assert.equal(mailbox.serverUrl, 'https://mail.oxbow.test/mapi/emsmdb/?MailboxId=abc%40oxbow.test');
  const book = await call('GetAddressBookUrl', { flags: 0, userDn: anna.legacyDn });
  assert.match(book.serverUrl, /^https:\/\/mail\.oxbow\.test\/mapi\/nspi\/\?MailboxId=/);
});

test('Unbind answers UnbindSuccess, which is 1', async () => {
  assert.equal((await call('Unbind', { reserved: 0 })).code, 1);
});

test('random bytes are refused as broken, or answered; nothing else happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...addressBookTypes), fc.uint8Array({ maxLength: 200 }), async (name, bytes) => {
      try {
        assert.ok((await send(name, Buffer.from(bytes))).length >= 12);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
