import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  canonicalTag,
  fuzzyHigh,
  fuzzyLow,
  MapiError,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  type Restriction,
  relop,
  type StoredValue,
} from '../../../src/mapi/index.ts';
import { type Lookup, matches } from '../../../src/store/tables/index.ts';
import { property } from './model.ts';

const object = (properties: Record<number, StoredValue>): Lookup => {
  const bag = new Map(Object.entries(properties).map(([tag, value]) => [Number(tag), value]));
  return (tag) => bag.get(canonicalTag(tag));
};
const content = (tag: PropertyTag, value: PropertyValue, low: number, high = 0): Restriction => ({
  kind: 'content',
  fuzzyLevelLow: low,
  fuzzyLevelHigh: high,
  tag,
  value: { tag, value },
});
const keywords = 0x8001101f;

describe('property restrictions', () => {
  it('take an absent property as less than any value', () => {
    const nothing = object({});
    const results = [relop.lt, relop.le, relop.gt, relop.ge, relop.eq, relop.ne].map((operator) =>
      matches(property(operator, PidTag.Sensitivity, 2), nothing),
    );
    assert.deepEqual(results, [true, true, false, false, false, true]);
  });

  it('compare text without regard to case', () => {
    const mail = object({ [PidTag.Subject]: 'Äpfel' });
    assert.ok(matches(property(relop.eq, PidTag.Subject, 'äPFEL'), mail));
    assert.ok(!matches(property(relop.eq, PidTag.Subject, 'Apfel'), mail));
    assert.ok(matches(property(relop.eq, 0x0037001e, 'äpfel'), mail), '8-bit text is the same text');
  });

  it('compare numbers of any width, and signed', () => {
    const mail = object({ [PidTag.MessageSize]: 0xffffffff, [PidTag.MessageDeliveryTime]: 5n });
    assert.ok(matches(property(relop.lt, PidTag.MessageSize, 0), mail));
    assert.ok(matches(property(relop.eq, PidTag.MessageSize, -1), mail));
    assert.ok(matches(property(relop.ge, PidTag.MessageDeliveryTime, 5n), mail));
  });

  it('match a multiple-value property by any of its values', () => {
    const mail = object({ [keywords]: ['Rot', 'Blau'] });
    assert.ok(matches(property(relop.eq, keywords, 'blau'), mail));
    assert.ok(!matches(property(relop.ne, keywords, 'blau'), mail));
    assert.ok(matches(property(relop.ne, keywords, 'gelb'), mail));
    assert.throws(() => matches(property(relop.eq, keywords, ['Rot']), mail), MapiError);
  });

  it('refuse regular expressions', () => {
    assert.throws(() => matches(property(relop.regex, PidTag.Subject, '.*'), object({})), { code: 0x80040117 });
  });

  it('know that EX and SMTP search keys are of one person', () => {
    const dn = '/o=Org/cn=anna';
    const mail = object({
      [PidTag.SenderSearchKey]: Buffer.from('SMTP:ANNA@OXBOW.TEST\0'),
      [PidTag.SenderAddressType]: 'EX',
      [PidTag.SenderEmailAddress]: dn,
    });
    assert.ok(matches(property(relop.eq, PidTag.SenderSearchKey, Buffer.from('EX:/O=ORG/CN=ANNA\0')), mail));
    assert.ok(
      matches(content(PidTag.SenderSearchKey, Buffer.from('SMTP:anna@oxbow.test\0'), 0, fuzzyHigh.ignoreCase), mail),
    );
    const aliases = (key: string) => (key === 'SMTP:BEN@OXBOW.TEST' ? ['EX:/O=ORG/CN=BEN'] : []);
    const other = object({ [PidTag.SenderSearchKey]: Buffer.from('SMTP:BEN@OXBOW.TEST\0') });
    const wanted = property(relop.eq, PidTag.SenderSearchKey, Buffer.from('EX:/O=ORG/CN=BEN\0'));
    assert.ok(matches(wanted, other, { aliases }));
    assert.ok(!matches(wanted, other));
  });
});

describe('content restrictions', () => {
  const mail = object({ [PidTag.Subject]: 'Grüße aus dem Süden', [PidTag.SearchKey]: Buffer.from('abcDEF') });
  const finds = (value: string, low: number, high = 0) => matches(content(PidTag.Subject, value, low, high), mail);

  it('compare the whole, a part or the beginning', () => {
    assert.ok(finds('Grüße aus dem Süden', fuzzyLow.fullString));
    assert.ok(!finds('Grüße', fuzzyLow.fullString));
    assert.ok(finds('aus', fuzzyLow.substring));
    assert.ok(finds('Grü', fuzzyLow.prefix));
    assert.ok(!finds('aus', fuzzyLow.prefix));
  });

  it('mind case and marks unless told otherwise', () => {
    assert.ok(!finds('grüße', fuzzyLow.prefix));
    assert.ok(finds('grüße', fuzzyLow.prefix, fuzzyHigh.ignoreCase));
    assert.ok(!finds('gruße', fuzzyLow.prefix, fuzzyHigh.ignoreCase));
    assert.ok(finds('Gruße', fuzzyLow.prefix, fuzzyHigh.ignoreNonSpace));
    assert.ok(finds('gruße', fuzzyLow.prefix, fuzzyHigh.loose));
  });

  it('find the beginning of any word, and whole phrases', () => {
    assert.ok(finds('Sü', fuzzyLow.prefixOnWords));
    assert.ok(!finds('üden', fuzzyLow.prefixOnWords));
    assert.ok(finds('aus dem', fuzzyLow.phraseMatch));
    assert.ok(!finds('aus de', fuzzyLow.phraseMatch));
  });

  it('work on bytes', () => {
    const bytes = (value: string, low: number, high = 0) =>
      matches(content(PidTag.SearchKey, Buffer.from(value), low, high), mail);
    assert.ok(bytes('bcD', fuzzyLow.substring));
    assert.ok(!bytes('bcd', fuzzyLow.substring));
    assert.ok(bytes('ABC', fuzzyLow.prefix, fuzzyHigh.ignoreCase));
  });

  it('never match what is absent', () => {
    assert.ok(!matches(content(PidTag.Body, '', fuzzyLow.substring), mail));
  });

  it('look at each value of a multiple-value property', () => {
    const tagged = object({ [keywords]: ['Rot', 'Hellblau'] });
    assert.ok(matches(content(keywords, 'blau', fuzzyLow.substring), tagged));
  });
});

describe('other restrictions', () => {
  it('take the bits of an absent property as zero', () => {
    const bits = (notEqualZero: boolean): Restriction => ({
      kind: 'bitmask',
      notEqualZero,
      tag: PidTag.MessageFlags,
      mask: 1,
    });
    assert.ok(matches(bits(false), object({})));
    assert.ok(!matches(bits(true), object({})));
    assert.ok(matches(bits(true), object({ [PidTag.MessageFlags]: 3 })));
  });

  it('measure text in UTF-16', () => {
    const size = (operator: number, bytes: number): Restriction => ({
      kind: 'size',
      relop: operator,
      tag: PidTag.Body,
      size: bytes,
    });
    assert.ok(matches(size(relop.eq, 8), object({ [PidTag.Body]: 'four' })));
    assert.ok(!matches(size(relop.lt, 8), object({})), 'what is absent has no size');
    const large = { size: 9000, read: async () => new Uint8Array() };
    assert.ok(matches(size(relop.gt, 8999), object({ [PidTag.Body]: large })));
  });

  it('compare two properties', () => {
    const compare = (operator: number): Restriction => ({
      kind: 'compare',
      relop: operator,
      tag1: PidTag.Subject,
      tag2: PidTag.NormalizedSubject,
    });
    assert.ok(matches(compare(relop.eq), object({ [PidTag.Subject]: 'A', [PidTag.NormalizedSubject]: 'a' })));
    assert.ok(matches(compare(relop.lt), object({ [PidTag.NormalizedSubject]: 'a' })));
  });

  it('look into recipients and attachments', () => {
    const recipients = [object({ [PidTag.DisplayName]: 'Anna' }), object({ [PidTag.DisplayName]: 'Ben' })];
    const parts = (tag: PropertyTag) => (tag === PidTag.MessageRecipients ? recipients : []);
    const sub = (tag: PropertyTag, name: string): Restriction => ({
      kind: 'subobject',
      tag,
      restriction: content(PidTag.DisplayName, name, fuzzyLow.fullString),
    });
    assert.ok(matches(sub(PidTag.MessageRecipients, 'Ben'), object({}), { parts }));
    assert.ok(!matches(sub(PidTag.MessageAttachments, 'Ben'), object({}), { parts }));
    assert.ok(!matches(sub(PidTag.MessageRecipients, 'Ben'), object({})));
  });

  it('are made of others', () => {
    const yes: Restriction = { kind: 'exist', tag: PidTag.Subject };
    const no: Restriction = { kind: 'exist', tag: PidTag.Body };
    const mail = object({ [PidTag.Subject]: '' });
    assert.ok(matches({ kind: 'and', restrictions: [yes, { kind: 'not', restriction: no }] }, mail));
    assert.ok(matches({ kind: 'or', restrictions: [no, yes] }, mail));
    assert.ok(matches({ kind: 'and', restrictions: [] }, mail));
    assert.ok(!matches({ kind: 'or', restrictions: [] }, mail));
    assert.ok(matches({ kind: 'comment', values: [], restriction: undefined }, mail));
    assert.ok(!matches({ kind: 'comment', values: [], restriction: no }, mail));
    assert.ok(matches({ kind: 'count', count: 5, restriction: yes }, mail));
  });

  it('are refused when they are nested without end', () => {
    let restriction: Restriction = { kind: 'exist', tag: PidTag.Subject };
    for (let i = 0; i < 1000; i++) restriction = { kind: 'not', restriction };
    assert.throws(() => matches(restriction, object({})), { code: 0x80040117 });
  });
});

describe('relational operators', () => {
  it('agree with each other for any two values', () => {
    const values = fc.oneof(fc.constant(undefined), fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(values, fc.integer({ min: -3, max: 3 }), (given, wanted) => {
        const mail = object(given === undefined ? {} : { [PidTag.Priority]: given });
        const is = (operator: number) => matches(property(operator, PidTag.Priority, wanted), mail);
        assert.equal(is(relop.lt), !is(relop.ge));
        assert.equal(is(relop.gt), !is(relop.le));
        assert.equal(is(relop.eq), !is(relop.ne));
        assert.equal(is(relop.le), is(relop.lt) || is(relop.eq));
      }),
    );
  });
});
