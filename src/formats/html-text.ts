import { convert } from 'html-to-text';
import { formatLimits } from './limits.ts';

/** Plain text of HTML: as a mail reader without HTML would show it. Lines end in CR LF. */
export function htmlToText(html: string): string {
  const text = html.length > formatLimits.htmlLayout ? withoutTags(html) : layout(html);
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
