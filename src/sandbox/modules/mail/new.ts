import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import type { Answer } from '../../http/answer.ts';
import { asObject } from '../../http/body.ts';
import { composeMail } from '../../mail/compose.ts';
import { mailFlag, settableFlags } from '../../mail/flags.ts';
import { accountRoot, demandRight, type MailFolder, openMailFolder, standardMailFolder } from '../../mail/folder.ts';
import { changeMail, findMail, placeMail, removeMail, storeContent, uidOf } from '../../mail/store.ts';
import { completed, sendMail } from '../../mail/transport.ts';
import { dateOf, headerOf } from '../../mime/index.ts';
import { senderAddresses } from '../../people/person.ts';
import { write } from '../../write.ts';
import { demandOwnSender } from './import.ts';

/** Sends or stores a mail: PUT with its source, or POST with json_0 and files (reference 4.3). */
export const newMail: Action = (core, request) =>
  request.body.contentType.startsWith('multipart/') ? composed(core, request) : raw(core, request);

/** Without `folder` the mail is sent and its copy kept in Sent; with it the mail is only stored there. */
function raw(core: Core, request: ActionRequest): Answer {
  const { parameters, body, person } = request;
  if (body.bytes.length === 0) throw new OxError('SVL-0023');
  const source = Buffer.from(body.bytes);
  const folder = parameters.text('folder');
  if (!parameters.flag('force')) demandOwnSender(source, senderAddresses(core, person));
  if (folder === undefined) return write(core, () => placed(core, sendMail(core, person, source)));
  const view = openMailFolder(core, person, folder);
  demandRight(view, 'i');
  const flags = (parameters.integer('flags') ?? 0) & settableFlags;
  return write(core, () => {
    const received = dateOf(headerOf(source)) ?? core.stamps.next();
    return placed(core, {
      folder: view.folder,
      uid: placeMail(core, view.folder, storeContent(core, source), { flags, received }),
    });
  });
}

/** `sendtype`: 0 new, 1 reply, 2 forward, 3 edit draft, 4 transport draft, 6 send draft and delete it. */
async function composed(core: Core, request: ActionRequest): Promise<Answer> {
  const parts = request.body.parts();
  const jsonPart = parts.find((part) => part.name === 'json_0' || part.name === 'json');
  if (!jsonPart) throw new OxError('SVL-0002', 'json_0');
  let json: Record<string, unknown>;
  try {
    json = asObject(JSON.parse(jsonPart.content.toString('utf8')));
  } catch {
    throw new OxError('SVL-0009');
  }
  const source = await composeMail(
    json,
    parts.filter((part) => part.name.startsWith('file')),
  );
  const flags = Number(json.flags ?? 0);
  const reference = typeof json.msgref === 'string' ? json.msgref : undefined;
  const sendType = Number(json.sendtype ?? 0);
  const asDraft = (flags & mailFlag.draft) !== 0;
  if (!asDraft) demandOwnSender(source, senderAddresses(core, request.person));
  return write(core, () => {
    if (asDraft) {
      const drafts = standardMailFolder(core, request.person.id, 9);
      const content = storeContent(core, completed(core, source));
      const place = {
        flags: mailFlag.draft | mailFlag.seen,
        received: core.stamps.next(),
        reference: reference ?? null,
      };
      const uid = placeMail(core, drafts, content, place);
      if (sendType === 3 && reference) settle(core, request, reference, 'remove');
      return placed(core, { folder: drafts, uid });
    }
    const sent = sendMail(core, request.person, source, reference);
    if (reference && sendType === 1) settle(core, request, reference, mailFlag.answered);
    if (reference && sendType === 2) settle(core, request, reference, mailFlag.forwarded);
    if (reference && (sendType === 4 || sendType === 6)) settle(core, request, reference, 'remove');
    return placed(core, sent);
  });
}

/** Marks or removes the mail that was answered, forwarded or edited: `default0/INBOX/4711`. */
function settle(core: Core, request: ActionRequest, reference: string, how: number | 'remove'): void {
  const slash = reference.lastIndexOf('/');
  const uid = uidOf(reference.slice(slash + 1));
  if (slash < 0 || uid === undefined) return;
  const view = openMailFolder(core, request.person, reference.slice(0, slash));
  const mail = findMail(core, view.folder, uid);
  if (!mail) return;
  if (how !== 'remove') changeMail(core, view.folder, mail, { set: how });
  else if (mail.flags & mailFlag.draft) removeMail(core, view.folder, uid);
}

function placed(core: Core, place: { folder: MailFolder; uid: number }): Answer {
  return {
    data: { folder_id: `${accountRoot}/${place.folder.path}`, id: String(place.uid) },
    timestamp: core.stamps.next(),
  };
}
