import {
  type AttachmentContent,
  attachMethod,
  getNumber,
  getProperty,
  getString,
  PidTag,
  type PropertyBag,
  setProperty,
} from '../../mapi/index.ts';
import { formatLimits } from '../limits.ts';
import { type IcalProperty, lineOf, param } from './content.ts';

/** An attachment that stands in an ATTACH itself; undefined for a link and for what is too large. */
export function readAttachment(property: IcalProperty, number: number): AttachmentContent | undefined {
  const inline =
    /^BINARY$/i.test(param(property, 'value') ?? '') || /^BASE64$/i.test(param(property, 'encoding') ?? '');
  if (!inline || property.raw.length > formatLimits.icalAttachment * 1.4) return undefined;
  const properties: PropertyBag = new Map();
  const name = param(property, 'x-filename') ?? param(property, 'filename') ?? 'attachment';
  setProperty(properties, PidTag.AttachMethod, attachMethod.byValue);
  setProperty(properties, PidTag.AttachLongFilename, name);
  setProperty(properties, PidTag.DisplayName, name);
  setProperty(properties, PidTag.AttachMimeTag, param(property, 'fmttype') ?? 'application/octet-stream');
  setProperty(properties, PidTag.AttachDataBinary, Buffer.from(property.raw, 'base64'));
  setProperty(properties, PidTag.RenderingPosition, -1);
  return { number, properties };
}

/** ATTACH of an attachment that is held in memory; undefined for others. */
export function attachmentLine({ properties }: AttachmentContent): string | undefined {
  const data = getProperty(properties, PidTag.AttachDataBinary);
  const method = getNumber(properties, PidTag.AttachMethod) ?? attachMethod.byValue;
  if (!(data instanceof Uint8Array) || method !== attachMethod.byValue) return undefined;
  if (data.length > formatLimits.icalAttachment) return undefined;
  const params = {
    fmttype: getString(properties, PidTag.AttachMimeTag),
    encoding: 'BASE64',
    'x-filename': attachmentName(properties),
  };
  return lineOf('ATTACH', Buffer.from(data).toString('base64'), params, 'binary');
}

export const attachmentName = (properties: PropertyBag): string =>
  getString(properties, PidTag.AttachLongFilename) ?? getString(properties, PidTag.AttachFilename) ?? '';
