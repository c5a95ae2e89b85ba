/** Language codes by the primary language of an LCID (MS-LCID 2.1), those that mailboxes have folder names in or may. */
const languages: Readonly<Record<number, string>> = {
  3: 'ca',
  5: 'cs',
  6: 'da',
  7: 'de',
  8: 'el',
  9: 'en',
  10: 'es',
  11: 'fi',
  12: 'fr',
  14: 'hu',
  16: 'it',
  17: 'ja',
  19: 'nl',
  20: 'nb',
  21: 'pl',
  22: 'pt',
  25: 'ru',
  29: 'sv',
  31: 'tr',
};

/** The language of an LCID, as `de`; undefined when it is not one of those above. */
export const localeOfLcid = (lcid: number): string | undefined => languages[lcid & 0x3ff];
