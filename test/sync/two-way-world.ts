import assert from 'node:assert/strict';
import { type Backend, BackendError, type MailFlags } from '../../src/backends/index.ts';
import { getNumber, getString, MapiError, PidTag, type PropertyBag, setProperty } from '../../src/mapi/index.ts';
import {
  ContentUnavailable,
  type Folder,
  type Mailbox,
  type MailboxInfo,
  type Message,
} from '../../src/store/index.ts';
import { createSyncEngine, type SyncEngine } from '../../src/sync/index.ts';
import { FakeBackend } from './fake-backend.ts';
import { recipient } from './recipient.ts';

export interface Change {
  readonly side: 'local' | 'remote';
  readonly what: string;
  readonly a: number;
  readonly b: number;
}
export interface Failure {
  readonly side: 'fault';
  readonly what: string;
}
/** Something that happens around the `at`th call of a pass. */
export interface Interlude {
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly do: Change | Failure;
}
export type Step =
  | Change
  | { readonly side: 'pass'; readonly ms: number; readonly interludes: readonly Interlude[] }
  | { readonly side: 'settle' };

type Side = 'local' | 'remote';

/**
 * What was done to one version of a mail since both sides were last equal. Who edits a mail gives it a subject that no
 * other has, so a subject stands for one content, and two mails of one subject are the same mail twice.
 */
interface Track {
  /** Mails of this version at that time, and those made since. */
  made: number;
  /** Of these deleted, or replaced by another version. */
  gone: number;
  /** Who did more to it than making it. */
  touched: Set<Side>;
  read: Partial<Record<Side, boolean>>;
  flagged: Partial<Record<Side, boolean>>;
  overlay: boolean;
  /** The version that it replaced: what somebody set on that in the same moment may come along. */
  before: Track | undefined;
  named: boolean;
  sent: boolean;
  /** Made since both sides were last equal. */
  fresh: boolean;
  /** By the client: deleted there before it is known here that it arrived, it may be stored again. */
  madeHere: boolean;
}

const client = { kind: 'client' } as const;
const silent = { debug() {}, info() {}, warn() {} };
const overlayTag = 0x6789001f;
const mfSubmitted = 0x4;
const mailRoles = new Set(['inbox', 'drafts', 'sentItems', 'deletedItems']);
const names = ['Alpha', 'Beta', 'Gamma', 'Delta'];
const never = new Promise<never>(() => {});

const pick = <T>(from: readonly T[], n: number): T | undefined => from[n % from.length];

/** A mailbox, a backend and an engine between them, and what has to be true of them. */
export class TwoWayWorld {
  now = 1_800_000_000_000;
  private mailbox!: Mailbox;
  private backend!: FakeBackend;
  private engine!: SyncEngine;
  private tracks = new Map<string, Track>();
  private count = 0;
  private late: (() => unknown)[] = [];
  /** A client deleted a folder since both sides were last equal: a mail moved into it elsewhere comes back as a new one. */
  private folderDeleted = false;
  /** The remote folders of those: what comes into one at the very moment of its deletion goes with it. */
  private doomed = new Set<object>();
  /** What happened in this run. */
  log: string[] = [];

  async begin(mailbox: Mailbox): Promise<void> {
    this.mailbox = mailbox;
    this.backend = new FakeBackend();
    this.tracks = new Map();
    this.count = 0;
    this.late = [];
    this.folderDeleted = false;
    this.doomed = new Set();
    this.log = [];
    this.backend.addFolder('default0/Alpha', undefined, 'Alpha');
    this.startEngine();
    for (let n = 0; n < 3; n += 1) this.remote({ side: 'remote', what: 'create', a: n * 5, b: n });
    await this.pass(600_000, []);
  }

  private startEngine(): void {
    const warn = (details: object, message: string) => this.note(`  engine: ${message} ${JSON.stringify(details)}`);
    this.engine = createSyncEngine({
      mailbox: this.mailbox,
      backend: this.backend as Backend,
      log: { ...silent, warn },
      pollMs: 1000,
      clock: () => this.now,
    });
  }

  async fetchContent(info: MailboxInfo, key: number): Promise<AsyncIterable<Uint8Array>> {
    assert.equal(info.id, this.mailbox.id);
    const link = await this.mailbox.sync.link(key);
    const mail = link && this.backend.folders.get(link.remoteFolder)?.mails.get(Number(link.remoteId));
    if (!mail) throw new ContentUnavailable('gone');
    const { raw } = mail;
    return (async function* () {
      yield raw;
    })();
  }

  async step(step: Step): Promise<void> {
    if (step.side === 'settle') await this.settle();
    else if (step.side === 'pass') await this.pass(step.ms, step.interludes);
    else await this.change(step);
  }

  private note(text: string): void {
    this.log.push(text);
  }

  private async change(change: Change): Promise<void> {
    if (change.side === 'remote') this.remote(change);
    else await this.local(change);
  }

  /** One pass of the engine with what happens meanwhile. A killed engine is followed by a new one. */
  private async pass(ms: number, interludes: readonly Interlude[]): Promise<void> {
    this.now += this.late.length > 0 ? 100 : ms;
    this.note(`pass after ${ms} ms`);
    let calls = 0;
    let busy = false;
    let kill!: () => void;
    const killed = new Promise<'killed'>((resolve) => {
      kill = () => resolve('killed');
    });
    this.backend.interlude = async (name, when, work) => {
      if (busy) return;
      if (when === 'before') calls += 1;
      if (when === 'before') this.note(`  call ${calls - 1} ${name}`);
      if (calls > 2) this.runLate();
      for (const interlude of interludes) {
        if (interlude.at !== calls - 1 || interlude.when !== when) continue;
        const { do: action } = interlude;
        if (action.side !== 'fault') {
          busy = true;
          await this.change(action);
          busy = false;
          continue;
        }
        this.note(`  ${action.what} ${when} ${name}`);
        if (action.what === 'failBefore') {
          if (when === 'before') throw new BackendError('unavailable', 'injected');
        } else if (action.what === 'failAfter') {
          if (when === 'after') throw new BackendError('uncertain', 'injected');
        } else {
          if (action.what === 'killLate' && when === 'before') this.late.push(work);
          kill();
          await never;
        }
      }
    };
    const outcome = await Promise.race([
      this.engine.pass().then(
        () => 'done' as const,
        (error) => {
          if (!(error instanceof BackendError)) throw error;
          this.note(`  failed: ${error.message}`);
          return 'failed' as const;
        },
      ),
      killed,
    ]);
    this.backend.interlude = undefined;
    if (outcome !== 'killed') this.runLate();
    else this.startEngine();
  }

  private runLate(): void {
    for (const work of this.late.splice(0)) {
      this.note('  a late request arrives');
      try {
        work();
      } catch (error) {
        if (!(error instanceof BackendError)) throw error;
      }
    }
  }

  // ---- what people do

  private newTrack(named: boolean, label = 'mail'): [string, Track] {
    this.count += 1;
    const track: Track = {
      made: 1,
      gone: 0,
      touched: new Set(),
      read: {},
      flagged: {},
      overlay: false,
      before: undefined,
      named,
      sent: false,
      fresh: true,
      madeHere: false,
    };
    const subject = `${label} ${this.count}`;
    this.tracks.set(subject, track);
    return [subject, track];
  }

  /** Somebody writes a mail anew. Returns the new version's subject. */
  private newVersion(subject: string, side: Side): string {
    const before = this.touch(subject, side);
    before.gone += 1;
    const [edited, track] = this.newTrack(before.named, subject);
    // Of copies only one may have it; moved elsewhere without a name it came back as another mail.
    const overlay = before.overlay && before.made === 1 && (before.named || !before.touched.has('remote'));
    if (side === 'local') Object.assign(track, { overlay, before, madeHere: true });
    return edited;
  }

  private touch(subject: string, side: Side): Track {
    const track = this.tracks.get(subject);
    assert.ok(track, `nobody made "${subject}"`);
    track.touched.add(side);
    return track;
  }

  private async localFolders(): Promise<Folder[]> {
    const root = this.mailbox.specialFolder('ipmSubtree');
    return (await this.mailbox.childFolders(root, { deep: true })).filter((folder) =>
      folder.role === undefined ? folder.type === 'generic' : mailRoles.has(folder.role),
    );
  }

  private async localMails(): Promise<Message[]> {
    const found: Message[] = [];
    for (const folder of await this.localFolders())
      for (const id of await this.mailbox.messageIds(folder.id)) {
        const message = await this.mailbox.message(id);
        if (message && (message.flags & mfSubmitted) === 0) found.push(message);
      }
    return found.sort((a, b) => a.key - b.key);
  }

  private async local({ what, a, b }: Change): Promise<void> {
    const { mailbox } = this;
    try {
      if (what === 'create') {
        const folder = pick(await this.localFolders(), a)!;
        const [subject, track] = this.newTrack(b % 5 !== 0);
        track.overlay = true;
        track.madeHere = true;
        this.note(`local creates ${subject} in ${folder.displayName}`);
        await mailbox.saveMessage(
          { folderId: folder.id, set: mail(subject, track.named), read: b % 2 === 0, flags: b % 3 === 0 ? 8 : 0 },
          client,
        );
        return;
      }
      if (what === 'submit') {
        const [subject, track] = this.newTrack(true);
        track.sent = true;
        track.madeHere = true;
        this.note(`local submits ${subject}`);
        const saved = await mailbox.saveMessage(
          {
            folderId: mailbox.specialFolder(b % 2 ? 'outbox' : 'drafts'),
            set: mail(subject, false),
            flags: 8,
            recipients: [recipient('ben@oxbow.test')],
          },
          client,
        );
        await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
        return;
      }
      if (what.endsWith('Folder')) {
        await this.localFolderChange(what, a, b);
        return;
      }
      const message = pick(await this.localMails(), a);
      if (!message) return;
      const subject = getString(message.properties, PidTag.Subject)!;
      this.note(`local ${what} ${subject} (${b})`);
      const { folderId, id } = message;
      if (what === 'read') {
        await mailbox.setReadState(folderId, [id], b % 2 === 0, client);
        this.touch(subject, 'local').read.local = b % 2 === 0;
      } else if (what === 'flag') {
        const set: PropertyBag = new Map();
        if (b % 2) setProperty(set, PidTag.FlagStatus, 2);
        const change = b % 2 ? { set } : { remove: [PidTag.FlagStatus] };
        await mailbox.saveMessage({ id, folderId, ...change }, client);
        this.touch(subject, 'local').flagged.local = b % 2 === 1;
      } else if (what === 'tag') {
        await mailbox.saveMessage({ id, folderId, set: new Map([[overlayTag, subject]]) }, client);
        this.touch(subject, 'local').overlay = true;
      } else if (what === 'edit') {
        const set: PropertyBag = new Map();
        const edited = `${subject} ${this.count + 1}`;
        setProperty(set, PidTag.Subject, edited);
        setProperty(set, PidTag.Body, textOf(edited));
        await mailbox.saveMessage({ id, folderId, set }, client);
        assert.equal(this.newVersion(subject, 'local'), edited);
      } else if (what === 'move') {
        const target = pick(await this.localFolders(), b)!;
        this.note(`  to ${target.displayName}`);
        await mailbox.moveMessages(folderId, [id], target.id, client);
        this.touch(subject, 'local');
      } else if (what === 'copy') {
        const target = pick(await this.localFolders(), b)!;
        const { ids } = await mailbox.copyMessages(folderId, [id], target.id, client);
        if (ids.size === 0) return;
        const track = this.touch(subject, 'local');
        track.made += 1;
        track.madeHere = true;
      } else if (what === 'delete') {
        await mailbox.deleteMessages(folderId, [id], { hard: b % 2 === 0 }, client);
        this.touch(subject, 'local').gone += 1;
      } else if (what === 'submitDraft') {
        const track = this.touch(subject, 'local');
        if (!(message.flags & 8) || !(message.contentState === 'local' || track.madeHere)) return;
        if (track.sent || track.made !== 1 || track.gone > 0) return;
        await mailbox.saveMessage({ id, folderId, recipients: [recipient('ben@oxbow.test')] }, client);
        await mailbox.submitMessage(id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
        // What is sent is one mail more, and the draft goes.
        Object.assign(track, { sent: true, made: 2, gone: 1 });
      }
    } catch (error) {
      if (!(error instanceof MapiError) && !(error instanceof ContentUnavailable)) throw error;
      this.note(`  not done: ${error.message}`);
    }
  }

  private async localFolderChange(what: string, a: number, b: number): Promise<void> {
    const { mailbox } = this;
    const folders = await this.localFolders();
    const parents = [mailbox.specialFolder('ipmSubtree'), ...folders.map((folder) => folder.id)];
    if (what === 'createFolder') {
      const name = pick(names, b)!;
      this.note(`local creates folder ${name}`);
      await mailbox.createFolder({ parentId: pick(parents, a)!, displayName: name }, client);
      return;
    }
    const folder = pick(
      folders.filter(({ role }) => role === undefined),
      a,
    );
    if (!folder) return;
    if (what === 'moveFolder') {
      const name = b % 3 === 0 ? folder.displayName : pick(names, b)!;
      const parent = b % 3 === 1 ? folder.parentId! : pick(parents, b)!;
      this.note(`local moves folder ${folder.displayName} to ${name}`);
      await mailbox.moveFolder(folder.id, parent, name, client);
      return;
    }
    this.note(`local deletes folder ${folder.displayName}`);
    const below = [folder, ...(await mailbox.childFolders(folder.id, { deep: true }))];
    const gone: string[] = [];
    for (const one of below) {
      const link = await mailbox.sync.folderLink(one.id);
      const remote = link && this.backend.folders.get(link.remoteId);
      if (remote) this.doomed.add(remote);
      for (const id of await mailbox.messageIds(one.id)) {
        const message = await mailbox.message(id);
        if (message) gone.push(getString(message.properties, PidTag.Subject)!);
      }
    }
    this.folderDeleted = true;
    await mailbox.deleteFolder(folder.id, { hard: b % 2 === 0, messages: true, folders: true }, client);
    for (const subject of gone) this.touch(subject, 'local').gone += 1;
  }

  /** A mail comes into a remote folder. */
  private arrives(folder: string, subject: string): void {
    if (!this.doomed.has(this.backend.folder(folder))) return;
    this.touch(subject, 'local').gone += 1;
    this.touch(subject, 'remote');
  }

  private remoteMails(): { folder: string; uid: number; subject: string; flags: MailFlags }[] {
    return [...this.backend.folders.values()].flatMap((folder) =>
      [...folder.mails].map(([uid, { raw, flags }]) => ({
        folder: folder.id,
        uid,
        flags,
        subject: /^Subject: *(.*?)\r$/im.exec(raw.toString())![1]!,
      })),
    );
  }

  private remote({ what, a, b }: Change): void {
    const { backend } = this;
    const folders = [...backend.folders.keys()];
    if (what === 'create') {
      const [subject, track] = this.newTrack(b % 5 !== 0);
      this.note(`remote gets ${subject} in ${pick(folders, a)}`);
      const headers = { Subject: subject, ...(track.named ? { 'Message-ID': messageIdOf(subject) } : {}) };
      backend.deliver(pick(folders, a)!, headers, textOf(subject), { flagged: b % 3 === 0 });
      this.arrives(pick(folders, a)!, subject);
      return;
    }
    if (what === 'validity') {
      const folder = backend.folder(pick(folders, a)!);
      if ([...this.tracks.values()].some((track) => !track.named)) return;
      this.note(`remote renumbers ${folder.id}`);
      for (const one of this.remoteMails()) if (one.folder === folder.id) this.touch(one.subject, 'remote');
      folder.validity = String(Number(folder.validity) + 50_000);
      const shift = (b % 3) - 1;
      folder.mails = new Map([...folder.mails].map(([uid, value]) => [uid + shift + 1, value]));
      folder.next += 2;
      return;
    }
    if (what === 'createFolder') {
      const parent = a % 3 === 0 ? undefined : pick(folders, a);
      const id = `${parent ?? 'default0'}/${pick(names, b)}`;
      if (backend.folders.has(id)) return;
      this.note(`remote creates folder ${id}`);
      backend.addFolder(id, parent, pick(names, b)!);
      return;
    }
    if (what.endsWith('Folder')) {
      const folder = pick(
        [...backend.folders.values()].filter(({ role }) => role === undefined),
        a,
      );
      if (!folder) return;
      if (what === 'moveFolder') {
        const name = b % 3 === 0 ? folder.name : pick(names, b)!;
        const parent = b % 3 === 1 ? folder.parentId : b % 2 ? pick(folders, b) : undefined;
        const id = `${parent ?? 'default0'}/${name}`;
        if (backend.folders.has(id) || `${id}/`.startsWith(`${folder.id}/`)) return;
        this.note(`remote moves folder ${folder.id} to ${id}`);
        backend.rename(folder.id, id, name, parent);
        return;
      }
      this.note(`remote deletes folder ${folder.id}`);
      for (const one of this.remoteMails())
        if (`${one.folder}/`.startsWith(`${folder.id}/`)) this.touch(one.subject, 'remote').gone += 1;
      for (const id of folders) if (`${id}/`.startsWith(`${folder.id}/`)) backend.folders.delete(id);
      return;
    }
    const one = pick(this.remoteMails(), a);
    if (!one) return;
    this.note(`remote ${what} ${one.subject} in ${one.folder} (${b})`);
    const track = this.touch(one.subject, 'remote');
    const { mails } = backend.folder(one.folder);
    const found = mails.get(one.uid)!;
    if (what === 'read') {
      found.flags = { ...found.flags, seen: b % 2 === 0 };
      track.read.remote = b % 2 === 0;
    } else if (what === 'flag') {
      found.flags = { ...found.flags, flagged: b % 2 === 1 };
      track.flagged.remote = b % 2 === 1;
    } else if (what === 'move') {
      if (pick(folders, b) === one.folder) return;
      this.note(`  to ${pick(folders, b)}`);
      mails.delete(one.uid);
      backend.put(pick(folders, b)!, found.raw, found.flags);
      this.arrives(pick(folders, b)!, one.subject);
    } else if (what === 'copy') {
      backend.put(pick(folders, b)!, found.raw, found.flags);
      track.made += 1;
      this.arrives(pick(folders, b)!, one.subject);
    } else if (what === 'delete') {
      mails.delete(one.uid);
      track.gone += 1;
    } else if (what === 'edit') {
      // Nobody writes anew what was sent in this very moment.
      if (track.sent && track.fresh) return;
      mails.delete(one.uid);
      const raw = found.raw.toString().replace(/^X-Oxbow-Id:.*\r\n/im, '');
      const edited = this.newVersion(one.subject, 'remote');
      this.arrives(one.folder, edited);
      const renamed = raw.replace(new RegExp(`(^Subject: |^body of )${one.subject}(=?)$`, 'gm'), `$1${edited}$2`);
      backend.put(one.folder, Buffer.from(renamed), found.flags);
    }
  }

  // ---- what has to be true

  /** Lets the engine work until nothing is left to do, then looks at both sides. */
  async settle(): Promise<void> {
    this.note('settle');
    this.runLate();
    let idle = 0;
    for (let n = 0; idle < 3; n += 1) {
      if (n >= 40) {
        const rows = await this.mailbox.sync.dueOutbox(Number.MAX_SAFE_INTEGER, 100);
        assert.fail(`it never gets quiet; ${JSON.stringify(rows)}`);
      }
      // A new engine reads the tree at once; one that misses something has to stay until it believes it.
      if (n % 4 === 0) this.startEngine();
      this.backend.calls.length = 0;
      await this.pass(n % 4 === 3 ? 600_000 : 60_000, []);
      for (let m = 0; n % 4 === 1 && m < 9; m += 1) await this.pass(600, []);
      const wrote = this.backend.calls.some((call) => writing.has(call));
      idle = wrote || (await this.mailbox.sync.outboxCount()) > 0 ? 0 : idle + 1;
      if (n < 4) idle = 0;
    }
    await this.check();
  }

  private async check(): Promise<void> {
    const { mailbox, backend } = this;
    const { sync } = mailbox;
    const counts = new Map<string, number>();
    const listed = new Set<number>();

    const links = await sync.folderLinks();
    assert.deepEqual(
      links.map((link) => link.remoteId).sort(),
      [...backend.folders.keys()].sort(),
      'each remote folder has one local folder',
    );
    for (const link of links) {
      const folder = await mailbox.folder(link.folderId);
      assert.ok(folder, `the local folder of ${link.remoteId} is there`);
      const remote = backend.folder(link.remoteId);
      if (folder.role === undefined) {
        assert.equal(folder.displayName.replace(/ \(\d+\)$/, ''), remote.name.replace(/ \(\d+\)$/, ''), 'folder name');
        const parent = links.find((other) => other.folderId === folder.parentId)?.remoteId;
        assert.equal(parent, remote.parentId, `parent of ${remote.id}`);
      }
      for (const [uid, { raw, flags }] of remote.mails) {
        const where = `${remote.id}/${uid}`;
        const messageLink = await sync.linkByRemoteId(remote.id, String(uid));
        assert.ok(messageLink, `the mail ${where} is known here`);
        const message = await mailbox.messageByKey(messageLink.key);
        assert.ok(message, `the mail ${where} is here`);
        assert.equal(message.folderId, folder.id, `the mail ${where} is in its folder`);
        assert.ok(!listed.has(message.key), `the mail ${where} is here once`);
        listed.add(message.key);
        const text = raw.toString();
        const subject = getString(message.properties, PidTag.Subject)!;
        assert.match(text, new RegExp(`^Subject: ${subject}\r$`, 'm'));
        counts.set(subject, (counts.get(subject) ?? 0) + 1);
        assert.equal(message.read, flags.seen, `read state of ${where}`);
        assert.equal(getNumber(message.properties, PidTag.FlagStatus) === 2, flags.flagged, `flag of ${where}`);
        const body = getString((await mailbox.content(message)).properties, PidTag.Body)?.trim() ?? '';
        assert.equal(body, textOf(subject), `body of ${where}`);
        assert.match(text, new RegExp(`^body of ${subject}=?$`, 'm'), `body of ${where} on the backend`);
        const track = this.tracks.get(subject)!;
        if (track.made === 1 && track.gone === 0) this.checkMail(subject, track, message, flags);
        track.overlay = message.properties.has(overlayTag);
        if (track.sent && track.fresh && track.touched.size === 0) assert.equal(remote.id, 'default0/Sent');
      }
    }
    let local = 0;
    for (const folder of await this.localFolders()) {
      const ids = await mailbox.messageIds(folder.id);
      local += ids.length;
      const messages = await Promise.all(ids.map((id) => mailbox.message(id)));
      assert.equal(folder.contentCount, ids.length, 'content count');
      assert.equal(folder.unreadCount, messages.filter((message) => !message!.read).length, 'unread count');
      for (const message of messages)
        assert.ok(listed.has(message!.key), `"${getString(message!.properties, PidTag.Subject)}" is on the backend`);
    }
    assert.equal(local, listed.size);
    assert.equal((await mailbox.messageIds(mailbox.specialFolder('outbox'))).length, 0, 'the outbox is empty');

    this.folderDeleted = false;
    this.doomed.clear();
    for (const [subject, track] of this.tracks) {
      const count = counts.get(subject) ?? 0;
      const { made, gone, touched } = track;
      const least = Math.max(0, made - gone);
      const contested = touched.size === 2 || (track.madeHere && touched.has('remote'));
      assert.ok(
        count >= least && count <= (contested ? made : least),
        `${count} mails "${subject}", made ${made}, gone ${gone}, touched by ${[...touched]}`,
      );
      if (track.sent) {
        const sent = backend.outgoing.filter((raw) => new RegExp(`^Subject: ${subject}\r$`, 'm').test(raw.toString()));
        assert.equal(sent.length, 1, `"${subject}" was sent once`);
      }
      Object.assign(track, {
        made: count,
        gone: 0,
        touched: new Set(),
        read: {},
        flagged: {},
        fresh: false,
        madeHere: false,
        before: undefined,
      });
    }
  }

  private checkMail(subject: string, track: Track, message: Message, flags: MailFlags): void {
    const one = (values: 'read' | 'flagged', actual: boolean, what: string) => {
      const wanted = Object.values(track[values]);
      for (let at = track.before; at; at = at.before) wanted.push(...Object.values(at[values]));
      if (Object.keys(track[values]).length === 0) return;
      if (wanted.length > 0) assert.ok(wanted.includes(actual), `${what} of "${subject}" is what somebody set`);
    };
    if ((!track.named || this.folderDeleted) && track.touched.size === 2) return;
    one('read', flags.seen, 'read state');
    one('flagged', flags.flagged, 'flag');
    // Without a name a mail that was moved is known again by luck only.
    if (track.overlay && (track.named || track.touched.size === 0))
      assert.ok(message.properties.has(overlayTag), `what only we keep of "${subject}" is there`);
  }
}

const writing = new Set([
  'createFolder',
  'changeFolder',
  'deleteFolder',
  'append',
  'setFlags',
  'move',
  'remove',
  'send',
]);
const messageIdOf = (subject: string) => `<${subject.replaceAll(' ', '-')}@oxbow.test>`;

/** Of every third mail, in all its versions, it is long enough to be given up here once the backend has it. */
const textOf = (subject: string): string =>
  `body of ${subject}${Number(subject.split(' ')[1]) % 3 ? '' : '\r\nand more of it'.repeat(200)}`;

function mail(subject: string, named: boolean): PropertyBag {
  const bag: PropertyBag = new Map();
  setProperty(bag, PidTag.MessageClass, 'IPM.Note');
  setProperty(bag, PidTag.Subject, subject);
  setProperty(bag, PidTag.Body, textOf(subject));
  setProperty(bag, overlayTag, subject);
  if (named) setProperty(bag, PidTag.InternetMessageId, messageIdOf(subject));
  return bag;
}
