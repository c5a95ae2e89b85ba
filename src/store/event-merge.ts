import type { Note } from './database.ts';
import type { FolderEvent, MessageEvent, StoreEvent } from './events.ts';
import type { FolderId, Origin } from './types.ts';

/** What a transaction did, one event an object where one says it all, and the folders whose counts are to be told. */
export function mergeNotes(notes: readonly Note[]): { events: StoreEvent[]; counts: Map<FolderId, Origin> } {
  const merged = new Map<string, StoreEvent>();
  const counts = new Map<FolderId, Origin>();
  let others = 0;
  for (const note of notes) {
    if (!('event' in note)) {
      if (!counts.has(note.countsOf)) counts.set(note.countsOf, note.origin);
      continue;
    }
    const { event } = note;
    if (event.kind === 'newMail' || event.kind === 'searchComplete') {
      merged.set(`other:${others++}`, event);
    } else if (event.object === 'message') {
      mergeMessage(merged, event);
    } else {
      mergeFolder(merged, event);
    }
  }
  return { events: [...merged.values()], counts };
}

function mergeMessage(merged: Map<string, StoreEvent>, event: MessageEvent): void {
  const key = `message:${event.messageId}`;
  const before = merged.get(key) as MessageEvent | undefined;
  if (event.kind === 'moved') {
    const oldKey = `message:${event.oldMessageId}`;
    const source = merged.get(oldKey) as MessageEvent | undefined;
    merged.delete(oldKey);
    if (source?.kind === 'created' || source?.kind === 'copied') {
      merged.set(key, { ...source, folderId: event.folderId, messageId: event.messageId });
    } else if (source?.kind === 'moved') {
      merged.set(key, { ...event, oldFolderId: source.oldFolderId!, oldMessageId: source.oldMessageId! });
    } else {
      merged.set(key, event);
    }
    return;
  }
  if (before === undefined) {
    merged.set(key, event);
  } else if (event.kind === 'deleted') {
    merged.delete(key);
    if (before.kind === 'moved') {
      merged.set(key, { ...event, folderId: before.oldFolderId!, messageId: before.oldMessageId! });
    } else if (before.kind === 'modified') {
      merged.set(key, event);
    }
  } else if (event.kind === 'modified' && before.kind === 'modified' && before.readStateOnly && !event.readStateOnly) {
    merged.set(key, event);
  }
}

function mergeFolder(merged: Map<string, StoreEvent>, event: FolderEvent): void {
  const key = `folder:${event.folderId}`;
  const before = merged.get(key) as FolderEvent | undefined;
  if (before === undefined) {
    merged.set(key, event);
  } else if (event.kind === 'deleted') {
    merged.delete(key);
    if (before.kind !== 'created' && before.kind !== 'copied') merged.set(key, event);
  } else if (event.kind === 'moved') {
    if (before.kind === 'modified') {
      merged.delete(key);
      merged.set(key, event);
    } else {
      merged.set(key, { ...before, parentId: event.parentId });
    }
  } else if (event.kind === 'modified' && before.kind === 'modified') {
    const tags = [...new Set([...(before.tags ?? []), ...(event.tags ?? [])])];
    merged.set(key, { ...before, ...event, ...(tags.length > 0 ? { tags } : {}) });
  }
}
