import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Parameters } from '../http/parameters.ts';
import { HttpFailure } from '../http/run.ts';
import { personByName } from '../people/person.ts';
import { cookieNames, setCookie } from '../session/cookies.ts';
import { passwordFits } from '../session/password.ts';
import { randomId } from '../session/sessions.ts';

/** A request to module login, which has no session yet. */
export interface LoginRequest {
  readonly action: string;
  readonly parameters: Parameters;
  /** Of the URL alone. */
  readonly query: Parameters;
  readonly cookies: ReadonlyMap<string, string>;
  readonly userAgent: string;
  readonly address: string;
  readonly secure: boolean;
}

export interface LoginAnswer {
  /** Undefined: an empty body. */
  readonly json?: unknown;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Module `login` (reference 2). */
export async function login(core: Core, request: LoginRequest, failures: LoginFailures): Promise<LoginAnswer> {
  switch (request.action) {
    case 'login':
      return logIn(core, request, failures);
    case 'logout':
      return logOut(core, request);
    case 'refreshSecret':
      return refreshSecret(core, request);
    case 'store':
      return { json: { data: '1' }, headers: { deprecation: 'true' } };
    case 'autologin':
      throw new OxError('SVL-0015', 'autologin');
    case '':
      throw new OxError('SVL-0002', 'action');
    default:
      throw new OxError('SVL-0021', `login?action=${request.action}`);
  }
}

/** Failed logins per client address; too many lock it out for a window (reference 1.12). */
export interface LoginFailures {
  locked(address: string): boolean;
  note(address: string): void;
}

export function createLoginFailures(most: number, windowMs: number, clock: () => number): LoginFailures {
  const failures = new Map<string, { count: number; until: number }>();
  const current = (address: string) => {
    const entry = failures.get(address);
    if (entry && clock() < entry.until) return entry;
    failures.delete(address);
    return undefined;
  };
  return {
    locked: (address) => (current(address)?.count ?? 0) >= most,
    note(address) {
      const entry = current(address) ?? { count: 0, until: clock() + windowMs };
      entry.count += 1;
      failures.set(address, entry);
    },
  };
}

async function logIn(core: Core, request: LoginRequest, failures: LoginFailures): Promise<LoginAnswer> {
  if (request.query.text('password') !== undefined) throw new OxError('SVL-0030', 'password');
  if (failures.locked(request.address)) throw new HttpFailure(429);
  const person = personByName(core, request.parameters.required('name'));
  const password = request.parameters.required('password');
  // An unknown name costs the same as a wrong password would in plain form; scrypt forms show, as on the real server.
  if (!person || !(await passwordFits(password, person.password))) {
    failures.note(request.address);
    throw new OxError('LGI-0006');
  }
  const client = request.parameters.text('client') ?? 'default';
  const session = core.sessions.create(person, client, request.address);
  const names = cookieNames(client, request.userAgent);
  const week = request.parameters.flag('staySignedIn') ? 7 * 24 * 3600 : undefined;
  const cookie = (name: string, value: string) => setCookie(name, value, request.secure, week);
  return {
    json: {
      session: session.id,
      user: person.address,
      user_id: person.id,
      context_id: core.context.id,
      locale: person.locale,
    },
    cookies: [
      cookie(names.secret, session.secret),
      cookie(names.publicId, session.publicId),
      cookie('JSESSIONID', `${randomId()}.OX0`),
    ],
  };
}

function logOut(core: Core, request: LoginRequest): LoginAnswer {
  const id = request.parameters.text('session');
  if (!id) throw new HttpFailure(400);
  let client: string;
  try {
    client = core.sessions.check({ ...request, id }).client;
  } catch {
    throw new HttpFailure(403);
  }
  core.sessions.remove(id);
  const { secret, publicId } = cookieNames(client, request.userAgent);
  return { cookies: [secret, publicId].map((name) => setCookie(name, '', request.secure, 0)) };
}

function refreshSecret(core: Core, request: LoginRequest): LoginAnswer {
  const session = core.sessions.check({ ...request, id: request.parameters.text('session') });
  session.secret = randomId();
  const { secret } = cookieNames(session.client, request.userAgent);
  return { json: { data: '1' }, cookies: [setCookie(secret, session.secret, request.secure)] };
}
