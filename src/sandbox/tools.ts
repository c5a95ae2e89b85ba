import type { Core } from './core.ts';
import { mailFolderByPath } from './mail/folder.ts';
import { placeMail, storeContent } from './mail/store.ts';
import { deliverMail } from './mail/transport.ts';
import { sortNameOf } from './people/contact.ts';
import { type Person, people, personByName } from './people/person.ts';
import { fillManyContacts, fillManyEvents } from './samples/many.ts';
import { mailDate } from './time.ts';
import { write } from './write.ts';

/** A mail that left for another domain. */
export interface Outgoing {
  readonly sender: string;
  readonly recipient: string;
  readonly raw: Buffer;
}

export interface MailCount {
  readonly total: number;
  readonly unread: number;
  readonly next: number;
  readonly validity: number;
}

/** What tests look at and turn, beside the HTTP API. Folders are paths as `INBOX/Projects`. */
export interface SandboxTools {
  people(): Person[];
  /** A mail arrives from outside. */
  deliver(raw: Buffer | string, from: string, recipients: readonly string[]): void;
  /** Undefined: no such folder. */
  count(login: string, path: string): MailCount | undefined;
  /** Raw mails of a folder by UID. */
  mails(login: string, path: string): { uid: number; flags: number; color: number; raw: Buffer }[];
  outgoing(): Outgoing[];
  /** Fills a folder with many mails in one go, each with about so many bytes of text; the newest is the last. */
  fill(login: string, path: string, count: number, bytes?: number): void;
  /** Fills the default folders of contacts and of the calendar in one go; nobody is told. */
  fillGroupware(login: string, counts: { readonly contacts?: number; readonly events?: number }): void;
  /** Changes address-book fields of a person; null removes one. */
  changePerson(login: string, fields: Readonly<Record<string, unknown>>): void;
}

export function sandboxTools(core: Core): SandboxTools {
  const folderOf = (login: string, path: string) => {
    const person = personByName(core, login);
    return person && mailFolderByPath(core, person.id, path);
  };
  return {
    people: () => people(core),
    deliver(raw, from, recipients) {
      write(core, () => deliverMail(core, typeof raw === 'string' ? Buffer.from(raw) : raw, from, recipients));
    },
    count(login, path) {
      const folder = folderOf(login, path);
      return folder && { total: folder.total, unread: folder.unread, next: folder.next, validity: folder.validity };
    },
    mails(login, path) {
      const rows = core.db.all<{ uid: number; flags: number; color: number; raw: Uint8Array }>(
        'SELECT m.uid, m.flags, m.color, c.raw FROM mail m JOIN content c ON c.id = m.content WHERE m.folder = ? ORDER BY m.uid',
        folderOf(login, path)?.id ?? -1,
      );
      return rows.map((row) => ({ ...row, raw: Buffer.from(row.raw) }));
    },
    outgoing: () =>
      core.db
        .all<{ sender: string; recipient: string; raw: Uint8Array }>('SELECT * FROM outgoing ORDER BY id')
        .map(({ sender, recipient, raw }) => ({ sender, recipient, raw: Buffer.from(raw) })),
    fill(login, path, count, bytes = 0) {
      const person = personByName(core, login);
      const folder = folderOf(login, path);
      if (!person || !folder) throw new Error(`no folder ${path} of ${login}`);
      write(core, () => {
        const now = core.stamps.next();
        for (let index = 0; index < count; index += 1) {
          const received = now - (count - index) * 60_000;
          placeMail(core, folder, storeContent(core, plainMail(person, index, received, bytes)), {
            received,
            flags: 32,
          });
        }
      });
    },
    fillGroupware(login, { contacts = 0, events = 0 }) {
      const person = personByName(core, login);
      if (!person) throw new Error(`nobody has the login ${login}`);
      write(core, () => {
        fillManyContacts(core, person, contacts);
        fillManyEvents(core, person, events);
      });
    },
    changePerson(login, fields) {
      const person = personByName(core, login);
      if (!person) throw new Error(`nobody has the login ${login}`);
      write(core, () => {
        const row = core.db.get<{ fields: string }>('SELECT fields FROM contact WHERE id = ?', person.contactId)!;
        const all = { ...(JSON.parse(row.fields) as Record<string, unknown>), ...fields };
        const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
        core.db.run(
          'UPDATE contact SET fields = ?, sort_name = ?, modified = ? WHERE id = ?',
          JSON.stringify(kept),
          sortNameOf(kept),
          core.stamps.next(),
          person.contactId,
        );
        core.db.run('UPDATE person SET display_name = ? WHERE id = ?', String(kept.display_name), person.id);
        core.events.note({ personId: person.id, module: 'contacts', folder: '6' });
      });
    },
  };
}

const line = 'The quick brown fox jumps over the lazy dog, again and again.\r\n';

function plainMail(person: Person, index: number, received: number, bytes: number): Buffer {
  return Buffer.from(
    `From: Bulk Sender <bulk@elsewhere.example>\r\nTo: ${person.address}\r\nSubject: Note ${index + 1}\r\nDate: ${mailDate(received)}\r\nMessage-ID: <bulk-${index + 1}-${received}@elsewhere.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNote number ${index + 1}.\r\n${line.repeat(Math.ceil(bytes / line.length))}`,
  );
}
