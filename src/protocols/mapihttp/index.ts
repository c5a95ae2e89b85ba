export {
  type AddressBookHandler,
  type AddressBookSession,
  type AddressBookType,
  addressBookTypes,
} from './address-book.ts';
export * from './bodies.ts';
export { defaultTiming, type Timing } from './endpoint.ts';
export * from './extended-buffer.ts';
export { mapiHttpLimits } from './limits.ts';
export { type MapiHttpOptions, mapiHttp } from './plugin.ts';
export { responseCode } from './response-code.ts';
