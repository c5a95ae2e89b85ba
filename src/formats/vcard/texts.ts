import type { ContactText } from '../contact/texts.ts';

/** Texts whose property is structured (N, ORG) or chosen by type (TEL, URL, IMPP): written and read elsewhere. */
type Elsewhere =
  | 'prefix'
  | 'givenName'
  | 'middleName'
  | 'surname'
  | 'suffix'
  | 'company'
  | 'department'
  | 'branches'
  | 'personalHomePage'
  | 'instantMessenger'
  | 'instantMessenger2'
  | PhoneText;

export type PhoneText =
  | 'businessPhone'
  | 'businessPhone2'
  | 'businessFax'
  | 'callbackPhone'
  | 'carPhone'
  | 'companyPhone'
  | 'homePhone'
  | 'homePhone2'
  | 'homeFax'
  | 'mobilePhone'
  | 'mobilePhone2'
  | 'otherPhone'
  | 'otherFax'
  | 'isdn'
  | 'pager'
  | 'primaryPhone'
  | 'radioPhone'
  | 'telex'
  | 'textPhone'
  | 'ipPhone'
  | 'assistantPhone';

/**
 * Properties that hold one text: first the name that is written, then others that are read. Names with X-OX are those of
 * Open-Xchange, with X-MS those of MS-OXVCARD 2.1.3.9; X-OXBOW stands for what nobody has a name for.
 */
export const textProperties: Readonly<Record<Exclude<ContactText, Elsewhere>, readonly string[]>> = {
  nickname: ['NICKNAME'],
  initials: ['X-OXBOW-INITIALS'],
  yomiGivenName: ['X-PHONETIC-FIRST-NAME'],
  yomiSurname: ['X-PHONETIC-LAST-NAME'],
  yomiCompany: ['X-OX-YOMI-COMPANY', 'X-PHONETIC-ORG'],
  jobTitle: ['TITLE'],
  profession: ['ROLE', 'X-KADDRESSBOOK-X-PROFESSION'],
  office: ['X-OX-ROOM-NUMBER', 'X-KADDRESSBOOK-X-OFFICE'],
  manager: ['X-MANAGER', 'X-MS-MANAGER', 'X-EVOLUTION-MANAGER', 'X-KADDRESSBOOK-X-MANAGERSNAME'],
  assistant: ['X-ASSISTANT', 'X-MS-ASSISTANT', 'X-EVOLUTION-ASSISTANT', 'X-KADDRESSBOOK-X-ASSISTANTSNAME'],
  spouse: ['X-SPOUSE', 'X-MS-SPOUSE', 'X-EVOLUTION-SPOUSE', 'X-KADDRESSBOOK-X-SPOUSESNAME'],
  employeeType: ['X-OX-EMPLOYEE-TYPE'],
  numberOfEmployees: ['X-OX-NUMBER-OF-EMPLOYEE'],
  salesVolume: ['X-OX-SALES-VOLUME'],
  taxId: ['X-OX-TAX-ID'],
  commercialRegister: ['X-OX-COMMERCIAL-REGISTER'],
  businessCategory: ['X-OX-BUSINESS-CATEGORY'],
  info: ['X-OX-INFO'],
  numberOfChildren: ['X-OXBOW-NUMBER-OF-CHILDREN'],
  maritalStatus: ['X-OX-MARITAL-STATUS'],
  hobbies: ['X-MS-INTERESTS', 'HOBBY'],
  language: ['X-OXBOW-LANGUAGE'],
  location: ['X-OXBOW-LOCATION'],
  account: ['X-OXBOW-ACCOUNT'],
  customerId: ['X-OXBOW-CUSTOMER-ID'],
  governmentId: ['X-OXBOW-GOVERNMENT-ID'],
  organizationalId: ['X-OXBOW-ORGANIZATIONAL-ID'],
  computerNetworkName: ['X-OXBOW-COMPUTER-NETWORK-NAME'],
  ftpSite: ['X-OXBOW-FTP-SITE'],
  referredBy: ['X-OXBOW-REFERRED-BY'],
  billingInformation: ['X-OXBOW-BILLING-INFORMATION'],
  mileage: ['X-OXBOW-MILEAGE'],
  freeBusyUrl: ['FBURL'],
  userField1: ['X-OX-USERFIELD-01'],
  userField2: ['X-OX-USERFIELD-02'],
  userField3: ['X-OX-USERFIELD-03'],
  userField4: ['X-OX-USERFIELD-04'],
  userField5: ['X-OX-USERFIELD-05'],
  userField6: ['X-OX-USERFIELD-06'],
  userField7: ['X-OX-USERFIELD-07'],
  userField8: ['X-OX-USERFIELD-08'],
  userField9: ['X-OX-USERFIELD-09'],
  userField10: ['X-OX-USERFIELD-10'],
  userField11: ['X-OX-USERFIELD-11'],
  userField12: ['X-OX-USERFIELD-12'],
  userField13: ['X-OX-USERFIELD-13'],
  userField14: ['X-OX-USERFIELD-14'],
  userField15: ['X-OX-USERFIELD-15'],
  userField16: ['X-OX-USERFIELD-16'],
  userField17: ['X-OX-USERFIELD-17'],
  userField18: ['X-OX-USERFIELD-18'],
  userField19: ['X-OX-USERFIELD-19'],
  userField20: ['X-OX-USERFIELD-20'],
};

export type TextPropertyField = keyof typeof textProperties;

/** The field of each property that holds one text. */
export const fieldOfProperty: ReadonlyMap<string, TextPropertyField> = new Map(
  (Object.entries(textProperties) as [TextPropertyField, readonly string[]][]).flatMap(([field, names]) =>
    names.map((name) => [name, field] as const),
  ),
);
