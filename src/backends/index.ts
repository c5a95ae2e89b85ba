export * from './items.ts';
export type { OxHttpOptions } from './ox/http.ts';
export { openOxBackend } from './ox/index.ts';
export type { OxCredentials } from './ox/session.ts';
export * from './types.ts';
