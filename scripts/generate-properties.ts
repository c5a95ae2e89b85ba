/**
 * Writes src/mapi/pid-tag.generated.ts and src/mapi/pid-lid.generated.ts from the tables of property names.
 * Usage: generate-properties.ts [folder with property-tags.tsv and named-properties.tsv]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { multiValue, Ptyp } from '../src/mapi/property-type.ts';
import { namedProperties, retyped, supplement, types } from './property-supplement.ts';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, '..', 'shared', 'specs');

/** Type codes by the specifications' names. */
const single: Readonly<Record<string, number>> = {
  PT_NULL: Ptyp.Null,
  ...Object.fromEntries(Object.entries(Ptyp).map(([name, code]) => [`Ptyp${name}`, code])),
};

function typeCode(name: string): number {
  const code = single[name] ?? (single[name.replace('Multiple', '')] ?? Number.NaN) + multiValue;
  if (Number.isNaN(code)) throw new Error(`no property type: ${name}`);
  return code;
}

const rows = (file: string): string[][] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((cells) => cells.length > 3 && cells[0]?.startsWith('Pid'));

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

function generateTags(): string {
  const tags = new Map<string, number>(Object.entries(supplement));
  for (const [name, id, type] of rows('property-tags.tsv')) {
    const short = name!.slice('PidTag'.length);
    const known = retyped[short] ?? (type === '?' ? types[short] : type);
    if (known === undefined) throw new Error(`type of ${name} is not known`);
    const tag = ((Number(id) << 16) | typeCode(known)) >>> 0;
    if (supplement[short] !== undefined && supplement[short] !== tag)
      throw new Error(`${name} contradicts the supplement`);
    tags.set(short, tag);
  }
  const lines = [...tags].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
  return `/** Property tags of the specifications by their names without \`PidTag\`; made by scripts/generate-properties.ts. */
export const PidTag = {
${lines.map(([name, tag]) => `  ${name}: ${hex(tag, 8)},`).join('\n')}
} as const;
`;
}

/** \`PSETID_PostRss\` as \`postRss\`, \`PS_PUBLIC_STRINGS\` as \`publicStrings\`. */
function setName(set: string): string {
  const name = set.replace(/^(PSETID|PS)_/, '');
  const camel = name === name.toUpperCase() ? name.toLowerCase().replace(/_(.)/g, (_, c) => c.toUpperCase()) : name;
  return camel[0]!.toLowerCase() + camel.slice(1);
}

function generateNamed(): string {
  const lids: string[] = [];
  const names: string[] = [];
  const seen = new Set<string>();
  for (const [name, set, id, type] of [...namedProperties, ...rows('named-properties.tsv')]) {
    if (seen.has(name!)) continue;
    seen.add(name!);
    const guid = `guid: propertySet.${setName(set!)}`;
    const tail = `type: ${hex(typeCode(type!), 4)} },`;
    if (name!.startsWith('PidLid')) lids.push(`  ${name!.slice(6)}: { ${guid}, lid: ${hex(Number(id), 8)}, ${tail}`);
    else names.push(`  ${name!.slice(7)}: { ${guid}, name: ${JSON.stringify(id)}, ${tail}`);
  }
  return `import type { NamedProperty } from './named-property.ts';
import { propertySet } from './property-sets.ts';

/** Named properties with a LID, by their names without \`PidLid\`; made by scripts/generate-properties.ts. */
export const PidLid = {
${lids.sort().join('\n')}
} as const satisfies Record<string, NamedProperty>;

/** Named properties with a string name, by their names without \`PidName\`. */
export const PidName = {
${names.sort().join('\n')}
} as const satisfies Record<string, NamedProperty>;
`;
}

writeFileSync(join(root, 'src/mapi/pid-tag.generated.ts'), generateTags());
writeFileSync(join(root, 'src/mapi/pid-lid.generated.ts'), generateNamed());
