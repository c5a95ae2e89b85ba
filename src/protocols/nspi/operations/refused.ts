import { ec, MapiError } from '../../../mapi/index.ts';
import type { Operation } from '../operation.ts';

/** NspiGetTemplateInfo: no dialog templates here; Outlook then shows its own (outlook-on-the-wire 6.3). */
export const getTemplateInfo: Operation<'GetTemplateInfo'> = () => {
  throw new MapiError(ec.unknownLcid, 'no templates');
};

/** NspiModLinkAtt: members and delegates are changed on the groupware; Exchange refuses so, too (MS-OXNSPI note 8). */
export const modLinkAtt: Operation<'ModLinkAtt'> = () => {
  throw new MapiError(ec.error, 'members and delegates are changed on the groupware server');
};

/** NspiModProps: the address book is the groupware's. */
export const modProps: Operation<'ModProps'> = () => {
  throw new MapiError(ec.notSupported, 'the address book is read-only');
};
