import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compressRtf,
  decompressRtf,
  deencapsulate,
  encapsulateHtml,
  encapsulateText,
  rtfBody,
} from '../../../src/formats/index.ts';

const withCrLf = (text: string) => text.replaceAll('\0', '').replace(/\r\n|\r|\n/g, '\r\n');
const there = (html: string) => encapsulateHtml(html).toString('latin1');

test('MS-OXRTFEX 2.1.3.1: the header says that HTML is inside, and tags stand in their groups', () => {
  const rtf = there('<html><head><title>t</title></head><body><p>a <b>b</b><br>&nbsp;c</p></body></html>');
  assert.match(rtf, /^\{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 /);
  for (const group of [
    '{\\*\\htmltag19 <html>}',
    '{\\*\\htmltag34 <head>}',
    '{\\*\\htmltag177 <title>}',
    '{\\*\\htmltag50 <body>}',
    '{\\*\\htmltag64}',
    '{\\*\\htmltag64 <p>}',
    '{\\*\\htmltag84 <b>}',
    '{\\*\\htmltag92 </b>}',
    '{\\*\\htmltag116 <br>}\\htmlrtf \\line\\htmlrtf0 ',
    '{\\*\\htmltag84 &nbsp;}\\htmlrtf \\u160?\\htmlrtf0 ',
    '{\\*\\htmltag72 </p>}',
    '{\\*\\htmltag58 </body>}',
    '{\\*\\htmltag27 </html>}',
  ])
    assert.ok(rtf.includes(group), group);
});

test('readers of RTF alone see the text, its lines, emphasis and links', () => {
  const html =
    '<html><head><style>p{}</style></head><body><p>one &amp;\ntwo <b>bold</b></p><div>three</div><a href="https://a.test/?x&amp;y">link</a></body></html>';
  // Such readers know none of the words of the encapsulation.
  const asRtf = Buffer.from(
    there(html)
      .replace(/\\fromhtml1 |\\htmlrtf /g, '')
      .replaceAll('\\htmlrtf0 ', '{}'),
    'latin1',
  );
  const shown = deencapsulate(asRtf);
  assert.equal(shown.text?.trim(), 'one & two bold\r\nthree\r\nlink');
  assert.match(shown.html!, /<b>bold<\/b>/);
  assert.match(there(html), /HYPERLINK "https:\/\/a\.test\/\?x&y"/);
});

test('HTML put into RTF comes back, however odd', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '<html>',
      '</html>',
      '<head>',
      '</head>',
      '<body>',
      '</body>',
      '<p class="a{}\\">',
      '</p>',
      '<b>',
      '</b>',
      '<a href="https://x.test">',
      '</a>',
      '<style>a{b:"<"}</style>',
      '<!-- c -->',
      '<!doctype html>',
      '<td',
      '<br/>',
      '&nbsp;',
      '&#128512;',
      '&unknown;',
      '&',
      '<',
      '\r\n',
      '\n',
      '\t',
      ' ',
      '\\',
      '{',
      '}',
      "'",
      '"',
      'Ж',
      '😀',
      '\u0007',
      '\u0085',
      '\ud800',
      'text 12',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((parts) => parts.join('')),
        fc.string({ unit: 'binary', maxLength: 80 }),
      ),
      (html) => {
        assert.equal(deencapsulate(encapsulateHtml(html)).html, withCrLf(html));
      },
    ),
    { numRuns: 200 },
  );
});

test('text put into RTF comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      assert.equal(deencapsulate(encapsulateText(text)).text, withCrLf(text));
    }),
  );
});

test('a body goes through PidTagRtfCompressed and back', () => {
  const html = '<html><body>Grüße 😀</body></html>';
  assert.deepEqual(rtfBody(compressRtf(encapsulateHtml(html))), { html });
});

test('hostile HTML costs time by its size', () => {
  for (const part of ['<a ', '<a b=c ', '<a "', "<a '", '<!--', '<', '&', '&#', '<style>', '<a b="', '{\\'])
    encapsulateHtml(part.repeat(20_000));
  for (const part of ['b=c ', '""', '-'])
    for (const start of ['<a ', '<!--', '<style>']) encapsulateHtml(start + part.repeat(1_000_000));
});

const folder = join(import.meta.dirname, '../../../../shared/samples/rtf');
test('the HTML inside the samples survives being put into RTF anew', {
  skip: !existsSync(folder) && 'no samples here',
}, () => {
  let count = 0;
  for (const file of globSync('**/*.{rtf,rtfcomp}', { cwd: folder })) {
    const bytes = readFileSync(join(folder, file));
    let html: string | undefined;
    try {
      html = deencapsulate(file.endsWith('comp') ? decompressRtf(bytes) : bytes).html;
    } catch {
      continue;
    }
    if (html === undefined) continue;
    count += 1;
    assert.equal(deencapsulate(encapsulateHtml(html)).html, withCrLf(html), file);
  }
  assert.ok(count > 50, `${count} samples`);
});
