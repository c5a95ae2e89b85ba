import type { BusyStatus, OccurrenceFields } from '../event/index.ts';
import { htmlToText } from '../html-text.ts';
import {
  type IcalComponent,
  type IcalProperty,
  lineOf,
  param,
  propertiesOf,
  propertyOf,
  textOf,
  textsOf,
} from './content.ts';

/** Fields that events and tasks tell in the same properties. */
type TextFields = Pick<
  OccurrenceFields,
  'subject' | 'location' | 'note' | 'categories' | 'sensitivity' | 'importance' | 'extra'
>;

const classes = { PRIVATE: 'private', CONFIDENTIAL: 'confidential', 'X-PERSONAL': 'personal' } as const;

/** PidTagImportance of PRIORITY (MS-OXCICAL 2.1.3.1.1.20.18) or of Exchange's own property. */
function importanceOf(component: IcalComponent): 'low' | 'high' | undefined {
  const priority = Number(propertyOf(component, 'PRIORITY')?.raw ?? 0);
  if (priority >= 1 && priority <= 4) return 'high';
  if (priority >= 6 && priority <= 9) return 'low';
  const own = propertyOf(component, 'X-MICROSOFT-CDO-IMPORTANCE')?.raw.trim();
  return own === '2' ? 'high' : own === '0' ? 'low' : undefined;
}

/** HTML of X-ALT-DESC or of a description that says that it is HTML. */
function htmlOf(component: IcalComponent): string | undefined {
  const html = propertiesOf(component, 'X-ALT-DESC').find((property) => /html/i.test(param(property, 'fmttype') ?? ''));
  return textOf(html);
}

export function readFields(component: IcalComponent): TextFields {
  const text = (name: string): string | undefined => textOf(propertyOf(component, name));
  const html = htmlOf(component);
  const description = text('DESCRIPTION')?.replaceAll('\0', '').trimEnd();
  const noteText = description ?? (html === undefined ? undefined : htmlToText(html).replaceAll('\r\n', '\n').trim());
  const categories = propertiesOf(component, 'CATEGORIES').flatMap(textsOf);
  const sensitivity = classes[(text('CLASS') ?? '').toUpperCase() as keyof typeof classes];
  const importance = importanceOf(component);
  const subject = text('SUMMARY')?.replace(/\s*\n\s*/g, ' ');
  const location = text('LOCATION');
  return {
    ...(subject ? { subject } : {}),
    ...(location ? { location } : {}),
    ...(noteText || html ? { note: { text: noteText ?? '', ...(html ? { html } : {}) } } : {}),
    ...(categories.length > 0 ? { categories: [...new Set(categories)] } : {}),
    ...(sensitivity ? { sensitivity } : {}),
    ...(importance ? { importance } : {}),
  };
}

const classOf = { private: 'PRIVATE', confidential: 'CONFIDENTIAL', personal: 'X-PERSONAL' } as const;

export function fieldLines(fields: TextFields): string[] {
  const lines: string[] = [];
  if (fields.subject) lines.push(lineOf('SUMMARY', fields.subject));
  if (fields.location) lines.push(lineOf('LOCATION', fields.location));
  if (fields.note?.text) lines.push(lineOf('DESCRIPTION', fields.note.text));
  if (fields.note?.html) lines.push(`X-ALT-DESC;FMTTYPE=text/html:${escapeText(fields.note.html)}`);
  if (fields.categories?.length) lines.push(lineOf('CATEGORIES', fields.categories));
  if (fields.sensitivity) lines.push(`CLASS:${classOf[fields.sensitivity]}`);
  if (fields.importance) lines.push(`PRIORITY:${fields.importance === 'high' ? 1 : 9}`);
  for (const line of fields.extra ?? []) lines.push(line);
  return lines;
}

const escapeText = (text: string): string =>
  text.replace(/[\\;,]/g, (letter) => `\\${letter}`).replace(/\r\n|\r|\n/g, '\\n');

/** Names of PidLidBusyStatus in Exchange's properties (MS-OXCICAL 2.1.3.1.1.20.31). */
const busyNames: Readonly<Record<string, BusyStatus | 'busy'>> = {
  FREE: 'free',
  TENTATIVE: 'tentative',
  BUSY: 'busy',
  OOF: 'outOfOffice',
  WORKINGELSEWHERE: 'workingElsewhere',
};

export const busyStatusOf = (property: IcalProperty | undefined): BusyStatus | 'busy' | undefined =>
  busyNames[property?.raw.trim().toUpperCase() ?? ''];

export const busyName = (status: BusyStatus | 'busy'): string =>
  Object.entries(busyNames).find(([, name]) => name === status)![0];
