import { ec, MapiError, PidTag } from '../../../mapi/index.ts';
import { type FolderRole, folderRoles, type Identity, type Mailbox } from '../../../store/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import { logonFlags, type RopLogon } from '../definitions/logon.ts';
import { checkCodePage } from '../object-code-page.ts';
import { wireId } from '../object-ids.ts';
import type { LogonObject } from '../objects.ts';
import { localeOfLcid } from './locale.ts';

/** MS-OXCSTOR 2.2.1.1.1. Others are ignored, as Exchange ignores them. */
const openFlags = { useAdminPrivilege: 0x1, public: 0x2, usePerMdbReplidMapping: 0x01000000 } as const;
/** MS-OXCSTOR 2.2.1.1.3. */
const responseFlags = { reserved: 0x01, ownerRight: 0x02, sendAsRight: 0x04, outOfOffice: 0x10 } as const;
/** ReplId of the answer: the mapping of names and replicas, which PidTagMappingSignature stands for. */
const mappingReplid = 5;
/** Tells changes of the address types, which never change here (MS-OXCSTOR 2.2.1.1.3). */
const gwartTime = 1n;

const logonFolders: readonly FolderRole[] = folderRoles.slice(0, 13);

/** RopLogon, MS-OXCSTOR 3.2.5.1. Of mailboxes only; there is no store of public folders. */
export const logon: HandlerOf<typeof RopLogon> = async (context, request) => {
  if ((request.logonFlags & logonFlags.private) === 0 || request.openFlags & openFlags.public)
    throw new MapiError(ec.loginFailure);
  if ((request.openFlags & openFlags.usePerMdbReplidMapping) === 0) throw new MapiError(ec.invalidParam);
  const { identity, codePage } = context.session;
  checkCodePage(codePage);
  const owner = await ownerOf(context, dnText(request.essdn), (request.openFlags & openFlags.useAdminPrivilege) !== 0);
  const own = owner.address === identity.address;
  const mailbox = await mailboxOf(context, owner, own);

  const outOfOffice = (await mailbox.storeProperties()).get(PidTag.OutOfOfficeState) === true;
  const object: LogonObject = { kind: 'logon', logonId: context.logonId, mailbox };
  context.setOutput(object);
  return {
    logonFlags: request.logonFlags,
    private: {
      folderIds: logonFolders.map((role) => wireId(mailbox.specialFolder(role))),
      responseFlags:
        responseFlags.reserved |
        (own ? responseFlags.ownerRight | responseFlags.sendAsRight : 0) |
        (outOfOffice ? responseFlags.outOfOffice : 0),
      mailboxGuid: mailbox.guid,
      replId: mappingReplid,
      replGuid: mailbox.mappingSignature,
      logonTime: logonTime(new Date()),
      gwartTime,
      storeState: 0,
    },
  };
};

/** The DN without its terminator. */
function dnText(essdn: Uint8Array): string {
  const nul = essdn.indexOf(0);
  return Buffer.from(nul < 0 ? essdn : essdn.subarray(0, nul)).toString('latin1');
}

/** Whose mailbox is meant. Errors: ecUnknownUser, and ecLoginPerm for a mailbox that this user may not open. */
async function ownerOf(context: RopContext, dn: string, asAdministrator: boolean): Promise<Identity> {
  const { identity, services } = context.session;
  if (dn === '') throw new MapiError(ec.unknownUser);
  const wanted = dn.toLowerCase();
  if (wanted === identity.legacyDn.toLowerCase() || wanted === identity.address) return identity;
  const owner = asAdministrator ? undefined : await services.mailboxes.resolve(identity, dn);
  if (owner !== undefined) return owner;
  const entries = await services.directory.entries(identity);
  const known = entries.some((entry) => entry.legacyDn.toLowerCase() === wanted || entry.address === wanted);
  throw new MapiError(known ? ec.loginPerm : ec.unknownUser);
}

/** Only the owner's first logon makes a mailbox (MS-OXCSTOR 3.2.5.1.1). */
async function mailboxOf(context: RopContext, owner: Identity, own: boolean): Promise<Mailbox> {
  const { services, stringLocale } = context.session;
  const mailbox = await services.store.findMailbox(owner.address);
  if (mailbox !== undefined) return mailbox;
  if (!own) throw new MapiError(ec.loginPerm);
  const { address, displayName, legacyDn } = owner;
  const locale = localeOfLcid(stringLocale);
  return services.store.ensureMailbox({ address, displayName, legacyDn, ...(locale ? { locale } : {}) });
}

function logonTime(now: Date) {
  return {
    seconds: now.getUTCSeconds(),
    minutes: now.getUTCMinutes(),
    hour: now.getUTCHours(),
    dayOfWeek: now.getUTCDay(),
    day: now.getUTCDate(),
    month: now.getUTCMonth() + 1,
    year: now.getUTCFullYear(),
  };
}
