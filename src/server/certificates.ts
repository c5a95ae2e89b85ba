import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

const day = 86_400_000;

/** What a TLS listener needs, and the file of the authority for clients to trust. */
export interface LocalCertificate {
  readonly key: string;
  readonly certificate: string;
  /** Path of the authority's certificate (PEM). */
  readonly authorityFile: string;
}

/** Paths of certificates and private keys (PEM). */
export interface CertificateFiles {
  readonly authority: string;
  readonly authorityKey: string;
  readonly server: string;
  readonly serverKey: string;
}

/**
 * A certificate for these host names and addresses from a local authority in `folder`. The authority is made once and
 * kept, so that a machine that trusts it goes on doing so; the server's certificate is made anew when it lacks a name or
 * ends within 30 days.
 */
export async function localCertificate(folder: string, names: readonly string[]): Promise<LocalCertificate> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files: CertificateFiles = {
    authority: join(folder, 'ca.pem'),
    authorityKey: join(folder, 'ca.key'),
    server: join(folder, 'server.pem'),
    serverKey: join(folder, 'server.key'),
  };
  const hasAuthority = existsSync(files.authority) && existsSync(files.authorityKey);
  if (!hasAuthority || !isCurrent(files, names)) {
    // Loaded by those who make one alone: it takes 5 MB.
    const { makeAuthority, makeServerCertificate } = await import('./make-certificates.ts');
    if (!hasAuthority) await makeAuthority(files);
    await makeServerCertificate(files, names);
  }
  return {
    key: readFileSync(files.serverKey, 'utf8'),
    certificate: readFileSync(files.server, 'utf8') + readFileSync(files.authority, 'utf8'),
    authorityFile: files.authority,
  };
}

function isCurrent(files: CertificateFiles, names: readonly string[]): boolean {
  if (!existsSync(files.server) || !existsSync(files.serverKey)) return false;
  const certificate = new X509Certificate(readFileSync(files.server));
  const exactly = { subject: 'never', wildcards: false } as const;
  return (
    certificate.verify(new X509Certificate(readFileSync(files.authority)).publicKey) &&
    certificate.validToDate.getTime() > Date.now() + 30 * day &&
    names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name, exactly)) !== undefined)
  );
}
