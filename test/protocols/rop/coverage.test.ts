import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { RopRelease, ropDefinitions } from '../../../src/protocols/rop/definitions/index.ts';
import { ropHandlers } from '../../../src/protocols/rop/index.ts';

const file = resolve(import.meta.dirname, '../../../docs/protocol-coverage.md');
const begin = '<!-- rops: begin -->';
const end = '<!-- rops: end -->';

/** Remarks of the table in the document, by RopId; they are written by hand. */
function remarks(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^\| (0x[0-9A-F]{2}) \|[^|]*\|[^|]*\|([^|]*)\|$/gm)].map((row) => [row[1]!, row[2]!.trim()]),
  );
}

function table(text: string): string {
  const known = remarks(text);
  const rows = [...ropDefinitions.values()]
    .sort((a, b) => a.id - b.id)
    .map((definition) => {
      const id = `0x${definition.id.toString(16).toUpperCase().padStart(2, '0')}`;
      const state =
        ropHandlers.has(definition.id) || definition.id === RopRelease.id ? 'carried out' : 'ecNotImplemented';
      return `| ${id} | ${definition.name} | ${state} | ${known.get(id) ?? ''} |`;
    });
  return ['| RopId | operation | state | remark |', '|---|---|---|---|', ...rows].join('\n');
}

/** Run with UPDATE_COVERAGE=1 to bring the document up to date. */
test('docs/protocol-coverage.md tells for each ROP whether it is there', () => {
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(begin);
  assert.ok(before !== undefined && rest !== undefined, `${begin} is missing`);
  const wanted = `${before}${begin}\n${table(text)}\n${end}${rest.split(end)[1] ?? ''}`;
  if (process.env.UPDATE_COVERAGE) writeFileSync(file, wanted);
  else assert.equal(text, wanted);
});
