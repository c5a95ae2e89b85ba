import type { Core } from '../core.ts';

/** Modules by their number (ox-columns.json, `attachment`). */
export const attachmentModule = { appointment: 1, task: 4, contact: 7 } as const;

/** A file that hangs on an appointment, task or contact. */
export interface AttachmentRow {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  /** 1: the body of a note in RTF, as older connectors for Outlook stored it. */
  readonly rtf: number;
  readonly size: number;
  readonly created: number;
  readonly created_by: number;
}

const columns = 'id, name, type, rtf, length(content) AS size, created, created_by';

export interface NewAttachment {
  readonly module: number;
  readonly attached: number;
  readonly name: string;
  readonly type: string;
  readonly rtf?: boolean;
  readonly content: Uint8Array;
  readonly by: number;
}

export function insertAttachment(core: Core, attachment: NewAttachment): AttachmentRow {
  const { id } = core.db.run(
    'INSERT INTO attachment (module, attached, name, type, rtf, content, created, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    attachment.module,
    attachment.attached,
    attachment.name,
    attachment.type,
    attachment.rtf ? 1 : 0,
    attachment.content,
    core.stamps.next(),
    attachment.by,
  );
  return attachmentById(core, id)!;
}

export function attachmentById(core: Core, id: number): AttachmentRow | undefined {
  return core.db.get<AttachmentRow>(`SELECT ${columns} FROM attachment WHERE id = ?`, id);
}

export function attachmentsOf(core: Core, module: number, attached: number): AttachmentRow[] {
  return core.db.all<AttachmentRow>(
    `SELECT ${columns} FROM attachment WHERE module = ? AND attached = ? ORDER BY id`,
    module,
    attached,
  );
}

export function contentOf(core: Core, id: number): Buffer {
  return Buffer.from(core.db.get<{ content: Uint8Array }>('SELECT content FROM attachment WHERE id = ?', id)!.content);
}

/** All of an object that is deleted. */
export function dropAttachments(core: Core, module: number, attached: number): void {
  core.db.run('DELETE FROM attachment WHERE module = ? AND attached = ?', module, attached);
}
