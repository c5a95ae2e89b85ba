/** Writes src/formats/time-zone/windows-zones.generated.ts from the Unicode CLDR's windowsZones (package cldr-core). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface MapZone {
  readonly mapZone: { readonly _other: string; readonly _type: string; readonly _territory: string };
}

const root = join(import.meta.dirname, '..');
const source = join(root, 'node_modules', 'cldr-core', 'supplemental', 'windowsZones.json');
const { supplemental } = JSON.parse(readFileSync(source, 'utf8')) as {
  supplemental: { version: { _cldrVersion: string }; windowsZones: { mapTimezones: MapZone[] } };
};

const zones = new Map<string, Set<string>>();
/** The zone for the whole world (001) comes first; ZZ are the fixed ones, Etc/GMT+n. */
const worldFirst = (a: MapZone, b: MapZone) =>
  Number(b.mapZone._territory === '001') - Number(a.mapZone._territory === '001');
for (const { mapZone } of [...supplemental.windowsZones.mapTimezones].sort(worldFirst)) {
  const known = zones.get(mapZone._other) ?? new Set<string>();
  zones.set(mapZone._other, known);
  for (const zone of mapZone._type.split(' ')) known.add(zone);
}

const lines = [...zones]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, iana]) => `  '${name}': '${[...iana].join(' ')}',`);
writeFileSync(
  join(root, 'src', 'formats', 'time-zone', 'windows-zones.generated.ts'),
  `/**
 * IANA zones of each Windows zone, the one for the whole world first; CLDR ${supplemental.version._cldrVersion}, made by
 * scripts/generate-windows-zones.ts.
 */
export const windowsZones: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`,
);
