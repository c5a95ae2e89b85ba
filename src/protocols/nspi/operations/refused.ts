import { ec, idOf, MapiError } from '../../../mapi/index.ts';
import { checkCodePage, type Operation, requireStat } from '../operation.ts';
import { codePageUnicode } from '../stat.ts';

/**
 * NspiGetTemplateInfo, MS-OXNSPI 3.1.4.1.18: no dialog templates here; Outlook then shows its own (outlook-on-the-wire
 * 6.3). Here CP_WINUNICODE counts as a code page that is not known.
 */
export const getTemplateInfo: Operation<'GetTemplateInfo'> = (_context, { codePage }) => {
  if (codePage === codePageUnicode) throw new MapiError(ec.invalidCodepage, 'CP_WINUNICODE');
  checkCodePage(codePage);
  throw new MapiError(ec.unknownLcid, 'no templates');
};

/** Ids of PidTagAddressBookMember and PidTagAddressBookPublicDelegates, the only lists that a client may think of changing. */
export const changeableLists = new Set([0x8009, 0x8015]);

/** NspiModLinkAtt: members and delegates are changed on the groupware; Exchange refuses so, too (MS-OXNSPI note 8). */
export const modLinkAtt: Operation<'ModLinkAtt'> = ({ book }, { tag, minimalId }) => {
  if (!changeableLists.has(idOf(tag))) throw new MapiError(ec.notFound, 'no such list');
  if (!book.byMinimalId.has(minimalId)) throw new MapiError(ec.invalidParam, 'no such object');
  throw new MapiError(ec.error, 'members and delegates are changed on the groupware server');
};

/** NspiModProps, MS-OXNSPI 3.1.4.1.14: the address book is the groupware's. */
export const modProps: Operation<'ModProps'> = ({ book }, { stat, tags }) => {
  const { currentRec } = requireStat(stat);
  if (!tags) throw new MapiError(ec.invalidParam, 'no properties');
  if (!book.byMinimalId.has(currentRec)) throw new MapiError(ec.invalidParam, 'no such object');
  throw new MapiError(ec.accessDenied, 'the address book is read-only');
};
