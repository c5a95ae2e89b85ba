import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as Crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

/** What a TLS listener needs, and the file of the authority for clients to trust. */
export interface LocalCertificate {
  readonly key: string;
  readonly certificate: string;
  /** Path of the authority's certificate (PEM). */
  readonly authorityFile: string;
}

/**
 * A certificate for these host names and addresses from a local authority in `folder`. The authority is made once and
 * kept, so that a machine that trusts it goes on doing so; the server's certificate is made anew when it lacks a name or
 * ends within 30 days. The authority may sign for names only as a plain server authority (no intermediate ones).
 */
export async function localCertificate(folder: string, names: readonly string[]): Promise<LocalCertificate> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  const files = {
    ca: path('ca.pem'),
    caKey: path('ca.key'),
    server: path('server.pem'),
    serverKey: path('server.key'),
  };

  const authority = existsSync(files.ca) && existsSync(files.caKey) ? await load(files) : await makeAuthority(files);
  if (!isCurrent(files.server, authority.certificate, names) || !existsSync(files.serverKey)) {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomBytes(16).toString('hex'),
      subject: [{ CN: [names[0] ?? 'localhost'] }],
      issuer: authority.certificate.subject,
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 397 * day),
      signingKey: authority.key,
      publicKey: keys.publicKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) =>
            isIP(name) ? { type: 'ip' as const, value: name } : { type: 'dns' as const, value: name },
          ),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      ],
    });
    writePrivate(files.serverKey, await exportKey(keys.privateKey));
    writeFileSync(files.server, `${certificate.toString('pem')}\n`);
  }
  return {
    key: readFileSync(files.serverKey, 'utf8'),
    certificate: readFileSync(files.server, 'utf8') + readFileSync(files.ca, 'utf8'),
    authorityFile: files.ca,
  };
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

async function makeAuthority(files: { ca: string; caKey: string }): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: [{ CN: [`Oxbow local authority ${randomBytes(3).toString('hex')}`] }],
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writePrivate(files.caKey, await exportKey(keys.privateKey));
  writeFileSync(files.ca, `${certificate.toString('pem')}\n`);
  return { certificate, key: keys.privateKey };
}

async function load(files: { ca: string; caKey: string }): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(readFileSync(files.caKey, 'utf8'));
  const key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  return { certificate: new x509.X509Certificate(readFileSync(files.ca, 'utf8')), key: key as CryptoKey };
}

function isCurrent(file: string, authority: x509.X509Certificate, names: readonly string[]): boolean {
  if (!existsSync(file)) return false;
  const certificate = new x509.X509Certificate(readFileSync(file, 'utf8'));
  const has =
    certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((item) => item.value) ?? [];
  return (
    certificate.issuer === authority.subject &&
    certificate.notAfter.getTime() > Date.now() + 30 * day &&
    names.every((name) => has.includes(name))
  );
}

const generateKeys = () =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
}
