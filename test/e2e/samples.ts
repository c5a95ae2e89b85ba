import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import libmime from 'libmime';
import { simpleParser } from 'mailparser';
import { PidTag } from '../../src/mapi/index.ts';
import { asciiOnly, differencesOf } from '../formats/comparison.ts';
import { known } from '../formats/known-differences.ts';
import { parsed, readingOf } from '../formats/reading.ts';
import { byMailparser, byPostalMime } from '../formats/reference.ts';
import { createFolder, folderNamed, readMail, writeMail } from './outlook.ts';
import { eventually, type TestTrial } from './trial.ts';

const root = join(import.meta.dirname, '../../../shared/samples/eml');

/** The sample mails, as paths; none where the folder is not there. */
export const sampleFiles = existsSync(root) ? globSync('**/*.{eml,mbox}', { cwd: root }).sort() : [];
const sample = (file: string): Buffer => readFileSync(join(root, file));

/** Mails of one request to Open-Xchange. */
const importAtOnce = 20;

/**
 * Stores the mails by Open-Xchange's API and reads each through MAPI/HTTP once it is there. Gives what reads otherwise
 * than two independent MIME parsers read the source.
 */
export async function throughOutlook(trial: TestTrial, login: string, files: readonly string[]): Promise<string[]> {
  const [outlook, ox] = [await trial.outlook(login), await trial.ox(login)];
  await ox.put('folders', 'new', { folder_id: 'default0', tree: 0 }, { folder: { title: 'In', module: 'mail' } });
  const folderId = await eventually('the folder is in Outlook', () => folderNamed(outlook, 'In'));
  const failures: string[] = [];
  const ids: string[] = [];
  for (let at = 0; at < files.length; at += importAtOnce)
    ids.push(...(await ox.import('default0/In', files.slice(at, at + importAtOnce).map(sample))));
  for (const [index, file] of files.entries()) {
    const messageId = await eventually(
      `${file} is in Outlook`,
      () => trial.messageOf(login, 'default0/In', ids[index]!),
      60_000,
    );
    try {
      const raw = sample(file);
      const content = await readMail(outlook, folderId, messageId);
      const given = {
        raw,
        ours: await readingOf(content),
        others: [await byPostalMime(raw), await byMailparser(raw)],
      };
      for (const { aspect, shown } of differencesOf(given, content.properties.get(PidTag.MessageClass)))
        if (known[`${aspect} ${file}`] === undefined) failures.push(`${aspect} ${file}\n  ${shown}`);
      const headers = String(content.properties.get(PidTag.TransportMessageHeaders) ?? '');
      failures.push(...missingHeaders(file, await headerLines(raw), await headerLines(Buffer.from(`${headers}\r\n`))));
    } catch (error) {
      failures.push(`${file}: ${(error as Error).stack}`);
    }
  }
  return failures;
}

/**
 * Writes the mails through MAPI/HTTP and looks at what arrives on Open-Xchange. Gives what two independent MIME parsers
 * read there otherwise than the source.
 */
export async function throughOpenXchange(trial: TestTrial, login: string, files: readonly string[]): Promise<string[]> {
  const outlook = await trial.outlook(login);
  const folderId = await createFolder(outlook, outlook.mailbox.folders.ipmSubtree, 'Out');
  const failures: string[] = [];
  const written: { file: string; messageId: bigint }[] = [];
  for (const file of files) {
    try {
      const content = await parsed(sample(file));
      // Read, and no draft.
      content.properties.set(PidTag.MessageFlags, 1);
      written.push({ file, messageId: await writeMail(outlook, folderId, content) });
    } catch (error) {
      failures.push(`${file}: ${(error as Error).stack}`);
    }
  }
  const ids = new Map<string, string>();
  for (const { file, messageId } of written)
    ids.set(await eventually(`${file} is on Open-Xchange`, () => trial.remoteIdOf(login, messageId), 60_000), file);
  const arrived = trial.sandbox.mails(login, 'Out');
  if (arrived.length !== written.length) failures.push(`${written.length} written, ${arrived.length} arrived`);
  for (const { uid, raw } of arrived) {
    const file = ids.get(String(uid))!;
    const source = sample(file);
    const content = await parsed(source);
    const given = {
      raw: source,
      ours: await readingOf(content),
      others: [await byPostalMime(raw), await byMailparser(raw)],
    };
    for (const { aspect, shown } of differencesOf(given, content.properties.get(PidTag.MessageClass))) {
      // A mail without a date gets one, and half of a group is no address.
      if ((aspect === 'date' && given.ours.date === '') || (aspect === 'to' && /:@/.test(given.ours.to))) continue;
      failures.push(`${aspect} ${file}\n  ${shown}`);
    }
    const [before, after] = [await priorityOf(source), await priorityOf(raw)];
    if (before !== after) failures.push(`priority ${file}: ${before} ${after}`);
    const missing = missingHeaders(file, await headerLines(source), await headerLines(raw));
    failures.push(...missing);
  }
  return failures;
}

/** Header lines as an independent reader sees them: name, and text without layout and letters that charsets change. */
async function headerLines(raw: Buffer): Promise<{ key: string; text: string }[]> {
  // biome-ignore lint/suspicious/noExplicitAny: the package has no types
  const mail: any = await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true, skipHtmlToText: true });
  return (mail.headerLines as { key: string; line: string }[]).map(({ key, line }) => ({
    key,
    text: asciiOnly(libmime.decodeWords(line.slice(line.indexOf(':') + 1).replace(/\r?\n/g, ''))).replace(
      /[\s"]+/g,
      '',
    ),
  }));
}

// biome-ignore lint/suspicious/noExplicitAny: the package has no types
const priorityOf = async (raw: Buffer): Promise<string> => ((await simpleParser(raw)) as any).priority ?? 'normal';

/** Fields that describe the parts and not the message, and are made anew when a message is written. */
const structural =
  /^(content-.*|mime-version|lines|status|x-status|x-mozilla-status2?|date|subject|from|to|cc|bcc|sender|reply-to|importance|x-priority|x-msmail-priority|priority|sensitivity|disposition-notification-to)$/;
/** What makes a line of text a field (RFC 5322 2.2); others are rubbish that readers treat in their own ways. */
const fieldName = /^[\x21-\x39\x3b-\x7e]+$/;

function missingHeaders(
  file: string,
  source: readonly { key: string; text: string }[],
  found: readonly { key: string; text: string }[],
): string[] {
  const there = new Set(found.map(({ key, text }) => `${key}:${text}`));
  return source
    .filter(
      ({ key, text }) => fieldName.test(key) && !structural.test(key) && text !== '' && !there.has(`${key}:${text}`),
    )
    .map(
      ({ key, text }) =>
        `header ${key} ${file}\n  ${text.slice(0, 200)}\n  ${found
          .filter((one) => one.key === key)
          .map((one) => one.text.slice(0, 200))
          .join('\n  ')}`,
    );
}
