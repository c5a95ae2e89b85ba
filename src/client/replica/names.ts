import { type PropertyId, type PropertyName, propertyNameKey } from '../../mapi/index.ts';
import type { ReplicaDatabase } from './database.ts';

/** First id of named properties (MS-OXCPRPT 1.3.2). */
const firstId = 0x8000;

/** Ids that named properties have in this replica; those of the server are others (MS-OXCFXICS 2.2.4.1). */
export interface ReplicaNames {
  /** The id of a name; a new one when it has none yet. */
  idOf(name: PropertyName): PropertyId;
  /** Throws when the replica gave no such id. */
  nameOf(id: PropertyId): PropertyName;
}

export function replicaNames(db: ReplicaDatabase): ReplicaNames {
  const ids = new Map<string, PropertyId>();
  const names = new Map<PropertyId, PropertyName>();
  const learn = (id: PropertyId, name: PropertyName): void => {
    ids.set(propertyNameKey(name), id);
    names.set(id, name);
  };
  const rows = db.all<{ id: number; guid: string; lid: number | null; name: string | null }>(
    'SELECT * FROM property_name',
  );
  for (const { id, guid, lid, name } of rows) learn(id, lid === null ? { guid, name: name! } : { guid, lid });
  let next = rows.reduce((highest, { id }) => Math.max(highest, id), firstId - 1) + 1;
  return {
    idOf(name) {
      const known = ids.get(propertyNameKey(name));
      if (known !== undefined) return known;
      const id = next;
      db.run('INSERT INTO property_name VALUES (?, ?, ?, ?)', id, name.guid, name.lid ?? null, name.name ?? null);
      next += 1;
      learn(id, name);
      return id;
    },
    nameOf(id) {
      const name = names.get(id);
      if (name === undefined) throw new Error(`property id 0x${id.toString(16)} has no name`);
      return name;
    },
  };
}
