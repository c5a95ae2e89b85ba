import type { Backend, BackendProfile } from '../types.ts';
import { BackendError } from '../types.ts';
import { oxDirectory } from './directory.ts';
import type { OxHttpOptions } from './http.ts';
import { oxMail } from './mail.ts';
import { type OxCredentials, type OxSession, openOxSession } from './session.ts';

/**
 * Logs a person in to an Open-Xchange server and gives its modules as a Backend. Throws BackendError: `auth` for a wrong
 * name or password, `unavailable` when the server does not answer.
 */
export async function openOxBackend(options: OxHttpOptions, credentials: OxCredentials): Promise<Backend> {
  const session = await openOxSession(options, credentials);
  return {
    mail: oxMail(session),
    directory: oxDirectory(session),
    profile: () => readProfile(session),
    close: () => session.logout(),
  };
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
