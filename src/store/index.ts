export * from './events.ts';
export * from './ports.ts';
export * from './sync-state.ts';
export * from './types.ts';
