import { getString, type MessageContent, PidTag } from '../../mapi/index.ts';
import type { Entity } from './write.ts';
import { headerLine } from './write-header.ts';

const messageClassOf = ({ properties }: MessageContent): string =>
  (getString(properties, PidTag.MessageClass) ?? '').toUpperCase();

/**
 * The report-type of a message that is written as multipart/report (MS-OXCMAIL 2.1.3.6): a receipt, or a report that was
 * received and has its machine-readable part still. Undefined for any other message.
 */
export function reportType(content: MessageContent): 'disposition-notification' | 'delivery-status' | undefined {
  const messageClass = messageClassOf(content);
  if (!messageClass.startsWith('REPORT.')) return undefined;
  if (/\.IPNN?RN$/.test(messageClass)) return 'disposition-notification';
  return hasMachinePart(content) ? 'delivery-status' : undefined;
}

const machineTypes: readonly unknown[] = [
  'message/delivery-status',
  'message/global-delivery-status',
  'message/disposition-notification',
];

const hasMachinePart = ({ attachments }: MessageContent): boolean =>
  attachments.some(({ properties }) => machineTypes.includes(properties.get(PidTag.AttachMimeTag)));

/** The machine-readable part of a read receipt (RFC 8098 3.1), unless the message brings its own. */
export function reportParts(content: MessageContent): Entity[] {
  if (reportType(content) !== 'disposition-notification' || hasMachinePart(content)) return [];
  const text = (tag: number) => (getString(content.properties, tag) ?? '').replace(/[^\x20-\x7e]/g, '');
  const reader = text(PidTag.SenderSmtpAddress) || text(PidTag.SenderEmailAddress);
  const read = messageClassOf(content).endsWith('.IPNRN');
  const original = text(PidTag.OriginalMessageId) || text(PidTag.InReplyToId);
  const lines =
    headerLine('Final-Recipient', `rfc822;${reader}`) +
    (original ? headerLine('Original-Message-ID', original) : '') +
    headerLine('Disposition', `manual-action/MDN-sent-manually; ${read ? 'displayed' : 'deleted'}`);
  return [
    {
      fields:
        headerLine('Content-Type', 'message/disposition-notification') +
        headerLine('Content-Transfer-Encoding', '7bit'),
      async *body() {
        yield Buffer.from(lines, 'latin1');
      },
    },
  ];
}
