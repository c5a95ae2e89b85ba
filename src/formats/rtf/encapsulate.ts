import { escapeRtf } from './escape.ts';
import { type HtmlToken, htmlTokens } from './html-tokens.ts';

/** Destination of an HTMLTAG: where in the document it stands (MS-OXRTFEX 2.1.3.1.4.1). */
const place = { body: 0, head: 1, html: 2, outside: 3 } as const;
/** TagType of an HTMLTAG, in place for the parameter. */
const type = { text: 0x00, html: 0x10, head: 0x20, body: 0x30, paragraph: 0x40, inline: 0x50, block: 0x60 } as const;
const furtherType = { lineBreak: 0x70, font: 0x90, meta: 0xa0, title: 0xb0, unknown: 0xf0 } as const;
/** Flags of the parameter. */
const inParagraph = 0x04;
const closing = 0x08;

/** TagType by element, as Outlook writes it; `unknown` for all others. */
const types: Readonly<Record<string, number>> = {
  html: type.html,
  head: type.head,
  body: type.body,
  ...of('p li tr', type.paragraph),
  ...of('a b i u s em strong strike sub sup small big code tt img', type.inline + inParagraph),
  ...of('div ol ul table blockquote', type.block),
  br: furtherType.lineBreak + inParagraph,
  ...of('span font td th', furtherType.font + inParagraph),
  ...of('meta link base', furtherType.meta),
  title: furtherType.title,
};

function of<T>(names: string, value: T): Record<string, T> {
  return Object.fromEntries(names.split(' ').map((name) => [name, value]));
}

/** What begins on a line of its own. */
const blocks = new Set(
  'address article aside blockquote center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);

/** Formatting shown by readers that only know RTF: control words that begin and end it. */
const formatting: Readonly<Record<string, readonly [string, string]>> = {
  ...of('b strong h1 h2 h3 h4 h5 h6 th', ['\\b', '\\b0'] as const),
  ...of('i em', ['\\i', '\\i0'] as const),
  ...of('u ins', ['\\ul', '\\ul0'] as const),
  ...of('s strike del', ['\\strike', '\\strike0'] as const),
  sub: ['\\sub', '\\nosupersub'],
  sup: ['\\super', '\\nosupersub'],
};

const header =
  '{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\fbidis \\deff0{\\fonttbl{\\f0\\fswiss Calibri;}{\\f1\\fmodern Courier New;}}\r\n{\\colortbl\\red0\\green0\\blue0;\\red5\\green99\\blue193;}\r\n\\uc1\\pard\\plain\\deftab360\\f0\\fs22\r\n';

/**
 * RTF that holds an HTML document (MS-OXRTFEX 2.1): readers of RTF see its text with lines and the simplest formatting,
 * {@link deencapsulate} gives the HTML again. Changed is only what means nothing in HTML: line ends become CR LF, NULs go.
 */
export function encapsulateHtml(html: string): Buffer {
  const writer = new EncapsulatingWriter();
  for (const token of htmlTokens(html.replaceAll('\0', '').replace(/\r\n|\r|\n/g, '\r\n'))) writer.take(token);
  return Buffer.from(writer.finish(), 'latin1');
}

/** RTF that holds plain text (MS-OXRTFEX 2.1.3.2); line ends become CR LF, NULs go. */
export function encapsulateText(text: string): Buffer {
  const body = escapeRtf(text.replaceAll('\0', '').replace(/\r\n|\r|\n/g, '\r\n'));
  return Buffer.from(
    `{\\rtf1\\ansi\\ansicpg1252\\fromtext \\fbidis \\deff0{\\fonttbl{\\f0\\fswiss Calibri;}}\r\n\\uc1\\pard\\plain\\deftab360\\f0\\fs22\r\n${body}}\r\n`,
    'latin1',
  );
}

/** Takes tokens one by one and gathers RTF; a class, as it is all state. */
class EncapsulatingWriter {
  private readonly out: string[] = [header];
  private place: number = place.outside;
  /** The first visible text was announced. */
  private visible = false;
  /** Text stands on the line, so the next block begins a new one. */
  private lineOpen = false;
  private preformatted = 0;
  private linkOpen = false;

  finish(): string {
    this.closeLink();
    this.out.push('}\r\n');
    return this.out.join('');
  }

  take(token: HtmlToken): void {
    if (token.kind === 'text') this.text(token.text);
    else if (token.kind === 'reference') this.reference(token.source, token.text);
    else if (token.kind === 'markup') this.tag(furtherType.unknown + this.place, token.source);
    else if (token.closing) this.close(token);
    else this.open(token);
  }

  private open(token: HtmlToken & { kind: 'tag' }): void {
    const { name } = token;
    if (name === 'head') this.place = place.html;
    else if (name === 'body') this.place = place.html;
    if (blocks.has(name)) this.breakLine();
    if (name === 'a') this.closeLink();
    this.tag((types[name] ?? furtherType.unknown) + this.place, token.source);
    if (name === 'head') this.place = place.head;
    else if (name === 'body') this.place = place.body;
    else if (name === 'html') this.place = place.html;
    else if (name === 'pre') this.preformatted += 1;
    else if (name === 'br') this.rtfOnly('\\line');
    else if (name === 'a') this.openLink(token.source);
    if (name === 'br') this.lineOpen = false;
    if (this.place === place.head) return;
    if (name === 'li') this.rtfOnly('\\bullet\\tab');
    if (formatting[name]) this.rtfOnly(formatting[name][0]);
  }

  private close(token: HtmlToken & { kind: 'tag' }): void {
    const { name } = token;
    if (name === 'head' || name === 'body') this.place = name === 'head' ? place.head : place.html;
    else if (name === 'html') this.place = place.outside;
    if (name === 'a') this.closeLink();
    if (formatting[name] && this.place !== place.head) this.rtfOnly(formatting[name][1]);
    this.tag((types[name] ?? furtherType.unknown) + closing + this.place, token.source);
    if (name === 'head') this.place = place.html;
    if (name === 'pre' && this.preformatted > 0) this.preformatted -= 1;
    if (name === 'td' || name === 'th') this.rtfOnly('\\tab');
    if (blocks.has(name)) this.breakLine();
  }

  private text(text: string): void {
    for (const part of text.split(/(\r\n)/)) {
      if (part === '') continue;
      if (part === '\r\n') this.lineEnd();
      // Text before the body, or blanks alone there, is no text of the document.
      else if (this.place !== place.body && (this.place === place.head || part.trim() === ''))
        this.tag(this.place + type.text, part);
      else {
        this.announce();
        this.out.push(escapeRtf(part));
        if (part.trim() !== '') this.lineOpen = true;
      }
    }
  }

  /** A line end of the source is a blank to readers, or a line where it was preformatted. */
  private lineEnd(): void {
    this.tag(this.place + type.text + (this.place === place.body ? inParagraph : 0), '\r\n');
    if (this.preformatted > 0) this.rtfOnly('\\line');
    else if (this.lineOpen) this.rtfOnly('', ' ');
  }

  private reference(source: string, text: string | undefined): void {
    this.tag(type.inline + inParagraph + this.place, source);
    if (this.place === place.head || text === undefined) return;
    this.rtfOnly('', escapeRtf(text));
    this.lineOpen = true;
  }

  private tag(parameter: number, content: string): void {
    this.out.push(`{\\*\\htmltag${parameter} ${escapeRtf(content)}}`);
  }

  /** Control words and text for readers of RTF alone. */
  private rtfOnly(words: string, text = ''): void {
    this.out.push(`\\htmlrtf ${words}${words && text ? ' ' : ''}${text}\\htmlrtf0 `);
  }

  private breakLine(): void {
    if (this.lineOpen) this.rtfOnly('\\par');
    this.lineOpen = false;
  }

  private announce(): void {
    if (this.visible) return;
    this.visible = true;
    this.out.push('{\\*\\htmltag64}');
  }

  private openLink(source: string): void {
    const found = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/i.exec(source);
    const target = (found?.[1] ?? found?.[2] ?? found?.[3] ?? '').replaceAll('&amp;', '&');
    if (!/^(?:https?:|mailto:)[^\s"]+$/i.test(target) || this.place === place.head) return;
    this.linkOpen = true;
    this.out.push(`\\htmlrtf {\\field{\\*\\fldinst{HYPERLINK "${escapeRtf(target)}"}}{\\fldrslt\\cf1\\ul \\htmlrtf0 `);
  }

  private closeLink(): void {
    if (this.linkOpen) this.out.push('\\htmlrtf }}\\htmlrtf0 ');
    this.linkOpen = false;
  }
}
