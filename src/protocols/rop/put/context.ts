import { type PropertyName, type PropertyTag, propertyNameKey, tagOf, typeOf } from '../../../mapi/index.ts';
import type { Mailbox, Origin } from '../../../store/index.ts';
import type { StreamProperty } from '../../fasttransfer/index.ts';
import type { LogonObject } from '../objects.ts';
import type { Elements } from './elements.ts';

/** What all rules of one FastTransfer upload share. */
export interface PutContext {
  readonly at: Elements;
  readonly logon: LogonObject;
  readonly mailbox: Mailbox;
  /** Of what is saved on the way. */
  readonly origin: Origin;
  /** That of 8-bit text in the stream and on what is made from it. */
  readonly codePage: number;
  /** Ids of named properties in this mailbox, made where they are missing; 0 for a name that cannot be one. */
  idOfName(name: PropertyName): Promise<number>;
}

/** See {@link PutContext.idOfName}: each name is asked for once. */
export function idsOfNames(mailbox: Mailbox): PutContext['idOfName'] {
  const known = new Map<string, number>();
  return async (name) => {
    const key = propertyNameKey(name);
    const id = known.get(key) ?? (await mailbox.propertyIds([name], true))[0]!;
    known.set(key, id);
    return id;
  };
}

/** The tag of a property in this mailbox: in a stream the id of a named one means nothing. */
export async function tagHere(put: PutContext, { tag, name }: StreamProperty): Promise<PropertyTag> {
  return name === undefined ? tag : tagOf(await put.idOfName(name), typeOf(tag));
}
