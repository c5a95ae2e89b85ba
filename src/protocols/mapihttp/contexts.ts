import { randomBytes } from 'node:crypto';
import type { Identity } from '../identity.ts';
import { mapiHttpLimits } from './limits.ts';
import { ResponseError, responseCode } from './response-code.ts';

/** What lives in a context: a MAPI session, or the little that an address book session needs. */
export interface ContextSession {
  close(): void;
}

/** A Session Context (MS-OXCMAPIHTTP 3.2.1): belongs to a user, not to a connection. */
export interface Context<S extends ContextSession> {
  /** Value of the session context cookie. */
  readonly cookie: string;
  readonly identity: Identity;
  readonly session: S;
  /** Value of the sequence cookie: which request comes next. */
  sequence: number;
  /** The request that must not have another beside it, with what it will answer. */
  running: RunningRequest | undefined;
  /** The answer to the last of them, for a client that lost it and asks again. Dropped after a short time. */
  answered: AnsweredRequest | undefined;
  /** Requests being answered; a context with some does not expire. */
  pending: number;
  waits: number;
  /** performance.now() when the last request ended. */
  lastUsed: number;
}

export interface RunningRequest {
  readonly requestId: string;
  readonly sequence: number;
  readonly body: Promise<Buffer>;
}

export interface AnsweredRequest {
  readonly requestId: string;
  readonly sequence: number;
  readonly body: Buffer;
  readonly at: number;
}

/** How long an answer is kept for a client that did not get it; connections break and come back within it. */
const keepAnswerMs = 60_000;

/** The contexts of one endpoint. */
export class ContextTable<S extends ContextSession> {
  private readonly byCookie = new Map<string, Context<S>>();
  private readonly byUser = new Map<string, Set<Context<S>>>();
  private readonly expiryMs: number;
  private readonly reaper: NodeJS.Timeout;

  constructor(expiryMs: number) {
    this.expiryMs = expiryMs;
    this.reaper = setInterval(() => this.reap(), Math.max(20, Math.min(expiryMs / 4, 15_000)));
    this.reaper.unref();
  }

  /** A new context. A user with too many loses the one unused longest that nothing is pending on. */
  create(identity: Identity, session: S): Context<S> {
    const user = userKey(identity);
    let own = this.byUser.get(user);
    if (own === undefined) {
      own = new Set();
      this.byUser.set(user, own);
    }
    if (own.size >= mapiHttpLimits.contextsPerUser) {
      let oldest: Context<S> | undefined;
      for (const context of own) {
        if (context.pending === 0 && (oldest === undefined || context.lastUsed < oldest.lastUsed)) oldest = context;
      }
      if (oldest === undefined) throw new ResponseError(responseCode.noPrivilege, 'Too many sessions of this user.');
      this.destroy(oldest);
      this.byUser.set(user, own);
    }
    const context: Context<S> = {
      cookie: randomBytes(18).toString('base64url'),
      identity,
      session,
      sequence: 1,
      running: undefined,
      answered: undefined,
      pending: 0,
      waits: 0,
      lastUsed: performance.now(),
    };
    this.byCookie.set(context.cookie, context);
    own.add(context);
    return context;
  }

  /**
   * The context that the cookie names. Throws ResponseError: Invalid Context Cookie for what is no cookie of ours,
   * Context Not Found for one that ended or is another user's (MS-OXCMAPIHTTP 3.2.5.1).
   */
  find(cookie: string, identity: Identity): Context<S> {
    if (!/^[\w-]{24}$/.test(cookie))
      throw new ResponseError(responseCode.invalidContextCookie, 'The session context cookie is not valid.');
    const context = this.byCookie.get(cookie);
    if (context === undefined || userKey(context.identity) !== userKey(identity))
      throw new ResponseError(responseCode.contextNotFound, 'The session context is not there.');
    return context;
  }

  /** Ends a context and its session; can be called again. */
  destroy(context: Context<S>): void {
    if (!this.byCookie.delete(context.cookie)) return;
    const user = userKey(context.identity);
    const own = this.byUser.get(user);
    own?.delete(context);
    if (own?.size === 0) this.byUser.delete(user);
    context.answered = undefined;
    context.session.close();
  }

  /** Ends all contexts and the reaping. */
  close(): void {
    clearInterval(this.reaper);
    for (const context of [...this.byCookie.values()]) this.destroy(context);
  }

  private reap(): void {
    const now = performance.now();
    for (const context of this.byCookie.values()) {
      if (context.answered !== undefined && now - context.answered.at > keepAnswerMs) context.answered = undefined;
      if (context.pending === 0 && now - context.lastUsed > this.expiryMs) this.destroy(context);
    }
  }
}

function userKey(identity: Identity): string {
  return `${identity.tenant}\n${identity.address}`;
}
