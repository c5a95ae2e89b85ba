import type { Change } from '../../chronos/change/change.ts';
import type { PartStat } from '../../chronos/event.ts';
import {
  acceptInvitation,
  dropInvitation,
  knownEvent,
  takeCancellation,
  takeOver,
  takeReply,
} from '../../chronos/itip/apply.ts';
import { type ItipMessage, readItip } from '../../chronos/itip/read.ts';
import { eventView } from '../../chronos/view.ts';
import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { standardFolderOf } from '../../folders/groupware.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';
import { findMail, readRaw, uidOf } from '../../mail/store.ts';
import { contentOf, leaves, parseMail } from '../../mime/index.ts';
import { carryOut, changeOf } from './shared.ts';

const prefix = 'com.openexchange.mail.conversion.';

/** The iTIP object of the mail that a body names (reference 5.9). */
function messageIn(core: Core, request: ActionRequest): ItipMessage {
  const body = request.body.object();
  const view = openMailFolder(core, request.person, String(body[`${prefix}fullname`] ?? ''));
  demandRight(view, 'r');
  const uid = uidOf(body[`${prefix}mailid`]);
  const mail = uid === undefined ? undefined : findMail(core, view.folder, uid);
  if (!mail) throw new OxError('MSG-0032', String(body[`${prefix}mailid`]));
  const section = body[`${prefix}sequenceid`];
  const parts = leaves(parseMail(readRaw(core, mail)));
  const part =
    parts.find(({ id }) => id === section) ??
    parts.find(({ contentType }) => /^(text\/calendar|application\/ics)$/i.test(contentType));
  if (!part) throw new OxError('MSG-0032', `part ${String(section)}`);
  return readItip(contentOf(part).toString('utf8'));
}

const ownCalendar = (core: Core, request: ActionRequest): Change =>
  changeOf(core, request, String(standardFolderOf(core, request.person.id, 'calendar')));

/** What the mail is about, and which actions it allows. */
const analyze: Action = (core, request) => {
  const message = messageIn(core, request);
  const change = ownCalendar(core, request);
  const data = [
    {
      messageType: message.method.toLowerCase(),
      uid: message.events[0]!.uid,
      annotations: [],
      changes: message.events.map(({ uid, recurrenceId, json }) => {
        const known = knownEvent(change, uid);
        return {
          type: message.method === 'CANCEL' ? 'delete' : known ? 'update' : 'create',
          exception: recurrenceId !== undefined,
          ...(known ? { currentEvent: eventView(change.access, known) } : {}),
          ...(message.method === 'CANCEL' ? {} : { newEvent: json }),
        };
      }),
      actions: actionsFor(message, knownEvent(change, message.events[0]!.uid) !== undefined),
    },
  ];
  return { data, timestamp: core.stamps.now() };
};

function actionsFor({ method }: ItipMessage, isKnown: boolean): string[] {
  if (method === 'REQUEST') return ['accept', 'tentative', 'decline', ...(isKnown ? ['update'] : [])];
  if (method === 'CANCEL') return isKnown ? ['delete'] : ['ignore'];
  return method === 'REPLY' && isKnown ? ['update'] : ['ignore'];
}

const action =
  (work: (change: Change, message: ItipMessage, comment: string | undefined) => void): Action =>
  (core, request) => {
    const message = messageIn(core, request);
    const change = ownCalendar(core, request);
    const comment = request.parameters.text('message');
    return carryOut(core, request, change, () => work(change, message, comment));
  };

const answer = (partStat: PartStat): Action =>
  action((change, message, comment) => {
    if (message.method !== 'REQUEST') throw new OxError('CAL-4035', message.method);
    acceptInvitation(change, message, partStat, comment);
  });

const update: Action = action((change, message) => {
  if (message.method === 'REPLY') takeReply(change, message);
  else for (const event of message.events) takeOver(change, event);
});

const remove: Action = action((change, message) =>
  message.method === 'CANCEL' ? takeCancellation(change, message) : dropInvitation(change, message),
);

/** Module `chronos/itip` (reference 5.9): the mails to organizers are sent here. */
export const chronosItip: Readonly<Record<string, Action>> = {
  accept: answer('ACCEPTED'),
  accept_and_ignore_conflicts: answer('ACCEPTED'),
  analyze,
  decline: answer('DECLINED'),
  delete: remove,
  tentative: answer('TENTATIVE'),
  update,
};
