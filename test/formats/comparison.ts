import { htmlToText } from '../../src/formats/index.ts';
import { layoutFree, type ReadAttachment, type Reading, sha256 } from './reading.ts';

/** Letters that a reader could not decode, as it shows them. */
export const undecoded = /\ufffd|ï¿½/;
export const asciiOnly = (text: string): string => text.replace(/ï¿½/g, '').replace(/[^ -~]/g, '');
const words = (text: string): string => layoutFree(text).replace(/[^\p{L}\p{N}]+/gu, '');
const withoutTags = (html: string): string =>
  words(
    html
      .replace(/<[^>]*>/g, ' ')
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
      .replace(/&[a-z]+;/g, ' '),
  );
const rawWords = (raw: Buffer): string => asciiOnly(words(raw.toString('latin1')));

const isTextual = (type: string): boolean => /^(text|message|multipart)\//.test(type);
const isMessage = ({ type, embedded }: ReadAttachment): boolean => embedded !== undefined || type === 'message/rfc822';

/** Content of a part: exact, but for plain text without its layout, whose last line end readers treat in their own ways. */
const digest = ({ content }: ReadAttachment): string => {
  const text = content!.toString('latin1');
  return /^[\t\r\n -~]*$/.test(text) ? words(text) : sha256(content!);
};

/** One mail as two sides read it. */
export interface Case {
  readonly raw: Buffer;
  readonly ours: Reading;
  /** What independent readers found. */
  readonly others: readonly Reading[];
}

/** Each rule tells a kind of difference that is right, and how to know it. */
type Rule = (given: Case, other: Reading) => boolean;

const headerRule = (aspect: 'subject' | 'from' | 'to' | 'cc' | 'bcc'): Rule[] => [
  ({ ours }, other) => ours[aspect] === other[aspect],
  // A subject longer than any real one is cut.
  ({ ours }, other) => aspect === 'subject' && ours.subject.length > 1_500 && other.subject.startsWith(ours.subject),
  // Brackets are no part of an address, however many there are.
  ({ ours }, other) => aspect !== 'subject' && ours[aspect] === other[aspect].replace(/[<>]/g, ''),
  // 8-bit text without a charset is guessed here and given up there.
  ({ ours }, other) => undecoded.test(other[aspect]) && asciiOnly(ours[aspect]) === asciiOnly(other[aspect]),
  // A byte order mark before the first field is no part of its name.
  ({ raw }) => raw[0] === 0xef && raw[1] === 0xbb,
  // Source routes (RFC 5322 4.4) and blanks around dots are dropped, the addresses stay.
  ({ raw, ours }, other) =>
    /<@|\s\.\s|[\w"]\s*\.\s+\w+>/.test(raw.toString('latin1', 0, 4000)) &&
    ours[aspect].split(',').length === other[aspect].split(',').length,
];

/** The letters and digits that a text is made of, in order of the alphabet: equal for texts put together differently. */
const bag = (text: string): string => [...asciiOnly(words(text))].sort().join('');

/** Text parts with a name are files for Outlook, other readers put them into the body (MS-OXCMAIL 2.2.3.3.2). */
const namedText: Rule = ({ ours }, other) => {
  const named = ours.attachments.filter(({ type, content }) => content && isTextual(type));
  const inHtml = named
    .filter(({ type }) => type === 'text/html')
    .map(({ content }) => withoutTags(content!.toString('latin1')));
  const inText = named.filter(({ type }) => type !== 'text/html').map(({ content }) => content!.toString('latin1'));
  return (
    (inText.length > 0 && bag(ours.text + inText.join(' ')) === bag(other.text)) ||
    (inHtml.length > 0 && inHtml.every((text) => withoutTags(other.html).includes(text)))
  );
};

const textRules: Rule[] = [
  ({ ours }, other) => ours.text === other.text,
  // Without a text part the text is made from the HTML.
  ({ ours }, other) => other.text === '' && ours.html !== '' && words(ours.text) === words(htmlToText(ours.html)),
  ({ ours }, other) => undecoded.test(other.text) && asciiOnly(ours.text) === asciiOnly(other.text),
  // Where several parts make up the body, those of HTML are in its text too.
  ({ ours }, other) => ours.html !== '' && ours.html === other.html && words(ours.text).includes(words(other.text)),
  // What has no structure that can be found is shown as it is, where others show nothing or less.
  ({ raw, ours }, other) =>
    words(other.text).length < words(ours.text).length &&
    asciiOnly(rawWords(raw)).includes(asciiOnly(words(ours.text))),
  namedText,
];

const htmlRules: Rule[] = [
  ({ ours }, other) => ours.html === other.html,
  // Text between HTML parts is joined to them with markup of the reader's own.
  ({ ours }, other) => withoutTags(ours.html) === withoutTags(other.html),
  ({ ours }, other) => undecoded.test(other.html) && asciiOnly(ours.html) === asciiOnly(other.html),
  namedText,
  // A part whose empty line is missing has its body still.
  ({ raw, ours }, other) => other.html === '' && asciiOnly(rawWords(raw)).includes(asciiOnly(words(ours.html))),
];

const dateRules: Rule[] = [
  ({ ours }, other) => ours.date === other.date,
  // Only one of the readers makes sense of it.
  (_, other) => other.date === 'NaN' || other.date === '',
];

const attachmentRules: Rule[] = [
  ({ ours }, other) => sameFiles(ours.attachments, other.attachments),
  // Text with a name is a file here (see above), and so is a text part that is none of the forms of the body.
  ({ ours }, other) => {
    const found = new Set(ours.attachments.map((one) => (isMessage(one) ? 'message' : digest(one))));
    const kept = other.attachments.every((one) => isMessage(one) || isTextual(one.type) || found.has(digest(one)));
    const files = (list: readonly ReadAttachment[]) =>
      list.filter(({ type, content }) => !isTextual(type) && content?.length).length;
    return kept && files(ours.attachments) === files(other.attachments);
  },
  // Uuencode is decoded here.
  ({ raw, ours }, other) =>
    /encoding: *x-uue/i.test(raw.toString('latin1')) && ours.attachments.length === other.attachments.length,
];

function sameFiles(ours: readonly ReadAttachment[], other: readonly ReadAttachment[]): boolean {
  const list = (attachments: readonly ReadAttachment[]) =>
    attachments
      .filter(({ content, embedded }) => embedded || content?.length)
      .map((one) => (isMessage(one) ? 'message' : digest(one)))
      .sort();
  return list(ours).join() === list(other).join();
}

const rules: Readonly<Record<string, readonly Rule[]>> = {
  subject: headerRule('subject'),
  from: headerRule('from'),
  to: headerRule('to'),
  cc: headerRule('cc'),
  bcc: headerRule('bcc'),
  date: dateRules,
  text: textRules,
  html: htmlRules,
  attachments: attachmentRules,
};

/** An S/MIME message has its signed or encrypted whole as its one attachment (MS-OXOSMIME 2.1). */
const isSecured = (messageClass: unknown): boolean => /SMIME/.test(String(messageClass));

/** A way in which a mail reads differently and no rule tells why. */
export interface Difference {
  readonly aspect: string;
  /** What each side read, shortened. */
  readonly shown: string;
}

/** What is not read in the same way by any of the other readers. */
export function differencesOf(given: Case, messageClass: unknown): Difference[] {
  return Object.entries(rules).flatMap(([aspect, list]) => {
    if (aspect === 'attachments' && isSecured(messageClass)) return [];
    if (list.some((rule) => given.others.some((other) => rule(given, other)))) return [];
    const show = (reading: Reading) =>
      JSON.stringify(reading[aspect as keyof Reading], (key, value) =>
        key === 'content' || key === 'embedded' ? undefined : value,
      )?.slice(0, 300);
    return [{ aspect, shown: `ours ${show(given.ours)}\n  ${given.others.map(show).join('\n  ')}` }];
  });
}
