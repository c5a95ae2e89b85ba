// Holds the floors of the house (docs/architecture.md): a file imports only from lower floors, from its own folder, and
// protocols/, backends/ and sync/ do not see each other.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const source = resolve(import.meta.dirname, '..', 'src');

const floors: Record<string, number> = {
  wire: 0,
  mapi: 1,
  formats: 2,
  pst: 2,
  store: 3,
  backends: 4,
  sync: 5,
  protocols: 5,
  sandbox: 5,
  client: 6,
  server: 6,
  cli: 7,
};

/** Upward or sideways imports that are wanted, each with its reason. */
const alsoAllowed: Record<string, readonly string[]> = {
  // The client speaks the protocols from their own descriptions.
  client: ['protocols'],
  // Composition: the server puts every part together.
  server: ['protocols', 'sync', 'backends', 'sandbox'],
};

export function violations(root: string): string[] {
  const found: string[] = [];
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const room = file.split(sep)[0]!;
    const floor = floors[room];
    if (floor === undefined) {
      found.push(`${file}: ${room}/ has no floor in scripts/check-floors.ts`);
      continue;
    }
    const text = readFileSync(join(root, file), 'utf8');
    for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const target = relative(root, resolve(root, dirname(file), match[1]!));
      const targetRoom = target.split(sep)[0]!;
      if (targetRoom === room) continue;
      const targetFloor = floors[targetRoom];
      if (targetFloor === undefined) found.push(`${file}: imports ${target}, outside the house`);
      else if (targetFloor >= floor && !alsoAllowed[room]?.includes(targetRoom))
        found.push(`${file}: imports ${targetRoom}/ (floor ${targetFloor}) from floor ${floor}`);
    }
  }
  return found;
}

if (import.meta.main) {
  const found = violations(source);
  for (const line of found) console.error(line);
  if (found.length > 0) process.exit(1);
}
