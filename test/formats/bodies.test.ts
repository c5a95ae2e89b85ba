import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compressRtf,
  formatLimits,
  htmlText,
  htmlToText,
  nativeBodyOf,
  plainText,
  previewText,
  splitSubject,
  textToHtml,
} from '../../src/formats/index.ts';
import { PidTag, type StoredValue } from '../../src/mapi/index.ts';

const bag = (...entries: [number, StoredValue][]) => new Map<number, StoredValue>(entries);

test('MS-OXCMSG 2.2.1.9: a prefix is one to three characters that are no digits, a colon and a blank', () => {
  assert.deepEqual(splitSubject('RE: Lunch'), { prefix: 'RE: ', normalized: 'Lunch' });
  assert.deepEqual(splitSubject('AW: Lunch'), { prefix: 'AW: ', normalized: 'Lunch' });
  for (const subject of ['Note: x', '12: x', 'RE:x', 'x', ''])
    assert.deepEqual(splitSubject(subject), { prefix: '', normalized: subject });
});

test('PidTagHtml is text in the code page of PidTagInternetCodepage', () => {
  assert.equal(htmlText(bag([PidTag.Html, Buffer.from([0xcf])], [PidTag.InternetCodepage, 1251])), 'П');
  assert.equal(htmlText(bag([PidTag.Html, Buffer.from('ä')], [PidTag.InternetCodepage, 65001])), 'ä');
  assert.equal(htmlText(bag()), undefined);
});

test('the text of a message comes from whichever body it has', () => {
  assert.equal(plainText(bag([PidTag.Body, 'a'])), 'a');
  assert.equal(plainText(bag([PidTag.Html, Buffer.from('<p>b</p>')])), 'b');
  assert.equal(plainText(bag([PidTag.RtfCompressed, compressRtf(Buffer.from('{\\rtf1 c\\par }'))])), 'c\r\n');
  assert.equal(plainText(bag([PidTag.RtfCompressed, Buffer.from('broken')])), undefined);
});

test('MS-OXBBODY 2.1.2.1: the native body', () => {
  assert.equal(nativeBodyOf(bag([PidTag.Html, Buffer.from('x')], [PidTag.Body, 'x'])), 3);
  assert.equal(nativeBodyOf(bag([PidTag.RtfCompressed, Buffer.from('x')], [PidTag.Body, 'x'])), 2);
  assert.equal(nativeBodyOf(bag([PidTag.Body, 'x'])), 1);
  assert.equal(nativeBodyOf(bag()), 0);
});

test('a preview is one line; text as HTML keeps its lines and hides no markup', () => {
  assert.equal(previewText(' a\r\n\tb '), 'a b');
  assert.equal(previewText('x'.repeat(1000)).length, 255);
  assert.match(textToHtml('<b>\r\n  x'), /&lt;b&gt;<br>\r\n &nbsp;x/);
});

test('HTML too large to be laid out loses its tags only, whatever its letters, and is read once', () => {
  const large = 'z'.repeat(formatLimits.htmlLayout);
  assert.equal(
    htmlToText(`${'İ'.repeat(30)}<STYLE>abc</Style>text<b>y</b>${large}`),
    `${'İ'.repeat(30)} text y ${large}`,
  );
  const start = performance.now();
  htmlToText('<style>a</style>'.repeat(50_000) + large);
  assert.ok(performance.now() - start < 1000);
});

test('HTML is laid out in time that grows with its size, however deep its elements are', () => {
  const deep = [
    `${'<div>'.repeat(78_000)}text`,
    `${'<b></x>'.repeat(100_000)}text`,
    `${'<p><li>'.repeat(60_000)}text`,
    `${'<b>'.repeat(60_000)}text${'</b>'.repeat(60_000)}`,
  ];
  const begun = performance.now();
  for (const html of deep) assert.equal(htmlToText(html).trim(), 'text');
  // Each of them takes the layout more than a second.
  const took = performance.now() - begun;
  assert.ok(took < 700, `${took} ms`);
});

test('elements side by side are no deep ones: they are laid out', () => {
  const pieces = ['<p>one<br>', '<li>one', '<tr><td>one<td>two', '<div><b><i>one</div>', '<font>one</font></b>'];
  // Only the layout puts lines between a heading and what follows.
  for (const piece of pieces) assert.match(htmlToText(`<h1>A</h1><ul>${piece.repeat(1500)}`), /^A\r\n\r\n/, piece);
});
