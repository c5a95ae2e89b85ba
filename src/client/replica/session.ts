import type { OpenMailbox } from '../mailbox.ts';
import type { RopClient } from '../rop-client.ts';

/** A logon that a replica works over, until the connection breaks. */
export interface ReplicaSession {
  readonly client: RopClient;
  readonly mailbox: OpenMailbox;
}
