import { z } from 'zod';
import { limits } from '../limits.ts';
import { type ContactField, contactFields } from '../people/contact-fields.ts';

const text = z.string().max(4000);
const address = z.email().toLowerCase();
const base64 = z.base64().min(4);
const day = z.iso.date();
const loginName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'letters, digits, dot, dash and underscore only')
  .toLowerCase();

/** Fields of ox-columns.json `contacts`, by their names; days as YYYY-MM-DD; numbers may be written as such. */
const contactShape = {
  ...(Object.fromEntries(
    Object.keys(contactFields).map((name) => [name, z.union([text, z.number().transform(String)]).optional()]),
  ) as unknown as Record<ContactField, z.ZodOptional<z.ZodType<string>>>),
  categories: text.optional(),
  birthday: day.optional(),
  anniversary: day.optional(),
  /** Of S/MIME, DER in base64. */
  certificate: base64.optional(),
  photo: base64.optional(),
  photo_type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/bmp']).optional(),
};

const person = z.strictObject({
  login: loginName,
  /** Plain, or `scrypt:N:r:p:<salt base64>:<hash base64>`. */
  password: z.string().min(1).optional(),
  address: address.optional(),
  aliases: z.array(address).optional(),
  locale: z
    .string()
    .regex(/^[a-z]{2}_[A-Z]{2}$/, 'as de_DE')
    .optional(),
  timezone: z.string().refine(isTimeZone, 'not a known time zone').optional(),
  administrator: z.boolean().optional(),
  /** A mailbox full of sample mails. */
  samples: z.boolean().optional(),
  ...contactShape,
});

const contact = z.strictObject({
  ...contactShape,
  /** Members of a distribution list. */
  distribution_list: z.array(z.strictObject({ display_name: text, mail: address })).optional(),
});

const role = z.enum(['none', 'reader', 'author', 'editor', 'owner']);

const permission = z.strictObject({
  /** Login of a person, name of a group, or `everybody`. */
  who: z.string(),
  role,
});

const publicFolder = z.strictObject({
  title: z.string().min(1).max(limits.folderNameLength),
  module: z.enum(['calendar', 'contacts', 'tasks', 'infostore']),
  permissions: z.array(permission).min(1),
  contacts: z.array(contact).optional(),
});

const resource = z.strictObject({
  name: loginName,
  display_name: text.optional(),
  address: address.optional(),
  description: text.optional(),
  available: z.boolean().optional(),
});

export const tenantSchema = z.strictObject({
  context: z.number().int().min(1),
  name: text.optional(),
  /** The generation of Open-Xchange: 7.8 knows `calendar` only, 7.10 `chronos` and `addressbooks` too. */
  version: z.enum(['7.8', '7.10']).default('7.10'),
  /** The first one completes addresses that are left out. */
  domains: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9.-]+$/i, 'not a domain')
        .toLowerCase(),
    )
    .min(1),
  defaults: z
    .strictObject({
      password: z.string().min(1).optional(),
      locale: person.shape.locale,
      timezone: person.shape.timezone,
    })
    .optional(),
  people: z.array(person).optional(),
  /** Many people without particulars: `p1`, `p2`, … */
  generate: z
    .strictObject({
      people: z.number().int().min(1).max(limits.generatedPeople),
      login: loginName.optional(),
      password: z.string().min(1).optional(),
      samples: z.boolean().optional(),
    })
    .optional(),
  groups: z
    .array(
      z.strictObject({
        name: loginName,
        display_name: text.optional(),
        address: address.optional(),
        members: z.array(z.string()),
      }),
    )
    .optional(),
  rooms: z.array(resource).optional(),
  resources: z.array(resource).optional(),
  delegates: z
    .array(
      z.strictObject({
        owner: z.string(),
        delegate: z.string(),
        onBehalf: z.boolean().optional(),
        mail: role.optional(),
        calendar: role.optional(),
        contacts: role.optional(),
        tasks: role.optional(),
      }),
    )
    .optional(),
  /** People outside, in a public address book of that name. */
  externalContacts: z
    .strictObject({ folder: z.string().min(1).optional(), contacts: z.array(contact).min(1) })
    .optional(),
  publicFolders: z.array(publicFolder).optional(),
});

/** An organisation for the sandbox, as it is written in a tenant file. */
export type TenantFile = z.output<typeof tenantSchema>;
export type TenantPerson = z.output<typeof person>;
export type TenantContact = z.output<typeof contact>;
export type Role = z.output<typeof role>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
