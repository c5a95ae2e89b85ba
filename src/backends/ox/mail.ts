import { randomBytes } from 'node:crypto';
import { parseAddresses } from '../../formats/index.ts';
import { batches } from '../../store/index.ts';
import {
  BackendError,
  type MailBackend,
  type MailFlags,
  type RemoteAddress,
  type RemoteEnvelope,
  type RemoteFolderStatus,
  type RemoteMessageState,
} from '../types.ts';
import { failureOf, isSentWithoutCopy } from './errors.ts';
import { changeMailFolder, createMailFolder, deleteMailFolder, listMailFolders } from './folders.ts';
import { oxLimits } from './limits.ts';
import type { OxSession } from './session.ts';

/** Bits of column 611. */
const flagBits = { answered: 1, draft: 4, flagged: 8, seen: 32, forwarded: 256 } as const;

const stateColumns = '600,611,102';
/** What readEnvelope reads, in its order. */
const envelopeQuery = {
  columns: '600,611,102,607,603,604,605,606,609,610,608,602,614',
  headers: 'Message-ID,In-Reply-To,References,Sender,Reply-To,Content-Type,X-Oxbow-Id',
} as const;

/** The mail module of one session as a MailBackend (ox-http-api 4). */
export function oxMail(session: OxSession): MailBackend {
  const newest = async (folder: string, limit: number): Promise<RemoteEnvelope[]> => {
    const data = await session.get('mail', 'all', {
      folder,
      ...envelopeQuery,
      sort: 610,
      order: 'desc',
      left_hand_limit: 0,
      right_hand_limit: limit,
    });
    return rows(data).map(readEnvelope);
  };

  return {
    storesSent: true,
    folders: () => listMailFolders(session),
    createFolder: (parentId, name) => createMailFolder(session, parentId, name),
    changeFolder: (id, change) => changeMailFolder(session, id, change),
    deleteFolder: (id, hard) => deleteMailFolder(session, id, hard),

    async statuses(folderIds) {
      const found = new Map<string, RemoteFolderStatus>();
      for (const batch of batches(folderIds, oxLimits.batch)) {
        const answers = await session.multiple(batch.map((folder) => ({ module: 'mail', action: 'examine', folder })));
        answers.forEach((answer, index) => {
          const status = failureOf(answer) ? undefined : readStatus(answer.data);
          if (status) found.set(batch[index]!, status);
        });
      }
      return found;
    },

    async states(folder) {
      return rows(await session.get('mail', 'all', { folder, columns: stateColumns })).map(readState);
    },

    newest,

    async envelopes(folder, ids) {
      const found: RemoteEnvelope[] = [];
      for (const batch of batches(ids, oxLimits.listIds)) {
        const data = await session.put(
          'mail',
          'list',
          envelopeQuery,
          batch.map((id) => ({ folder, id })),
        );
        // Mails that are gone come as null, or not at all.
        for (const row of rows(data, true)) found.push(readEnvelope(row));
      }
      return found;
    },

    fetch: (folder, id) => session.download('mail', 'get', { folder, id, src: 1, save: 1, unseen: true }),

    async append(folder, raw, flags, _received) {
      const boundary = `oxbow-${randomBytes(16).toString('hex')}`;
      const body = { type: `multipart/form-data; boundary=${boundary}`, data: multipart(boundary, raw) };
      const query = { folder, flags: bitsOf(flags, true), force: true };
      const data = await session.send('POST', 'mail', 'import', query, once(body, 'stored'));
      const first = (Array.isArray(data) ? data[0] : data) as { id?: unknown } | undefined;
      if (first?.id === undefined) throw new BackendError('uncertain', 'Open-Xchange gave no id for a stored mail');
      return String(first.id);
    },

    async setFlags(folder, id, set) {
      requireId(id);
      const setBits = bitsOf(set, true);
      const clearBits = bitsOf(set, false);
      await session.put(
        'mail',
        'update',
        { folder, id },
        {
          ...(setBits ? { set_flags: setBits } : {}),
          ...(clearBits ? { clear_flags: clearBits } : {}),
          ...(set.colorLabel === undefined ? {} : { color_label: set.colorLabel }),
        },
      );
    },

    async move(folder, id, target) {
      requireId(id);
      const data = (await session.put('mail', 'update', { folder, id }, { folder_id: target })) as
        | { id?: unknown }
        | undefined;
      return data?.id === undefined ? undefined : String(data.id);
    },

    async remove(folder, ids, hard) {
      for (const batch of batches(ids, oxLimits.listIds))
        await session.put(
          'mail',
          'delete',
          hard ? { harddelete: 1 } : {},
          batch.map((id) => ({ folder, id })),
        );
    },

    async send(raw) {
      const body = { type: 'text/plain; charset=UTF-8', data: raw };
      try {
        await session.send('PUT', 'mail', 'new', {}, once(body, 'sent'));
      } catch (error) {
        if (!(error instanceof BackendError && isSentWithoutCopy(error.code))) throw error;
      }
    },

    // Not among the newest: a stored mail has the arrival time of its Date header, and may be an old one.
    async findByHeader(folder, header, value) {
      const query = { folder, ...envelopeQuery };
      const data = await session.put('mail', 'search', query, { filter: ['=', { header }, value] });
      const found = rows(data, true).map(readEnvelope);
      // The server's comparison has wildcards and ignores case; ours does not.
      return found.filter((envelope) => (header === 'Message-ID' ? envelope.messageId : envelope.oxbowId) === value);
    },

    // Open-Xchange has a socket that hints (ox-http-api 11); where it is not switched on one has to ask.
    watch: async () => undefined,
  };
}

/** `update` without an id would change every mail of the folder (ox-http-api 4.3). */
function requireId(id: string): void {
  if (id === '') throw new BackendError('refused', 'a mail without id');
}

function rows(data: unknown, skipMissing = false): unknown[][] {
  if (!Array.isArray(data)) throw new BackendError('unavailable', 'Open-Xchange gave no list of mails');
  const found: unknown[][] = [];
  for (const row of data) {
    if (Array.isArray(row)) found.push(row);
    else if (!(skipMissing && (row === null || row === undefined)))
      throw new BackendError('unavailable', 'Open-Xchange gave a mail that is no row');
  }
  return found;
}

function readStatus(data: unknown): RemoteFolderStatus | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { validity, next, total, unread } = data as Record<string, unknown>;
  if (validity === undefined || total === undefined) return undefined;
  return {
    validity: String(validity),
    next: next === undefined ? undefined : Number(next),
    total: Number(total),
    unread: Number(unread ?? 0),
  };
}

function readFlags(bits: unknown, label: unknown): MailFlags {
  const value = Number(bits ?? 0);
  const color = Number(label ?? 0);
  return {
    answered: (value & flagBits.answered) !== 0,
    draft: (value & flagBits.draft) !== 0,
    flagged: (value & flagBits.flagged) !== 0,
    seen: (value & flagBits.seen) !== 0,
    forwarded: (value & flagBits.forwarded) !== 0,
    colorLabel: color >= 1 && color <= 10 ? color : 0,
  };
}

/** The bits of the flags that have this value. */
function bitsOf(flags: Partial<MailFlags>, value: boolean): number {
  let bits = 0;
  for (const [name, bit] of Object.entries(flagBits)) if (flags[name as keyof typeof flagBits] === value) bits |= bit;
  return bits;
}

function readState(row: unknown[]): RemoteMessageState {
  if (row[0] === undefined || row[0] === null) throw new BackendError('unavailable', 'a mail without id');
  return { id: String(row[0]), flags: readFlags(row[1], row[2]) };
}

function readEnvelope(row: unknown[]): RemoteEnvelope {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const [, , , subject, from, to, cc, bcc, sent, received, size, attachment, priority, ...headers] = row;
  const [messageId, inReplyTo, references, sender, replyTo, contentType, oxbowId] = headers;
  return {
    ...readState(row),
    messageId: text(messageId)?.trim(),
    inReplyTo: text(inReplyTo)?.trim(),
    references: text(references)?.trim(),
    subject: text(subject) ?? '',
    from: readAddresses(from),
    sender: headerAddresses(sender)[0],
    replyTo: headerAddresses(replyTo),
    to: readAddresses(to),
    cc: readAddresses(cc),
    bcc: readAddresses(bcc),
    sent: typeof sent === 'number' ? sent : undefined,
    received: typeof received === 'number' ? received : typeof sent === 'number' ? sent : 0,
    size: Number(size ?? 0),
    hasAttachments: attachment === true,
    priority: typeof priority === 'number' && priority > 0 ? priority : 3,
    contentType: text(contentType)?.split(';')[0]?.trim().toLowerCase(),
    oxbowId: text(oxbowId)?.trim(),
  };
}

function readAddresses(value: unknown): RemoteAddress[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) =>
    Array.isArray(entry) && typeof entry[1] === 'string'
      ? [{ name: unquote(typeof entry[0] === 'string' ? entry[0] : ''), address: entry[1] }]
      : [],
  );
}

const unquote = (name: string) => (/^".*"$/.test(name) ? name.slice(1, -1).replaceAll('\\"', '"') : name);

/** Addresses of a header as the server gives it: text, or the array form of a column. */
function headerAddresses(value: unknown): RemoteAddress[] {
  if (Array.isArray(value)) return readAddresses(value);
  if (typeof value !== 'string') return [];
  return parseAddresses(value).filter(({ address }) => address.includes('@'));
}

/** A body whose source can be read once only; a second try is the caller's, who can make it anew. */
function once<Body>(body: Body, what: 'stored' | 'sent'): () => Body {
  let used = false;
  return () => {
    if (used) throw new BackendError('unavailable', `the session was lost while a mail was ${what}`);
    used = true;
    return body;
  };
}

async function* multipart(boundary: string, raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="mail.eml"\r\nContent-Type: message/rfc822\r\n\r\n`,
  );
  yield* raw;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
