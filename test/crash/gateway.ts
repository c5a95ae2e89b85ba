/**
 * A gateway of one mailbox and a client of it in one process, to be killed at any moment (see kill.long.ts). Tells on
 * stdout, a JSON object a line, what it is about to do (`begin`) and what is committed (`done`). Settings come as JSON in
 * the environment variable OXBOW_CRASH.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError, openOxBackend } from '../../src/backends/index.ts';
import {
  getNumber,
  getProperty,
  getString,
  isLargeValue,
  MapiError,
  PidTag,
  type PropertyBag,
  setProperty,
} from '../../src/mapi/index.ts';
import { ContentUnavailable, type Folder, type Mailbox, type Message, openStore } from '../../src/store/index.ts';
import { createSyncEngine } from '../../src/sync/index.ts';
import { recipient } from '../sync/recipient.ts';
import { type Done, digestOf, type LocalFolder, type LocalMail, type Settings, series, textOf } from './protocol.ts';

const settings: Settings = JSON.parse(process.env.OXBOW_CRASH!);
const client = { kind: 'client' } as const;
const overlayTag = 0x6789001f;
const mfSubmitted = 0x4;
const mfUnsent = 0x8;
const mailRoles = new Set(['inbox', 'drafts', 'sentItems', 'deletedItems', 'junkEmail']);

const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const random = series(settings.seed);
const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length || 1)];

let skew = 0;
const clock = () => Date.now() + skew;
const store = await openStore({
  file: join(settings.data, 'oxbow.db'),
  cacheDirectory: join(settings.data, 'content'),
  clock,
});
const mailbox: Mailbox = await store.ensureMailbox({
  address: 'anna@oxbow.test',
  displayName: 'Anna',
  legacyDn: '/o=oxbow/cn=anna',
});
const backend = await openBackend();
store.setContentSource({
  async fetch(_info, key) {
    const link = await mailbox.sync.link(key);
    if (!link) throw new ContentUnavailable('not there');
    return backend.mail.fetch(link.remoteFolder, link.remoteId);
  },
});
const log = (details: object, message: string) => void writeSync(2, `${message} ${JSON.stringify(details)}\n`);
const engine = createSyncEngine({
  mailbox,
  backend,
  pollMs: settings.pollMs,
  clock,
  log: { debug: log, info: log, warn: log },
});
tell({ ready: true });
if (settings.settle) {
  await settle();
  await backend.close();
  await store.close();
} else {
  engine.start();
  await work();
}

async function openBackend() {
  for (;;) {
    try {
      return await openOxBackend({ url: settings.url }, { userName: 'anna@oxbow.test', password: 'oxbow' });
    } catch (error) {
      if (!(error instanceof BackendError) || error.kind === 'auth') throw error;
      await sleep(20);
    }
  }
}

// ---- the client

async function folders(): Promise<Folder[]> {
  const all = await mailbox.childFolders(mailbox.specialFolder('ipmSubtree'), { deep: true });
  return all.filter((folder) => (folder.role === undefined ? folder.type === 'generic' : mailRoles.has(folder.role)));
}

/** A mail of a random folder that is not on its way out. */
async function someMail(): Promise<{ message: Message; subject: string } | undefined> {
  const filled = (await folders()).filter((folder) => folder.contentCount > 0);
  const folder = pick(filled);
  const id = folder && pick(await mailbox.messageIds(folder.id));
  const message = id === undefined ? undefined : await mailbox.message(id);
  const subject = message && getString(message.properties, PidTag.Subject);
  if (!message || !subject || subject.startsWith('sent') || message.flags & mfSubmitted) return undefined;
  return { message, subject };
}

async function work(): Promise<never> {
  for (let number = 0; ; number += 1) {
    await sleep(random(25));
    const name = `${settings.run}-${number}`;
    try {
      await operation(random(100), name, number);
    } catch (error) {
      if (!(error instanceof MapiError) && !(error instanceof ContentUnavailable)) throw error;
      // Refused, so nothing happened; the announcement stands as one that may have happened.
      tell({ refused: number, reason: String(error) });
    }
  }
}

async function operation(choice: number, name: string, number: number): Promise<void> {
  const begin = (done: Done) => tell({ begin: number, ...done });
  const end = (more: object = {}) => tell({ done: number, ...more });
  if (choice < 22) {
    const subject = `mail ${name}`;
    const folder = pick(await folders())!;
    begin({ what: 'create', subject });
    const { key } = await mailbox.saveMessage(
      {
        folderId: folder.id,
        set: mail(subject),
        read: random(2) === 0,
        flags: random(3) === 0 ? mfUnsent : 0,
        ...(random(3) === 0 ? { putAttachments: [attachment(subject)] } : {}),
      },
      client,
    );
    return end({ key, folder: folder.displayName });
  }
  if (choice < 30) {
    const subject = `sent ${name}`;
    begin({ what: 'submit', subject });
    const saved = await mailbox.saveMessage(
      {
        folderId: mailbox.specialFolder(random(2) ? 'drafts' : 'outbox'),
        set: mail(subject),
        flags: mfUnsent,
        recipients: [recipient('ben@oxbow.test')],
        ...(random(4) === 0 ? { putAttachments: [attachment(subject)] } : {}),
      },
      client,
    );
    if (random(2)) await sleep(random(150));
    await mailbox.submitMessage(saved.id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
    return end();
  }
  if (choice < 40) return folderOperation(choice, name, begin, end);
  const found = await someMail();
  if (!found) return;
  const { subject, message } = found;
  const { id, folderId } = message;
  if (choice < 52) {
    const value = random(2) === 0;
    begin({ what: 'read', subject, value });
    await mailbox.setReadState(folderId, [id], value, client);
  } else if (choice < 64) {
    const value = random(2) === 0;
    const set: PropertyBag = new Map(value ? [[PidTag.FlagStatus, 2]] : []);
    begin({ what: 'flag', subject, value });
    await mailbox.saveMessage({ id, folderId, set, remove: value ? [] : [PidTag.FlagStatus] }, client);
  } else if (choice < 72) {
    const edited = `${subject} e${name}`;
    const set: PropertyBag = new Map();
    setProperty(set, PidTag.Subject, edited);
    setProperty(set, PidTag.Body, textOf(edited));
    begin({ what: 'edit', subject, edited });
    await mailbox.saveMessage({ id, folderId, set }, client);
  } else if (choice < 84) {
    begin({ what: 'move', subject });
    const target = pick(await folders())!;
    await mailbox.moveMessages(folderId, [id], target.id, client);
    return end({ key: message.key, folder: target.displayName });
  } else if (choice < 89) {
    begin({ what: 'copy', subject });
    const { ids } = await mailbox.copyMessages(folderId, [id], pick(await folders())!.id, client);
    return end({ copies: ids.size });
  } else {
    begin({ what: 'delete', subjects: [subject], folders: [] });
    const { partial } = await mailbox.deleteMessages(folderId, [id], { hard: random(2) === 0 }, client);
    if (partial) return;
  }
  end();
}

async function folderOperation(
  choice: number,
  name: string,
  begin: (done: Done) => void,
  end: () => void,
): Promise<void> {
  const all = await folders();
  const own = all.filter((folder) => folder.role === undefined);
  const parents = [mailbox.specialFolder('ipmSubtree'), ...all.map((folder) => folder.id)];
  if (choice < 33 && own.length < 25) {
    begin({ what: 'createFolder', name: `L${name}` });
    await mailbox.createFolder({ parentId: pick(parents)!, displayName: `L${name}` }, client);
    return end();
  }
  const folder = pick(own);
  if (!folder) return;
  if (choice < 38) {
    const parent = choice < 36 ? folder.parentId! : pick(parents)!;
    const renamed = choice === 37 ? folder.displayName : `${folder.displayName.split('.')[0]}.${name}`;
    begin({ what: 'changeFolder', name: folder.displayName });
    await mailbox.moveFolder(folder.id, parent, renamed, client);
    return end();
  }
  const below = [folder, ...(await mailbox.childFolders(folder.id, { deep: true }))];
  const subjects: string[] = [];
  for (const { id } of below)
    for (const message of await mailbox.messageIds(id))
      subjects.push(getString((await mailbox.message(message))?.properties ?? new Map(), PidTag.Subject) ?? '');
  begin({ what: 'delete', subjects, folders: below.map((one) => one.displayName) });
  await mailbox.deleteFolder(folder.id, { hard: random(2) === 0, messages: true, folders: true }, client);
  end();
}

function mail(subject: string): PropertyBag {
  const bag: PropertyBag = new Map();
  setProperty(bag, PidTag.MessageClass, 'IPM.Note');
  setProperty(bag, PidTag.Subject, subject);
  setProperty(bag, PidTag.Body, textOf(subject));
  setProperty(bag, PidTag.InternetMessageId, `<${subject.replaceAll(' ', '-')}@oxbow.test>`);
  setProperty(bag, PidTag.SentRepresentingName, 'Anna');
  setProperty(bag, PidTag.SentRepresentingAddressType, 'SMTP');
  setProperty(bag, PidTag.SentRepresentingEmailAddress, 'anna@oxbow.test');
  setProperty(bag, PidTag.SentRepresentingSmtpAddress, 'anna@oxbow.test');
  setProperty(bag, overlayTag, subject);
  return bag;
}

function attachment(subject: string) {
  const properties: PropertyBag = new Map();
  const bytes = createHash('sha256').update(subject).digest();
  setProperty(properties, PidTag.AttachMethod, 1);
  setProperty(properties, PidTag.AttachLongFilename, `${subject}.bin`);
  setProperty(properties, PidTag.AttachMimeTag, 'application/octet-stream');
  setProperty(
    properties,
    PidTag.AttachDataBinary,
    Buffer.concat(Array.from({ length: 300 + random(2000) }, () => bytes)),
  );
  return { number: 0, properties };
}

// ---- the end of a round

/** Lets time pass until nothing is left to do, then tells all that is here. */
async function settle(): Promise<void> {
  let idle = 0;
  for (let pass = 0; idle < 12; pass += 1) {
    const rows = await mailbox.sync.outboxCount();
    idle = rows > 0 || pass < 14 ? 0 : idle + 1;
    if (pass > 80) {
      tell({ unsettled: await mailbox.sync.dueOutbox(Number.MAX_SAFE_INTEGER, 20) });
      return;
    }
    skew += pass % 5 === 4 ? 900_000 : 20_000;
    try {
      await engine.pass();
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      log({ error: error.message }, 'a pass failed');
    }
  }
  const links = new Map((await mailbox.sync.folderLinks()).map((link) => [link.folderId, link.remoteId]));
  const all = await folders();
  const outbox = (await mailbox.folder(mailbox.specialFolder('outbox')))!;
  for (const folder of [...all, outbox]) {
    const ids = await mailbox.messageIds(folder.id);
    const told: LocalFolder = {
      folder: folder.id,
      parent: folder.parentId,
      name: folder.displayName,
      role: folder.role,
      remote: links.get(folder.id),
      mails: [],
    };
    for (const id of ids) told.mails.push(await localMail((await mailbox.message(id))!));
    tell(told);
  }
  tell({ settled: true });
}

async function localMail(message: Message): Promise<LocalMail> {
  const link = await mailbox.sync.link(message.key);
  const content = await mailbox.content(message);
  const attachments: string[] = [];
  for (const { properties } of content.attachments) attachments.push(await digest(properties, PidTag.AttachDataBinary));
  return {
    subject: getString(message.properties, PidTag.Subject) ?? '',
    read: message.read,
    flagged: getNumber(message.properties, PidTag.FlagStatus) === 2,
    messageId: getString(message.properties, PidTag.InternetMessageId) ?? '',
    overlay: message.properties.has(overlayTag),
    body: await digest(content.properties, PidTag.Body),
    attachments: attachments.sort(),
    remote: link && `${link.remoteFolder}/${link.remoteId}`,
  };
}

async function digest(bag: PropertyBag, tag: number): Promise<string> {
  const value = getProperty(bag, tag);
  if (isLargeValue(value)) {
    const bytes = Buffer.from(await value.read(0, value.size));
    return digestOf(tag === PidTag.Body ? bytes.toString('utf16le').trim() : bytes);
  }
  if (typeof value === 'string') return digestOf(value.trim());
  return digestOf(value instanceof Uint8Array ? value : '');
}
