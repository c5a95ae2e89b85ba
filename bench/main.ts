// `npm run bench`: prints a table and JSON. Names choose benchmarks, `--json FILE` writes the JSON there.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { attachment } from './attachment.ts';
import { cachedMode } from './cached-mode.ts';
import { crash } from './crash.ts';
import { execute } from './execute.ts';
import { folderSize } from './folder-size.ts';
import { type Figure, machine } from './harness.ts';
import { latencyOfBackend } from './latency.ts';
import { sessions } from './sessions.ts';
import { waiting } from './waiting.ts';

const benchmarks: Readonly<Record<string, () => Promise<Figure[]>>> = {
  execute,
  sessions,
  'folder-size': folderSize,
  'cached-mode': cachedMode,
  waiting,
  attachment,
  latency: latencyOfBackend,
  crash,
};
/** Takes many minutes, so only by name. */
const byName = new Set(['crash']);

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(benchmarks).filter((name) => !byName.has(name));
const unknown = names.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}

const round = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
const results: Record<string, Figure[]> = {};
console.log(`${machine()}\n`);
for (const name of names) {
  console.log(name);
  const figures = await benchmarks[name]!();
  results[name] = figures;
  for (const { name: what, value, unit, peer, aim } of figures) {
    const compared = peer ? `  ${round(peer.ratio)} × ${peer.name} (${round(peer.value)} ${unit})` : '';
    console.log(
      `  ${what.padEnd(62)} ${`${round(value)} ${unit}`.padStart(14)}${aim ? `  aim ${aim}` : ''}${compared}`,
    );
  }
  console.log('');
}
const json = JSON.stringify({ date: new Date().toISOString(), machine: machine(), results }, undefined, 2);
if (values.json) writeFileSync(values.json, `${json}\n`);
else console.log(json);
