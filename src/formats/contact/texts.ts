import { PidLid, PidTag } from '../../mapi/index.ts';
import { kept } from '../item/kept.ts';
import type { ItemProperty } from '../item/properties.ts';

/** The fields of a contact that are one text, and the property of each (MS-OXOCNTC 2.2.1; `kept`: MAPI has none). */
export const contactTexts = {
  // Names, 2.2.1.1
  /** As "Dr.". */
  prefix: PidTag.DisplayNamePrefix,
  givenName: PidTag.GivenName,
  middleName: PidTag.MiddleName,
  surname: PidTag.Surname,
  /** As "Jr.". */
  suffix: PidTag.Generation,
  nickname: PidTag.Nickname,
  initials: PidTag.Initials,
  yomiGivenName: PidLid.YomiFirstName,
  yomiSurname: PidLid.YomiLastName,
  yomiCompany: PidLid.YomiCompanyName,
  // Work, 2.2.1.6
  company: PidTag.CompanyName,
  department: PidTag.DepartmentName,
  /** Further units below the department. */
  branches: kept('Branches'),
  jobTitle: PidTag.Title,
  profession: PidTag.Profession,
  office: PidTag.OfficeLocation,
  manager: PidTag.ManagerName,
  assistant: PidTag.Assistant,
  employeeType: kept('EmployeeType'),
  numberOfEmployees: kept('NumberOfEmployees'),
  salesVolume: kept('SalesVolume'),
  taxId: kept('TaxId'),
  commercialRegister: kept('CommercialRegister'),
  businessCategory: kept('BusinessCategory'),
  info: kept('Info'),
  // Persons, 2.2.1.7 and 2.2.1.10
  spouse: PidTag.SpouseName,
  /** A number as text: MAPI holds the names alone. */
  numberOfChildren: kept('NumberOfChildren'),
  maritalStatus: kept('MaritalStatus'),
  hobbies: PidTag.Hobbies,
  language: PidTag.Language,
  location: PidTag.Location,
  account: PidTag.Account,
  customerId: PidTag.CustomerId,
  governmentId: PidTag.GovernmentIdNumber,
  organizationalId: PidTag.OrganizationalIdNumber,
  computerNetworkName: PidTag.ComputerNetworkName,
  ftpSite: PidTag.FtpSite,
  referredBy: PidTag.ReferredByName,
  billingInformation: PidLid.BillingInformation,
  mileage: PidLid.Mileage,
  // Telephones, 2.2.1.4
  businessPhone: PidTag.BusinessTelephoneNumber,
  businessPhone2: PidTag.Business2TelephoneNumber,
  businessFax: PidTag.BusinessFaxNumber,
  callbackPhone: PidTag.CallbackTelephoneNumber,
  carPhone: PidTag.CarTelephoneNumber,
  companyPhone: PidTag.CompanyMainTelephoneNumber,
  homePhone: PidTag.HomeTelephoneNumber,
  homePhone2: PidTag.Home2TelephoneNumber,
  homeFax: PidTag.HomeFaxNumber,
  mobilePhone: PidTag.MobileTelephoneNumber,
  mobilePhone2: kept('MobilePhone2'),
  otherPhone: PidTag.OtherTelephoneNumber,
  /** "Other fax" of Outlook. */
  otherFax: PidTag.PrimaryFaxNumber,
  isdn: PidTag.IsdnNumber,
  pager: PidTag.PagerTelephoneNumber,
  primaryPhone: PidTag.PrimaryTelephoneNumber,
  radioPhone: PidTag.RadioTelephoneNumber,
  telex: PidTag.TelexNumber,
  textPhone: PidTag.TelecommunicationsDeviceForDeafTelephoneNumber,
  ipPhone: kept('IpPhone'),
  assistantPhone: PidTag.AssistantTelephoneNumber,
  // Addresses on the net, 2.2.1.10
  instantMessenger: PidLid.InstantMessagingAddress,
  instantMessenger2: kept('InstantMessenger2'),
  personalHomePage: PidTag.PersonalHomePage,
  freeBusyUrl: PidLid.FreeBusyLocation,
  // Fields that users name themselves, 2.2.1.10
  userField1: PidLid.ContactUserField1,
  userField2: PidLid.ContactUserField2,
  userField3: PidLid.ContactUserField3,
  userField4: PidLid.ContactUserField4,
  userField5: kept('UserField5'),
  userField6: kept('UserField6'),
  userField7: kept('UserField7'),
  userField8: kept('UserField8'),
  userField9: kept('UserField9'),
  userField10: kept('UserField10'),
  userField11: kept('UserField11'),
  userField12: kept('UserField12'),
  userField13: kept('UserField13'),
  userField14: kept('UserField14'),
  userField15: kept('UserField15'),
  userField16: kept('UserField16'),
  userField17: kept('UserField17'),
  userField18: kept('UserField18'),
  userField19: kept('UserField19'),
  userField20: kept('UserField20'),
} as const satisfies Record<string, ItemProperty>;

export type ContactText = keyof typeof contactTexts;
export const contactTextNames = Object.keys(contactTexts) as ContactText[];
