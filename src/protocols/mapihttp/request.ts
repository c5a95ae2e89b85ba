import type { FastifyRequest } from 'fastify';
import type { ClientVersion } from '../rop/session.ts';

export const contextCookie = 'MapiContext';
export const sequenceCookie = 'MapiSequence';

/** The value of a cookie in a Cookie header; of several with one name the last. Undefined when there is none. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  let found: string | undefined;
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) found = part.slice(equals + 1).trim();
  }
  return found;
}

/** A header's value; undefined when it is missing, empty or was sent twice. */
export function headerValue(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The client's version: `Outlook/16.0.15928.20006` in X-ClientApplication, or the `MAPI 16.0.15928` (or else the
 * product) in User-Agent, where programs other than Outlook have it.
 */
export function clientVersion(application: string | undefined, userAgent: string | undefined): ClientVersion {
  const match =
    /^\s*([A-Za-z][\w .-]{0,40}?)\/(\d{1,5})\.(\d{1,5})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?/.exec(application ?? '') ??
    /\b(MAPI|Outlook) (\d{1,5})\.(\d{1,5})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?/.exec(userAgent ?? '') ??
    /^(Microsoft Office)\/(\d{1,5})\.(\d{1,5})()()/.exec(userAgent ?? '');
  const number = (text: string | undefined): number => (text ? Number.parseInt(text, 10) : 0);
  return {
    name: match?.[1] ?? '',
    major: number(match?.[2]),
    minor: number(match?.[3]),
    build: number(match?.[4]),
    revision: number(match?.[5]),
  };
}
