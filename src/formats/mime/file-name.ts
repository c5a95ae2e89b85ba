import libmime from 'libmime';
import type { ParameterValue } from './header.ts';

/** Name of the file in a part, as its sender gave it (MS-OXCMAIL 2.2.3.4.1.3); undefined without one. */
export function fileNameOf(disposition: ParameterValue, type: ParameterValue): string | undefined {
  const name = disposition.parameters.get('filename') || type.parameters.get('name');
  return name?.trim() || undefined;
}

const extensionOf = (name: string): string => {
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(dot) : '';
};

/** Names for the attachment: long, short (8.3) and extension with its dot. */
export function attachmentNames(name: string): { long: string; short: string; extension: string } {
  // Paths and characters that no file system of Outlook's takes are no part of a name.
  const long = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1) || name.replace(/[/\\]/g, '_');
  return { long, short: shortName(long), extension: extensionOf(long) };
}

function shortName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,8}(\.[A-Za-z0-9_-]{1,3})?$/.test(name)) return name;
  const ascii = (text: string) => text.normalize('NFKD').replace(/[^A-Za-z0-9_-]/g, '');
  const extension = extensionOf(name);
  const base = ascii(name.slice(0, name.length - extension.length)) || 'file';
  const ending = ascii(extension).slice(0, 3);
  return (base.length > 8 ? `${base.slice(0, 6)}~1` : base) + (ending ? `.${ending}` : '');
}

const madeExtensions: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/html': 'htm',
  'text/calendar': 'ics',
  'message/delivery-status': 'txt',
  'message/disposition-notification': 'txt',
  'message/rfc822': 'eml',
  'text/rfc822-headers': 'txt',
  'image/jpeg': 'jpg',
  'application/pgp-signature': 'asc',
};

/** The name of an attachment that came without one, as Exchange makes them: ATT00001.ext. */
export function madeName(number: number, mediaType: string): string {
  const extension = madeExtensions[mediaType] ?? libmime.detectExtension(mediaType);
  return `ATT${String(number + 1).padStart(5, '0')}.${extension}`;
}
