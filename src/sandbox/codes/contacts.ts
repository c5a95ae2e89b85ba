import type { Codes } from '../errors.ts';

/** Errors of contacts and address books (ox-error-codes.json). */
export const contactCodes: Codes = {
  'CON-0100': ['USER_INPUT', 'Invalid e-mail address', 'Ungültige E-Mail-Adresse'],
  'CON-0101': ['USER_INPUT', 'Image cannot be used', 'Das Bild ist nicht verwendbar'],
  'CON-0103': ['ERROR', 'Not a folder of contacts', 'Kein Kontaktordner'],
  'CON-0104': ['PERMISSION_DENIED', 'No access to contact', 'Kein Zugriff auf den Kontakt'],
  'CON-0112': ['PERMISSION_DENIED', 'No permission to create contacts here', 'Hier dürfen keine Kontakte entstehen'],
  'CON-0119': ['CONFLICT', 'Contact was changed meanwhile', 'Der Kontakt wurde inzwischen geändert'],
  'CON-0125': ['ERROR', 'Contact not found', 'Der Kontakt wurde nicht gefunden'],
  'CON-0154': ['TRUNCATED', 'A field is too long', 'Ein Feld ist zu lang'],
  'CON-0165': ['USER_INPUT', 'Private contact cannot be moved there', 'Private Kontakte können nicht dorthin'],
  'CON-0169': ['PERMISSION_DENIED', 'No permission to delete', 'Der Kontakt darf nicht gelöscht werden'],
  'CON-0171': ['USER_INPUT', 'Private contact in a public folder', 'Privater Kontakt in einem öffentlichen Ordner'],
  'CON-0172': ['CAPACITY', 'Image is too large', 'Das Bild ist zu groß'],
  'CON-0173': ['USER_INPUT', 'Primary address of a user cannot be edited', 'Die Hauptadresse ist nicht änderbar'],
  'CON-0174': ['ERROR', 'Contact is not in this folder', 'Der Kontakt ist nicht in diesem Ordner'],
  'CON-0176': ['PERMISSION_DENIED', 'No permission to change', 'Der Kontakt darf nicht geändert werden'],
  'CON-0177': ['USER_INPUT', 'Member of a list needs a name', 'Ein Mitglied der Verteilerliste hat keinen Namen'],
  'CON-0178': ['USER_INPUT', 'Member of a list needs an address', 'Ein Mitglied der Verteilerliste hat keine Adresse'],
  'CON-0260': ['PERMISSION_DENIED', 'User contact cannot be deleted', 'Kontakte von Benutzern sind nicht löschbar'],
  'CON-0262': ['USER_INPUT', 'Character cannot be stored', 'Ein Zeichen kann nicht gespeichert werden'],
};
