import { charsetOf, decodeText } from '../charset.ts';
import { escapeHtml } from '../html-text.ts';
import { formatLimits } from '../limits.ts';
import { RtfError } from './compressed.ts';
import { type RtfToken, rtfTokens } from './tokens.ts';

/** Code pages by \fcharset (RTF specification 1.9.1, font table). */
const charsetCodePages: Readonly<Record<number, number>> = {
  0: 1252,
  77: 10000,
  128: 932,
  129: 949,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
  254: 437,
  255: 850,
};

/** Control words and symbols that stand for text: as plain text, and as HTML (MS-OXRTFEX 2.2.3.2). */
const characters: Readonly<Record<string, readonly [string, string]>> = {
  par: ['\r\n', '\r\n'],
  line: ['\r\n', '\r\n'],
  sect: ['\r\n', '\r\n'],
  page: ['\r\n', '\r\n'],
  row: ['\r\n', '\r\n'],
  cell: ['\t', '\t'],
  tab: ['\t', '\t'],
  lquote: ['\u2018', '&lsquo;'],
  rquote: ['\u2019', '&rsquo;'],
  ldblquote: ['\u201c', '&ldquo;'],
  rdblquote: ['\u201d', '&rdquo;'],
  bullet: ['\u2022', '&bull;'],
  endash: ['\u2013', '&ndash;'],
  emdash: ['\u2014', '&mdash;'],
  enspace: ['\u2002', '&ensp;'],
  emspace: ['\u2003', '&emsp;'],
  zwj: ['\u200d', '&zwj;'],
  zwnj: ['\u200c', '&zwnj;'],
  '~': ['\u00a0', '&nbsp;'],
  _: ['\u2011', '&shy;'],
  '-': ['', ''],
  '{': ['{', '{'],
  '}': ['}', '}'],
  '\\': ['\\', '\\'],
};

/** Destinations whose content is no text of the document. */
const skippedDestinations = new Set(
  `fonttbl colortbl stylesheet info pict object objdata header headerl headerr headerf footer footerl footerr footerf
  footnote annotation listtable listoverridetable revtbl rsidtbl generator xe tc txe fldinst themedata datastore
  latentstyles colorschememapping shppict nonshppict`.split(/\s+/),
);

interface Group {
  /** Content is skipped up to the group's end. */
  skip: boolean;
  /** Inside \fonttbl. */
  fonts: boolean;
  /** Inside an HTMLTAG destination. */
  tag: boolean;
  /** \htmlrtf: what follows was not in the HTML. */
  htmlrtf: boolean;
  font: number;
  /** Characters after \u that stand for the same. */
  unicodeSkip: number;
  bold: boolean;
  italic: boolean;
  underline: boolean;
}

type Mode = 'html' | 'text' | 'rtf';

/**
 * HTML or text that a client put into RTF, taken out again (MS-OXRTFEX 2.2); of RTF that holds neither, its text and
 * the plainest HTML of it. Throws RtfError when it is no RTF or nests too deep.
 */
export function deencapsulate(rtf: Buffer): { html?: string; text?: string } {
  if (!rtf.subarray(0, 6).toString('latin1').startsWith('{\\rtf')) throw new RtfError('not RTF');
  const mode = encapsulation(rtf);
  const reader = new TextReader(mode);
  for (const token of rtfTokens(rtf)) reader.take(token);
  const { plain, html } = reader.finish();
  if (mode === 'html') return { html: html.replaceAll('\0', '') };
  if (mode === 'text') return { text: plain };
  return { text: plain, html: `<html><body>${html}</body></html>` };
}

/** MS-OXRTFEX 2.2.3.1: the control word is among the first ten tokens, before any text. */
function encapsulation(rtf: Buffer): Mode {
  let count = 0;
  for (const token of rtfTokens(rtf)) {
    count += 1;
    if (count > 12 || token.kind === 'bytes' || token.kind === 'close' || (token.kind === 'open' && count > 1)) break;
    if (token.kind !== 'word') continue;
    if (token.word === 'fromhtml' && token.parameter !== 0) return 'html';
    if (token.word === 'fromtext') return 'text';
  }
  return 'rtf';
}

/** Takes tokens one by one and gathers text; a class, as it is all state. */
class TextReader {
  private readonly mode: Mode;
  private readonly plain: string[] = [];
  private readonly html: string[] = [];
  private group: Group = {
    skip: false,
    fonts: false,
    tag: false,
    htmlrtf: false,
    font: -1,
    unicodeSkip: 1,
    bold: false,
    italic: false,
    underline: false,
  };
  private readonly stack: Group[] = [];
  private ansiCodePage = 1252;
  private defaultFont = -1;
  private readonly fontCodePages = new Map<number, number>();
  /** The next control word names the destination. */
  private atStart = false;
  private starred = false;
  /** Characters still to skip after \u. */
  private toSkip = 0;
  private pending: number[] = [];

  constructor(mode: Mode) {
    this.mode = mode;
  }

  finish(): { plain: string; html: string } {
    this.flush();
    this.style({ bold: false, italic: false, underline: false });
    return { plain: this.plain.join(''), html: this.html.join('') };
  }

  take(token: RtfToken): void {
    if (token.kind === 'open' || token.kind === 'close') {
      this.flush();
      this.toSkip = 0;
      this.brace(token.kind === 'open');
      return;
    }
    if (this.group.skip) return;
    if (token.kind === 'byte') this.bytes(Buffer.of(token.byte));
    else if (token.kind === 'bytes') this.bytes(token.bytes);
    else if (token.kind === 'symbol') this.symbol(token.symbol);
    else if (token.kind === 'word') this.word(token.word, token.parameter);
    this.atStart = token.kind === 'symbol' && token.symbol === '*';
  }

  private brace(open: boolean): void {
    if (open) {
      if (this.stack.length >= formatLimits.rtfDepth) throw new RtfError('RTF nests too deep');
      this.stack.push(this.group);
      this.group = { ...this.group };
      this.atStart = true;
      this.starred = false;
      return;
    }
    const outer = this.stack.pop();
    if (!outer) return;
    if (this.mode === 'rtf') this.style(outer);
    this.group = outer;
    this.atStart = false;
  }

  private symbol(symbol: string): void {
    if (symbol === '*' && this.atStart) {
      this.starred = true;
      return;
    }
    if (this.skipped()) return;
    const found = characters[symbol];
    if (found) this.text(found);
  }

  private word(word: string, parameter: number | undefined): void {
    if (this.atStart && this.destination(word)) return;
    if (word === 'u') {
      this.unicode(parameter ?? 0);
      return;
    }
    if (word !== 'uc' && this.skipped()) return;
    this.flushUnlessText(word);
    switch (word) {
      case 'ansicpg':
        if (parameter !== undefined && charsetOf(parameter)) this.ansiCodePage = parameter;
        return;
      case 'mac':
        this.ansiCodePage = 10000;
        return;
      case 'pc':
        this.ansiCodePage = 437;
        return;
      case 'pca':
        this.ansiCodePage = 850;
        return;
      case 'deff':
        this.defaultFont = parameter ?? 0;
        return;
      case 'f':
        this.group.font = parameter ?? 0;
        return;
      case 'plain':
        this.group.font = this.defaultFont;
        if (this.mode === 'rtf') this.style({ bold: false, italic: false, underline: false });
        return;
      case 'fcharset':
        if (this.group.fonts)
          this.fontCodePages.set(this.group.font, charsetCodePages[parameter ?? 0] ?? this.ansiCodePage);
        return;
      case 'cpg':
        if (this.group.fonts && parameter !== undefined && charsetOf(parameter))
          this.fontCodePages.set(this.group.font, parameter);
        return;
      case 'uc':
        this.group.unicodeSkip = Math.min(Math.max(parameter ?? 1, 0), 32);
        return;
      case 'htmlrtf':
        this.group.htmlrtf = parameter !== 0;
        return;
      case 'b':
      case 'i':
      case 'ul':
      case 'ulnone':
        this.formatting(word, parameter !== 0);
        return;
    }
    const found = characters[word];
    if (found) this.text(found);
  }

  /** Handles the first control word of a group; true when nothing more is to be done with it. */
  private destination(word: string): boolean {
    if (word === 'fonttbl') {
      this.group.fonts = true;
      return true;
    }
    if (this.starred && word === 'htmltag' && this.mode === 'html') {
      this.group.tag = true;
      return true;
    }
    if (this.starred || skippedDestinations.has(word)) {
      this.group.skip = true;
      return true;
    }
    return false;
  }

  private formatting(word: string, on: boolean): void {
    if (this.mode !== 'rtf') return;
    const { bold, italic, underline } = this.group;
    if (word === 'b') this.style({ bold: on, italic, underline });
    else if (word === 'i') this.style({ bold, italic: on, underline });
    else this.style({ bold, italic, underline: word === 'ul' && on });
  }

  /** Closes and opens b, i and u so that they nest. */
  private style(next: { bold: boolean; italic: boolean; underline: boolean }): void {
    const { bold, italic, underline } = this.group;
    if (bold === next.bold && italic === next.italic && underline === next.underline) return;
    this.flush();
    this.html.push(`${underline ? '</u>' : ''}${italic ? '</i>' : ''}${bold ? '</b>' : ''}`);
    this.html.push(`${next.bold ? '<b>' : ''}${next.italic ? '<i>' : ''}${next.underline ? '<u>' : ''}`);
    Object.assign(this.group, { bold: next.bold, italic: next.italic, underline: next.underline });
  }

  /** Whether this control is one of the characters that repeat a \u. */
  private skipped(): boolean {
    if (this.toSkip === 0) return false;
    this.toSkip -= 1;
    return true;
  }

  private get silent(): boolean {
    return this.group.fonts || this.group.htmlrtf;
  }

  private unicode(parameter: number): void {
    this.flush();
    this.toSkip = this.group.unicodeSkip;
    if (this.silent) return;
    const letter = String.fromCharCode(parameter & 0xffff);
    this.text([letter, letter]);
  }

  private bytes(bytes: Buffer): void {
    const skip = Math.min(this.toSkip, bytes.length);
    this.toSkip -= skip;
    if (this.silent) return;
    for (let at = skip; at < bytes.length; at += 1) this.pending.push(bytes[at]!);
  }

  /** Bytes that follow each other are decoded together, as one letter may be several. */
  private flush(): void {
    if (this.pending.length === 0) return;
    const codePage =
      this.fontCodePages.get(this.group.font < 0 ? this.defaultFont : this.group.font) ?? this.ansiCodePage;
    const bytes = Buffer.from(this.pending);
    this.pending = [];
    const text = bytes.every((byte) => byte < 0x80) ? bytes.toString('latin1') : decodeText(bytes, charsetOf(codePage));
    this.push(text, text);
  }

  private flushUnlessText(word: string): void {
    // Words without effect on text may stand between the bytes of one letter.
    if (word in characters || word === 'f' || word === 'plain' || word === 'htmlrtf') this.flush();
  }

  private text([plain, html]: readonly [string, string]): void {
    if (this.silent) return;
    this.flush();
    this.push(plain, html);
  }

  private push(plain: string, html: string): void {
    this.plain.push(plain);
    if (this.mode === 'html') this.html.push(html);
    else if (this.mode === 'rtf') this.html.push(escapeHtml(plain).replace(/\r\n/g, '<br>\r\n'));
  }
}
