/** Pieces of HTML; put together again, their `source` and `text` give the HTML. */
export type HtmlToken =
  | { readonly kind: 'text'; readonly text: string }
  /** A character reference as `&nbsp;`, with the character where it is one of the commonest. */
  | { readonly kind: 'reference'; readonly source: string; readonly text: string | undefined }
  | { readonly kind: 'tag'; readonly name: string; readonly closing: boolean; readonly source: string }
  /** What is neither: comments, declarations, the content of scripts and styles. */
  | { readonly kind: 'markup'; readonly source: string };

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '\u00a9',
  reg: '\u00ae',
  euro: '\u20ac',
  ndash: '\u2013',
  mdash: '\u2014',
  bull: '\u2022',
  hellip: '\u2026',
  auml: '\u00e4',
  ouml: '\u00f6',
  uuml: '\u00fc',
  Auml: '\u00c4',
  Ouml: '\u00d6',
  Uuml: '\u00dc',
  szlig: '\u00df',
  eacute: '\u00e9',
};

/** Elements whose content is no HTML. */
const rawElements = new Set(['script', 'style', 'title', 'textarea', 'xml']);

// Each alternative is bounded by what cannot occur in it, so the scan is linear. Tags end where tagEnd says.
const piece =
  /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<\/?[a-zA-Z][^\s/>"']*|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|[^<&]+|[<&]/g;

/** The tokens of HTML, in order. Never fails: what is no markup is text. */
export function* htmlTokens(html: string): Generator<HtmlToken> {
  const scan = new RegExp(piece);
  for (let found = scan.exec(html); found; found = scan.exec(html)) {
    const source = found[0];
    if (/^<\/?[a-zA-Z]/.test(source)) {
      const start = found.index;
      const end = tagEnd(html, scan.lastIndex);
      const closing = source[1] === '/';
      const name = source.slice(closing ? 2 : 1).toLowerCase();
      scan.lastIndex = end;
      yield { kind: 'tag', name, closing, source: html.slice(start, end) };
      if (closing || !rawElements.has(name)) continue;
      const after = new RegExp(`</${name}`, 'gi');
      after.lastIndex = end;
      const stop = after.exec(html)?.index ?? html.length;
      if (stop > end) yield { kind: 'markup', source: html.slice(end, stop) };
      scan.lastIndex = stop;
    } else if (source.startsWith('<') && source.length > 1) yield { kind: 'markup', source };
    else if (source.startsWith('&') && source.length > 1)
      yield { kind: 'reference', source, text: characterOf(source) };
    else yield { kind: 'text', text: source };
  }
}

/** Where a tag ends, whose name ends at `at`: after the next `>` that is not in quotes, or with the document. */
function tagEnd(html: string, at: number): number {
  const stop = /[>"']/g;
  stop.lastIndex = at;
  for (let found = stop.exec(html); found; found = stop.exec(html)) {
    if (found[0] === '>') return stop.lastIndex;
    const close = html.indexOf(found[0], stop.lastIndex);
    if (close < 0) return html.length;
    stop.lastIndex = close + 1;
  }
  return html.length;
}

function characterOf(reference: string): string | undefined {
  const name = reference.slice(1, -1);
  if (!name.startsWith('#')) return named[name];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
