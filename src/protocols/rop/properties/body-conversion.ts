import { convert } from 'html-to-text';

/** Plain text of an HTML body: links and images as text, lines not wrapped. */
export function htmlToPlainText(markup: string): string {
  const text = convert(markup, {
    wordwrap: false,
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['<', '>'] } },
    ],
    limits: { maxInputLength: 1 << 24, ellipsis: '' },
  });
  return `${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An HTML body that shows the text as it is, with its line breaks and runs of spaces. */
export function plainTextToHtml(text: string): string {
  const escaped = text
    .replaceAll(/[&<>"]/g, (character) => escapes[character] as string)
    .replaceAll(/ {2}/g, ' &nbsp;')
    .replaceAll('\t', ' &nbsp; &nbsp;')
    .replaceAll(/\r?\n/g, '<br>\r\n');
  return `<html><head><meta http-equiv="Content-Type" content="text/html"></head><body>${escaped}</body></html>`;
}
