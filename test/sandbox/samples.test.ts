import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { createSandbox, trialTenant } from '../../src/sandbox/index.ts';

const paths =
  'INBOX,INBOX/Newsletter,INBOX/Projects,INBOX/Projects/Broschüre,INBOX/Projects/Harbour,INBOX/Projects/Osaka,Sent,Drafts,Trash,Spam'.split(
    ',',
  );

test('each of the three has a believable mailbox, the same for the same moment', async () => {
  const clock = () => Date.UTC(2026, 10, 25, 12);
  const [one, other] = [
    await createSandbox({ file: ':memory:', tenant: trialTenant(), clock }),
    await createSandbox({ file: ':memory:', tenant: trialTenant(), clock }),
  ];
  for (const who of ['anna', 'ben', 'carla']) {
    const total = paths.reduce((sum, path) => sum + (one.count(who, path)?.total ?? 0), 0);
    assert.ok(total >= 200 && total <= 400, `${who}: ${total}`);
    for (const path of paths) assert.deepEqual(one.mails(who, path).map(strip), other.mails(who, path).map(strip));
  }
  await one.close();
  await other.close();

  function strip({ uid, flags, color, raw }: { uid: number; flags: number; color: number; raw: Buffer }) {
    return [uid, flags, color, raw.toString('base64')];
  }
});

test('an independent parser reads every sample; the kinds that matter are there', async () => {
  const sandbox = await createSandbox({ file: ':memory:', tenant: trialTenant() });
  const kinds = new Set<string>();
  const ids = new Map<string, Set<string>>();
  let flags = 0;
  for (const who of ['anna', 'ben', 'carla'])
    for (const path of paths)
      for (const mail of sandbox.mails(who, path)) {
        const parsed = await PostalMime.parse(mail.raw);
        assert.ok(parsed.subject && parsed.from?.address && parsed.date, `${who} ${path} ${mail.uid}`);
        assert.ok(parsed.text || parsed.html);
        assert.ok(!`${parsed.subject}${parsed.text}`.includes('\ufffd'));
        for (const attachment of parsed.attachments) kinds.add(`${attachment.disposition} ${attachment.mimeType}`);
        if (parsed.html) kinds.add('html');
        flags |= mail.flags;
        if (mail.color) kinds.add('color');
        const holders = ids.get(parsed.messageId!) ?? new Set();
        ids.set(parsed.messageId!, holders.add(who));
      }
  for (const kind of ['inline image/png', 'attachment application/pdf', 'attachment message/rfc822', 'html', 'color'])
    assert.ok(kinds.has(kind), `${kind} in ${[...kinds]}`);
  assert.equal(flags & (1 | 4 | 8 | 32 | 256), 1 | 4 | 8 | 32 | 256);
  assert.ok([...ids.values()].filter((holders) => holders.size > 1).length > 10);
  await sandbox.close();
});
