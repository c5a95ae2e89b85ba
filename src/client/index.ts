export { type ArrivalWatch, watchArrivals } from './arrival.ts';
export { type DiscoveredAccount, discover } from './discover.ts';
export { createEndpointClient, type EndpointClient, TransportError } from './endpoint.ts';
export { type Connection, createHttpClient, type HttpClient } from './http.ts';
export { type ItemLine, newestItems } from './items.ts';
export * from './mailbox.ts';
export { createMapiHttpClient, type ExecuteOptions, type MapiHttpClient } from './mapi-http-client.ts';
export { createNspiClient, type NspiClient } from './nspi-client.ts';
export { readMessage, readStream } from './read-message.ts';
export { internetRecipient, recipientColumns } from './recipient.ts';
export * from './replica/index.ts';
export {
  type Handle,
  type Notification,
  newHandle,
  type RopCall,
  type RopResult,
  ropCall,
  succeeded,
} from './rop-call.ts';
export { type CarryRops, createRopClient, type RopClient } from './rop-client.ts';
export { setProperties, writeMessage } from './write-message.ts';
