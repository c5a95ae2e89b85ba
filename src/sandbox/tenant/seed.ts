import { randomUUID } from 'node:crypto';
import { insertContact } from '../contacts/store.ts';
import type { Core } from '../core.ts';
import { authorBits, editorBits, ownerBits, readerBits } from '../folders/bits.ts';
import {
  insertFolder,
  type Permission,
  setPermissions,
  standardFolderOf,
  standardFolders,
} from '../folders/groupware.ts';
import { insertMailFolder, ownerRights, standardMailFolder, standardMailFolders } from '../mail/folder.ts';
import { contactDates } from '../people/contact-fields.ts';
import { personByName } from '../people/person.ts';
import { fillSampleGroupware } from '../samples/groupware.ts';
import { fillSampleMailboxes } from '../samples/index.ts';
import { generatedPeople } from './generate.ts';
import type { Role, TenantContact, TenantFile, TenantPerson } from './schema.ts';

/** The first user id after the context's own administrator. */
const firstPersonId = 3;

/** Writes the organisation into an empty database, in one transaction. */
export function seedTenant(core: Core, tenant: TenantFile): void {
  core.db.run("INSERT INTO meta VALUES ('context', ?)", JSON.stringify(core.context));
  const people = [...(tenant.people ?? []), ...generatedPeople(tenant)];
  people.forEach((person, index) => {
    seedPerson(core, tenant, person, firstPersonId + index);
  });
  seedGroups(core, tenant);
  seedResources(core, tenant);
  for (const delegate of tenant.delegates ?? []) seedDelegate(core, delegate);
  seedPublicFolders(core, tenant);
  const owners = people.filter((person) => person.samples);
  const sampled = owners.map(({ login }) => personByName(core, login)!);
  fillSampleMailboxes(core, sampled);
  fillSampleGroupware(core, sampled);
}

function seedPerson(core: Core, tenant: TenantFile, person: TenantPerson, id: number): void {
  const { login, password, address, aliases, locale, timezone, administrator, samples, ...contact } = person;
  const primary = address ?? `${login}@${tenant.domains[0]}`;
  const fields = {
    ...contact,
    email1: primary,
    display_name: contact.display_name ?? ([contact.first_name, contact.last_name].filter(Boolean).join(' ') || login),
  };
  const contactId = seedContact(core, 6, fields, id, id);
  core.db.run(
    `INSERT INTO person (id, login, password, address, aliases, display_name, locale, timezone, admin, contact_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    login,
    password ?? tenant.defaults!.password!,
    primary,
    JSON.stringify(aliases ?? []),
    fields.display_name,
    locale ?? tenant.defaults?.locale ?? 'de_DE',
    timezone ?? tenant.defaults?.timezone ?? 'Europe/Berlin',
    administrator ? 1 : 0,
    contactId,
  );
  for (const one of [primary, ...(aliases ?? [])])
    core.db.run("INSERT INTO address (address, kind, entity) VALUES (?, 'person', ?)", one, id);
  for (const { module, standard, en } of standardFolders)
    insertFolder(core, {
      parent: module === 'infostore' ? 10 : 1,
      owner: id,
      title: en,
      module,
      type: 1,
      standard,
      by: id,
      permissions: [{ entity: id, group: false, bits: ownerBits }],
    });
  for (const { path, standard } of standardMailFolders) insertMailFolder(core, id, undefined, path, standard);
}

/** Stores a contact; days become ms, the photo its picture. Returns the id. */
function seedContact(core: Core, folder: number, contact: TenantContact, person: number | null, by: number): number {
  const { photo, photo_type, ...given } = contact;
  const fields: Record<string, unknown> = { ...given };
  for (const name of Object.keys(contactDates) as (keyof typeof contactDates)[])
    if (given[name] !== undefined) fields[name] = Date.parse(`${given[name]}T00:00:00Z`);
  if (given.distribution_list)
    fields.distribution_list = given.distribution_list.map((member) => ({ ...member, mail_field: 0 }));
  if (fields.display_name === undefined)
    fields.display_name = [given.first_name, given.last_name].filter(Boolean).join(' ') || given.email1;
  fields.uid = randomUUID();
  const type = photo_type ?? 'image/png';
  if (photo) fields.image1_content_type = type;
  const image = photo ? { type, bytes: Buffer.from(photo, 'base64') } : undefined;
  return insertContact(core, { folder, fields, image, person, by }).id;
}

/** Groups 0 (all users) and 1 (standard group) are always there; others begin at 2. */
function seedGroups(core: Core, tenant: TenantFile): void {
  const add = (id: number, name: string, displayName: string, address: string | null) =>
    core.db.run(
      'INSERT INTO member_group (id, name, display_name, address, modified) VALUES (?, ?, ?, ?, ?)',
      id,
      name,
      displayName,
      address,
      core.stamps.next(),
    );
  add(0, 'users', 'All users', null);
  add(1, 'standard', 'Standard group', null);
  tenant.groups?.forEach((group, index) => {
    const id = index + 2;
    const address = group.address ?? `${group.name}@${tenant.domains[0]}`;
    add(id, group.name, group.display_name ?? group.name, address);
    core.db.run("INSERT INTO address (address, kind, entity) VALUES (?, 'group', ?)", address, id);
    for (const member of new Set(group.members))
      core.db.run('INSERT INTO member (member_group, person) VALUES (?, ?)', id, personByName(core, member)!.id);
  });
}

function seedResources(core: Core, tenant: TenantFile): void {
  const all = [
    ...(tenant.rooms ?? []).map((room) => ({ description: 'Room', ...room })),
    ...(tenant.resources ?? []).map((one) => ({ description: 'Equipment', ...one })),
  ];
  for (const one of all) {
    const address = one.address ?? `${one.name}@${tenant.domains[0]}`;
    const { id } = core.db.run(
      'INSERT INTO resource (name, display_name, address, availability, description, modified) VALUES (?, ?, ?, ?, ?, ?)',
      one.name,
      one.display_name ?? one.name,
      address,
      one.available === false ? 0 : 1,
      one.description,
      core.stamps.next(),
    );
    core.db.run("INSERT INTO address (address, kind, entity) VALUES (?, 'resource', ?)", address, id);
  }
}

const bitsOfRole: Readonly<Record<Role, number>> = {
  none: 0,
  reader: readerBits,
  author: authorBits,
  editor: editorBits,
  owner: ownerBits,
};

const mailRightsOfRole: Readonly<Record<Role, string>> = {
  none: '',
  reader: 'lrs',
  author: 'lrsip',
  editor: 'lrswipkxte',
  owner: ownerRights,
};

function seedDelegate(core: Core, delegate: NonNullable<TenantFile['delegates']>[number]): void {
  const owner = personByName(core, delegate.owner)!;
  const person = personByName(core, delegate.delegate)!;
  const modulePermissions: Record<string, unknown> = {};
  if (delegate.mail && delegate.mail !== 'none') {
    const inbox = standardMailFolder(core, owner.id, 7);
    core.db.run(
      'INSERT OR REPLACE INTO mail_acl (folder, person, rights) VALUES (?, ?, ?)',
      inbox.id,
      person.id,
      mailRightsOfRole[delegate.mail],
    );
    modulePermissions.mail = { permission: bitsOfRole[delegate.mail], folderIds: ['default0/INBOX'] };
  }
  for (const module of ['calendar', 'contacts', 'tasks'] as const) {
    const role = delegate[module];
    if (!role || role === 'none') continue;
    const folder = standardFolderOf(core, owner.id, module)!;
    // A private folder has one administrator, its owner (FLD-0015).
    const bits = role === 'owner' ? editorBits : bitsOfRole[role];
    core.db.run(
      'INSERT OR REPLACE INTO permission (folder, entity, is_group, bits) VALUES (?, ?, 0, ?)',
      folder,
      person.id,
      bits,
    );
    const id = module === 'calendar' ? `cal://0/${folder}` : String(folder);
    modulePermissions[module] = { permission: bits, folderIds: [id] };
  }
  core.db.run(
    'INSERT INTO deputy (id, owner, person, on_behalf, permissions) VALUES (?, ?, ?, ?, ?)',
    randomUUID().replaceAll('-', ''),
    owner.id,
    person.id,
    delegate.onBehalf ? 1 : 0,
    JSON.stringify(modulePermissions),
  );
}

function seedPublicFolders(core: Core, tenant: TenantFile): void {
  const creator = firstPersonId;
  const external = tenant.externalContacts;
  const folders: NonNullable<TenantFile['publicFolders']> = [
    ...(external
      ? [
          {
            title: external.folder ?? 'External contacts',
            module: 'contacts' as const,
            permissions: [{ who: 'everybody', role: 'reader' as const }],
            contacts: external.contacts,
          },
        ]
      : []),
    ...(tenant.publicFolders ?? []),
  ];
  for (const { title, module, permissions, contacts } of folders) {
    const entries: Permission[] = permissions.map(({ who, role }) => ({
      ...entityOf(core, who),
      bits: bitsOfRole[role],
    }));
    const id = insertFolder(core, {
      parent: 2,
      owner: null,
      title,
      module,
      type: 2,
      by: creator,
      permissions: entries,
    });
    // Somebody has to administer it (FLD-0018).
    if (!entries.some(({ bits }) => bits === ownerBits))
      setPermissions(core, id, [
        ...entries.filter((entry) => entry.group || entry.entity !== creator),
        { entity: creator, group: false, bits: ownerBits },
      ]);
    for (const contact of contacts ?? []) seedContact(core, id, contact, null, creator);
  }
}

function entityOf(core: Core, who: string): { entity: number; group: boolean } {
  if (who === 'everybody') return { entity: 0, group: true };
  const person = personByName(core, who);
  if (person) return { entity: person.id, group: false };
  const { id } = core.db.get<{ id: number }>('SELECT id FROM member_group WHERE name = ?', who.toLowerCase())!;
  return { entity: id, group: true };
}
