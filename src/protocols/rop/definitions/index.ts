import type { RopDefinition } from '../definition.ts';
import { attachmentDefinitions } from './attachment.ts';
import { fastTransferDefinitions } from './fasttransfer.ts';
import { folderDefinitions } from './folder.ts';
import { logonDefinitions } from './logon.ts';
import { messageDefinitions } from './message.ts';
import { notificationDefinitions } from './notification.ts';
import { otherDefinitions } from './other.ts';
import { permissionDefinitions } from './permission.ts';
import { propertyDefinitions } from './property.ts';
import { ruleDefinitions } from './rule.ts';
import { streamDefinitions } from './stream.ts';
import { syncDefinitions } from './sync.ts';
import { tableDefinitions } from './table.ts';
import { transportDefinitions } from './transport.ts';

/** Every operation that a client may send, by RopId. */
export const ropDefinitions: ReadonlyMap<number, RopDefinition> = new Map(
  [
    ...logonDefinitions,
    ...folderDefinitions,
    ...tableDefinitions,
    ...messageDefinitions,
    ...attachmentDefinitions,
    ...propertyDefinitions,
    ...streamDefinitions,
    ...transportDefinitions,
    ...notificationDefinitions,
    ...fastTransferDefinitions,
    ...syncDefinitions,
    ...permissionDefinitions,
    ...ruleDefinitions,
    ...otherDefinitions,
  ].map((definition) => [definition.id, definition as unknown as RopDefinition]),
);

export * from './attachment.ts';
export * from './fasttransfer.ts';
export * from './folder.ts';
export * from './logon.ts';
export * from './message.ts';
export * from './notification.ts';
export * from './notification-data.ts';
export * from './other.ts';
export * from './permission.ts';
export * from './property.ts';
export * from './rule.ts';
export * from './stream.ts';
export * from './sync.ts';
export * from './table.ts';
export * from './transport.ts';
