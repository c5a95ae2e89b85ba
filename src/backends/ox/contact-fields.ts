import {
  type AddressKind,
  type Contact,
  type ContactText,
  dayOfMs,
  defaultFileAs,
  type EmailAddress,
  type FileAs,
  fileAsOf,
  msOfDay,
  type Photo,
  type PostalAddress,
  pictureType,
  postalAddress,
} from '../../formats/index.ts';
import { commonFields } from './common-fields.ts';
import {
  type KeptField,
  type OxField,
  type OxFields,
  type OxRow,
  oxNumber,
  oxText,
  textColumn,
} from './item-fields.ts';

/** The column of each text; undefined where Open-Xchange has none. */
const textColumns: Readonly<Record<ContactText, string | undefined>> = {
  prefix: 'title',
  givenName: 'first_name',
  middleName: 'second_name',
  surname: 'last_name',
  suffix: 'suffix',
  nickname: 'nickname',
  initials: undefined,
  yomiGivenName: 'yomiFirstName',
  yomiSurname: 'yomiLastName',
  yomiCompany: 'yomiCompany',
  company: 'company',
  department: 'department',
  branches: 'branches',
  jobTitle: 'position',
  profession: 'profession',
  office: 'room_number',
  manager: 'manager_name',
  assistant: 'assistant_name',
  employeeType: 'employee_type',
  numberOfEmployees: 'number_of_employees',
  salesVolume: 'sales_volume',
  taxId: 'tax_id',
  commercialRegister: 'commercial_register',
  businessCategory: 'business_category',
  info: 'info',
  spouse: 'spouse_name',
  numberOfChildren: 'number_of_children',
  maritalStatus: 'marital_status',
  hobbies: undefined,
  language: undefined,
  location: undefined,
  account: undefined,
  customerId: undefined,
  governmentId: undefined,
  organizationalId: undefined,
  computerNetworkName: undefined,
  ftpSite: undefined,
  referredBy: undefined,
  billingInformation: undefined,
  mileage: undefined,
  businessPhone: 'telephone_business1',
  businessPhone2: 'telephone_business2',
  businessFax: 'fax_business',
  callbackPhone: 'telephone_callback',
  carPhone: 'telephone_car',
  companyPhone: 'telephone_company',
  homePhone: 'telephone_home1',
  homePhone2: 'telephone_home2',
  homeFax: 'fax_home',
  mobilePhone: 'cellular_telephone1',
  mobilePhone2: 'cellular_telephone2',
  otherPhone: 'telephone_other',
  otherFax: 'fax_other',
  isdn: 'telephone_isdn',
  pager: 'telephone_pager',
  primaryPhone: 'telephone_primary',
  radioPhone: 'telephone_radio',
  telex: 'telephone_telex',
  textPhone: 'telephone_ttytdd',
  ipPhone: 'telephone_ip',
  assistantPhone: 'telephone_assistant',
  instantMessenger: 'instant_messenger1',
  instantMessenger2: 'instant_messenger2',
  personalHomePage: undefined,
  freeBusyUrl: undefined,
  userField1: 'userfield01',
  userField2: 'userfield02',
  userField3: 'userfield03',
  userField4: 'userfield04',
  userField5: 'userfield05',
  userField6: 'userfield06',
  userField7: 'userfield07',
  userField8: 'userfield08',
  userField9: 'userfield09',
  userField10: 'userfield10',
  userField11: 'userfield11',
  userField12: 'userfield12',
  userField13: 'userfield13',
  userField14: 'userfield14',
  userField15: 'userfield15',
  userField16: 'userfield16',
  userField17: 'userfield17',
  userField18: 'userfield18',
  userField19: 'userfield19',
  userField20: 'userfield20',
};

const noColumn: KeptField = { kept: 'Open-Xchange has no such field' };

type TextFields = { [K in ContactText]: OxField<Contact, string> | KeptField };
const textFields = Object.fromEntries(
  Object.entries(textColumns).map(([name, column]) => [name, column === undefined ? noColumn : textColumn(column)]),
) as TextFields;

/** What to show for a contact without a display name, which Open-Xchange demands (CON-0166). */
const madeName = (contact: Contact): string =>
  [contact.givenName, contact.middleName, contact.surname].filter(Boolean).join(' ') ||
  contact.company ||
  contact.email1?.address ||
  defaultFileAs(contact)?.text ||
  '';

/** Columns that hold the parts of an address. */
const addressColumns: Readonly<Record<AddressKind, Readonly<Partial<Record<keyof PostalAddress, string>>>>> = {
  business: {
    street: 'street_business',
    city: 'city_business',
    state: 'state_business',
    postalCode: 'postal_code_business',
    country: 'country_business',
    text: 'addressBusiness',
  },
  home: {
    street: 'street_home',
    city: 'city_home',
    state: 'state_home',
    postalCode: 'postal_code_home',
    country: 'country_home',
    text: 'addressHome',
  },
  other: {
    street: 'street_other',
    city: 'city_other',
    state: 'state_other',
    postalCode: 'postal_code_other',
    country: 'country_other',
    text: 'addressOther',
  },
};

function addressField(kind: AddressKind): OxField<Contact, PostalAddress> {
  const columns = Object.entries(addressColumns[kind]) as [keyof PostalAddress, string][];
  return {
    columns: columns.map(([, column]) => column),
    partly: 'neither post office box nor country code',
    read: (row) => postalAddress(Object.fromEntries(columns.map(([part, column]) => [part, oxText(row[column])]))),
    write: (address) =>
      Object.fromEntries(columns.flatMap(([part, column]) => (address[part] ? [[column, address[part]]] : []))),
    complete: (theirs, ours) =>
      postalAddress({
        ...theirs,
        postOfficeBox: ours?.postOfficeBox,
        // The code belongs to the country that it was set for.
        countryCode: theirs?.country === ours?.country ? ours?.countryCode : undefined,
      }),
  };
}

/** Whether Open-Xchange takes an address (CON-0100 otherwise). */
const isInternetAddress = ({ address, addressType }: EmailAddress): boolean =>
  addressType === undefined && /^[^\s@<>(),;:"\\[\]]+@[^\s@<>(),;:"\\[\]]+$/.test(address);

const emailField = (column: string): OxField<Contact, EmailAddress> => ({
  columns: [column],
  partly: 'the address alone, and only one of the internet',
  read: (row) => {
    const address = oxText(row[column]);
    return address === undefined ? undefined : { address };
  },
  write: (email) => (isInternetAddress(email) ? { [column]: email.address } : {}),
  complete: (theirs, ours) => {
    if (theirs === undefined) return ours && !isInternetAddress(ours) ? ours : undefined;
    return theirs.address === ours?.address ? ours : theirs;
  },
});

/** A day as milliseconds of its midnight in UTC. */
const dayField = (column: string): OxField<Contact, string> => ({
  columns: [column],
  read: (row) => {
    const ms = oxNumber(row[column]);
    return ms === undefined ? undefined : dayOfMs(ms);
  },
  write: (day) => ({ [column]: msOfDay(day) }),
});

const namesIn = (row: OxRow) => ({
  displayName: oxText(row.display_name),
  givenName: oxText(row.first_name),
  middleName: oxText(row.second_name),
  surname: oxText(row.last_name),
  suffix: oxText(row.suffix),
  company: oxText(row.company),
});

const fileAsField: OxField<Contact, FileAs> = {
  columns: ['file_as'],
  partly: 'the text, whose form is found by comparing; the usual text counts as none',
  read: (row) => fileAsOf(oxText(row.file_as), namesIn(row)),
  write: ({ text }) => ({ file_as: text }),
  complete: (theirs, ours, contact) => {
    if (theirs === undefined) return ours?.text === defaultFileAs(contact)?.text ? ours : undefined;
    return theirs.text === ours?.text ? ours : theirs;
  },
};

/** How Open-Xchange holds each field of a contact. */
export const contactFields: OxFields<Contact> = {
  ...textFields,
  ...commonFields,
  displayName: {
    columns: ['display_name'],
    read: (row) => oxText(row.display_name),
    write: (value) => ({ display_name: value }),
    complete: (theirs, ours, contact) => (ours === undefined && theirs === madeName(contact) ? undefined : theirs),
  },
  fileAs: fileAsField,
  businessAddress: addressField('business'),
  homeAddress: addressField('home'),
  otherAddress: addressField('other'),
  mailingAddress: { kept: 'what the values of default_address mean is not documented' },
  email1: emailField('email1'),
  email2: emailField('email2'),
  email3: emailField('email3'),
  webPage: textColumn('url'),
  birthday: dayField('birthday'),
  anniversary: dayField('anniversary'),
  gender: noColumn,
  children: { kept: 'Open-Xchange has their number, not their names' },
};

/** The columns of a contact, with a display name even where it has none. */
export const withDisplayName = (row: OxRow, contact: Contact): OxRow =>
  row.display_name === undefined && madeName(contact) !== '' ? { ...row, display_name: madeName(contact) } : row;

/** The columns that set a contact's photo, or take it away. */
export const photoRow = (photo: Photo | undefined): OxRow =>
  photo === undefined
    ? { image1: null }
    : { image1: Buffer.from(photo.data).toString('base64'), image1_content_type: photo.mediaType };

/** The photo in `image1`; undefined when there is none. */
export function photoIn(row: OxRow): Photo | undefined {
  if (typeof row.image1 !== 'string' || row.image1 === '') return undefined;
  const data = Buffer.from(row.image1, 'base64');
  return { mediaType: pictureType(data) ?? oxText(row.image1_content_type) ?? 'image/jpeg', data };
}
