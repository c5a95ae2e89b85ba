import assert from 'node:assert/strict';
import PostalMime from 'postal-mime';
import type { RemoteFolder } from '../../src/backends/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { type Done, digestOf, type LocalFolder, type LocalMail, textOf } from './protocol.ts';

type Side = 'local' | 'remote';

/** What was done to one version of a mail, that is to the mails of one subject, since both sides were last compared. */
interface Track {
  /** Made for certain, and those that may have been made. */
  made: number;
  maybeMade: number;
  /** Deleted or replaced by another version. */
  gone: number;
  maybeGone: number;
  touched: Set<Side>;
  /** Made here since then: deleted there before it was known here that it had arrived, it may be stored again. */
  fresh: boolean;
  /** Values that may be there now; undefined = anything. */
  read: Map<Side, Set<boolean>>;
  flagged: Map<Side, Set<boolean>>;
  /** The version that it replaced: what somebody set on that in the same moment may come along. */
  before: Track | undefined;
  overlay: boolean;
  /** Handed over for sending: for certain, or perhaps. */
  sent: boolean | undefined;
}

/** A folder was deleted here, or something came into one there; ms since 1970. */
interface Moment {
  readonly label: string;
  readonly at: number;
}

/** What comes into a folder at the moment of its deletion goes with it: as long as a pull or a deletion may take here, in ms. */
const momentMs = 3_000;

/** A folder, by the part of its name that stays. */
interface FolderTrack {
  certain: boolean;
  mayBeGone: boolean;
  /** Made here since both sides were last compared. */
  fresh: boolean;
  /** Renamed there before it was known here that it was made, nothing tells that it is the same: it is made again. */
  most: number;
}

/** What was accepted on either side, and what has to be true because of it. */
export class Ledger {
  private readonly mails = new Map<string, Track>();
  private readonly folders = new Map<string, FolderTrack>();
  private readonly open = new Map<number, Done>();
  private readonly deletions: Moment[] = [];
  private readonly arrivals: (Moment & { readonly track: Track })[] = [];
  readonly counts = { operations: 0, unacknowledged: 0 };

  private track(subject: string): Track {
    let track = this.mails.get(subject);
    if (!track) {
      track = {
        made: 0,
        maybeMade: 0,
        gone: 0,
        maybeGone: 0,
        touched: new Set(),
        fresh: false,
        read: new Map(),
        flagged: new Map(),
        before: undefined,
        overlay: false,
        sent: undefined,
      };
      this.mails.set(subject, track);
    }
    return track;
  }

  begin(number: number, done: Done): void {
    this.open.set(number, done);
    if (done.what === 'delete')
      for (const name of done.folders) this.deletions.push({ label: labelOf(name), at: Date.now() });
  }

  done(number: number, copies?: number): void {
    const done = this.open.get(number);
    assert.ok(done);
    this.open.delete(number);
    if (done.what === 'copy' && copies === 0) return;
    this.record('local', done, true);
  }

  /** The process is gone: what it had begun may have happened or not. */
  killed(): void {
    for (const done of this.open.values()) this.record('local', done, false);
    this.open.clear();
  }

  record(side: Side, done: Done, certain: boolean): void {
    this.counts[certain ? 'operations' : 'unacknowledged'] += 1;
    if (done.what === 'delete') {
      for (const name of done.folders) this.folder(name).mayBeGone = true;
      for (const subject of done.subjects) {
        const track = this.track(subject);
        track.touched.add(side);
        if (certain) track.gone += 1;
        else track.maybeGone += 1;
      }
      return;
    }
    if (done.what === 'createFolder') {
      const folder = this.folder(done.name);
      folder.certain ||= certain;
      folder.fresh = side === 'local';
      return;
    }
    if (done.what === 'changeFolder' && side === 'remote') {
      const folder = this.folder(done.name);
      if (folder.fresh) folder.most = 2;
      return;
    }
    if (!('subject' in done)) return;
    const track = this.track(done.subject);
    if ('into' in done && done.into !== undefined)
      for (const name of done.into.split('/')) this.arrivals.push({ label: labelOf(name), at: Date.now(), track });
    if (done.what === 'create' || done.what === 'copy' || done.what === 'submit') {
      if (certain) track.made += 1;
      else track.maybeMade += 1;
      if (done.what === 'submit') track.sent = certain;
      if (done.what === 'create' && side === 'local') track.overlay = true;
      if (side === 'local') track.fresh = true;
      if (done.what !== 'copy') return;
    }
    track.touched.add(side);
    if (done.what === 'read' || done.what === 'flag') {
      const values = done.what === 'read' ? track.read : track.flagged;
      const known = values.get(side);
      if (certain) values.set(side, new Set([done.value]));
      // It may be as it was, which nobody noted.
      else values.set(side, known ? known.add(done.value) : new Set([true, false]));
    } else if (done.what === 'edit') {
      if (certain) track.gone += 1;
      else track.maybeGone += 1;
      // Of copies only one may have it.
      const overlay = track.overlay && track.made + track.maybeMade === 1;
      const counts = certain ? { made: 1 } : { maybeMade: 1 };
      Object.assign(this.track(done.edited), { ...counts, overlay, before: track, fresh: true });
    }
  }

  private folder(name: string): FolderTrack {
    const label = labelOf(name);
    let folder = this.folders.get(label);
    if (!folder) {
      folder = { certain: false, mayBeGone: false, fresh: false, most: 1 };
      this.folders.set(label, folder);
    }
    return folder;
  }

  /** Compares both sides with each other and with what was accepted; from there on both count as equal. */
  async check(sandbox: Sandbox, tree: readonly RemoteFolder[], local: readonly LocalFolder[]): Promise<void> {
    const found = new Map<string, LocalMail[]>();
    const byRemote = new Map(local.map((folder) => [folder.remote, folder]));
    assert.deepEqual(
      local.flatMap(({ remote }) => remote ?? []).sort(),
      tree.map(({ id }) => id).sort(),
      'each folder there has one here',
    );
    for (const entry of tree) {
      const folder = byRemote.get(entry.id)!;
      if (folder.role === undefined) {
        assert.equal(folder.name, entry.name, `name of ${entry.id}`);
        const parent = local.find((other) => other.folder === folder.parent);
        assert.equal(parent?.remote, entry.parentId, `parent of ${entry.id}`);
      }
      const mails = await remoteMails(sandbox, entry.id);
      const here = folder.mails.map(comparable).sort();
      assert.deepEqual(here, mails.map(comparable).sort(), `mails of ${entry.id}`);
      for (const mail of folder.mails) {
        const same = found.get(mail.subject);
        if (same) same.push(mail);
        else found.set(mail.subject, [mail]);
      }
    }
    for (const folder of local.filter(({ remote }) => remote === undefined))
      for (const mail of folder.mails) {
        // Made in the Outbox by a process that was killed before it could send it.
        assert.equal(this.mails.get(mail.subject)?.sent, false, `"${mail.subject}" is in ${folder.name} only`);
        found.set(mail.subject, [...(found.get(mail.subject) ?? []), mail]);
      }
    for (const subject of found.keys()) assert.ok(this.mails.has(subject), `somebody made "${subject}"`);
    this.excuseArrivals();
    for (const [subject, track] of this.mails) this.checkMail(sandbox, subject, track, found.get(subject) ?? []);
    for (const [subject, track] of this.mails) this.settle(track, found.get(subject) ?? []);
    this.checkFolders(tree);
  }

  private checkMail(sandbox: Sandbox, subject: string, track: Track, here: readonly LocalMail[]): void {
    const { made, maybeMade, gone, maybeGone } = track;
    const least = Math.max(0, made - gone - maybeGone);
    const contested = track.touched.size === 2 || (track.fresh && track.touched.has('remote'));
    const most = Math.max(0, made + maybeMade - (contested ? 0 : gone));
    const said = `made ${made}+${maybeMade}, gone ${gone}+${maybeGone}, touched by ${[...track.touched]}`;
    assert.ok(here.length >= least && here.length <= most, `${here.length} of "${subject}", ${said}`);
    for (const { body } of here) assert.equal(body, digestOf(textOf(subject)), `body of "${subject}"`);
    if (track.sent !== undefined) {
      const arrived = mailsNamed(sandbox, 'ben', 'INBOX', subject);
      const kept = mailsNamed(sandbox, 'anna', 'Sent', subject);
      if (track.sent) assert.equal(arrived, 1, `"${subject}" was delivered once`);
      assert.ok(arrived <= 1, `"${subject}" was delivered ${arrived} times`);
      assert.equal(kept, arrived, `"${subject}" is in Sent as often as it was delivered`);
      if (arrived) track.sent = true;
    }
    const [mail] = here;
    if (mail && here.length === 1 && made + maybeMade === 1 && gone + maybeGone === 0) {
      const may = (values: 'read' | 'flagged', value: boolean) => {
        if (track[values].size === 0) return;
        const all: boolean[] = [];
        for (let at: Track | undefined = track; at; at = at.before)
          for (const set of at[values].values()) all.push(...set);
        assert.ok(all.includes(value), `"${subject}" is ${values} or not as somebody set`);
      };
      may('read', mail.read);
      may('flagged', mail.flagged);
      if (track.overlay) assert.ok(mail.overlay, `what only we keep of "${subject}" is there`);
    }
  }

  /** From here on both sides count as equal. */
  private settle(track: Track, here: readonly LocalMail[]): void {
    Object.assign(track, { made: here.length, maybeMade: 0, gone: 0, maybeGone: 0, touched: new Set(), fresh: false });
    Object.assign(track, { read: new Map(), flagged: new Map(), before: undefined });
    track.overlay = here.length === 1 && here[0]!.overlay;
  }

  /** What came into a folder there when it was just being deleted here. */
  private excuseArrivals(): void {
    for (const { label, at, track } of this.arrivals.splice(0)) {
      if (!this.deletions.some((deletion) => deletion.label === label && at > deletion.at - momentMs)) continue;
      track.maybeGone += 1;
      track.touched.add('local');
    }
    this.deletions.length = 0;
  }

  private checkFolders(tree: readonly RemoteFolder[]): void {
    const there = new Map<string, number>();
    for (const { name, role } of tree)
      if (role === undefined) there.set(labelOf(name), (there.get(labelOf(name)) ?? 0) + 1);
    for (const label of there.keys()) assert.ok(this.folders.has(label), `somebody made the folder "${label}"`);
    for (const [label, folder] of this.folders) {
      const count = there.get(label) ?? 0;
      assert.ok(count <= folder.most, `the folder "${label}" is there ${count} times`);
      if (folder.certain && !folder.mayBeGone) assert.ok(count >= 1, `the folder "${label}" is there`);
      if (count === 0) this.folders.delete(label);
      else Object.assign(folder, { certain: true, mayBeGone: false, fresh: false, most: count });
    }
  }
}

/** Folder names are `L3-1`, renamed `L3-1.7-2`. */
const labelOf = (name: string): string => name.split('.')[0]!;

type Comparable = Omit<LocalMail, 'overlay' | 'remote'>;
const comparable = ({ subject, read, flagged, messageId, body, attachments }: Comparable): string =>
  JSON.stringify({ subject, read, flagged, messageId, body, attachments });

/** Path of a mail folder's id: `default0/INBOX` is `INBOX`. */
export const pathOf = (id: string): string => id.slice('default0/'.length);

export const subjectOf = (raw: Buffer): string => /^Subject: *(.*?)\r?$/im.exec(raw.toString('latin1'))?.[1] ?? '';

const mailsNamed = (sandbox: Sandbox, login: string, path: string, subject: string): number =>
  sandbox.mails(login, path).filter(({ raw }) => subjectOf(raw) === subject).length;

async function remoteMails(sandbox: Sandbox, id: string): Promise<Comparable[]> {
  const found: Comparable[] = [];
  for (const { raw, flags } of sandbox.mails('anna', pathOf(id))) {
    const mail = await PostalMime.parse(raw);
    found.push({
      subject: mail.subject ?? '',
      read: (flags & 32) !== 0,
      flagged: (flags & 8) !== 0,
      messageId: mail.messageId ?? '',
      body: digestOf((mail.text ?? '').trim()),
      attachments: mail.attachments.map(({ content }) => digestOf(Buffer.from(content as ArrayBuffer))).sort(),
    });
  }
  return found;
}
