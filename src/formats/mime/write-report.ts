import { getString, type MessageContent, PidTag } from '../../mapi/index.ts';
import type { Entity } from './write.ts';
import { headerLine } from './write-header.ts';

const messageClassOf = (content: MessageContent): string => getString(content.properties, PidTag.MessageClass) ?? '';

/** Whether a message is written as multipart/report (MS-OXCMAIL 2.1.3.6): a receipt, or a report that was received. */
export const isReport = (content: MessageContent): boolean => {
  const kind = reportType(content);
  if (kind === 'disposition-notification') return true;
  return (
    kind !== undefined &&
    content.attachments.some((attachment) => machineType(attachment.properties.get(PidTag.AttachMimeTag)))
  );
};

const machineType = (mimeTag: unknown): boolean =>
  mimeTag === 'message/delivery-status' ||
  mimeTag === 'message/global-delivery-status' ||
  mimeTag === 'message/disposition-notification';

export function reportType(content: MessageContent): string | undefined {
  const [kind, suffix] = [
    /^REPORT\./i.test(messageClassOf(content)),
    messageClassOf(content).split('.').at(-1)!.toUpperCase(),
  ];
  if (!kind) return undefined;
  return suffix === 'IPNRN' || suffix === 'IPNNRN' ? 'disposition-notification' : 'delivery-status';
}

/** The machine-readable part of a read receipt (RFC 8098 3.1), unless the message brings its own. */
export function reportParts(content: MessageContent): Entity[] {
  if (reportType(content) !== 'disposition-notification') return [];
  if (content.attachments.some(({ properties }) => machineType(properties.get(PidTag.AttachMimeTag)))) return [];
  const text = (tag: number) => (getString(content.properties, tag) ?? '').replace(/[^\x20-\x7e]/g, '');
  const reader = text(PidTag.SenderSmtpAddress) || text(PidTag.SenderEmailAddress);
  const read =
    messageClassOf(content).toUpperCase().endsWith('IPNRN') &&
    !messageClassOf(content).toUpperCase().endsWith('IPNNRN');
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
