import { createHash } from 'node:crypto';
import type { Identity } from '../identity.ts';

const outer = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
/** The response schema of Outlook, and the one whose provider is here. */
export const outlookSchema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** Error codes of MS-OXDSCLI 2.2.4.1.1.3.2, with the messages that go with them. */
const autodiscoverErrors = {
  500: 'The email address cannot be found.',
  501: 'Bad Address',
  600: 'Invalid Request',
  601: 'Provider is not available',
  603: 'The Autodiscover server threw an internal error.',
} as const;
export type AutodiscoverErrorCode = keyof typeof autodiscoverErrors;

/** Where what the answer names is served. Absent URLs are left out: an address that does not answer disturbs Outlook. */
export interface ServiceUrls {
  /** `https://mail.example.com`, without a path. */
  readonly origin: string;
  /** EWS, also for free/busy, automatic replies and MailTips. */
  readonly ews?: string;
  /** Folder of the offline address book, with its last slash. */
  readonly offlineAddressBook?: string;
}

/** The settings of a mailbox (MS-OXDSCLI 2.2.4.1.1.2): the mapiHttp provider, and EXHTTP for the web services. */
export function settingsXml(mailbox: Identity, deploymentId: string, urls: ServiceUrls): string {
  const host = new URL(urls.origin).hostname;
  const mailboxId = encodeURIComponent(mailboxIdOf(mailbox)).replace('%40', '@');
  const both = (url: string): string => element('InternalUrl', url) + element('ExternalUrl', url);
  const services =
    (urls.ews === undefined
      ? ''
      : ['ASUrl', 'EwsUrl', 'EmwsUrl', 'OOFUrl'].map((n) => element(n, urls.ews!)).join('')) +
    (urls.offlineAddressBook === undefined ? '' : element('OABUrl', urls.offlineAddressBook));
  return document(
    `<Response xmlns="${outlookSchema}">` +
      '<User>' +
      element('DisplayName', mailbox.displayName || mailbox.address) +
      element('LegacyDN', mailbox.legacyDn) +
      element('AutoDiscoverSMTPAddress', mailbox.address) +
      element('DeploymentId', deploymentId) +
      '</User>' +
      '<Account>' +
      element('AccountType', 'email') +
      element('Action', 'settings') +
      element('MicrosoftOnline', 'False') +
      element('ConsumerMailbox', 'False') +
      '<Protocol Type="mapiHttp" Version="1">' +
      `<MailStore>${both(`${urls.origin}/mapi/emsmdb/?MailboxId=${mailboxId}`)}</MailStore>` +
      `<AddressBook>${both(`${urls.origin}/mapi/nspi/?MailboxId=${mailboxId}`)}</AddressBook>` +
      '</Protocol>' +
      '<Protocol>' +
      element('Type', 'EXHTTP') +
      element('Server', host) +
      element('SSL', 'On') +
      element('AuthPackage', 'Basic') +
      element('CertPrincipalName', 'None') +
      element('ServerExclusiveConnect', 'On') +
      services +
      '</Protocol>' +
      '</Account></Response>',
  );
}

/** A failure (MS-OXDSCLI 2.2.4.1.1.3), sent with HTTP status 200. */
export function errorXml(code: AutodiscoverErrorCode, now: Date = new Date()): string {
  const time = now.toISOString().slice(11, 23);
  return document(
    `<Response><Error Time="${time}" Id="${serverId}">` +
      element('ErrorCode', String(code)) +
      element('Message', autodiscoverErrors[code]) +
      '<DebugData/></Error></Response>',
  );
}

/** Exchange hashes its name there; nobody reads it. */
const serverId = 1_886_352_479;

function document(content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\r\n<Autodiscover xmlns="${outer}">${content}</Autodiscover>`;
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** Text for XML, without the characters that XML 1.0 cannot hold. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

/** `GUID@domain` in the URLs: the same for ever for a mailbox; it only has to come back to us. */
function mailboxIdOf(mailbox: Identity): string {
  const hash = createHash('sha256').update(`${mailbox.tenant}\n${mailbox.address}`).digest('hex');
  const guid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `${guid.join('-')}@${mailbox.address.split('@')[1] ?? 'localhost'}`;
}
