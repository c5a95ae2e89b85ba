import fc from 'fast-check';
import {
  type AttachmentContent,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  type StoredValue,
  setProperty,
  tagOf,
} from '../../../src/mapi/index.ts';

const text = (maxLength = 40) => fc.string({ unit: 'grapheme', maxLength }).filter((one) => !one.includes('\0'));
const bytes = (constraints: fc.IntArrayConstraints) => fc.uint8Array(constraints).map((one) => Buffer.from(one));
const long = fc
  .tuple(
    fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom('a', 'ß', '語', '\n') }),
    fc.integer({ min: 300, max: 9000 }),
  )
  .map(([piece, count]) => piece.repeat(count));
const time = fc.bigInt({ min: 0x1b0_0000_0000_0000n, max: 0x1e0_0000_0000_0000n });

/** Properties that anybody may give an object; `named` are ids of named properties. */
function entries(named: readonly number[]): fc.Arbitrary<[PropertyTag, StoredValue]> {
  const ids = fc.oneof(fc.integer({ min: 0x7c00, max: 0x7cff }), fc.constantFrom(...named));
  const of = (type: number, value: fc.Arbitrary<StoredValue>) =>
    fc.tuple(ids, value).map(([id, one]): [PropertyTag, StoredValue] => [tagOf(id, type), one]);
  return fc.oneof(
    of(Ptyp.Integer16, fc.integer({ min: -0x8000, max: 0x7fff })),
    of(Ptyp.Integer32, fc.integer()),
    of(Ptyp.Integer64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    of(Ptyp.Floating64, fc.double({ noNaN: true })),
    of(Ptyp.Boolean, fc.boolean()),
    of(Ptyp.Time, time),
    of(Ptyp.Guid, fc.uuid()),
    of(Ptyp.String, fc.oneof(text(), long)),
    of(Ptyp.Binary, fc.oneof(bytes({ maxLength: 60 }), bytes({ minLength: 30_000, maxLength: 40_000, size: 'max' }))),
    of(Ptyp.String | 0x1000, fc.array(text(), { minLength: 1, maxLength: 4 })),
    of(Ptyp.Binary | 0x1000, fc.array(bytes({ maxLength: 60 }), { minLength: 1, maxLength: 4 })),
    of(Ptyp.Integer32 | 0x1000, fc.array(fc.integer(), { minLength: 1, maxLength: 4 })),
  );
}

const bagOf = (list: Iterable<readonly [PropertyTag, StoredValue]>): PropertyBag => {
  const bag: PropertyBag = new Map();
  for (const [tag, value] of list) setProperty(bag, tag, value);
  return bag;
};

const recipient = fc.tuple(fc.constantFrom(1, 2, 3), fc.emailAddress(), text(20)).map(([type, address, name]) =>
  bagOf([
    [PidTag.RecipientType, type],
    [PidTag.AddressType, 'SMTP'],
    [PidTag.EmailAddress, address],
    [PidTag.SmtpAddress, address],
    [PidTag.DisplayName, name],
    [PidTag.DisplayType, 0],
    [PidTag.ObjectType, 6],
    [PidTag.SearchKey, Buffer.from(`SMTP:${address}\0`)],
    [PidTag.EntryId, Buffer.from(address)],
  ]),
);

/** A message with whatever a message can have in it, messages within messages to this depth. */
export function randomContent(named: readonly number[], depth = 3): fc.Arbitrary<MessageContent> {
  const more = fc.array(entries(named), { maxLength: 6 });
  const data = fc.oneof(bytes({ maxLength: 60 }), bytes({ minLength: 40_000, maxLength: 70_000, size: 'max' }));
  const name: fc.Arbitrary<[PropertyTag, StoredValue]> = text(20).map((one) => [PidTag.AttachLongFilename, one]);
  const kind: fc.Arbitrary<Omit<AttachmentContent, 'number'>> = fc
    .tuple(more, name, data)
    .map(([list, named, value]) => ({
      properties: bagOf([...list, named, [PidTag.AttachMethod, 1], [PidTag.AttachDataBinary, value]]),
    }));
  const attachment: fc.Arbitrary<Omit<AttachmentContent, 'number'>> =
    depth === 0
      ? kind
      : fc.oneof(
          { weight: 2, arbitrary: kind },
          {
            weight: 1,
            arbitrary: fc
              .tuple(
                more,
                fc.constant(undefined).chain(() => randomContent(named, depth - 1)),
              )
              .map(([list, embedded]) => ({ properties: bagOf([...list, [PidTag.AttachMethod, 5]]), embedded })),
          },
        );
  return fc
    .record({
      more,
      subject: fc.tuple(fc.constantFrom('', 'Re: ', 'AW: '), text(20)),
      bodies: fc.subarray([PidTag.Body, PidTag.Html, PidTag.RtfCompressed]),
      body: fc.oneof(text(), long),
      importance: fc.integer({ min: 0, max: 2 }),
      created: time,
      recipients: fc.array(recipient, { maxLength: 3 }),
      attachments: fc.array(attachment, { maxLength: 2 }),
    })
    .map((made) => ({
      properties: bagOf([
        ...made.more,
        [PidTag.MessageClass, 'IPM.Note'],
        [PidTag.Subject, made.subject.join('')],
        [PidTag.Importance, made.importance],
        [PidTag.CreationTime, made.created],
        [PidTag.SearchKey, Buffer.alloc(16, made.importance)],
        ...made.bodies.map((tag) => [tag, tag === PidTag.Body ? made.body : Buffer.from(made.body)] as const),
      ]),
      recipients: made.recipients.map((bag, row) => new Map(bag).set(PidTag.Rowid, row)),
      attachments: made.attachments.map((one, number) => ({ number, ...one })),
    }));
}
