import { PidTag, type PropertyBag, type PropertyTag, Ptyp, setProperty, tagOf } from '../../../mapi/index.ts';
import { type Folder, folderProperty, folderPropertyTags, type Mailbox } from '../../../store/index.ts';
import { isFolderProperty } from './not-transferred.ts';

const creatorSid = tagOf(0x0e58, Ptyp.Binary);
/** S-1-0-0: nobody in particular. */
const nullSid = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Computed for a folder where it is, or counted: not a replica's to keep. */
const notKept: ReadonlySet<PropertyTag> = new Set([tagOf(0x6638, Ptyp.Integer32), PidTag.LocalCommitTime]);

/** The properties of a folder that a replica has, but for those that name it and its place. */
export function folderBag(mailbox: Mailbox, folder: Folder): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const tag of [...folderPropertyTags, ...folder.properties.keys()]) {
    if (!isFolderProperty(tag) || notKept.has(tag)) continue;
    const value = folderProperty(mailbox, folder, tag);
    if (value !== undefined) setProperty(bag, tag, value);
  }
  if (!bag.has(creatorSid)) bag.set(creatorSid, nullSid);
  return bag;
}
