/**
 * docs/fields.md says where each field of contacts, lists and tasks is kept. Each row is tried here with a value; the
 * sections are compared with the document, or written into it when OXBOW_WRITE_DOCS is set.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contactFields } from '../../src/backends/ox/contact-fields.ts';
import { eventFields } from '../../src/backends/ox/event-fields.ts';
import { completeOx, type OxFields, readOx, writeOx } from '../../src/backends/ox/item-fields.ts';
import { listFields } from '../../src/backends/ox/list-fields.ts';
import { taskFields } from '../../src/backends/ox/task-fields.ts';
import { contactRules } from '../../src/formats/contact/rules.ts';
import { listRules } from '../../src/formats/distribution-list/mapi.ts';
import { eventRules } from '../../src/formats/event/rules.ts';
import {
  type Contact,
  contactTextNames,
  type DistributionList,
  readVcards,
  type Task,
  vcardExceptions,
  writeVcard,
  writeVcardList,
} from '../../src/formats/index.ts';
import type { ItemProperty } from '../../src/formats/item/properties.ts';
import { propertyReader, propertyWriter } from '../../src/formats/item/properties.ts';
import { type FieldRules, readItem, writeItem } from '../../src/formats/item/rules.ts';
import { taskRules } from '../../src/formats/task/rules.ts';
import { freshNamedTags, PidLid, PidName, PidTag, propertyNameKey } from '../../src/mapi/index.ts';

const file = join(import.meta.dirname, '../../docs/fields.md');

/** A value for each field. */
const texts = Object.fromEntries(contactTextNames.map((name) => [name, `text of ${name}`]));
const common = {
  note: { text: 'a b', html: '<html><body>a <b>b</b></body></html>' },
  categories: ['one', 'two'],
  sensitivity: 'private' as const,
  uid: '3e3e4d7c-0000-4000-8000-000000000001',
  colorLabel: 3,
  extra: ['X-FOO:bar'],
};
const address = {
  street: 'Weg 1',
  city: 'Ulm',
  state: 'BW',
  postalCode: '89073',
  country: 'Germany',
  postOfficeBox: '12',
  countryCode: 'DE',
  text: 'c/o\nWeg 1',
};
const contact: Required<Contact> = {
  ...(texts as Required<Pick<Contact, (typeof contactTextNames)[number]>>),
  ...common,
  displayName: 'Eva Meier',
  fileAs: { text: 'Evchen', form: 'free' },
  businessAddress: address,
  homeAddress: address,
  otherAddress: address,
  mailingAddress: 'home',
  email1: { address: 'eva@e.example', displayName: 'Eva at work' },
  email2: { address: 'eva@p.example', displayName: 'Eva at home' },
  email3: { address: 'eva@o.example', displayName: 'Eva elsewhere' },
  webPage: 'https://e.example/',
  birthday: '1980-02-29',
  anniversary: '2001-02-03',
  gender: 'female',
  children: ['Kim'],
};
const list: Required<DistributionList> = {
  ...common,
  displayName: 'Team',
  members: [
    { name: 'Kim', address: 'kim@p.example' },
    { name: 'All', address: 'all@e.example', source: { kind: 'addressBook', dn: '/o=E/cn=all', list: true } },
  ],
};
const task: Required<Task> = {
  ...common,
  subject: 'Report',
  status: 'inProgress',
  percentComplete: 40,
  start: { day: '2026-03-09', at: Date.parse('2026-03-09T08:00Z') },
  due: { day: '2026-03-10' },
  completed: { day: '2026-03-11' },
  importance: 'high',
  reminder: Date.parse('2026-03-09T07:00Z'),
  actualEffort: 30,
  estimatedEffort: 90,
  owner: 'Eva',
  role: 'Writer',
  billingInformation: 'b',
  mileage: '10',
  companies: ['A', 'B'],
  actualCosts: 1.5,
  targetCosts: 2.5,
  currency: 'EUR',
  recurrence: {
    start: '2026-03-09',
    pattern: { kind: 'weekly', interval: 1, days: [1] },
    end: { kind: 'never' },
    weekStart: 1,
  },
};

const names = new Map<ItemProperty | string, string>([
  // Of two names of one tag the first is the usual one.
  ...Object.entries(PidTag)
    .reverse()
    .map(([name, tag]): [number, string] => [tag, `PidTag${name}`]),
  ...Object.entries(PidLid).map(([name, property]): [string, string] => [propertyNameKey(property), `PidLid${name}`]),
  ...Object.entries(PidName).map(([name, property]): [string, string] => [propertyNameKey(property), `PidName${name}`]),
]);

/** The first property of a field and how many there are besides; Oxbow's own are no names that anybody knows. */
function propertyText(properties: readonly ItemProperty[]): string {
  const known = properties.flatMap(
    (property) => names.get(typeof property === 'number' ? property : propertyNameKey(property)) ?? [],
  );
  if (known.length === 0) return 'not shown';
  return known.length > 2 ? `${known[0]} and ${known.length - 1} more` : known.join(', ');
}

/** The rows of one kind of item; tries each on the way. */
function table<Item extends object>(
  rules: FieldRules<Item>,
  fields: OxFields<Item>,
  whole: Required<Item>,
  vcard?: (item: Item) => { item: object; notCarried: readonly string[] },
): string {
  const context = { tags: freshNamedTags(), timeZone: 'Europe/Berlin' };
  const bag = new Map();
  const to = propertyWriter(bag, context);
  writeItem(rules, to, whole, {} as Item);
  const fromOutlook = readItem(rules, propertyReader(bag, context));
  assert.deepEqual(fromOutlook, whole);
  const theirs = readOx(fields, JSON.parse(JSON.stringify(writeOx(fields, whole))));
  assert.deepEqual(completeOx(fields, theirs, whole), whole);
  const inCard = vcard?.(whole);

  const rows = (Object.keys(rules).sort() as (keyof Item & string)[]).map((name) => {
    const field = fields[name];
    let ox: string;
    if ('kept' in field) {
      assert.equal(theirs[name], undefined);
      ox = `kept by Oxbow: ${field.kept}`;
    } else {
      if (field.partly === undefined) assert.deepEqual(theirs[name], whole[name], name);
      else assert.notEqual(theirs[name], undefined, name);
      ox = `${field.columns.map((column) => `\`${column}\``).join(', ')}${field.partly ? `; ${field.partly}` : ''}`;
    }
    const cells = [name, propertyText(rules[name].properties), ox];
    if (inCard) {
      const card = inCard.item as Record<string, unknown>;
      const reason = vcardExceptions[name];
      if (reason === undefined) assert.deepEqual(card[name], whole[name], name);
      cells.push(reason === undefined ? 'yes' : reason);
    }
    return `| ${cells.join(' | ')} |`;
  });
  const head = ['field', 'Outlook', 'Open-Xchange', ...(vcard ? ['vCard'] : [])];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n');
}

/** Fields of events that are more than properties of a message, and where Outlook has them. */
const composed: Readonly<Record<string, string>> = {
  start: 'PidLidAppointmentStartWhole and its zone',
  end: 'PidLidAppointmentEndWhole and its zone',
  reminder: 'PidLidReminderSet, PidLidReminderDelta',
  attendees: 'recipients',
  organizer: 'PidTagSentRepresentingName and others',
  sentBy: 'PidTagSenderName and others',
  uid: 'PidLidGlobalObjectId, PidLidCleanGlobalObjectId',
  occurrence: 'PidLidGlobalObjectId',
  recurrence: 'PidLidAppointmentRecur',
};

/** The rows of events; test/backends/ox/event-fields.test.ts tries them with random events. */
function eventRows(): string {
  const fields = eventFields({ id: 5, addresses: [], timeZone: 'Europe/Berlin' });
  const rules = eventRules as Readonly<Record<string, { properties: readonly ItemProperty[] } | undefined>>;
  const rows = Object.entries(fields)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => {
      const ox =
        'kept' in field
          ? `kept by Oxbow: ${field.kept}`
          : `${field.columns.map((column) => `\`${column}\``).join(', ')}${field.partly ? `; ${field.partly}` : ''}`;
      const outlook = composed[name] ?? propertyText(rules[name]!.properties);
      return `| ${name} | ${outlook} | ${ox} |`;
    });
  return ['| field | Outlook | Open-Xchange |', `|${'---|'.repeat(3)}`, ...rows].join('\n');
}

const inVcard = (written: { text: string; notCarried: readonly string[] }) => {
  const [card] = readVcards(Buffer.from(written.text));
  assert.ok(card);
  return { item: card.kind === 'contact' ? card.contact : card.list, notCarried: written.notCarried };
};

const sections: Readonly<Record<string, () => string>> = {
  Contacts: () => table(contactRules, contactFields, contact, (item) => inVcard(writeVcard(item, { version: '4.0' }))),
  'Distribution lists': () =>
    table(listRules, listFields, list, (item) => inVcard(writeVcardList(item, { version: '4.0' }))),
  Appointments: eventRows,
  Tasks: () => table(taskRules, taskFields('Europe/Berlin'), task),
};

/** Where the text of a section stands in the document: after its heading and the paragraph below it. */
function placeOf(text: string, heading: string): { start: number; end: number } {
  const at = text.indexOf(`\n## ${heading}\n`);
  const start = text.indexOf('\n|', at) + 1;
  assert.ok(at >= 0 && start > 0, `no section ${heading} in docs/fields.md`);
  const next = text.indexOf('\n\n', start);
  return { start, end: next < 0 ? text.trimEnd().length : next };
}

for (const [heading, make] of Object.entries(sections)) {
  test(`docs/fields.md tells where the fields are kept: ${heading}`, () => {
    assert.ok(existsSync(file));
    const text = readFileSync(file, 'utf8');
    const made = make();
    const { start, end } = placeOf(text, heading);
    if (process.env.OXBOW_WRITE_DOCS) writeFileSync(file, `${text.slice(0, start)}${made}${text.slice(end)}`);
    else assert.equal(text.slice(start, end), made);
  });
}
