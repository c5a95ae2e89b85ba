export { WireError } from './error.ts';
export { wireLimits } from './limits.ts';
export { Reader } from './reader.ts';
export * from './type.ts';
export { Writer } from './writer.ts';
