import { checkCodePage, type Operation } from '../operation.ts';

/** Return value of a successful Unbind, MS-OXNSPI 3.1.4.1.2. */
const unbindSuccess = 1;

/** NspiBind, MS-OXNSPI 3.1.4.1.1. */
export const bind: Operation<'Bind'> = (context, request) => {
  if (request.stat) checkCodePage(request.stat.codePage);
  return { serverGuid: context.serverGuid };
};

/** NspiUnbind, MS-OXNSPI 3.1.4.1.2. */
export const unbind: Operation<'Unbind'> = () => ({ errorCode: unbindSuccess });
