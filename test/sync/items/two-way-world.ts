import assert from 'node:assert/strict';
import { BackendError } from '../../../src/backends/index.ts';
import { getString, MapiError, PidTag } from '../../../src/mapi/index.ts';
import type { Folder, Mailbox, Message } from '../../../src/store/index.ts';
import { createSyncEngine, type SyncEngine } from '../../../src/sync/index.ts';
import { FakeGroupware } from './fake-items.ts';
import { change, client, create } from './outlook.ts';

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

/** Fields that both sides change, with the property that holds each; and one that only we can hold. */
const fields = { givenName: PidTag.GivenName, company: PidTag.CompanyName, jobTitle: PidTag.Title } as const;
type Field = keyof typeof fields;
const fieldNames = Object.keys(fields) as Field[];
const overlay = PidTag.Hobbies;
const folderNames = ['Alpha', 'Beta', 'Gamma', 'Delta'];

/** Calls that change something. */
const writing = /\.(create|update|remove|move|createFolder|changeFolder|deleteFolder)$/;
const never = new Promise<never>(() => {});
const silent = { debug() {}, info() {}, warn() {} };
const pick = <T>(from: readonly T[], n: number): T | undefined => from[n % from.length];

/** What an item says, whoever has it. The surname is its name: nobody changes it. */
type Said = Partial<Record<Field | 'surname', string>>;

/**
 * A mailbox, a groupware server and an engine between them, and what has to be true of them. Each value that somebody
 * writes is written once, so a value stands for one act: unless somebody who saw it wrote another one over it, or
 * deleted the item, it has to be there in the end.
 */
export class ItemWorld {
  now = 1_800_000_000_000;
  private mailbox!: Mailbox;
  private backend!: FakeGroupware;
  private engine!: SyncEngine;
  private count = 0;
  /** Values that have to be there, with the name of their item. */
  private values = new Map<string, string>();
  /** Values that only we hold, with the name of their item. */
  private overlays = new Map<string, string>();
  private late: (() => unknown)[] = [];
  /** What happened in this run. */
  log: string[] = [];

  async begin(mailbox: Mailbox): Promise<void> {
    this.mailbox = mailbox;
    this.backend = new FakeGroupware();
    this.count = 0;
    this.values = new Map();
    this.overlays = new Map();
    this.late = [];
    this.log = [];
    this.there.addFolder('2', '1', 'Alpha');
    this.there.unseen = ({ fields: said }) => this.deleted(said as Said);
    this.startEngine();
    for (let n = 0; n < 3; n += 1) this.remote({ side: 'remote', what: 'create', a: n, b: n });
    await this.pass(60_000, []);
  }

  private get there() {
    return this.backend.contacts;
  }

  private startEngine(): void {
    const warn = (details: object, message: string) => this.note(`  engine: ${message} ${JSON.stringify(details)}`);
    this.engine = createSyncEngine({
      mailbox: this.mailbox,
      backend: this.backend,
      log: { ...silent, warn, info: warn },
      pollMs: 1000,
      clock: () => this.now,
    });
  }

  private note(text: string): void {
    this.log.push(text);
  }

  async step(step: Step): Promise<void> {
    if (step.side === 'settle') await this.settle();
    else if (step.side === 'pass') await this.pass(step.ms, step.interludes);
    else await this.change(step);
  }

  private async change(step: Change): Promise<void> {
    if (step.side === 'remote') this.remote(step);
    else await this.local(step);
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
      // What mail does has a test of its own.
      if (busy || !name.startsWith('contacts.')) return;
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
          if (action.what === 'killLate' && when === 'before' && writing.test(name)) this.late.push(work);
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

  private fresh(what: string): string {
    this.count += 1;
    return `${what} ${this.count}`;
  }

  /** Somebody writes a value over those that they saw. */
  private written(name: string, value: string, over: string | undefined): void {
    this.values.set(value, name);
    if (over !== undefined) this.values.delete(over);
  }

  /** Somebody deletes an item as they see it. */
  private deleted(said: Said): void {
    for (const field of fieldNames) if (said[field] !== undefined) this.values.delete(said[field]);
    for (const [value, name] of this.overlays) if (name === said.surname) this.overlays.delete(value);
  }

  private async localFolders(): Promise<Folder[]> {
    const root = this.mailbox.specialFolder('contacts');
    return [(await this.mailbox.folder(root))!, ...(await this.mailbox.childFolders(root, { deep: true }))];
  }

  private async localItems(): Promise<Message[]> {
    const found: Message[] = [];
    for (const folder of await this.localFolders())
      for (const id of await this.mailbox.messageIds(folder.id)) {
        const message = await this.mailbox.message(id);
        if (message) found.push(message);
      }
    return found.sort((a, b) => a.key - b.key);
  }

  private saidHere({ properties }: Message): Said {
    const said: Said = {};
    const surname = getString(properties, PidTag.Surname);
    if (surname) said.surname = surname;
    for (const field of fieldNames) {
      const value = getString(properties, fields[field]);
      if (value) said[field] = value;
    }
    return said;
  }

  private async local({ what, a, b }: Change): Promise<void> {
    const folders = await this.localFolders();
    const message = pick(await this.localItems(), a);
    const said = message && this.saidHere(message);
    const field = pick(fieldNames, b)!;
    this.note(`  local ${what} ${said?.surname ?? ''} ${field} ${b}`);
    try {
      if (what === 'create') {
        const surname = this.fresh('item');
        const value = this.fresh(`${surname} here`);
        this.written(surname, value, undefined);
        await create(this.mailbox, pick(folders, b)!.id, [
          [PidTag.MessageClass, 'IPM.Contact'],
          [PidTag.Surname, surname],
          [fields[field], value],
        ]);
      } else if (what === 'createFolder')
        await this.mailbox.createFolder(
          {
            parentId: pick(folders, a)!.id,
            displayName: pick(folderNames, b)!,
            properties: new Map([[PidTag.ContainerClass, 'IPF.Contact']]),
          },
          client,
        );
      else if (!message || !said) return;
      else if (what === 'edit') {
        const value = this.fresh(`${said.surname} here`);
        this.written(said.surname!, value, said[field]);
        await change(this.mailbox, message, [[fields[field], value]]);
      } else if (what === 'tag') {
        const value = this.fresh(`${said.surname} tag`);
        const before = getString(message.properties, overlay);
        this.overlays.set(value, said.surname!);
        if (before !== undefined) this.overlays.delete(before);
        await change(this.mailbox, message, [[overlay, value]]);
      } else if (what === 'move')
        await this.mailbox.moveMessages(message.folderId, [message.id], pick(folders, b)!.id, client);
      else if (what === 'delete' || what === 'deleteHard') {
        this.deleted(said);
        await this.mailbox.deleteMessages(message.folderId, [message.id], { hard: what === 'deleteHard' }, client);
      } else if (what === 'deleteFolder') {
        const folder = pick(folders, b)!;
        if (folder.role !== undefined) return;
        const inside = [folder, ...(await this.mailbox.childFolders(folder.id, { deep: true }))].map(({ id }) => id);
        for (const one of await this.localItems()) if (inside.includes(one.folderId)) this.deleted(this.saidHere(one));
        await this.mailbox.deleteFolder(folder.id, { messages: true, folders: true }, client);
      } else if (what === 'moveFolder') {
        const folder = pick(folders, b)!;
        if (folder.role !== undefined) return;
        const name = a % 2 === 0 ? folder.displayName : pick(folderNames, a)!;
        await this.mailbox.moveFolder(folder.id, pick(folders, a)!.id, name, client);
      } else if (what === 'throwAway') {
        this.deleted(said);
        const trash = this.mailbox.specialFolder('deletedItems');
        await this.mailbox.moveMessages(message.folderId, [message.id], trash, client);
      }
    } catch (error) {
      if (!(error instanceof MapiError)) throw error;
    }
  }

  private remote({ what, a, b }: Change): void {
    const { there } = this;
    const item = pick([...there.kept.values()], a);
    const folders = [...there.tree.keys()];
    const said = item?.fields as Said | undefined;
    const field = pick(fieldNames, b)!;
    this.note(`  remote ${what} ${said?.surname ?? ''} ${field} ${b}`);
    if (what === 'create') {
      const surname = this.fresh('item');
      const value = this.fresh(`${surname} there`);
      this.written(surname, value, undefined);
      there.put(pick(folders, b)!, { surname, [field]: value });
    } else if (what === 'createFolder' || what === 'moveFolder' || what === 'deleteFolder')
      this.remoteFolder(what, a, b);
    else if (!item || !said) return;
    else if (what === 'edit') {
      const value = this.fresh(`${said.surname} there`);
      this.written(said.surname!, value, said[field]);
      there.edit(item.id, { fields: { [field]: value } });
    } else if (what === 'move') there.edit(item.id, { folder: pick(folders, b)! });
    else if (what === 'delete') {
      this.deleted(said);
      there.drop(item.id);
    }
  }

  private remoteFolder(what: string, a: number, b: number): void {
    const { there } = this;
    const parentId = pick([...there.tree.keys()], a)!;
    const name = pick(folderNames, b)!;
    const isFree = (parent: string | undefined, wanted: string) =>
      ![...there.tree.values()].some((other) => other.parentId === parent && other.name === wanted);
    if (what === 'createFolder') {
      if (isFree(parentId, name)) there.addFolder(this.fresh('folder'), parentId, name);
      return;
    }
    const folder = pick([...there.tree.values()], b)!;
    if (folder.isDefault) return;
    if (what === 'deleteFolder') {
      for (const item of there.kept.values())
        if (there.isInside(item.folder, folder.id)) this.deleted(item.fields as Said);
      there.dropFolder(folder.id);
    } else if (!there.isInside(parentId, folder.id) && isFree(parentId, folder.name)) folder.parentId = parentId;
  }

  // ---- what has to be true

  /** Passes without disturbance until nothing is left to do, then both sides have to be equal. */
  async settle(): Promise<void> {
    this.note('settle');
    this.runLate();
    let idle = 0;
    for (let n = 0; idle < 3; n += 1) {
      if (n >= 40) {
        const rows = await this.mailbox.sync.dueOutbox(Number.MAX_SAFE_INTEGER, 100);
        assert.fail(`it never gets quiet; ${JSON.stringify(rows)}`);
      }
      if (n % 4 === 0) this.startEngine();
      this.backend.calls.length = 0;
      await this.pass(n % 4 === 3 ? 3_600_000 : 60_000, []);
      const wrote = this.backend.calls.some((call) => writing.test(call));
      idle = wrote || (await this.mailbox.sync.outboxCount()) > 0 ? 0 : idle + 1;
      if (n < 4) idle = 0;
    }
    await this.check();
  }

  private async check(): Promise<void> {
    const { mailbox, there } = this;
    const sorted = (lines: string[]) => lines.sort();
    const line = (folder: string, said: Said) =>
      `${folder}: ${JSON.stringify([said.surname, ...fieldNames.map((field) => said[field])])}`;

    const links = await mailbox.sync.folderLinks();
    const remoteOf = new Map(links.map((link) => [link.folderId, link.remoteId.replace('contacts:', '')]));
    const items = await this.localItems();
    const here = sorted(items.map((message) => line(remoteOf.get(message.folderId) ?? 'none', this.saidHere(message))));
    const remote = sorted([...there.kept.values()].map(({ folder, fields: said }) => line(folder, said as Said)));
    assert.deepEqual(here, remote, 'both sides have the same items in the same folders');
    const folders = (await this.localFolders()).map(({ id }) => remoteOf.get(id));
    assert.deepEqual(folders.sort(), [...there.tree.keys()].sort(), 'both sides have the same folders');

    const names = items.map((message) => this.saidHere(message).surname);
    assert.equal(new Set(names).size, names.length, `each item is there once: ${names.join(', ')}`);

    const kept = new Set<string>();
    const tags = new Set<string>();
    const conflicts = await mailbox.messageIds(mailbox.specialFolder('conflicts'));
    // What came to an item in the moment in which somebody threw it away is there with it.
    const aside = [...conflicts, ...(await mailbox.messageIds(mailbox.specialFolder('deletedItems')))];
    for (const message of [...items, ...(await Promise.all(aside.map((id) => mailbox.message(id))))]) {
      for (const field of fieldNames) {
        const value = this.saidHere(message!)[field];
        if (value) kept.add(value);
      }
      const tag = getString(message!.properties, overlay);
      if (tag) tags.add(tag);
    }
    for (const [value, name] of this.values) assert.ok(kept.has(value), `"${value}" of ${name} is lost`);
    // What only we hold goes with an item that is deleted there, also when it was set in that moment.
    for (const [value, name] of this.overlays)
      if (names.includes(name)) assert.ok(tags.has(value), `the tag "${value}" of ${name} is lost`);
    // What was kept aside is not asked for again.
    for (const id of conflicts)
      await mailbox.deleteMessages(mailbox.specialFolder('conflicts'), [id], { hard: true }, { kind: 'sync' });
    const live = new Set(items.flatMap((message) => Object.values(this.saidHere(message))));
    for (const value of [...this.values.keys()]) if (!live.has(value)) this.values.delete(value);
    for (const value of [...this.overlays.keys()])
      if (!items.some((message) => getString(message.properties, overlay) === value)) this.overlays.delete(value);
  }
}
