import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { deencapsulate, RtfError } from '../../../src/formats/index.ts';

const html = (rtf: string) => deencapsulate(Buffer.from(rtf, 'latin1')).html;
const text = (rtf: string) => deencapsulate(Buffer.from(rtf, 'latin1')).text;
const head =
  '{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset204 Arial;}}{\\colortbl;\\red0\\green0\\blue255;}';

test('MS-OXRTFEX 2.2: tags are taken out of their groups, what was only for RTF is left out', () => {
  const rtf = `${head}{\\*\\htmltag64}{\\*\\htmltag18 <html>}{\\*\\htmltag50 <body>}\\htmlrtf {\\b \\htmlrtf0 {\\*\\htmltag84 <b>}bold{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0 {\\*\\mhtmltag84 <x>}{\\*\\htmltag58 </body>}{\\*\\htmltag27 </html>}}`;
  assert.equal(html(rtf), '<html><body><b>bold</b></body></html>');
});

test('MS-OXRTFEX 2.1.3.1.4.2: escapes inside tags and text become their characters', () => {
  assert.equal(
    html(
      `${head}{\\*\\htmltag84 <a title="\\{\\'e4\\}">}x\\tab y\\~z\\lquote {\\*\\htmltag84 &amp;}{\\*\\htmltag92 </a>}\\par }`,
    ),
    '<a title="{ä}">x\ty&nbsp;z&lsquo;&amp;</a>\r\n',
  );
});

test('bytes are decoded in the code page of their font, Unicode escapes skip their replacements', () => {
  assert.equal(html(`${head}\\f1\\'cf\\'f0\\f0 \\uc1\\u1078?\\u-10179?\\u-8704?\\uc2\\u8364ab!}`), 'Прж😀€!');
});

test('text that was put into RTF comes back as text', () => {
  assert.equal(
    text('{\\rtf1\\ansi\\fromtext \\fbidi \\deff0{\\fonttbl{\\f0 Courier;}}first\\par second \\\\ \\{x\\}\\par }'),
    'first\r\nsecond \\ {x}\r\n',
  );
});

test('RTF that holds neither gives its text, and plain HTML with bold, italic and underline', () => {
  const rtf =
    '{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info{\\title hidden}}\\pard a {\\b b\\i c}\\par d < e{\\pict 00ff}}';
  assert.equal(text(rtf), 'a bc\r\nd < e');
  assert.equal(html(rtf), '<html><body>a <b>b</b><b><i>c</i></b><br>\r\nd &lt; e</body></html>');
});

test('hostile RTF ends in text or in RtfError', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '\\',
      '*',
      "\\'",
      '\\u',
      '\\bin9',
      '\\htmltag',
      '\\htmlrtf',
      '\\f1',
      ' ',
      '99999999999',
      'x',
      '\xff',
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      try {
        html(`{\\rtf1\\fromhtml1 ${parts.join('')}`);
        return true;
      } catch (error) {
        return error instanceof RtfError;
      }
    }),
  );
  assert.throws(() => html(`{\\rtf1 ${'{'.repeat(100_000)}`), RtfError);
});

const folder = join(import.meta.dirname, '../../../../shared/samples/rtf');
test('the samples with their HTML beside them give that HTML', {
  skip: !existsSync(folder) && 'no samples here',
}, () => {
  const layoutFree = (value: string) => value.replace(/\s+/g, ' ').trim();
  let count = 0;
  for (const file of globSync('**/*.html', { cwd: folder })) {
    const rtf = join(folder, file.replace(/html$/, 'rtf'));
    if (!existsSync(rtf)) continue;
    count += 1;
    assert.equal(
      layoutFree(deencapsulate(readFileSync(rtf)).html ?? ''),
      layoutFree(readFileSync(join(folder, file), 'utf8')),
      file,
    );
  }
  assert.ok(count > 0);
});

test('every RTF sample gives a result or RtfError', { skip: !existsSync(folder) && 'no samples here' }, () => {
  for (const file of globSync('**/*.rtf', { cwd: folder })) {
    try {
      deencapsulate(readFileSync(join(folder, file)));
    } catch (error) {
      assert.ok(error instanceof RtfError, file);
    }
  }
});
