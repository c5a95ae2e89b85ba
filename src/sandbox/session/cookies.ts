import { createHash } from 'node:crypto';

/** com.openexchange.cookie.hash=calculate: client id and User-Agent decide the names of the cookies (reference 2.1). */
function cookieHash(client: string, userAgent: string): string {
  return createHash('md5').update(`${client}\n${userAgent}`).digest('base64url').slice(0, 22);
}

/** Names of the cookies that hold a session's secret and its public id. */
export function cookieNames(client: string, userAgent: string): { readonly secret: string; readonly publicId: string } {
  const hash = cookieHash(client, userAgent);
  return { secret: `open-xchange-secret-${hash}`, publicId: `open-xchange-public-session-${hash}` };
}

export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0) cookies.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return cookies;
}

/** A Set-Cookie value; without `maxAge` (seconds) it lives as long as the browser. */
export function setCookie(name: string, value: string, secure: boolean, maxAge?: number): string {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`;
  return `${name}=${value}; Path=/${age}; HttpOnly${secure ? '; Secure' : ''}`;
}
