import { splitHeader } from '../mime/index.ts';
import { mailDate } from '../time.ts';

/** A delivery status notification (RFC 3464) for recipients nobody knows. */
export function bounceMail(
  original: Buffer,
  sender: string,
  unknown: readonly string[],
  domain: string,
  stamp: number,
): Buffer {
  const boundary = `bounce-${stamp}`;
  const lines = [
    `From: Mail Delivery System <MAILER-DAEMON@${domain}>`,
    `To: ${sender}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${mailDate(stamp)}`,
    `Message-ID: <${stamp}.bounce@${domain}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Your message could not be delivered to:',
    '',
    ...unknown.map((address) => `    <${address}>: no such user here`),
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; mail.${domain}`,
    ...unknown.flatMap((address) => [
      '',
      `Final-Recipient: rfc822; ${address}`,
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
    ]),
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    '',
  ];
  return Buffer.concat([
    Buffer.from(lines.join('\r\n')),
    splitHeader(original).header,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}
