import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localCertificate } from '../../src/server/certificates.ts';

test('the local authority is kept, its certificate made anew when a name is added', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-certificates-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const first = await localCertificate(folder, ['localhost', '127.0.0.1']);
  const again = await localCertificate(folder, ['localhost', '127.0.0.1']);
  assert.equal(again.certificate, first.certificate);
  const more = await localCertificate(folder, ['localhost', '127.0.0.1', 'mail.oxbow.test']);
  assert.notEqual(more.certificate, first.certificate);

  const authority = new X509Certificate(readFileSync(more.authorityFile));
  const certificate = new X509Certificate(more.certificate);
  assert.equal(authority.ca, true);
  assert.ok(certificate.verify(authority.publicKey));
  assert.ok(certificate.checkHost('mail.oxbow.test'));
  assert.ok(certificate.checkIP('127.0.0.1'));
});
