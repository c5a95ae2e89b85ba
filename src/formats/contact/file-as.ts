import { PidLid, PidTag } from '../../mapi/index.ts';
import type { PropertyReader } from '../item/properties.ts';
import type { FieldRule } from '../item/rules.ts';
import type { Contact } from './contact.ts';
import { contactTexts } from './texts.ts';

/** The parts that a text for sorting is made from. */
export type NameParts = Pick<Contact, 'displayName' | 'givenName' | 'middleName' | 'surname' | 'suffix' | 'company'>;

const blank = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(' ');
const lines = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join('\n');
const comma = (a: string | undefined, b: string): string => [a, b].filter(Boolean).join(', ');

const given = (n: NameParts) => blank(n.givenName, n.middleName);
const western = (n: NameParts) => comma(n.surname, given(n));
const joined = (n: NameParts) => blank(`${n.surname ?? ''}${n.givenName ?? ''}`, n.middleName);
const spaced = (n: NameParts) => blank(n.surname, given(n));

/** PidLidFileUnderId and what it makes of the name (MS-OXOCNTC 2.2.1.1.12); lines are separated by LF here. */
const forms = {
  displayName: [0x3001, (n: NameParts) => n.displayName ?? ''],
  givenName: [0x3a06, (n: NameParts) => n.givenName ?? ''],
  surname: [0x3a11, (n: NameParts) => n.surname ?? ''],
  company: [0x3a16, (n: NameParts) => n.company ?? ''],
  surnameCommaGiven: [0x8017, western],
  companyThenSurnameCommaGiven: [0x8018, (n: NameParts) => lines(n.company, western(n))],
  surnameCommaGivenThenCompany: [0x8019, (n: NameParts) => lines(western(n), n.company)],
  surnameGivenJoined: [0x8030, joined],
  surnameGiven: [0x8031, spaced],
  companyThenSurnameGivenJoined: [0x8032, (n: NameParts) => lines(n.company, joined(n))],
  companyThenSurnameGiven: [0x8033, (n: NameParts) => lines(n.company, spaced(n))],
  surnameGivenJoinedThenCompany: [0x8034, (n: NameParts) => lines(joined(n), n.company)],
  surnameGivenThenCompany: [0x8035, (n: NameParts) => lines(spaced(n), n.company)],
  surnameGivenSuffix: [0x8036, (n: NameParts) => blank(spaced(n), n.suffix)],
  givenSurnameSuffix: [0x8037, (n: NameParts) => blank(given(n), n.surname, n.suffix)],
  surnameGivenJoinedSuffix: [0x8038, (n: NameParts) => blank(joined(n), n.suffix)],
  /** No form: the text stays when the name changes. */
  free: [0xffffffff, undefined],
} as const satisfies Record<string, readonly [number, ((n: NameParts) => string) | undefined]>;

export type FileAsForm = keyof typeof forms;
export const fileAsForms = Object.keys(forms) as FileAsForm[];

/** A text to sort by, and how it follows from the name. */
export interface FileAs {
  text: string;
  form: FileAsForm;
}

const formOf = (id: number | undefined): FileAsForm =>
  fileAsForms.find((form) => id !== undefined && forms[form][0] === id >>> 0) ?? 'free';

/** What a form makes of a name; undefined for the free one. */
export const fileAsText = (form: FileAsForm, name: NameParts): string | undefined => forms[form][1]?.(name);

/** What a contact is sorted by when nothing else is said; undefined when it has no name at all. */
export function defaultFileAs(name: NameParts): FileAs | undefined {
  for (const form of ['surnameCommaGiven', 'company', 'displayName'] as const) {
    const text = fileAsText(form, name);
    if (text) return { text, form };
  }
  return undefined;
}

/** A text to sort by whose form nobody told: the first form that makes it, else free; undefined for the usual text. */
export function fileAsOf(text: string | undefined, name: NameParts): FileAs | undefined {
  if (!text || text === defaultFileAs(name)?.text) return undefined;
  return { text, form: fileAsForms.find((form) => fileAsText(form, name) === text) ?? 'free' };
}

export const nameParts = ['displayName', 'givenName', 'middleName', 'surname', 'suffix', 'company'] as const;

/** What `text` is for a name that changed: made anew where its form says how. */
export function followName(fileAs: FileAs | undefined, name: NameParts): FileAs | undefined {
  if (fileAs === undefined) return defaultFileAs(name);
  const text = fileAsText(fileAs.form, name);
  return text ? { ...fileAs, text } : fileAs;
}

export const fileAsRule: FieldRule<Contact, FileAs> = {
  properties: [PidLid.FileUnder, PidLid.FileUnderId],
  read: (from) => {
    const text = from.text(PidLid.FileUnder);
    if (text === undefined) return undefined;
    const form = formOf(from.number(PidLid.FileUnderId));
    const usual = defaultFileAs(namePartsIn(from));
    return usual?.text === text && usual.form === form ? undefined : { text, form };
  },
  write: (to, fileAs, contact) => {
    const value = fileAs ?? defaultFileAs(contact);
    to.setText(PidLid.FileUnder, value?.text);
    to.set(PidLid.FileUnderId, value && forms[value.form][0]);
  },
};

const namePartsIn = (from: PropertyReader): NameParts => ({
  displayName: from.text(PidTag.DisplayName),
  givenName: from.text(contactTexts.givenName),
  middleName: from.text(contactTexts.middleName),
  surname: from.text(contactTexts.surname),
  suffix: from.text(contactTexts.suffix),
  company: from.text(contactTexts.company),
});
