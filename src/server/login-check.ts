import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
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

/**
 * Checks logins against the authenticator, remembers good ones briefly as a salted scrypt hash, and makes a name that
 * keeps failing from one address wait (1 s, doubling to 60 s) without asking the backend meanwhile.
 */
export function createLoginCheck(authenticator: Authenticator, options: LoginCheckOptions): LoginCheck {
  const now = options.now ?? Date.now;
  const remembered = new Map<string, { salt: Buffer; hash: Buffer; identity: Identity; until: number }>();
  const failures = new Map<string, { count: number; last: number }>();
  const running = new Map<string, Promise<Identity | undefined>>();

  async function isRemembered(name: string, password: string) {
    const entry = remembered.get(name);
    if (!entry) return undefined;
    if (entry.until <= now()) {
      remembered.delete(name);
      return undefined;
    }
    return timingSafeEqual(entry.hash, await derive(password, entry.salt, 32)) ? entry : undefined;
  }

  function mustWait(key: string): boolean {
    const failed = failures.get(key);
    if (!failed) return false;
    const age = now() - failed.last;
    if (age > forgetFailuresMs) {
      failures.delete(key);
      return false;
    }
    const excess = failed.count - options.failuresBeforeDelay;
    return excess >= 0 && age < Math.min(longestDelayMs, 1000 * 2 ** excess);
  }

  return {
    async check(userName, password, remoteAddress) {
      const name = canonicalUserName(userName);
      const entry = await isRemembered(name, password);
      if (entry) return { identity: entry.identity, until: entry.until };
      const key = `${name}\0${remoteAddress}`;
      if (mustWait(key)) return undefined;

      // Outlook opens several connections at once: one question to the backend serves them all.
      const question = `${name}\0${password}`;
      let answer = running.get(question);
      if (!answer) {
        answer = authenticator.authenticate(name, password).finally(() => running.delete(question));
        running.set(question, answer);
      }
      const identity = await answer;
      if (!identity) {
        bound(failures);
        failures.set(key, { count: (failures.get(key)?.count ?? 0) + 1, last: now() });
        return undefined;
      }
      failures.delete(key);
      const until = now() + options.rememberMs;
      if (options.rememberMs > 0) {
        const salt = randomBytes(16);
        bound(remembered);
        remembered.set(name, { salt, hash: await derive(password, salt, 32), identity, until });
      }
      return { identity, until };
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
