import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { mailFlag, settableFlags } from '../../mail/flags.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';
import { placeMail, storeContent } from '../../mail/store.ts';
import { addressesOf, dateOf, headerOf } from '../../mime/index.ts';
import { senderAddresses } from '../../people/person.ts';
import { write } from '../../write.ts';

/**
 * Stores raw mails, one per `file` part. As with IMAP APPEND through JavaMail, the arrival time is the Date header.
 * Without `force=true` the From must be one of the person's addresses (MSG-0056). All or none.
 */
export const importMails: Action = (core, request) => {
  const { parameters, body, person } = request;
  const view = openMailFolder(core, person, parameters.required('folder'));
  demandRight(view, 'i');
  const flags = (parameters.integer('flags') ?? 0) & (settableFlags | mailFlag.recent);
  const files = body.contentType.startsWith('multipart/')
    ? body.parts().filter((part) => part.name.startsWith('file'))
    : [{ content: body.bytes }];
  if (files.length === 0 || files.some((file) => file.content.length === 0)) throw new OxError('SVL-0028', 'no file');
  if (!parameters.flag('force')) {
    const allowed = senderAddresses(core, person);
    for (const { content } of files) demandOwnSender(content, allowed);
  }
  return write(core, () => {
    const data = files.map(({ content }) => {
      const received = dateOf(headerOf(content)) ?? core.stamps.now();
      const uid = placeMail(core, view.folder, storeContent(core, content), { flags, received });
      return { folder_id: view.id, id: String(uid) };
    });
    return { data, timestamp: core.stamps.next() };
  });
};

/** MSG-0056 unless every From address is among the allowed ones. */
export function demandOwnSender(raw: Buffer, allowed: ReadonlySet<string>): void {
  const from = addressesOf(headerOf(raw), 'from');
  const foreign = from.find(([, address]) => !allowed.has(address.toLowerCase()));
  if (foreign || from.length === 0) throw new OxError('MSG-0056', foreign?.[1] ?? 'no From');
}
