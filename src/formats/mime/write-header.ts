import { domainToASCII } from 'node:url';
import libmime from 'libmime';
import type { MailAddress } from './address.ts';
import { withoutControls } from './header.ts';

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
/** Whether a reader takes the text as it stands: what looks like an encoded word has to be one. */
const isLiteral = (text: string): boolean => isAscii(text) && !text.includes('=?');

/** One header field with its line end, folded at 76 characters where it can be. */
export const headerLine = (name: string, value: string): string => `${libmime.foldLines(`${name}: ${value}`, 76)}\r\n`;

/** Text of an unstructured field: encoded words where it is not ASCII (RFC 2047). */
export function encodeText(text: string): string {
  const clean = withoutControls(text);
  if (isLiteral(clean)) return clean;
  return clean.includes('=?') ? encodeWord(clean) : libmime.encodeWords(clean, wordEncoding(clean), 52);
}

const wordEncoding = (text: string): 'Q' | 'B' =>
  text.replace(/[\x20-\x7e]/g, '').length * 3 > text.length ? 'B' : 'Q';

const encodeWord = (text: string): string => libmime.encodeWord(text, wordEncoding(text), 52);

/** One mailbox (RFC 5322 3.4). */
export function formatAddress({ name, address }: MailAddress): string {
  const target = encodeAddress(address);
  const phrase = name === address ? '' : encodePhrase(withoutControls(name));
  if (phrase === '') return target;
  return `${phrase} <${target}>`;
}

function encodePhrase(name: string): string {
  if (!isLiteral(name)) return encodeWord(name);
  return /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*$/.test(name) && name.trim() === name ? name : quoted(name);
}

/** An addr-spec (RFC 5322 3.4.1) with the domain in ASCII and the local part quoted where it has to be. */
function encodeAddress(address: string): string {
  const clean = withoutControls(address).replace(/[<>]/g, '').trim();
  const at = clean.lastIndexOf('@');
  if (at < 0) return clean;
  const local = clean.slice(0, at);
  const domain = clean.slice(at + 1);
  return `${/[\s(),:;[\]@]/.test(local) && !/^".*"$/.test(local) ? quoted(local) : local}@${isAscii(domain) ? domain : domainToASCII(domain) || domain}`;
}

/** A list of mailboxes. */
export const formatAddresses = (addresses: readonly MailAddress[]): string => addresses.map(formatAddress).join(', ');

const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;

/** A value with parameters in the form that every reader knows: tokens quoted, no RFC 2231. */
export function withParameters(value: string, parameters: Readonly<Record<string, string | undefined>>): string {
  let text = value;
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter !== undefined)
      text += `; ${name}=${/^[\w!#$%&'*+.^`{|}~-]+$/.test(parameter) ? parameter : quoted(parameter)}`;
  }
  return text;
}

/** The file name as Content-Type has it: Outlook reads encoded words here, and no RFC 2231. */
export const nameParameter = (name: string): string => {
  const clean = withoutControls(name);
  return isLiteral(clean) ? clean : encodeWord(clean);
};

/** Content-Disposition with the file name as RFC 2231 has it, for everybody else. */
export const disposition = (kind: string, name: string | undefined): string =>
  name === undefined ? kind : libmime.buildHeaderValue({ value: kind, params: { filename: withoutControls(name) } });
