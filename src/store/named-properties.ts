import { ec, MapiError, type PropertyName, propertyNameKey, propertySet } from '../mapi/index.ts';
import { batches } from './batches.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';

export interface NamedProperties {
  ids(names: readonly PropertyName[], create: boolean): Promise<number[]>;
  names(ids: readonly number[]): Promise<(PropertyName | undefined)[]>;
  all(): Promise<{ id: number; name: PropertyName }[]>;
}

/**
 * The named-property map of a mailbox (MS-OXCPRPT 3.2.5.9, 3.2.5.10): ids 0x8000–0xfffe, given once and for ever. Known
 * entries stay in memory, as they never change.
 */
export function namedProperties(context: MailboxContext): NamedProperties {
  const idByKey = new Map<string, number>();
  const nameById = new Map<number, PropertyName>();
  const keep = (id: number, name: PropertyName) => {
    idByKey.set(propertyNameKey(name), id);
    nameById.set(id, name);
  };

  const load = async (by: 'id' | 'name_key', values: readonly (string | number)[]) => {
    const found: { id: number; name: PropertyName }[] = [];
    for (const part of batches(values, storeLimits.keysPerStatement)) {
      const rows = await context
        .db()
        .selectFrom('named_property')
        .selectAll()
        .where('mailbox_id', '=', context.mailbox.id)
        .where(by, 'in', part as never[])
        .execute();
      for (const row of rows) found.push({ id: row.id, name: nameOfRow(row) });
    }
    remember(found);
    return found;
  };
  /** What was made in a transaction may be undone: it is kept only after the commit. */
  const remember = (found: readonly { id: number; name: PropertyName }[]) => {
    const action = () => {
      for (const { id, name } of found) keep(id, name);
    };
    if (context.inTransaction()) context.afterCommit(action);
    else action();
  };

  const create = async (names: readonly PropertyName[]) => {
    const last = await context
      .db()
      .selectFrom('named_property')
      .select((eb) => eb.fn.max('id').as('id'))
      .where('mailbox_id', '=', context.mailbox.id)
      .executeTakeFirst();
    let id = Math.max(last?.id ?? 0, storeLimits.namedPropertyFirst - 1);
    if (id + names.length > storeLimits.namedPropertyLast)
      throw new MapiError(ec.notEnoughMemory, 'too many named properties');
    const made = names.map((name) => ({ id: ++id, name }));
    for (const part of batches(made, storeLimits.keysPerStatement)) {
      await context
        .db()
        .insertInto('named_property')
        .values(
          part.map((entry) => ({
            mailbox_id: context.mailbox.id,
            id: entry.id,
            guid: entry.name.guid,
            lid: entry.name.lid ?? null,
            name: entry.name.name ?? null,
            name_key: propertyNameKey(entry.name),
          })),
        )
        .execute();
    }
    remember(made);
    return made;
  };

  return {
    async ids(names, mayCreate) {
      const known = new Map<string, number>();
      const missing = new Map<string, PropertyName>();
      for (const name of names) {
        if (name.guid === propertySet.mapi) continue;
        const key = propertyNameKey(name);
        const id = idByKey.get(key);
        if (id === undefined) missing.set(key, name);
        else known.set(key, id);
      }
      const take = (found: readonly { id: number; name: PropertyName }[]) => {
        for (const { id, name } of found) {
          const key = propertyNameKey(name);
          known.set(key, id);
          missing.delete(key);
        }
      };
      if (missing.size > 0) take(await load('name_key', [...missing.keys()]));
      if (missing.size > 0 && mayCreate) {
        await context.transaction(async () => {
          // Somebody else may have made them while this one waited.
          take(await load('name_key', [...missing.keys()]));
          if (missing.size > 0) take(await create([...missing.values()]));
        });
      }
      return names.map((name) =>
        name.guid === propertySet.mapi
          ? name.lid !== undefined && name.lid > 0 && name.lid < storeLimits.namedPropertyFirst
            ? name.lid
            : 0
          : (known.get(propertyNameKey(name)) ?? 0),
      );
    },

    async names(ids) {
      const missing = ids.filter((id) => id >= storeLimits.namedPropertyFirst && !nameById.has(id));
      const loaded = new Map((missing.length > 0 ? await load('id', missing) : []).map(({ id, name }) => [id, name]));
      return ids.map((id) =>
        id < storeLimits.namedPropertyFirst
          ? { guid: propertySet.mapi, lid: id }
          : (nameById.get(id) ?? loaded.get(id)),
      );
    },

    async all() {
      const rows = await context
        .db()
        .selectFrom('named_property')
        .selectAll()
        .where('mailbox_id', '=', context.mailbox.id)
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ id: row.id, name: nameOfRow(row) }));
    },
  };
}

const nameOfRow = (row: { guid: string; lid: number | null; name: string | null }): PropertyName =>
  row.name === null ? { guid: row.guid, lid: row.lid! } : { guid: row.guid, name: row.name };
