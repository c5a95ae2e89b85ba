import {
  type Backend,
  BackendError,
  type MailFlags,
  type MailFolderRole,
  type RemoteEnvelope,
  type RemoteFolder,
} from '../../src/backends/index.ts';
import { noFlags } from '../../src/sync/flags.ts';

interface FakeMail {
  raw: Buffer;
  flags: MailFlags;
  received: number;
}

interface FakeFolder {
  id: string;
  parentId: string | undefined;
  name: string;
  role: MailFolderRole | undefined;
  validity: string;
  next: number;
  mails: Map<number, FakeMail>;
}

/** What a test may do to the next calls: throw before anything happened, or after it did (the answer is lost). */
export type Fault = (call: string) => 'before' | 'after' | undefined;

/** A groupware server in memory, with ids that hold the path as Open-Xchange's do. */
export class FakeBackend implements Backend {
  readonly folders = new Map<string, FakeFolder>();
  readonly outgoing: Buffer[] = [];
  readonly calls: string[] = [];
  fault: Fault = () => undefined;
  /** Answers of `states` are replaced by this, to play a partial or empty listing. */
  hideInListing: (folder: string, uid: number) => boolean = () => false;
  /** Runs around each call: what happens meanwhile, or a promise that never ends, as when the caller was killed. */
  interlude: ((call: string, when: 'before' | 'after', work: () => unknown) => Promise<void>) | undefined;
  private validities = 1000;
  private clock = 1_700_000_000_000;

  constructor() {
    this.addFolder('default0/INBOX', undefined, 'Inbox', 'inbox');
    this.addFolder('default0/Drafts', undefined, 'Drafts', 'drafts');
    this.addFolder('default0/Sent', undefined, 'Sent', 'sent');
    this.addFolder('default0/Trash', undefined, 'Trash', 'trash');
  }

  addFolder(id: string, parentId: string | undefined, name: string, role?: MailFolderRole): FakeFolder {
    const folder = { id, parentId, name, role, validity: String(++this.validities), next: 1, mails: new Map() };
    this.folders.set(id, folder);
    return folder;
  }

  folder(id: string): FakeFolder {
    const folder = this.folders.get(id);
    if (!folder) throw new BackendError('notFound', `no folder ${id}`);
    return folder;
  }

  /** Puts a mail into a folder as somebody else would. Returns its id. */
  deliver(folder: string, headers: Record<string, string>, body = 'text', flags: Partial<MailFlags> = {}): string {
    const lines = Object.entries({ From: 'Bob <bob@outside.test>', To: 'anna@oxbow.test', ...headers });
    const raw = Buffer.from(`${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}\r\n`);
    return this.put(folder, raw, { ...noFlags, ...flags });
  }

  put(folder: string, raw: Buffer, flags: MailFlags): string {
    const target = this.folder(folder);
    const uid = target.next++;
    this.clock += 1000;
    target.mails.set(uid, { raw, flags, received: this.clock });
    return String(uid);
  }

  subjects(folder: string): string[] {
    return [...this.folder(folder).mails.values()].map(({ raw }) => header(raw, 'Subject') ?? '');
  }

  async call<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    this.calls.push(name);
    await this.interlude?.(name, 'before', work);
    const fault = this.fault(name);
    if (fault === 'before') throw new BackendError('unavailable', `${name} failed`);
    const result = await work();
    await this.interlude?.(name, 'after', work);
    if (fault === 'after') throw new BackendError('uncertain', `the answer to ${name} was lost`);
    return result;
  }

  private mailOf(folder: string, id: string): FakeMail {
    const mail = this.folder(folder).mails.get(Number(id));
    if (!mail) throw new BackendError('notFound', `no mail ${id}`, 'MSG-0032');
    return mail;
  }

  readonly directory = { entries: async () => [] };
  profile = async () => ({
    userId: '1',
    tenant: 'fake',
    address: 'anna@oxbow.test',
    aliases: [],
    displayName: 'Anna',
    locale: 'en_US',
  });
  close = async () => {};

  readonly mail: Backend['mail'] = {
    storesSent: true,
    folders: () =>
      this.call('folders', () =>
        [...this.folders.values()]
          .sort((a, b) => a.id.length - b.id.length)
          .map(
            ({ id, parentId, name, role }): RemoteFolder => ({
              id,
              parentId,
              name,
              role,
              selectable: true,
              canCreateSubfolders: true,
            }),
          ),
      ),
    createFolder: (parentId, name) =>
      this.call('createFolder', () => {
        const id = `${parentId ?? 'default0'}/${name}`;
        if (parentId !== undefined) this.folder(parentId);
        if (this.folders.has(id)) throw new BackendError('conflict', 'exists', 'FLD-0012');
        this.addFolder(id, parentId, name);
        return id;
      }),
    changeFolder: (id, change) =>
      this.call('changeFolder', () => {
        const folder = this.folder(id);
        const parentId = change.parentId === 'default0' ? undefined : (change.parentId ?? folder.parentId);
        if (parentId !== undefined) this.folder(parentId);
        const renamed = `${parentId ?? 'default0'}/${change.name ?? folder.name}`;
        if (renamed === id) return id;
        if (this.folders.has(renamed)) throw new BackendError('conflict', 'exists', 'FLD-1014');
        if (renamed.startsWith(`${id}/`)) throw new BackendError('refused', 'into itself', 'FLD-0020');
        this.rename(id, renamed, change.name ?? folder.name, parentId);
        return renamed;
      }),
    deleteFolder: (id, hard) =>
      this.call('deleteFolder', () => {
        const { name } = this.folder(id);
        if (!hard && !id.startsWith('default0/Trash/')) {
          let free = name;
          for (let n = 1; this.folders.has(`default0/Trash/${free}`); n += 1) free = `${name}_${n}`;
          this.rename(id, `default0/Trash/${free}`, free, 'default0/Trash');
          return;
        }
        for (const other of [...this.folders.keys()])
          if (other === id || other.startsWith(`${id}/`)) this.folders.delete(other);
      }),
    statuses: (ids) =>
      this.call('statuses', () => {
        const found = new Map();
        for (const id of ids) {
          const folder = this.folders.get(id);
          if (!folder) continue;
          const mails = [...folder.mails.values()];
          found.set(id, {
            validity: folder.validity,
            next: folder.next,
            total: mails.length,
            unread: mails.filter(({ flags }) => !flags.seen).length,
          });
        }
        return found;
      }),
    states: (id) =>
      this.call('states', () =>
        [...this.folder(id).mails]
          .filter(([uid]) => !this.hideInListing(id, uid))
          .map(([uid, { flags }]) => ({ id: String(uid), flags })),
      ),
    newest: (id, limit) => this.call('newest', () => this.envelopesOf(id).slice(0, limit)),
    envelopes: (id, ids) =>
      this.call('envelopes', () => this.envelopesOf(id).filter((envelope) => ids.includes(envelope.id))),
    fetch: (folder, id) =>
      this.call('fetch', () => {
        const { raw } = this.mailOf(folder, id);
        return (async function* () {
          yield raw;
        })();
      }),
    append: async (folder, raw, flags) => {
      const bytes = await collect(raw);
      return this.call('append', () => this.put(folder, bytes, flags));
    },
    setFlags: (folder, id, set) =>
      this.call('setFlags', () => {
        const mail = this.mailOf(folder, id);
        mail.flags = { ...mail.flags, ...set };
      }),
    move: (folder, id, target) =>
      this.call('move', () => {
        const mail = this.mailOf(folder, id);
        this.folder(target);
        this.folder(folder).mails.delete(Number(id));
        return this.put(target, mail.raw, mail.flags);
      }),
    remove: (folder, ids, hard) =>
      this.call('remove', () => {
        for (const id of ids) {
          const mail = this.folder(folder).mails.get(Number(id));
          this.folder(folder).mails.delete(Number(id));
          if (mail && !hard && !folder.startsWith('default0/Trash')) this.put('default0/Trash', mail.raw, mail.flags);
        }
      }),
    send: async (raw) => {
      const bytes = await collect(raw);
      return this.call('send', () => {
        if (/^To:.*refused@/im.test(bytes.toString())) throw new BackendError('refused', 'no such person', 'MSG-0031');
        this.outgoing.push(bytes);
        this.put('default0/Sent', bytes, { ...noFlags, seen: true });
      });
    },
    findByHeader: (folder, name, value) =>
      this.call('findByHeader', () =>
        this.envelopesOf(folder).filter(
          (envelope) => (name === 'Message-ID' ? envelope.messageId : envelope.oxbowId) === value,
        ),
      ),
    watch: async () => undefined,
  };

  rename(id: string, renamed: string, name: string, parentId: string | undefined): void {
    for (const [key, folder] of [...this.folders]) {
      if (key !== id && !key.startsWith(`${id}/`)) continue;
      this.folders.delete(key);
      folder.id = renamed + key.slice(id.length);
      if (key === id) Object.assign(folder, { name, parentId });
      else folder.parentId = renamed + folder.parentId!.slice(id.length);
      this.folders.set(folder.id, folder);
    }
  }

  private envelopesOf(id: string): RemoteEnvelope[] {
    return [...this.folder(id).mails]
      .map(([uid, { raw, flags, received }]): RemoteEnvelope => {
        const from = /^(.*?)\s*<(.+)>$/.exec(header(raw, 'From') ?? '');
        return {
          id: String(uid),
          flags,
          messageId: header(raw, 'Message-ID'),
          inReplyTo: header(raw, 'In-Reply-To'),
          references: header(raw, 'References'),
          subject: header(raw, 'Subject') ?? '',
          from: from ? [{ name: from[1]!, address: from[2]! }] : [],
          sender: undefined,
          replyTo: [],
          to: [{ name: '', address: header(raw, 'To') ?? '' }],
          cc: [],
          bcc: [],
          sent: received,
          received,
          size: raw.length,
          hasAttachments: false,
          priority: 3,
          contentType: 'text/plain',
          oxbowId: header(raw, 'X-Oxbow-Id'),
        };
      })
      .sort((a, b) => b.received - a.received || Number(b.id) - Number(a.id));
  }
}

function header(raw: Buffer, name: string): string | undefined {
  const head = raw
    .toString('utf8')
    .split('\r\n\r\n')[0]!
    .replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim();
}

async function collect(raw: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of raw) parts.push(part);
  return Buffer.concat(parts);
}
