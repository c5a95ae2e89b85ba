export * from './error-code.ts';
export * from './guid.ts';
export * from './message-content.ts';
export * from './named-property.ts';
export * from './property-bag.ts';
export * from './property-type.ts';
export * from './restriction.ts';
export * from './sort-order.ts';
