import type { PhoneText } from './texts.ts';

/** The types with which each telephone is written, as Open-Xchange writes them. */
export const phoneTypes: Readonly<Record<PhoneText, readonly string[]>> = {
  businessPhone: ['WORK', 'VOICE'],
  businessPhone2: ['WORK', 'VOICE', 'X-2ND'],
  businessFax: ['WORK', 'FAX'],
  callbackPhone: ['X-CALLBACK'],
  carPhone: ['CAR'],
  companyPhone: ['X-COMPANY'],
  homePhone: ['HOME', 'VOICE'],
  homePhone2: ['HOME', 'VOICE', 'X-2ND'],
  homeFax: ['HOME', 'FAX'],
  mobilePhone: ['CELL'],
  mobilePhone2: ['CELL', 'X-2ND'],
  otherPhone: ['VOICE', 'X-OTHER'],
  otherFax: ['FAX', 'X-OTHER'],
  isdn: ['ISDN'],
  pager: ['PAGER'],
  primaryPhone: ['X-PRIMARY'],
  radioPhone: ['X-RADIO'],
  telex: ['X-TELEX'],
  textPhone: ['TEXTPHONE'],
  ipPhone: ['X-IP'],
  assistantPhone: ['X-ASSISTANT'],
};

/** Types that decide by themselves, with those of other writers (MS-OXVCARD 2.1.3.9.5). */
const decisive: readonly (readonly [string, PhoneText])[] = [
  ['X-CALLBACK', 'callbackPhone'],
  ['CALLBACK', 'callbackPhone'],
  ['CAR', 'carPhone'],
  ['X-COMPANY', 'companyPhone'],
  ['COMPANY', 'companyPhone'],
  ['X-EVOLUTION-COMPANY', 'companyPhone'],
  ['ISDN', 'isdn'],
  ['PAGER', 'pager'],
  ['X-PRIMARY', 'primaryPhone'],
  ['X-RADIO', 'radioPhone'],
  ['RADIO', 'radioPhone'],
  ['X-EVOLUTION-RADIO', 'radioPhone'],
  ['X-TELEX', 'telex'],
  ['X-EVOLUTION-TELEX', 'telex'],
  ['TLX', 'telex'],
  ['TEXTPHONE', 'textPhone'],
  ['TTY-TDD', 'textPhone'],
  ['TTYTDD', 'textPhone'],
  ['X-EVOLUTION-TTYTDD', 'textPhone'],
  ['X-IP', 'ipPhone'],
  ['X-ASSISTANT', 'assistantPhone'],
  ['ASSISTANT', 'assistantPhone'],
  ['X-EVOLUTION-ASSISTANT', 'assistantPhone'],
];

/** Where a telephone of these types belongs, best first; the first free one takes it. */
export function phoneFields(types: ReadonlySet<string>): readonly PhoneText[] {
  for (const [type, field] of decisive) if (types.has(type)) return [field];
  const ordered = <T>(first: T, second: T): readonly T[] => (types.has('X-2ND') ? [second, first] : [first, second]);
  if (types.has('FAX')) {
    if (types.has('WORK')) return ['businessFax', 'otherFax'];
    if (types.has('HOME')) return ['homeFax', 'otherFax'];
    return ['otherFax', 'businessFax', 'homeFax'];
  }
  if (types.has('CELL') || types.has('IPHONE') || types.has('MOBILE')) return ordered('mobilePhone', 'mobilePhone2');
  if (types.has('WORK')) return ordered('businessPhone', 'businessPhone2');
  if (types.has('HOME')) return ordered('homePhone', 'homePhone2');
  if (types.has('MAIN')) return ['companyPhone', 'otherPhone'];
  return ['otherPhone', 'primaryPhone'];
}
