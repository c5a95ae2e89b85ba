import { type ContactField, contactFields } from '../people/contact-fields.ts';

/** Bounds of contacts. Image: com.openexchange.contact.image.maxSize; lengths of the table's columns, as far as known. */
export const contactLimits = {
  imageBytes: 4_194_304,
  /** Pictures larger than this in a direction are scaled. */
  imagePixels: 250,
  listMembers: 10_000,
} as const;

const lengths: Partial<Record<ContactField | 'categories', number>> = {
  display_name: 320,
  file_as: 320,
  company: 512,
  note: 5680,
  email1: 512,
  email2: 512,
  email3: 512,
  url: 256,
  street_home: 256,
  street_business: 256,
  street_other: 256,
  addressHome: 512,
  addressBusiness: 512,
  addressOther: 512,
  categories: 512,
};

const columns: Readonly<Record<string, number>> = { ...contactFields, categories: 100 };

/** How long each text may be, in UTF-16 units. */
export const contactTexts = Object.entries(columns).map(([name, column]) => ({
  name,
  column,
  maximum: lengths[name as ContactField] ?? (name.startsWith('userfield') ? 64 : 128),
}));
