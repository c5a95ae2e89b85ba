import type { TimeShift } from '../time.ts';
import type { Envelope } from './store.ts';

/** A row of `mail` joined with its content. */
export interface MailRow {
  uid: number;
  flags: number;
  color: number;
  received: number;
  keywords: string | null;
  reference: string | null;
  content: number;
  subject: string;
  sent: number | null;
  size: number;
  attachment: number;
  priority: number;
  envelope: string;
  message_id: string | null;
  header: Uint8Array;
}

/** How the reader sees the row. */
export interface MailView {
  readonly folderId: string;
  readonly accountName: string;
  readonly shift: TimeShift;
}

type Field = {
  readonly name: string;
  /** Column of `content` that the value needs. */
  readonly content?: 'subject' | 'sent' | 'size' | 'attachment' | 'priority' | 'envelope';
  readonly value: (row: MailRow, view: MailView) => unknown;
};

const envelopes = new WeakMap<MailRow, Envelope>();

export function envelopeOf(row: MailRow): Envelope {
  let envelope = envelopes.get(row);
  if (!envelope) {
    envelope = JSON.parse(row.envelope) as Envelope;
    envelopes.set(row, envelope);
  }
  return envelope;
}

/** The columns of module mail (ox-columns.json, `mail`). */
export const mailColumns: Readonly<Record<number, Field>> = {
  600: { name: 'id', value: (row) => String(row.uid) },
  601: { name: 'folder_id', value: (_row, view) => view.folderId },
  602: { name: 'attachment', content: 'attachment', value: (row) => row.attachment === 1 },
  603: { name: 'from', content: 'envelope', value: (row) => envelopeOf(row).from },
  604: { name: 'to', content: 'envelope', value: (row) => envelopeOf(row).to },
  605: { name: 'cc', content: 'envelope', value: (row) => envelopeOf(row).cc },
  606: { name: 'bcc', content: 'envelope', value: (row) => envelopeOf(row).bcc },
  607: { name: 'subject', content: 'subject', value: (row) => row.subject },
  608: { name: 'size', content: 'size', value: (row) => row.size },
  609: { name: 'sent_date', content: 'sent', value: (row, view) => view.shift(row.sent ?? row.received) },
  610: { name: 'received_date', value: (row, view) => view.shift(row.received) },
  611: { name: 'flags', value: (row) => row.flags },
  612: { name: 'level', value: () => 0 },
  613: { name: 'disp_notification_to', content: 'envelope', value: (row) => envelopeOf(row).notifyTo ?? null },
  614: { name: 'priority', content: 'priority', value: (row) => row.priority },
  615: { name: 'msg_ref', value: (row) => row.reference },
  651: { name: 'flag_seen', value: (row) => (row.flags & 32 ? 32 : 0) },
  652: { name: 'account_name', value: (_row, view) => view.accountName },
  653: { name: 'account_id', value: () => 0 },
  654: { name: 'original_id', value: (row) => String(row.uid) },
  655: { name: 'original_folder_id', value: (_row, view) => view.folderId },
  102: { name: 'color_label', value: (row) => row.color },
};

/** SQL for `sort=`; every other column sorts by arrival. */
export const sortExpressions: Readonly<Record<number, string>> = {
  603: "c.envelope ->> '$.from[0][1]'",
  604: "c.envelope ->> '$.to[0][1]'",
  605: "c.envelope ->> '$.cc[0][1]'",
  607: 'c.subject COLLATE NOCASE',
  608: 'c.size',
  609: 'coalesce(c.sent, m.received)',
  651: 'm.flags & 32',
  102: 'm.color',
};
