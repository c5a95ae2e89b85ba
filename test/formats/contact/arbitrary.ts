import fc from 'fast-check';
import {
  addressText,
  type Contact,
  contactTextNames,
  defaultFileAs,
  type EmailAddress,
  fileAsForms,
  fileAsText,
  type PostalAddress,
} from '../../../src/formats/index.ts';

const letters = fc.constantFrom(...'abcXYZ0189 ,;:\\"\'=<>&|^~()-+/.äößЖ日本😀\u00a0%'.match(/./gu)!);

/** One line: no blanks around it, not empty. */
export const line = fc
  .array(letters, { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join('').trim())
  .filter((text) => text !== '');

/** Several lines, LF between them, some empty. */
export const lines = fc
  .array(fc.oneof(line, fc.constant('')), { maxLength: 4 })
  .map((parts) => parts.join('\n').trim())
  .filter((text) => text !== '');

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const mailbox = fc.tuple(word, word).map(([name, host]) => `${name}@${host}.example`);

const email: fc.Arbitrary<EmailAddress> = fc
  .record({ address: mailbox, displayName: line }, { requiredKeys: ['address'], noNullPrototype: true })
  .filter(({ displayName }) => displayName === undefined || !displayName.includes('@'));

const address: fc.Arbitrary<PostalAddress> = fc
  .record(
    {
      street: lines,
      city: line,
      state: line,
      postalCode: line,
      country: line,
      postOfficeBox: line,
      countryCode: fc.constantFrom('DE', 'US'),
      text: lines,
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .filter((value) => Object.keys(value).length > 0 && value.text !== addressText(value));

export const day = fc
  .integer({ min: Date.UTC(1601, 0, 1) / 86_400_000, max: Date.UTC(2100, 0, 1) / 86_400_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

export const common = {
  note: lines.map((text) => ({ text })),
  categories: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
  sensitivity: fc.constantFrom('personal' as const, 'private' as const, 'confidential' as const),
  uid: fc.uuid(),
  colorLabel: fc.integer({ min: 1, max: 10 }),
};

const addressKind = fc.constantFrom('business' as const, 'home' as const, 'other' as const);
const fields = {
  ...Object.fromEntries(contactTextNames.map((name) => [name, line])),
  ...common,
  displayName: line,
  businessAddress: address,
  homeAddress: address,
  otherAddress: address,
  mailingAddress: addressKind,
  email1: email,
  email2: email,
  email3: email,
  webPage: word.map((host) => `https://${host}.example/`),
  birthday: day,
  anniversary: day,
  gender: fc.constantFrom('female' as const, 'male' as const),
  children: fc.array(line, { minLength: 1, maxLength: 3 }),
};

/** A text to sort by that says more than the usual one. */
function withFileAs(contact: Contact, form: (typeof fileAsForms)[number], free: string): Contact {
  const text = fileAsText(form, contact) ?? free;
  const usual = defaultFileAs(contact);
  return text === '' || (usual?.text === text && usual.form === form)
    ? contact
    : { ...contact, fileAs: { text, form } };
}

/** Any contact; few fields or many. */
export const contact: fc.Arbitrary<Contact> = fc
  .tuple(
    fc.subarray(Object.keys(fields) as (keyof typeof fields)[]).chain((names) =>
      fc.record(Object.fromEntries(names.map((name) => [name, fields[name]])) as typeof fields, {
        noNullPrototype: true,
      }),
    ) as fc.Arbitrary<Contact>,
    fc.option(fc.constantFrom(...fileAsForms)),
    line,
  )
  .map(([value, form, free]) => (form === null ? value : withFileAs(value, form, free)));
