import {
  type AttachmentContent,
  attachMethod,
  getBoolean,
  getProperty,
  getString,
  isLargeValue,
  PidLid,
  PidTag,
  type PropertyBag,
  type ReadonlyPropertyBag,
  setProperty,
} from '../../mapi/index.ts';
import type { ItemContext } from '../item/properties.ts';
import { chunksOf, readAll } from '../large-value.ts';
import { formatLimits } from '../limits.ts';
import type { Photo } from './contact.ts';

/** What pictures begin with, in Latin-1. */
const beginnings: readonly (readonly [string, string])[] = [
  ['\xff\xd8\xff', 'image/jpeg'],
  ['\x89PNG', 'image/png'],
  ['GIF8', 'image/gif'],
  ['BM', 'image/bmp'],
  ['RIFF', 'image/webp'],
];

/** The media type of a picture by its first bytes; undefined for none that contacts have. */
export function pictureType(data: Uint8Array): string | undefined {
  const start = Buffer.from(data.subarray(0, 4)).toString('latin1');
  return beginnings.find(([beginning]) => start.startsWith(beginning))?.[1];
}

/** Whether an attachment is the photo of its contact (MS-OXOCNTC 2.2.1.8.3). */
export const isPhoto = (attachment: ReadonlyPropertyBag): boolean =>
  getBoolean(attachment, PidTag.AttachmentContactPhoto) === true;

/** The photo in an attachment; undefined when it has no content or one over {@link formatLimits.photo}. */
export async function readPhoto(attachment: ReadonlyPropertyBag): Promise<Photo | undefined> {
  const value = getProperty(attachment, PidTag.AttachDataBinary);
  if (isLargeValue(value) && value.size > formatLimits.photo) return undefined;
  const data = isLargeValue(value) ? await readAll(chunksOf(value)) : value;
  if (!(data instanceof Uint8Array) || data.length === 0) return undefined;
  return { mediaType: pictureType(data) ?? getString(attachment, PidTag.AttachMimeTag) ?? 'image/jpeg', data };
}

/** The attachment that holds a photo, as Outlook names it whatever its type is. */
export function photoAttachment(photo: Photo, number: number): AttachmentContent {
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.AttachMethod, attachMethod.byValue);
  setProperty(properties, PidTag.AttachNumber, number);
  setProperty(properties, PidTag.AttachDataBinary, photo.data);
  setProperty(properties, PidTag.AttachLongFilename, 'ContactPicture.jpg');
  setProperty(properties, PidTag.AttachFilename, 'CONTAC~1.JPG');
  setProperty(properties, PidTag.AttachExtension, '.jpg');
  setProperty(properties, PidTag.DisplayName, 'ContactPicture.jpg');
  setProperty(properties, PidTag.AttachMimeTag, photo.mediaType);
  setProperty(properties, PidTag.AttachmentContactPhoto, true);
  setProperty(properties, PidTag.AttachmentHidden, false);
  setProperty(properties, PidTag.RenderingPosition, 0xffffffff);
  return { number, properties };
}

/** PidLidHasPicture, MS-OXOCNTC 2.2.1.8.1: has to be kept in step with the attachment. */
export const writeHasPicture = (bag: PropertyBag, has: boolean, { tags }: ItemContext): void =>
  setProperty(bag, tags.tagOf(PidLid.HasPicture), has);
