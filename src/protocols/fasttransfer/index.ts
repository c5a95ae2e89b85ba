export * from './buffers.ts';
export * from './ics-state.ts';
export { fastTransferLimits } from './limits.ts';
export * from './markers.ts';
export * from './reader.ts';
export * from './text.ts';
export * from './writer.ts';
