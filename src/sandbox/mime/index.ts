export * from './header.ts';
export * from './part.ts';
