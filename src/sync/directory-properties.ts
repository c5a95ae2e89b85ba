import { PidTag, type PropertyBag, type PropertyTag, setProperty } from '../mapi/index.ts';

/** Text fields of a backend's directory entry and their address-book property (ox-to-mapi-fields 1; MS-OXOABK 2.2.4). */
const textFields: Readonly<Record<string, PropertyTag>> = {
  first_name: PidTag.GivenName,
  last_name: PidTag.Surname,
  title: PidTag.DisplayNamePrefix,
  suffix: PidTag.Generation,
  nickname: PidTag.Nickname,
  position: PidTag.Title,
  profession: PidTag.Profession,
  company: PidTag.CompanyName,
  department: PidTag.DepartmentName,
  room_number: PidTag.OfficeLocation,
  manager_name: PidTag.ManagerName,
  assistant_name: PidTag.Assistant,
  spouse_name: PidTag.SpouseName,
  note: PidTag.Comment,
  description: PidTag.Comment,
  telephone_business1: PidTag.BusinessTelephoneNumber,
  telephone_business2: PidTag.Business2TelephoneNumber,
  fax_business: PidTag.BusinessFaxNumber,
  telephone_callback: PidTag.CallbackTelephoneNumber,
  telephone_car: PidTag.CarTelephoneNumber,
  telephone_company: PidTag.CompanyMainTelephoneNumber,
  telephone_home1: PidTag.HomeTelephoneNumber,
  telephone_home2: PidTag.Home2TelephoneNumber,
  fax_home: PidTag.HomeFaxNumber,
  cellular_telephone1: PidTag.MobileTelephoneNumber,
  telephone_other: PidTag.OtherTelephoneNumber,
  fax_other: PidTag.PrimaryFaxNumber,
  telephone_isdn: PidTag.IsdnNumber,
  telephone_pager: PidTag.PagerTelephoneNumber,
  telephone_primary: PidTag.PrimaryTelephoneNumber,
  telephone_radio: PidTag.RadioTelephoneNumber,
  telephone_telex: PidTag.TelexNumber,
  telephone_ttytdd: PidTag.TelecommunicationsDeviceForDeafTelephoneNumber,
  telephone_assistant: PidTag.AssistantTelephoneNumber,
  url: PidTag.BusinessHomePage,
  street_business: PidTag.StreetAddress,
  city_business: PidTag.Locality,
  state_business: PidTag.StateOrProvince,
  postal_code_business: PidTag.PostalCode,
  country_business: PidTag.Country,
  addressBusiness: PidTag.PostalAddress,
  street_home: PidTag.HomeAddressStreet,
  city_home: PidTag.HomeAddressCity,
  state_home: PidTag.HomeAddressStateOrProvince,
  postal_code_home: PidTag.HomeAddressPostalCode,
  country_home: PidTag.HomeAddressCountry,
  yomiFirstName: PidTag.AddressBookPhoneticGivenName,
  yomiLastName: PidTag.AddressBookPhoneticSurname,
  yomiCompany: PidTag.AddressBookPhoneticCompanyName,
};

/** PidTagUserX509Certificate and PidTagThumbnailPhoto come as base64. */
const binaryFields: Readonly<Record<string, PropertyTag>> = {
  image1: PidTag.ThumbnailPhoto,
};

/** The address-book properties of a directory entry's fields. Fields that MAPI has no place for are left out. */
export function directoryProperties(fields: Readonly<Record<string, unknown>>): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string' || value === '') continue;
    const text = textFields[name];
    if (text !== undefined) setProperty(bag, text, value);
    const binary = binaryFields[name];
    if (binary !== undefined) setProperty(bag, binary, Buffer.from(value, 'base64'));
  }
  if (typeof fields.certificate === 'string' && fields.certificate !== '')
    setProperty(bag, PidTag.UserX509Certificate, [Buffer.from(fields.certificate, 'base64')]);
  return bag;
}
