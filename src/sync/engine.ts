import { type Backend, BackendError } from '../backends/index.ts';
import type { FolderId, FolderLink, Mailbox, MessageKey, OutboxRow } from '../store/index.ts';
import type { Brake, SyncAccount, SyncLog } from './account.ts';
import { createItemEngine } from './items/index.ts';
import { syncLimits } from './limits.ts';
import { type FolderCursor, mailFolderLinks } from './links.ts';
import { followOwnChange } from './own-changes.ts';
import { collectVanished, type FolderNews, ingest, lookAtFolder, removeStray, removeVanished } from './pull-folder.ts';
import { pullTree, removeGone } from './pull-tree.ts';
import { pushMessage } from './push.ts';
import { pushFolder } from './push-folder.ts';
import { releaseContents } from './release.ts';
import { submitMessage } from './submit.ts';
import { Waiting } from './waiting.ts';

export interface SyncOptions {
  readonly mailbox: Mailbox;
  readonly backend: Backend;
  readonly log: SyncLog;
  /** ms between two looks for changes where the backend does not push. */
  readonly pollMs: number;
  readonly clock?: () => number;
  /** Called after each failed call. */
  readonly onError?: (error: BackendError) => void;
}

export interface SyncStatus {
  /** `starting` until the first pass is through, `waiting` after a failure, `stopped` also when the password is wrong. */
  readonly state: 'starting' | 'running' | 'waiting' | 'stopped';
  readonly lastError: string | undefined;
  /** Changes not yet on the backend. */
  readonly outbox: number;
  readonly brakes: readonly Brake[];
}

/** Keeps one mailbox and its backend in step. */
export interface SyncEngine {
  start(): void;
  /** Ends after the call under way; the outbox stays for the next start. */
  stop(): Promise<void>;
  /** Looks at once instead of at the next poll. */
  wake(): void;
  status(): Promise<SyncStatus>;
  /** Lets what vanished from a folder be deleted (see {@link Brake}). */
  releaseBrake(remoteFolder: string): void;
  /** One whole pass: outbox, tree, folders. Throws BackendError. For tests and the first run; not while started. */
  pass(): Promise<void>;
}

export function createSyncEngine(options: SyncOptions): SyncEngine {
  const account: SyncAccount = {
    mailbox: options.mailbox,
    backend: options.backend,
    log: options.log,
    clock: options.clock ?? Date.now,
    pollMs: options.pollMs,
    tree: [],
    lookedSince: 0,
    lookWanted: false,
    brakes: new Map(),
  };
  const { mailbox, backend, clock } = account;
  const missedFolders = new Set<string>();
  const missedMails = new Set<MessageKey>();
  const released = new Set<FolderId>();
  const items = createItemEngine(account, released);
  let state: SyncStatus['state'] = 'starting';
  let lastError: string | undefined;
  let stopping = false;
  let running: Promise<void> | undefined;
  let wakeUp: (() => void) | undefined;
  let woken = false;
  let polls = 0;
  let lastPoll = 0;

  function wake(): void {
    woken = true;
    wakeUp?.();
  }
  // What comes close together is dealt with in one go.
  let gathering = false;
  mailbox.sync.onOutbox(() => {
    if (gathering) return;
    gathering = true;
    setTimeout(() => {
      gathering = false;
      wake();
    }, syncLimits.gatherMs);
  });

  async function push(): Promise<void> {
    for (;;) {
      const rows = await mailbox.sync.dueOutbox(clock(), syncLimits.pushBatch);
      if (rows.length === 0) return;
      // Where things belong, and where sent mail is kept, has to be known before anything is done.
      if (account.tree.length === 0) await pullTree(account);
      const nothingToDo: OutboxRow[] = [];
      for (const row of rows) {
        if (stopping) return;
        if (!(await pushRow(row))) nothingToDo.push(row);
      }
      await mailbox.sync.finishOutbox(...nothingToDo);
    }
  }

  /** False when the row is still there and there is nothing to do for it. */
  async function pushRow(row: OutboxRow): Promise<boolean> {
    try {
      if (await items?.push(row)) return true;
      if (row.kind === 'folder') await pushFolder(account, row);
      else if (row.kind === 'submit') await followOwnChange(mailbox, row.objectKey, () => submitMessage(account, row));
      else return await followOwnChange(mailbox, row.objectKey, () => pushMessage(account, row));
      return true;
    } catch (error) {
      if (error instanceof Waiting) {
        await mailbox.sync.postponeOutbox(row, error.until ?? clock() + options.pollMs, error.message);
        return true;
      }
      if (!(error instanceof BackendError)) {
        // One item that cannot be dealt with must not hold up the others.
        options.log.warn(
          { kind: row.kind, object: row.objectKey, error: String(error) },
          'a change could not be pushed',
        );
        await mailbox.sync.postponeOutbox(row, clock() + retryDelay(row.attempts), String(error));
        return true;
      }
      options.onError?.(error);
      await mailbox.sync.postponeOutbox(row, clock() + retryDelay(row.attempts), error.message);
      if (error.kind === 'unavailable' || error.kind === 'auth') throw error;
      options.log.warn(
        { kind: row.kind, object: row.objectKey, code: error.code, reason: error.message },
        'the backend did not take a change',
      );
      return true;
    }
  }

  const fullDue = (cursor: FolderCursor): boolean =>
    clock() - cursor.listedAt >=
    Math.max(
      options.pollMs * syncLimits.fullEveryPolls,
      syncLimits.fullEveryMs,
      cursor.total * syncLimits.fullMsPerMail,
    );

  async function pull(): Promise<void> {
    const began = clock();
    const whole = polls % syncLimits.treeEveryPolls === 0 || account.tree.length === 0 || account.lookWanted;
    if (whole) account.lookWanted = false;
    const missing = whole ? await pullTree(account) : undefined;
    polls += 1;
    const links = await mailFolderLinks(mailbox);
    const statuses = await backend.mail.statuses(links.map((link) => link.remoteId));
    const inbox = account.tree.find((folder) => folder.role === 'inbox')?.id;
    // The inbox first: that is where people look.
    links.sort((a, b) => Number(b.remoteId === inbox) - Number(a.remoteId === inbox));

    const news: FolderNews[] = [];
    for (const link of links) {
      if (stopping) return;
      const status = statuses.get(link.remoteId);
      // What a client deleted is not read any more; its outbox row waits.
      if (!status || !(await mailbox.folder(link.folderId))) continue;
      const found = await lookAtFolder(
        account,
        link.folderId,
        link.remoteId,
        status,
        (cursor) => released.has(link.folderId) || fullDue(cursor),
      );
      if (!found) continue;
      // A first read needs nothing from other folders; later on a mail that is new here may be missing there.
      if (found.first) await ingest(account, found, new Map());
      else news.push(found);
    }
    const vanished = await collectVanished(account, news);
    const everywhere = whole && (await isTreeHere(links));
    for (const found of news) await ingest(account, found, vanished);
    for (const found of news) {
      const role = account.tree.find((folder) => folder.id === found.remoteFolder)?.role;
      const brakeApplies = role !== 'trash' && role !== 'junk' && !released.has(found.folderId);
      await removeVanished(account, found, brakeApplies, everywhere);
      if (!account.brakes.has(found.folderId)) released.delete(found.folderId);
    }
    await items?.pull(whole);
    if (whole) account.lookedSince = began;
    if (!everywhere) return;
    if (missing) await removeGone(account, missing, missedFolders);
    await removeStray(account, missedMails);
  }

  /** Whether each remote folder has a local one that is not being deleted. */
  async function isTreeHere(links: readonly FolderLink[]): Promise<boolean> {
    const here = new Set<string>();
    for (const link of links) if (await mailbox.folder(link.folderId)) here.add(link.remoteId);
    return account.tree.every((folder) => here.has(folder.id) || !folder.selectable);
  }

  async function pass(): Promise<void> {
    await push();
    await pull();
    await push();
    while (await releaseContents(account, () => stopping));
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopping) {
      woken = false;
      try {
        await push();
        const looks = clock() - lastPoll >= options.pollMs;
        if (looks) {
          await pull();
          lastPoll = clock();
        }
        failures = 0;
        lastError = undefined;
        state = 'running';
        if (looks) await releaseContents(account, () => stopping || woken);
      } catch (error) {
        if (stopping) break;
        lastError = (error as Error).message;
        if (error instanceof BackendError) {
          options.onError?.(error);
          if (error.kind === 'auth') {
            options.log.warn(
              { reason: lastError },
              'the password is no longer right; synchronization stops until the next login',
            );
            state = 'stopped';
            return;
          }
        }
        options.log.warn({ reason: lastError }, 'synchronization failed; trying again later');
        state = 'waiting';
        lastPoll = clock();
        await sleep(retryDelay(failures));
        lastPoll = 0;
        failures += 1;
        continue;
      }
      const due = await mailbox.sync.nextDue();
      await sleep(Math.max(0, Math.min(lastPoll + options.pollMs, due ?? Number.POSITIVE_INFINITY) - clock()));
    }
    state = 'stopped';
  }

  function sleep(ms: number): Promise<void> {
    if (woken || stopping || ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wakeUp = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      wakeUp = done;
    });
  }

  return {
    start() {
      running ??= loop();
    },
    async stop() {
      stopping = true;
      wake();
      await running;
    },
    wake() {
      lastPoll = 0;
      wake();
    },
    async status() {
      return { state, lastError, outbox: await mailbox.sync.outboxCount(), brakes: [...account.brakes.values()] };
    },
    releaseBrake(remoteFolder) {
      for (const [folderId, brake] of account.brakes) if (brake.folder === remoteFolder) released.add(folderId);
      lastPoll = 0;
      wake();
    },
    pass,
  };
}

/** Doubling from one second to five minutes, with up to a fifth of chance so that accounts do not come all at once. */
const retryDelay = (failures: number): number =>
  Math.min(syncLimits.longestRetryMs, syncLimits.retryMs * 2 ** Math.min(failures, 20)) * (1 + Math.random() / 5);
