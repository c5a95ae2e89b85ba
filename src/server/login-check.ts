import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Authenticator, Identity } from '../store/index.ts';

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;

export interface LoginCheckOptions {
  readonly rememberMs: number;
  readonly failuresBeforeDelay: number;
  readonly now?: () => number;
}

export interface LoginCheck {
  /**
   * Who this is, and until when (ms since 1970) that may be believed without asking again; undefined when name and
   * password do not fit or have been tried too often. Throws BackendUnavailable when it cannot be said.
   */
  check(
    userName: string,
    password: string,
    remoteAddress: string,
  ): Promise<{ identity: Identity; until: number } | undefined>;
}

/** Most remembered logins and failing names; the oldest go first. */
const capacity = 100_000;
const longestDelayMs = 60_000;
const forgetFailuresMs = 15 * 60_000;
/** Between two tries of one name from one address against a remembered login, while that pair has to wait. */
const paceMs = 1000;
/** Most tries of such a pair that are held until their turn comes. */
const longestLine = 16;

interface Remembered {
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly identity: Identity;
  readonly until: number;
  /** Where the right password came from. */
  readonly addresses: Set<string>;
}

/**
 * Checks logins against the authenticator, remembers good ones briefly as a salted scrypt hash, and makes a name that
 * keeps failing from one address wait (1 s, doubling to 60 s) without asking the backend meanwhile.
 *
 * Waiting comes before a remembered login too, or the remembered hash would answer any number of guesses. It counts
 * for one address, so guessing from elsewhere keeps nobody out. Who shares an address with the guesser (an office, a
 * proxy) could be kept out for as long as the guessing goes on; so where the right password came from before, it is
 * not refused but tried in its turn, one try a second. That leaves a guesser at that very address one guess a second,
 * and who wants to keep its owner out has to hold all places of the line at any time.
 */
export function createLoginCheck(authenticator: Authenticator, options: LoginCheckOptions): LoginCheck {
  type Result = { identity: Identity; until: number } | undefined;
  const now = options.now ?? Date.now;
  const remembered = new Map<string, Remembered>();
  const failures = new Map<string, { count: number; last: number }>();
  const running = new Map<string, Promise<Result>>();
  /** Tries under way, each of another password. */
  const trying = new Map<string, number>();
  const lines = new Map<string, { length: number; end: Promise<void> }>();

  function rememberedAs(name: string): Remembered | undefined {
    const entry = remembered.get(name);
    if (entry && entry.until <= now()) remembered.delete(name);
    return remembered.get(name);
  }

  const fits = async (entry: Remembered, password: string): Promise<boolean> =>
    timingSafeEqual(entry.hash, await derive(password, entry.salt, 32));

  function mustWait(key: string): boolean {
    const failed = failures.get(key);
    const age = failed ? now() - failed.last : 0;
    if (age > forgetFailuresMs) failures.delete(key);
    const underWay = trying.get(key) ?? 0;
    // What is under way may fail: many guesses at once are as many as one after the other.
    const excess = (failures.get(key)?.count ?? 0) + underWay - options.failuresBeforeDelay;
    return excess >= 0 && (underWay > 0 || age < Math.min(longestDelayMs, 1000 * 2 ** excess));
  }

  function countFailure(key: string): undefined {
    const count = (failures.get(key)?.count ?? 0) + 1;
    bound(failures);
    failures.set(key, { count, last: now() });
  }

  /** Refuses when the line is full. */
  async function inTurn(key: string, work: () => Promise<Result>): Promise<Result> {
    const line = lines.get(key) ?? { length: 0, end: Promise.resolve() };
    if (line.length >= longestLine) return undefined;
    lines.set(key, line);
    line.length += 1;
    const done = line.end.then(work);
    line.end = done
      .catch(() => {})
      .then(() => sleep(paceMs, undefined, { ref: false }))
      .then(() => {
        line.length -= 1;
        if (line.length === 0) lines.delete(key);
      });
    return done;
  }

  async function attempt(name: string, password: string, remoteAddress: string, key: string): Promise<Result> {
    const entry = rememberedAs(name);
    if (mustWait(key)) {
      if (!entry?.addresses.has(remoteAddress)) return undefined;
      return inTurn(key, async () => ((await fits(entry, password)) ? entry : countFailure(key)));
    }
    trying.set(key, (trying.get(key) ?? 0) + 1);
    try {
      if (entry && (await fits(entry, password))) {
        entry.addresses.add(remoteAddress);
        return entry;
      }
      const identity = await authenticator.authenticate(name, password);
      if (!identity) return countFailure(key);
      failures.delete(key);
      const until = now() + options.rememberMs;
      if (options.rememberMs > 0) {
        const salt = randomBytes(16);
        const hash = await derive(password, salt, 32);
        bound(remembered);
        remembered.set(name, { salt, hash, identity, until, addresses: new Set([remoteAddress]) });
      }
      return { identity, until };
    } finally {
      const left = trying.get(key)! - 1;
      if (left > 0) trying.set(key, left);
      else trying.delete(key);
    }
  }

  return {
    async check(userName, password, remoteAddress) {
      const name = canonicalUserName(userName);
      const key = `${name}\0${remoteAddress}`;
      // Outlook opens several connections at once: one question to the backend serves them all.
      const question = `${key}\0${password}`;
      let answer = running.get(question);
      if (!answer) {
        answer = attempt(name, password, remoteAddress, key).finally(() => running.delete(question));
        running.set(question, answer);
      }
      const result = await answer;
      return result && { identity: result.identity, until: result.until };
    },
  };
}

/** `DOMAIN\user` as `user@domain`; everything in lower case and without surrounding blanks. */
export function canonicalUserName(userName: string): string {
  const text = userName.normalize('NFC').trim().toLowerCase();
  const backslash = text.indexOf('\\');
  if (backslash < 0) return text;
  const domain = text.slice(0, backslash);
  const user = text.slice(backslash + 1);
  return user.includes('@') || domain === '' || domain === '.' ? user : `${user}@${domain}`;
}

function bound(map: Map<string, unknown>): void {
  if (map.size < capacity) return;
  for (const key of map.keys()) {
    map.delete(key);
    break;
  }
}
