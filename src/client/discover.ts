import { SaxesParser } from 'saxes';
import { outlookSchema } from '../protocols/autodiscover/index.ts';
import type { HttpClient } from './http.ts';

/** What Autodiscover tells of a mailbox. */
export interface DiscoveredAccount {
  readonly displayName: string;
  readonly address: string;
  readonly legacyDn: string;
  readonly mailboxUrl: string;
  readonly addressBookUrl: string;
}

const requestSchema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * Asks for the settings of `address` at `origin` (`https://mail.example.com`), as Outlook does (MS-OXDSCLI). Throws
 * when the answer is an error or names no mapiHttp provider.
 */
export async function discover(http: HttpClient, origin: string, address: string): Promise<DiscoveredAccount> {
  const body =
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${requestSchema}"><Request>` +
    `<EMailAddress>${escapeText(address)}</EMailAddress>` +
    `<AcceptableResponseSchema>${outlookSchema}</AcceptableResponseSchema></Request></Autodiscover>`;
  const response = await http.send(`${origin.replace(/\/$/, '')}/autodiscover/autodiscover.xml`, {
    headers: { 'content-type': 'text/xml', 'x-mapihttpcapability': '1', 'x-anchormailbox': address },
    body: Buffer.from(body, 'utf8'),
  });
  if (response.status === 401) throw new Error(`Autodiscover: name or password of ${address} is not right`);
  if (response.status !== 200) throw new Error(`Autodiscover: HTTP status ${response.status}`);
  const values = readSettings(response.body.toString('utf8'));
  const error = values.get('Error/ErrorCode');
  if (error !== undefined) throw new Error(`Autodiscover: ${error} ${values.get('Error/Message') ?? ''}`.trim());
  const mailboxUrl = values.get('mapiHttp/MailStore/InternalUrl') ?? values.get('mapiHttp/MailStore/ExternalUrl');
  const addressBookUrl =
    values.get('mapiHttp/AddressBook/InternalUrl') ?? values.get('mapiHttp/AddressBook/ExternalUrl');
  const legacyDn = values.get('User/LegacyDN');
  if (mailboxUrl === undefined || addressBookUrl === undefined || legacyDn === undefined)
    throw new Error('Autodiscover: the answer has no mapiHttp provider');
  return {
    displayName: values.get('User/DisplayName') ?? '',
    address: values.get('User/AutoDiscoverSMTPAddress') ?? address,
    legacyDn,
    mailboxUrl,
    addressBookUrl,
  };
}

/** Texts by path below Response; those of a Protocol with a Type attribute by that type. */
function readSettings(xml: string): Map<string, string> {
  const parser = new SaxesParser({ xmlns: true });
  const values = new Map<string, string>();
  const path: string[] = [];
  let text = '';
  parser.on('opentag', (tag) => {
    path.push(tag.local === 'Protocol' && tag.attributes.Type ? tag.attributes.Type.value : tag.local);
    text = '';
  });
  parser.on('text', (part) => {
    text += part;
  });
  parser.on('closetag', () => {
    // Autodiscover, Response, and Account around the protocols.
    const name = path.slice(path[2] === 'Account' ? 3 : 2).join('/');
    if (text.trim() !== '' && !values.has(name)) values.set(name, text.trim());
    text = '';
    path.pop();
  });
  parser.write(xml).close();
  return values;
}
