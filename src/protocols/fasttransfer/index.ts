export * from './ics-state.ts';
