import { randomBytes } from 'node:crypto';
import { OxError } from '../errors.ts';
import { limits } from '../limits.ts';
import { cookieNames } from './cookies.ts';

export interface Session {
  readonly id: string;
  readonly personId: number;
  readonly login: string;
  readonly client: string;
  readonly address: string;
  secret: string;
  readonly publicId: string;
  lastUsed: number;
}

/** Sessions live in memory, as on a node of a server: a restart ends them. */
export interface Sessions {
  create(person: { id: number; login: string }, client: string, address: string): Session;
  /** The session of a request; SES-0201, SES-0203, SES-0205, SES-0206 (reference 2.3). */
  check(request: SessionProof): Session;
  remove(id: string): void;
  alive(id: string): boolean;
  /** The session that an image may be fetched with: by its public cookie (reference 2.1). */
  byPublicCookie(cookies: ReadonlyMap<string, string>, userAgent: string): Session | undefined;
  /** Ends the sessions of a login, or all; returns how many. */
  expire(login?: string): number;
}

export interface SessionProof {
  readonly id: string | undefined;
  readonly cookies: ReadonlyMap<string, string>;
  readonly userAgent: string;
  readonly address: string;
}

/** 32 hexadecimal digits, as the ids and secrets of sessions are. */
export const randomId = (): string => randomBytes(16).toString('hex');

export function createSessions(clock: () => number, idleMs: number, ipCheck: boolean): Sessions {
  const sessions = new Map<string, Session>();
  return {
    create(person, client, address) {
      if (sessions.size >= limits.sessions) throw new OxError('SES-0007');
      const session: Session = {
        id: randomId(),
        personId: person.id,
        login: person.login,
        client,
        address,
        secret: randomId(),
        publicId: randomId(),
        lastUsed: clock(),
      };
      sessions.set(session.id, session);
      return session;
    },
    check({ id, cookies, userAgent, address }) {
      if (id === undefined || id === '') throw new OxError('SES-0201');
      const session = sessions.get(id);
      if (!session) throw new OxError('SES-0203', id);
      if (clock() - session.lastUsed > idleMs) {
        sessions.delete(id);
        throw new OxError('SES-0203', id);
      }
      if (ipCheck && address !== session.address) throw new OxError('SES-0205', address);
      const secret = cookies.get(cookieNames(session.client, userAgent).secret);
      if (secret !== session.secret) throw new OxError('SES-0206');
      session.lastUsed = clock();
      return session;
    },
    remove: (id) => void sessions.delete(id),
    alive: (id) => sessions.has(id),
    byPublicCookie(cookies, userAgent) {
      for (const session of sessions.values()) {
        const name = cookieNames(session.client, userAgent).publicId;
        if (cookies.get(name) === session.publicId) return session;
      }
      return undefined;
    },
    expire(login) {
      let ended = 0;
      for (const session of sessions.values())
        if (login === undefined || session.login === login) {
          sessions.delete(session.id);
          ended += 1;
        }
      return ended;
    },
  };
}
