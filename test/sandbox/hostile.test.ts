import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressesOf, leaves, parseHeader, parseMail, textOf } from '../../src/sandbox/mime/index.ts';
import { textTest } from '../../src/sandbox/search-term.ts';
import { start } from './client.ts';

const pieces = fc.constantFrom(
  'From: ',
  'Content-Type: multipart/mixed; boundary=b',
  'Content-Type: text/plain; charset=nonsense',
  'Content-Transfer-Encoding: quoted-printable',
  '--b',
  '--b--',
  '=?utf-8?Q?=ff?=',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '<a@b>',
  '"',
  '=',
  ';',
  '\0',
);

test('no bytes make the parser fail', () => {
  const texts = fc.array(fc.oneof(pieces, fc.string())).map((parts) => Buffer.from(parts.join(''), 'latin1'));
  fc.assert(
    fc.property(fc.oneof(texts, fc.uint8Array().map(Buffer.from)), (raw) => {
      const root = parseMail(raw);
      for (const part of leaves(root)) textOf(part);
      addressesOf(root.fields, 'from');
      parseHeader(raw);
    }),
    { numRuns: 500 },
  );
});

test('wildcards match as regular expressions would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  const words = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
  fc.assert(
    fc.property(letters, words, (pattern, word) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(textTest(pattern)(word), expression.test(word));
    }),
  );
});

test('random requests get an answer, never a failure of the server', async (t) => {
  const { login } = await start(t, { rateRequests: 1e9 });
  const anna = await login('anna');
  const module = fc.constantFrom(
    'mail',
    'folders',
    'contacts',
    'user',
    'group',
    'resource',
    'quota',
    'jslob',
    'config',
    'multiple',
    '%00',
  );
  const action = fc.constantFrom(
    'all',
    'list',
    'get',
    'update',
    'updates',
    'new',
    'delete',
    'search',
    'import',
    'copy',
    '__proto__',
    'constructor',
  );
  const value = fc.oneof(fc.constantFrom('default0/INBOX', '6', '-1', '600', '0', '', '1e9', '__proto__'), fc.string());
  const query = fc.dictionary(
    fc.constantFrom('folder', 'id', 'columns', 'timestamp', 'parent', 'limit', 'sort', 'tree'),
    value,
  );
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constantFrom('[]', '{}', '[null]', '{"filter":[[]]}', '{"folder":{}}'),
  );
  await fc.assert(
    fc.asyncProperty(module, action, query, body, fc.boolean(), async (name, what, parameters, text, write) => {
      const response = await (write
        ? anna.request('PUT', name, { action: what, ...parameters }, text)
        : anna.request('GET', name, { action: what, ...parameters }));
      const answer = await response.text();
      assert.ok(response.status === 200 || response.status === 400, `${response.status}`);
      if (response.status === 200 && answer.startsWith('{'))
        assert.notEqual((JSON.parse(answer) as { code?: string }).code, 'SVL-0011', answer);
    }),
    { numRuns: 400 },
  );
});
