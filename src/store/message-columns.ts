import { getBigint, getNumber, getString, PidTag, type ReadonlyPropertyBag } from '../mapi/index.ts';
import { sortText } from './rows.ts';

const lastTime = 2n ** 63n - 1n;
/** A FILETIME as the database can hold it. */
export const timeColumn = (time: bigint): bigint => (time > lastTime ? lastTime : time < 0n ? 0n : time);

/** Text that every database takes, of a length that an index takes. */
const textColumn = (text: string | undefined): string | undefined => text?.replaceAll('\0', '').slice(0, 998);

/** The columns that repeat properties of the bag, for indexes. `created` stands in for a missing delivery time. */
export function derivedColumns(bag: ReadonlyPropertyBag, created: bigint) {
  const submitted = getBigint(bag, PidTag.ClientSubmitTime);
  return {
    delivery_time: timeColumn(getBigint(bag, PidTag.MessageDeliveryTime) ?? created),
    submit_time: submitted === undefined ? null : timeColumn(submitted),
    importance: getNumber(bag, PidTag.Importance) ?? 1,
    sensitivity: getNumber(bag, PidTag.Sensitivity) ?? 0,
    flag_status: getNumber(bag, PidTag.FlagStatus) ?? 0,
    message_class: textColumn(getString(bag, PidTag.MessageClass)) ?? 'IPM.Note',
    subject_key: sortText(getString(bag, PidTag.NormalizedSubject)),
    sender_key: sortText(getString(bag, PidTag.SentRepresentingName)),
    to_key: sortText(getString(bag, PidTag.DisplayTo)),
    topic_key: sortText(getString(bag, PidTag.ConversationTopic) ?? getString(bag, PidTag.NormalizedSubject)),
    internet_message_id: textColumn(getString(bag, PidTag.InternetMessageId)) ?? null,
  };
}
