import {
  idOf,
  isNamed,
  type MessageContent,
  type PropertyBag,
  type PropertyId,
  tagOf,
  typeOf,
} from '../../mapi/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { ropCall } from '../rop-call.ts';
import type { ReplicaNames } from './names.ts';
import type { ReplicaSession } from './session.ts';

/** The same message with the ids that the replica has for named properties. */
export async function withReplicaNames(
  { client, mailbox }: ReplicaSession,
  names: ReplicaNames,
  content: MessageContent,
): Promise<MessageContent> {
  const ids = new Set<PropertyId>();
  visitBags(content, (bag) => {
    for (const tag of bag.keys()) if (isNamed(tag)) ids.add(idOf(tag));
  });
  if (ids.size === 0) return content;
  const propertyIds = [...ids];
  const { propertyNames } = await client.run(ropCall(d.RopGetNamesFromPropertyIds, mailbox.logon, { propertyIds }));
  const own = new Map(propertyIds.map((id, i) => [id, names.idOf(propertyNames[i]!)]));
  visitBags(content, (bag) => {
    const named = [...bag].filter(([tag]) => isNamed(tag));
    for (const [tag] of named) bag.delete(tag);
    for (const [tag, value] of named) bag.set(tagOf(own.get(idOf(tag))!, typeOf(tag)), value);
  });
  return content;
}

function visitBags({ properties, recipients, attachments }: MessageContent, visit: (bag: PropertyBag) => void): void {
  visit(properties);
  recipients.forEach(visit);
  for (const attachment of attachments) {
    visit(attachment.properties);
    if (attachment.embedded) visitBags(attachment.embedded, visit);
  }
}
