import type { GroupwareItems } from '../items.ts';
import type { Backend, BackendProfile } from '../types.ts';
import { BackendError } from '../types.ts';
import { oxContacts } from './contacts.ts';
import { oxDirectory } from './directory.ts';
import type { OxCalendarUser } from './event-fields.ts';
import { hasChronos, oxEvents } from './events.ts';
import type { OxHttpOptions } from './http.ts';
import { oxItems } from './items.ts';
import { oxMail } from './mail.ts';
import { type OxCredentials, type OxSession, openOxSession } from './session.ts';
import { oxTasks } from './tasks.ts';

/**
 * Logs a person in to an Open-Xchange server and gives its modules as a Backend. Throws BackendError: `auth` for a wrong
 * name or password, `unavailable` when the server does not answer.
 */
export async function openOxBackend(options: OxHttpOptions, credentials: OxCredentials): Promise<Backend> {
  const session = await openOxSession(options, credentials);
  return {
    mail: oxMail(session),
    directory: oxDirectory(session),
    items: () => openItems(session),
    profile: () => readProfile(session),
    close: () => session.logout(),
  };
}

async function openItems(session: OxSession): Promise<GroupwareItems> {
  const user = await readUser(session);
  const { timeZone } = user;
  return {
    timeZone,
    contacts: oxItems(session, oxContacts),
    tasks: oxItems(session, oxTasks(timeZone)),
    events: (await hasChronos(session)) ? oxEvents(session, user) : undefined,
  };
}

async function readUser(session: OxSession): Promise<OxCalendarUser> {
  const user = (await session.get('user', 'get', { id: session.userId })) as Record<string, unknown> | undefined;
  const addresses = [user?.email1, ...(Array.isArray(user?.aliases) ? user.aliases : [])];
  return {
    id: session.userId,
    addresses: addresses.filter((address) => typeof address === 'string').map((address) => address.toLowerCase()),
    timeZone: zoneOrUtc(user?.timezone),
  };
}

/** The zone that the person set; UTC for one that nobody knows. */
function zoneOrUtc(name: unknown): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: String(name) }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

async function readProfile(session: OxSession): Promise<BackendProfile> {
  const user = (await session.get('user', 'get', { id: session.userId })) as Record<string, unknown> | undefined;
  const address = typeof user?.email1 === 'string' ? user.email1.toLowerCase() : '';
  if (address === '') throw new BackendError('refused', 'Open-Xchange knows no mail address of this person');
  return {
    userId: String(session.userId),
    tenant: `ox-${session.contextId}`,
    address,
    aliases: Array.isArray(user?.aliases) ? user.aliases.map((alias) => String(alias).toLowerCase()) : [],
    displayName: typeof user?.display_name === 'string' ? user.display_name : address,
    locale: typeof user?.locale === 'string' ? user.locale : session.locale,
  };
}
