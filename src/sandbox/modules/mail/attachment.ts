import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';
import { readRaw } from '../../mail/store.ts';
import { contentOf, leaves, parseMail } from '../../mime/index.ts';
import { addressedOne } from './update.ts';

/** The bytes of a part, by section (`attachment=2`) or by Content-ID (`cid=`). Missing: MSG-0032. */
export const attachment: Action = (core, request) => {
  const { parameters } = request;
  const view = openMailFolder(core, request.person, parameters.required('folder'));
  demandRight(view, 'r');
  const cid = parameters.text('cid')?.replace(/^<|>$/g, '');
  const section = cid === undefined ? parameters.required('attachment') : undefined;
  const parts = leaves(parseMail(readRaw(core, addressedOne(core, request, view))));
  const part = parts.find((one) => (cid === undefined ? one.id === section : one.contentId === cid));
  if (!part) throw new OxError('MSG-0032', `part ${section ?? cid}`);
  const fileName = part.fileName ?? `part-${part.id}`;
  const save = parameters.flag('save');
  return {
    file: contentOf(part),
    contentType: save ? 'application/octet-stream' : typeOf(part.contentType, part.parameters.charset),
    fileName: save || part.disposition === 'attachment' ? fileName : undefined,
  };
};

function typeOf(contentType: string, charset: string | undefined): string {
  return charset && /^[\w.:-]+$/.test(charset) ? `${contentType}; charset=${charset}` : contentType;
}
