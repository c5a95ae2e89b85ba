import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopGetPerUserGuid,
  RopGetPerUserLongTermIds,
  RopReadPerUserInformation,
  RopWritePerUserInformation,
} from '../definitions/logon.ts';

/** Read state of public folders kept per user (MS-OXCSTOR 3.2.5.10 to 3.2.5.13): there are none, so nothing is kept. */

export const getPerUserLongTermIds: HandlerOf<typeof RopGetPerUserLongTermIds> = (context) => {
  context.input('logon');
  return { longTermIds: [] };
};

export const getPerUserGuid: HandlerOf<typeof RopGetPerUserGuid> = (context) => {
  context.input('logon');
  throw new MapiError(ec.notFound);
};

export const readPerUserInformation: HandlerOf<typeof RopReadPerUserInformation> = (context) => {
  context.input('logon');
  return { hasFinished: true, data: new Uint8Array() };
};

export const writePerUserInformation: HandlerOf<typeof RopWritePerUserInformation> = (context) => {
  context.input('logon');
  return {};
};
