export * from './envelope.ts';
export { htmlToText, textToHtml } from './html-text.ts';
export { bytesValue, chunksOf, rangeOf, readAll } from './large-value.ts';
export { formatLimits } from './limits.ts';
export { type MailAddress, parseAddresses } from './mime/address.ts';
export { type ParseOptions, parseMime } from './mime/parse.ts';
