import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { violations } from '../scripts/check-floors.ts';

test('the floor check sees imports upwards, sideways and out of the house', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'oxbow-floors-'));
  t.after(() => rmSync(root, { recursive: true }));
  const file = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  file('wire/a.ts', "import { b } from '../mapi/b.ts';");
  file('mapi/b.ts', "import { a } from '../wire/a.ts';\nexport const b = a;");
  file('sync/c.ts', "import { p } from '../protocols/p.ts';");
  file('protocols/p.ts', "import type { c } from '../sync/c.ts';\nimport { x } from '../store/x.ts';");
  file('store/x.ts', "const late = await import('../server/y.ts');");
  file('attic/z.ts', '');
  assert.deepEqual(violations(root).sort(), [
    'attic/z.ts: attic/ has no floor in scripts/check-floors.ts',
    'protocols/p.ts: imports sync/ (floor 5) from floor 5',
    'store/x.ts: imports server/ (floor 6) from floor 3',
    'sync/c.ts: imports protocols/ (floor 5) from floor 5',
    'wire/a.ts: imports mapi/ (floor 1) from floor 0',
  ]);
});
