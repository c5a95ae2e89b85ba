import type { PropertyTag } from '../mapi/index.ts';
import type { FolderId, MessageId, Origin } from './types.ts';

/**
 * What a committed transaction did; one event an object. The kinds are those of MS-OXCNOTIF 2.2.1.1. A folder's
 * `modified` event carries its counts when they changed.
 */
export type StoreEvent = MessageEvent | FolderEvent;

export interface MessageEvent {
  readonly object: 'message';
  readonly kind: 'created' | 'modified' | 'deleted' | 'moved' | 'copied' | 'newMail';
  readonly folderId: FolderId;
  readonly messageId: MessageId;
  readonly associated: boolean;
  /** moved, copied: where it was. */
  readonly oldFolderId?: FolderId;
  readonly oldMessageId?: MessageId;
  /** newMail. */
  readonly messageClass?: string;
  readonly messageFlags?: number;
  /** modified: only the read state changed. */
  readonly readStateOnly?: boolean;
  readonly origin: Origin;
}

export interface FolderEvent {
  readonly object: 'folder';
  readonly kind: 'created' | 'modified' | 'deleted' | 'moved' | 'copied' | 'searchComplete';
  readonly folderId: FolderId;
  readonly parentId: FolderId | undefined;
  readonly oldFolderId?: FolderId;
  readonly oldParentId?: FolderId;
  readonly tags?: readonly PropertyTag[];
  readonly contentCount?: number;
  readonly unreadCount?: number;
  readonly origin: Origin;
}
