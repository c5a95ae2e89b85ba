import { fileTimeFromMs, fileTimeToMs, PidLid, PidTag } from '../../mapi/index.ts';
import { commonRules } from '../item/common.ts';
import { dayOfMs, dayOfTime, localDayOfTime, msOfDay, timeOfDay } from '../item/days.ts';
import type { ItemProperty } from '../item/properties.ts';
import { type FieldRule, type FieldRules, textRule, textsRule } from '../item/rules.ts';
import { addressRule, mailingAddressRule } from './address.ts';
import type { Contact, Day, Gender } from './contact.ts';
import { emailRule } from './email.ts';
import { fileAsRule } from './file-as.ts';
import { contactTextNames, contactTexts } from './texts.ts';

const displayNameRule: FieldRule<Contact, string> = {
  properties: [PidTag.DisplayName],
  read: (from) => from.text(PidTag.DisplayName),
  write: (to, value) => to.setText(PidTag.DisplayName, value),
};

/** "Web page" of Outlook is in two properties (MS-OXOCNTC 2.2.1.10.17). */
const webPageRule: FieldRule<Contact, string> = {
  properties: [PidTag.BusinessHomePage, PidLid.Html],
  read: (from) => from.text(PidLid.Html) ?? from.text(PidTag.BusinessHomePage),
  write: (to, value) => {
    to.setText(PidTag.BusinessHomePage, value);
    to.setText(PidLid.Html, value);
  },
};

/** 11:59 UTC: what the time of a birthday says when it is not a local midnight (MS-ASCNTC 2.2.2.6). */
const noonish = (11 * 60 + 59) * 60_000;

/**
 * A day in two properties (MS-OXOCNTC 2.2.1.5): the local one is midnight of the day as UTC and decides; the other is
 * 11:59 UTC of it, or from older clients the user's midnight.
 */
const dayRule = (tag: ItemProperty, local: ItemProperty): FieldRule<Contact, Day> => ({
  properties: [tag, local],
  read: (from) => {
    const midnight = from.time(local);
    if (midnight !== undefined) return dayOfTime(midnight);
    const time = from.time(tag);
    if (time === undefined) return undefined;
    const ms = fileTimeToMs(time);
    return ms - Math.floor(ms / 86_400_000) * 86_400_000 === noonish
      ? dayOfMs(ms)
      : localDayOfTime(time, from.timeZone);
  },
  write: (to, value) => {
    to.set(local, value && timeOfDay(value));
    to.set(tag, value && fileTimeFromMs(msOfDay(value) + noonish));
  },
});

/** PidTagGender, MS-OXOCNTC 2.2.1.10.2; 0 is unspecified. */
const genders: readonly (Gender | undefined)[] = [undefined, 'female', 'male'];

const genderRule: FieldRule<Contact, Gender> = {
  properties: [PidTag.Gender],
  read: (from) => genders[from.number(PidTag.Gender) ?? 0],
  write: (to, value) => to.set(PidTag.Gender, value && genders.indexOf(value)),
};

const textRules = Object.fromEntries(contactTextNames.map((name) => [name, textRule(contactTexts[name])])) as {
  [K in keyof typeof contactTexts]: FieldRule<object, string>;
};

/** How each field of a contact stands in properties. Names come first, because labels are made from them. */
export const contactRules: FieldRules<Contact> = {
  displayName: displayNameRule,
  ...textRules,
  fileAs: fileAsRule,
  businessAddress: addressRule('business'),
  homeAddress: addressRule('home'),
  otherAddress: addressRule('other'),
  mailingAddress: mailingAddressRule,
  email1: emailRule(0),
  email2: emailRule(1),
  email3: emailRule(2),
  webPage: webPageRule,
  birthday: dayRule(PidTag.Birthday, PidLid.BirthdayLocal),
  anniversary: dayRule(PidTag.WeddingAnniversary, PidLid.WeddingAnniversaryLocal),
  gender: genderRule,
  children: textsRule(PidTag.ChildrensNames),
  ...commonRules,
};
