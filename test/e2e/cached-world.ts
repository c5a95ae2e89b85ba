import assert from 'node:assert/strict';
import { openReplica, type Replica, replicaDifferences, type SyncScope } from '../../src/client/index.ts';
import { MapiError } from '../../src/mapi/index.ts';
import { ContentUnavailable, folderRoles, type Mailbox } from '../../src/store/index.ts';
import { type Cut, Disconnected, type World } from '../client/replica/world.ts';
import type { OxSide } from './cached-ox.ts';
import { cachedParty, onlineParty, type Party, type PartyFolder, type PartyMessage } from './cached-parties.ts';

/** A change by somebody; `a` and `b` choose what it is about. */
export interface Change {
  readonly who: 'first' | 'second' | 'online' | 'ox';
  readonly what:
    | 'create'
    | 'edit'
    | 'read'
    | 'move'
    | 'delete'
    | 'createFolder'
    | 'renameFolder'
    | 'moveFolder'
    | 'deleteFolder';
  readonly a: number;
  readonly b: number;
}

/** Something that happens before a request of a synchronization is carried out, or after it was. */
export interface Interlude {
  readonly at: number;
  readonly when: 'before' | 'after';
  /** `cut`: the connection breaks there. */
  readonly do: Change | 'cut';
}

export type Step =
  | Change
  | { readonly who: 'first' | 'second'; readonly what: 'synchronize'; readonly interludes: readonly Interlude[] }
  | { readonly what: 'pass' }
  | { readonly what: 'settle' };

/** What is known of the messages of one subject since all were last equal. */
interface Track {
  /** Who did anything to it but read it. */
  readonly touched: Set<string>;
  /** Bodies that nobody replaced who had seen them: each has to be somewhere in the end. */
  readonly leaves: Set<string>;
  readonly reads: Set<boolean>;
  /** Every folder that somebody had it in. */
  readonly folders: Set<number>;
  deleted: boolean;
  edits: number;
  /** Copies in Conflicts. */
  conflicts: number;
}

/** A client with a replica, and the connection that it has at the moment. */
interface Cached {
  readonly party: Party;
  readonly replica: Replica;
}

const pick = <T>(from: readonly T[], n: number): T | undefined => from[n % from.length];
const roles = ['inbox', 'drafts', 'sentItems', 'deletedItems'] as const;

/** A mailbox, two cached clients and an online one, and what has to be true of them. */
export class CachedWorld {
  private readonly world: World;
  private readonly mailbox: Mailbox;
  private readonly cached: Record<'first' | 'second', Cached>;
  private readonly online: Party;
  private readonly ox: OxSide | undefined;
  private readonly special: ReadonlySet<number>;
  private readonly places: readonly number[];
  private readonly top: number;
  /** Without the folders that nobody uses here. */
  private readonly scope: SyncScope;
  private readonly tracks = new Map<string, Track>();
  /** Parents that each folder ever had for somebody, and folders that somebody deleted. */
  private readonly parents = new Map<number, Set<number>>();
  private readonly deletedFolders = new Set<number>();
  private count = 0;
  private readonly sessions: { close(): void }[];
  readonly log: string[] = [];

  /** With `ox`, Open-Xchange's side is there, too. */
  static async begin(world: World, mailbox: Mailbox, ox?: OxSide): Promise<CachedWorld> {
    const session = await world.connect(mailbox);
    const self = new CachedWorld(world, mailbox, onlineParty('online', session), session, ox);
    await ox?.pass();
    for (const folder of await self.online.folders()) self.noteParent(folder.id, folder.parentId);
    for (const { replica } of Object.values(self.cached)) await replica.synchronize(session, self.scope);
    return self;
  }

  private constructor(
    world: World,
    mailbox: Mailbox,
    online: Party,
    session: { close(): void },
    ox: OxSide | undefined,
  ) {
    this.world = world;
    this.ox = ox;
    this.mailbox = mailbox;
    this.online = online;
    this.sessions = [session];
    const make = (name: string): Cached => {
      const replica = openReplica(':memory:');
      return { replica, party: cachedParty(name, replica) };
    };
    this.cached = { first: make('first'), second: make('second') };
    this.places = roles.map((role) => mailbox.specialFolder(role));
    this.top = mailbox.specialFolder('ipmSubtree');
    this.special = new Set([...this.places, this.top]);
    const used = [...this.places, mailbox.specialFolder('conflicts'), mailbox.specialFolder('localFailures')];
    const ofMailbox = new Set(folderRoles.map((role) => mailbox.specialFolder(role)));
    this.scope = { hierarchy: true, contents: (id) => !ofMailbox.has(id) || used.includes(id) };
  }

  close(): void {
    for (const { replica } of Object.values(this.cached)) replica.close();
    for (const session of this.sessions) session.close();
  }

  private note(text: string): void {
    this.log.push(text);
  }

  async step(step: Step): Promise<void> {
    if (step.what === 'settle') await this.settle();
    else if (step.what === 'pass') {
      this.note('the engine passes');
      await this.ox?.pass();
    } else if (step.what === 'synchronize') await this.synchronize(step.who as 'first', step.interludes);
    else await this.change(step as Change);
  }

  // What people do

  private partyOf(who: Change['who']): Party {
    if (who === 'ox') return this.ox!.party;
    return who === 'online' ? this.online : this.cached[who].party;
  }

  private noteParent(id: number, parentId: number): void {
    const known = this.parents.get(id);
    if (known === undefined) this.parents.set(id, new Set([parentId]));
    else known.add(parentId);
  }

  /** Folders that somebody made, as a party sees them. */
  private async ownFolders(party: Party): Promise<PartyFolder[]> {
    const known = await party.folders();
    if (party.name === 'ox') return known.filter(({ own }) => own);
    const own = new Set<number>();
    // Below a special folder or another own one; the mailbox's own folders have roles.
    for (const { id, parentId } of known) {
      if ((this.special.has(parentId) || own.has(parentId)) && this.made.has(id)) own.add(id);
    }
    return known.filter(({ id }) => own.has(id));
  }
  private readonly made = new Set<number>();

  /** Folders with messages that a party works in. */
  private async placesOf(party: Party): Promise<number[]> {
    if (party.name === 'ox') return (await party.folders()).map(({ id }) => id);
    return [...this.places, ...(await this.ownFolders(party)).map(({ id }) => id)];
  }

  private async messagesOf(party: Party): Promise<PartyMessage[]> {
    const found: PartyMessage[] = [];
    for (const folder of await this.placesOf(party)) found.push(...(await party.messages(folder)));
    return found.sort((x, y) => (x.subject < y.subject ? -1 : x.subject > y.subject ? 1 : 0));
  }

  private async change(change: Change): Promise<void> {
    const party = this.partyOf(change.who);
    try {
      await (change.what.endsWith('Folder') ? this.changeFolders(party, change) : this.changeMessages(party, change));
    } catch (error) {
      // Refused: a name that is taken, a folder into itself, something that is gone.
      if (!(error instanceof MapiError) && !isRefusal(error)) throw error;
      this.note(`  not done: ${(error as Error).message}`);
    }
  }

  private async changeMessages(party: Party, { what, a, b }: Change): Promise<void> {
    const folders = await this.placesOf(party);
    if (what === 'create') {
      this.count += 1;
      const subject = `mail ${this.count}`;
      const folder = pick(folders, a)!;
      const body = `body of ${subject}`;
      this.note(`${party.name} creates ${subject} in ${folder}`);
      await party.create(folder, subject, body, b % 2 === 0);
      this.tracks.set(subject, {
        touched: new Set([party.name]),
        leaves: new Set([body]),
        reads: new Set([b % 2 === 0]),
        folders: new Set([folder]),
        deleted: false,
        edits: 0,
        conflicts: 0,
      });
      return;
    }
    const message = pick(await this.messagesOf(party), a);
    if (message === undefined) return;
    const { subject } = message;
    const track = this.tracks.get(subject)!;
    this.note(`${party.name} ${what} ${subject} (${b}) in ${message.folderId}`);
    if (what === 'edit') {
      const seen = await party.body(message);
      this.count += 1;
      const body = `body ${this.count} of ${subject}`;
      await party.edit(message, body);
      track.edits += 1;
      track.leaves.delete(seen);
      track.leaves.add(body);
    } else if (what === 'read') {
      await party.setRead(message, b % 2 === 0);
      track.reads.add(b % 2 === 0);
      return;
    } else if (what === 'move') {
      const to = pick(folders, b)!;
      if (to === message.folderId) return;
      this.note(`  to ${to}`);
      await party.move(message, to);
      track.folders.add(to);
    } else {
      await party.delete(message);
      track.deleted = true;
    }
    track.touched.add(party.name);
  }

  private async changeFolders(party: Party, { what, a, b }: Change): Promise<void> {
    const own = await this.ownFolders(party);
    const top = party.name === 'ox' ? 0 : this.top;
    const parents = [top, ...(await this.placesOf(party))];
    this.count += 1;
    if (what === 'createFolder') {
      const parentId = pick(parents, a)!;
      const name = b % 4 === 0 ? 'Same' : `Folder ${this.count}`;
      const id = await party.createFolder(parentId, name);
      this.note(`${party.name} creates folder ${id} "${name}" in ${parentId}`);
      if (party.name !== 'ox') this.made.add(id);
      this.noteParent(id, parentId);
      return;
    }
    const folder = pick(own, a);
    if (folder === undefined) return;
    this.note(`${party.name} ${what} ${folder.id} (${b})`);
    if (what === 'renameFolder') {
      await party.changeFolder(folder, { name: b % 4 === 0 ? 'Same' : `Renamed ${this.count}` });
    } else if (what === 'moveFolder') {
      const parentId = pick(parents, b)!;
      this.note(`  to ${parentId}`);
      await party.changeFolder(folder, { parentId, name: `Moved ${this.count}` });
      this.noteParent(folder.id, parentId);
    } else {
      await party.deleteFolder(folder);
      this.deletedFolders.add(folder.id);
    }
  }

  // Synchronization

  private async synchronize(who: 'first' | 'second', interludes: readonly Interlude[]): Promise<void> {
    this.note(`${who} synchronizes`);
    let requests = 0;
    const around = async (when: 'before' | 'after'): Promise<Cut> => {
      let cut: Cut;
      for (const interlude of interludes) {
        if (interlude.at !== requests || interlude.when !== when) continue;
        if (interlude.do === 'cut') cut = when;
        else await this.change(interlude.do);
      }
      if (when === 'after') requests += 1;
      if (cut !== undefined) this.note(`  cut ${cut} request ${requests}`);
      return cut;
    };
    try {
      const session = await this.world.connect(this.mailbox, around);
      this.sessions.push(session);
      await this.cached[who].replica.synchronize(session, this.scope, (event) =>
        this.note(`  ${who}: ${JSON.stringify(event)}`),
      );
      session.close();
    } catch (error) {
      if (!(error instanceof Disconnected)) throw error;
    }
  }

  // What has to be true

  /** Synchronizes until nothing moves any more, then looks at all views. */
  async settle(): Promise<void> {
    this.note('settle');
    for (let quiet = 0, round = 0; quiet < 2; round += 1) {
      if (round > 20) assert.fail('it never gets quiet');
      if (this.ox !== undefined && (await this.passes(round))) quiet = 0;
      for (const who of ['first', 'second'] as const) {
        const { replica } = this.cached[who];
        const [before, told] = [this.log.length, replica.hasChanges()];
        await this.synchronize(who, []);
        const moved = told || this.log.length > before + 1 || replica.hasChanges();
        quiet = moved ? 0 : quiet + 1;
      }
    }
    const session = await this.world.connect(this.mailbox);
    for (const [name, { replica }] of Object.entries(this.cached)) {
      assert.deepEqual(await replicaDifferences(replica, session, this.scope), [], `the replica of ${name} is equal`);
    }
    session.close();
    await this.ox?.check();
    // A mail that was deleted on Open-Xchange and not missed yet cannot be read.
    const errors = this.world.errors.filter((error) => !(error instanceof ContentUnavailable && this.ox !== undefined));
    assert.deepEqual(errors, [], 'the server is content');
    await this.check();
  }

  /** Passes of the engine with time between them, since some things it believes only later. Gives whether it wrote. */
  private async passes(round: number): Promise<boolean> {
    let wrote = false;
    for (let n = 0; n < (round === 0 ? 14 : 4); n += 1) {
      this.world.advance(n === 3 ? 600_000 : n < 3 ? 60_000 : 600);
      wrote = (await this.ox!.pass(n === 0)) || wrote;
    }
    return wrote;
  }

  private async check(): Promise<void> {
    const gone = this.goneFolders();
    const conflicts = this.mailbox.specialFolder('conflicts');
    const failures = this.mailbox.specialFolder('localFailures');
    const folders = await this.online.folders();
    const here = new Map<string, { body: string; folderId: number; read: boolean }[]>();
    for (const { id } of folders.filter((folder) => this.scope.contents(folder.id))) {
      for (const message of await this.online.messages(id)) {
        const read = (await this.mailbox.message(message.ref))!.read;
        const found = { body: await this.online.body(message), folderId: id, read };
        const others = here.get(message.subject);
        if (others === undefined) here.set(message.subject, [found]);
        else others.push(found);
      }
    }
    for (const subject of here.keys()) {
      assert.ok(this.tracks.has(subject), `somebody made "${subject}"`);
    }
    for (const [subject, track] of this.tracks) {
      const all = here.get(subject) ?? [];
      const said = `"${subject}", ${JSON.stringify({ all, ...track, leaves: [...track.leaves], touched: [...track.touched] })}`;
      const copies = all.filter(({ folderId }) => folderId === conflicts);
      const usual = all.filter(({ folderId }) => folderId !== conflicts);
      const byOx = track.touched.has('ox');
      // Folders of Open-Xchange have no ids by which to tell what was in them.
      const folderGone = [...track.folders].some((id) => gone.has(id)) || (this.ox !== undefined && gone.size > 0);
      const maybeGone = track.deleted || folderGone;
      // A mail that is edited here is another one there: what happens to the one before meanwhile is not lost either.
      assert.ok(usual.length <= 1 + (byOx ? track.edits : 0), `once: ${said}`);
      if (!maybeGone) {
        assert.ok(usual.length >= 1, `not lost: ${said}`);
        // What went there before stays there.
        if (!track.folders.has(failures)) assert.notEqual(usual[0]!.folderId, failures, `nothing failed: ${said}`);
      }
      if (track.touched.size < 2) assert.equal(copies.length, track.conflicts, `no conflict: ${said}`);
      const bodies = all.map(({ body }) => body);
      if (!byOx) assert.equal(new Set(bodies).size, bodies.length, `no version twice: ${said}`);
      if (!maybeGone)
        for (const leaf of track.leaves) assert.ok(bodies.includes(leaf), `version "${leaf}" kept: ${said}`);
      if (usual.length === 1) {
        assert.ok(track.reads.has(usual[0]!.read), `read state is what somebody set: ${said}`);
        const { body, read, folderId } = usual[0]!;
        this.tracks.set(subject, {
          touched: new Set(),
          leaves: new Set([body]),
          reads: new Set([read]),
          folders: new Set([folderId]),
          deleted: false,
          edits: 0,
          conflicts: copies.length,
        });
      } else {
        Object.assign(track, { conflicts: copies.length, deleted: true });
        track.leaves.clear();
        track.touched.clear();
      }
    }
    const ids = new Set(folders.map(({ id }) => id));
    const untold = this.ox !== undefined && gone.size > 0;
    for (const id of this.made) if (!gone.has(id) && !untold) assert.ok(ids.has(id), `folder ${id} is not lost`);
    this.deletedFolders.clear();
    this.parents.clear();
    this.made.clear();
    for (const { id, parentId } of folders) this.noteParent(id, parentId);
    for (const { id } of folders) if (!this.ownRoles.has(id)) this.made.add(id);
  }

  private get ownRoles(): ReadonlySet<number> {
    this.roleIds ??= new Set(folderRoles.map((role) => this.mailbox.specialFolder(role)));
    return this.roleIds;
  }
  private roleIds: ReadonlySet<number> | undefined;

  /** Folders that may be gone: deleted ones, and those that ever were below one for somebody. */
  private goneFolders(): Set<number> {
    const gone = new Set(this.deletedFolders);
    for (let size = -1; size !== gone.size; ) {
      size = gone.size;
      for (const [id, parents] of this.parents) if ([...parents].some((parent) => gone.has(parent))) gone.add(id);
    }
    return gone;
  }
}

const isRefusal = (error: unknown): boolean =>
  /there is a folder|cannot go into itself|no such|refused|partly done/.test((error as Error).message);
