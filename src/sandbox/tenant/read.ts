import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { type TenantFile, tenantSchema } from './schema.ts';

/** A tenant file that cannot be used; each line of the message names a key. */
export class TenantError extends Error {
  readonly problems: readonly string[];

  constructor(source: string, problems: readonly string[]) {
    super(`${source}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'TenantError';
    this.problems = problems;
  }
}

/** Reads and checks a tenant file (YAML). Throws TenantError. */
export function readTenant(file: string): TenantFile {
  return parseTenant(readFileSync(file, 'utf8'), file);
}

/** The trial's own organisation: anna, ben and carla at oxbow.test. */
export function trialTenant(): TenantFile {
  return readTenant(join(import.meta.dirname, '..', 'trial-tenant.yaml'));
}

/** The same from text; `source` is named in errors. */
export function parseTenant(yaml: string, source = 'tenant file'): TenantFile {
  const document = parseDocument(yaml, { prettyErrors: true, maxAliasCount: 100 } as object);
  if (document.errors.length > 0)
    throw new TenantError(
      source,
      document.errors.map((error) => error.message),
    );
  return checkTenant(document.toJS({ maxAliasCount: 100 }), source);
}

/** Checks an organisation that did not come from YAML. */
export function checkTenant(value: unknown, source = 'tenant'): TenantFile {
  const parsed = tenantSchema.safeParse(value);
  if (!parsed.success)
    throw new TenantError(
      source,
      parsed.error.issues.map((issue) => `${keyOf(issue.path) || 'top level'}: ${issue.message}`),
    );
  const problems = contradictions(parsed.data);
  if (problems.length > 0) throw new TenantError(source, problems);
  return parsed.data;
}

function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** What is well-formed, but does not fit together. */
function contradictions(tenant: TenantFile): string[] {
  const problems: string[] = [];
  const people = tenant.people ?? [];
  if (people.length === 0 && !tenant.generate) problems.push('people: nobody; give people or generate');
  const logins = new Set<string>();
  const addresses = new Map<string, string>();
  const claim = (address: string, key: string) => {
    const other = addresses.get(address);
    if (other !== undefined) problems.push(`${key}: ${address} is already the address of ${other}`);
    else addresses.set(address, key);
    if (!tenant.domains.includes(address.slice(address.lastIndexOf('@') + 1)))
      problems.push(`${key}: ${address} is not in any of the domains`);
  };
  people.forEach((person, index) => {
    const key = `people[${index}]`;
    if (logins.has(person.login)) problems.push(`${key}.login: ${person.login} is there twice`);
    logins.add(person.login);
    if (person.password === undefined && tenant.defaults?.password === undefined)
      problems.push(`${key}.password: missing, and defaults.password too`);
    claim(person.address ?? `${person.login}@${tenant.domains[0]}`, `${key}.address`);
    person.aliases?.forEach((alias, at) => {
      claim(alias, `${key}.aliases[${at}]`);
    });
  });
  if (tenant.generate && tenant.generate.password === undefined && tenant.defaults?.password === undefined)
    problems.push('generate.password: missing, and defaults.password too');
  const groups = new Set((tenant.groups ?? []).map((group) => group.name));
  tenant.groups?.forEach((group, index) => {
    claim(group.address ?? `${group.name}@${tenant.domains[0]}`, `groups[${index}].address`);
    group.members.forEach((member, at) => {
      if (!known(member)) problems.push(`groups[${index}].members[${at}]: nobody has the login ${member}`);
    });
  });
  for (const kind of ['rooms', 'resources'] as const)
    tenant[kind]?.forEach((resource, index) => {
      claim(resource.address ?? `${resource.name}@${tenant.domains[0]}`, `${kind}[${index}].address`);
    });
  tenant.delegates?.forEach((delegate, index) => {
    for (const role of ['owner', 'delegate'] as const)
      if (!known(delegate[role])) problems.push(`delegates[${index}].${role}: nobody has the login ${delegate[role]}`);
  });
  tenant.publicFolders?.forEach((folder, index) => {
    folder.permissions.forEach(({ who }, at) => {
      if (who !== 'everybody' && !known(who) && !groups.has(who))
        problems.push(`publicFolders[${index}].permissions[${at}].who: neither a login nor a group: ${who}`);
    });
    if (folder.contacts && folder.module !== 'contacts')
      problems.push(`publicFolders[${index}].contacts: only in a folder of module contacts`);
  });
  return problems;

  function known(login: string): boolean {
    return logins.has(login.toLowerCase()) || isGenerated(tenant, login);
  }
}

function isGenerated(tenant: TenantFile, login: string): boolean {
  if (!tenant.generate) return false;
  const prefix = tenant.generate.login ?? 'p';
  const number = login.startsWith(prefix) ? login.slice(prefix.length) : '';
  return /^[1-9]\d*$/.test(number) && Number(number) <= tenant.generate.people;
}
