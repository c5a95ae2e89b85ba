import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { numberOf } from '../items/number.ts';
import { checkTexts } from '../items/text.ts';
import type { ContactFields } from '../people/contact.ts';
import { contactDates, contactFields } from '../people/contact-fields.ts';
import { parseMembers } from './distribution-list.ts';
import { type StoredImage, storedImage } from './image.ts';
import { contactTexts } from './limits.ts';

/** What a body does to a contact. */
export interface ContactChange {
  readonly fields: ContactFields;
  /** A new picture, null to remove it, undefined to leave it. */
  readonly image: StoredImage | null | undefined;
}

const textNames = [...Object.keys(contactFields), 'categories'];
const dateNames = Object.keys(contactDates);
const emailNames = ['email1', 'email2', 'email3'];

/**
 * The fields as they become when a body is laid over them: absent stays, null and '' remove (reference 1.6), unknown
 * members are ignored. CON-0154, CON-0262 texts; CON-0100 addresses; CON-0101, CON-0172 picture; CON-0177, CON-0178
 * members; SVL-0010 a value of another kind.
 */
export function changedContact(
  core: Core,
  before: ContactFields,
  body: Readonly<Record<string, unknown>>,
): ContactChange {
  const fields: ContactFields = { ...before };
  const put = (name: string, value: unknown) => {
    if (value === undefined || value === null || value === '') delete fields[name];
    else fields[name] = value;
  };
  for (const name of textNames) if (Object.hasOwn(body, name)) put(name, textOf(name, body[name]));
  for (const name of dateNames) if (Object.hasOwn(body, name)) put(name, numberOf(name, body[name]));
  for (const name of ['color_label', 'default_address'])
    if (Object.hasOwn(body, name)) put(name, numberOf(name, body[name]) || undefined);
  if (Object.hasOwn(body, 'private_flag')) put('private_flag', body.private_flag === true || undefined);
  putMembers(body, put, before.distribution_list !== undefined);
  checkTexts(core, contactTexts, fields, { tooLong: 'CON-0154', badCharacter: 'CON-0262' });
  for (const name of emailNames)
    if (Object.hasOwn(body, name) && fields[name] !== undefined && !isAddress(String(fields[name])))
      throw new OxError('CON-0100', String(fields[name]));
  const image = imageOf(body);
  if (image === null) {
    delete fields.image1_content_type;
    delete fields.image_last_modified;
  }
  if (image) fields.image1_content_type = image.type;
  return { fields, image };
}

/** `distribution_list` replaces all members; a contact that is marked as a list has at least an empty one. */
function putMembers(
  body: Readonly<Record<string, unknown>>,
  put: (name: string, value: unknown) => void,
  wasList: boolean,
): void {
  const mark = body.mark_as_distributionlist;
  if (mark === false) put('distribution_list', undefined);
  else if (Array.isArray(body.distribution_list)) put('distribution_list', parseMembers(body.distribution_list));
  else if (Object.hasOwn(body, 'distribution_list'))
    put('distribution_list', wasList || mark === true ? [] : undefined);
  else if (mark === true && !wasList) put('distribution_list', []);
}

function imageOf(body: Readonly<Record<string, unknown>>): StoredImage | null | undefined {
  const { image1 } = body;
  if (image1 === undefined) return undefined;
  if (image1 === null || image1 === '') return null;
  if (typeof image1 !== 'string') throw new OxError('SVL-0010', 'image1');
  return storedImage(Buffer.from(image1, 'base64'));
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'object') throw new OxError('SVL-0010', name);
  return String(value);
}

/** Roughly what InternetAddress takes: one local part, one domain, no blanks. */
function isAddress(text: string): boolean {
  return /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(text);
}
