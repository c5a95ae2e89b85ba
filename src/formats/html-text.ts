import { convert } from 'html-to-text';
import { formatLimits } from './limits.ts';

/** Plain text of HTML: as a mail reader without HTML would show it. Lines end in CR LF. */
export function htmlToText(html: string): string {
  const laidOut = html.length <= formatLimits.htmlLayout && !isDeeper(html, formatLimits.htmlDepth);
  const text = laidOut ? layout(html) : withoutTags(html);
  return toCrLf(text.replaceAll('\0', ''));
}

function layout(html: string): string {
  try {
    return convert(html, {
      wordwrap: false,
      limits: { maxInputLength: formatLimits.htmlLayout, maxDepth: 200, maxChildNodes: 100_000 },
      selectors: [
        {
          selector: 'a',
          options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['<', '>'], noAnchorUrl: true },
        },
        { selector: 'img', format: 'skip' },
        ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
        { selector: 'table', format: 'block' },
      ],
    });
  } catch {
    // Markup that the library gives up on (too deep for its recursion) still has text in it.
    return withoutTags(html);
  }
}

const words = (text: string): string[] => text.split(' ');

/** Elements without content. */
const voidElements = new Set(
  words('area base basefont br col command embed frame hr img input keygen link meta param source track wbr'),
);

/** The beginning of which elements ends which ones, when these are the innermost, as the layout's parser has it. */
const endedBy: ReadonlyMap<string, readonly string[]> = new Map(
  (
    [
      ['tr', 'tr th td'],
      ['td', 'th td'],
      ['th', 'th'],
      ['tbody tfoot', 'thead tbody'],
      ['li', 'li'],
      ['dd dt', 'dd dt'],
      ['rt rp', 'rt rp'],
      ['option', 'option'],
      ['optgroup', 'optgroup option'],
      [
        'p h1 h2 h3 h4 h5 h6 address article aside blockquote details div dl fieldset figcaption figure footer form ' +
          'header hr main nav ol pre section table ul',
        'p',
      ],
    ] as const
  ).flatMap(([beginning, ended]) => words(beginning).map((name) => [name, words(ended)] as const)),
);

/** Whether more than `depth` elements are open at once somewhere; linear in the size. */
function isDeeper(html: string, depth: number): boolean {
  const open: string[] = [];
  const counts = new Map<string, number>();
  const close = (): string => {
    const name = open.pop()!;
    counts.set(name, counts.get(name)! - 1);
    return name;
  };
  for (const [, end, written] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    const name = written!.toLowerCase();
    if (end) {
      // What was opened inside ends with it; an end of what is not open means nothing.
      if (counts.get(name)) while (close() !== name);
      continue;
    }
    while (endedBy.get(name)?.includes(open.at(-1)!)) close();
    if (voidElements.has(name)) continue;
    if (open.push(name) > depth) return true;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return false;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Only the tags gone and the commonest entities decoded; linear in the size. */
function withoutTags(html: string): string {
  let text = '';
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at);
    text += html.slice(at, open < 0 ? html.length : open);
    if (open < 0) break;
    const name = /^(script|style|head)\b/i.exec(html.slice(open + 1, open + 8))?.[1]?.toLowerCase();
    const from = name ? endTag(html, name, open) : open;
    const close = from < 0 ? -1 : html.indexOf('>', from);
    if (close < 0) break;
    text += ' ';
    at = close + 1;
  }
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => entities[name]!).replace(/[ \t]+/g, ' ');
}

/** Where `</name` stands from `at`, in either case, or -1; not by way of `toLowerCase`, which may change the length. */
function endTag(html: string, name: string, at: number): number {
  const tag = new RegExp(`</${name}`, 'gi');
  tag.lastIndex = at;
  return tag.exec(html)?.index ?? -1;
}

/** Every line end as CR LF, as MAPI text has it. */
export const toCrLf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (letter) => escapes[letter]!);

/** Plain text as the inside of an HTML body: lines kept, runs of blanks too. */
export const textToHtmlFragment = (text: string): string =>
  escapeHtml(text)
    .replace(/\r\n|\r|\n/g, '<br>\r\n')
    .replace(/ {2}/g, ' &nbsp;')
    .replace(/\t/g, ' &nbsp; &nbsp;');

/** Plain text as an HTML document. */
export const textToHtml = (text: string): string =>
  `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>\r\n${textToHtmlFragment(text)}\r\n</body></html>\r\n`;
