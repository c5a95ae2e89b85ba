import { demandWrite, findEvent, readableCalendar } from '../../chronos/access.ts';
import { shownAttachment } from '../../chronos/change/change.ts';
import { saveEvent } from '../../chronos/store.ts';
import { updateContact } from '../../contacts/store.ts';
import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { ActionRequest } from '../../http/action.ts';
import { type AttachmentRow, attachmentById, attachmentModule, attachmentsOf } from '../../items/attachments.ts';
import { covers, noteItemChange } from '../../items/folder.ts';
import { parseFields } from '../../people/contact.ts';
import { updateTask } from '../../tasks/store.ts';
import { fieldsOf, placesOf } from '../../tasks/task.ts';
import { findContact } from '../contacts/shared.ts';
import { findTask } from '../tasks/shared.ts';

/** What attachments hang on. */
export interface Target {
  readonly module: number;
  readonly id: number;
  readonly folder: number;
  /** What hangs on it. */
  readonly attachments: readonly AttachmentRow[];
  /** Demands the right to change it. */
  demandWrite(): void;
  /** Raises its stamp and tells it what hangs on it now; returns the stamp. */
  touch(attachments: readonly AttachmentRow[]): number;
}

/** The object that a request names by `module`, `folder` and `attached`, which the person may read. */
export function targetOf(
  core: Core,
  request: ActionRequest,
  names: { readonly module: number; readonly folder: string; readonly attached: unknown },
): Target {
  const { module, folder, attached } = names;
  const { person } = request;
  switch (module) {
    case attachmentModule.task: {
      const { folder: place, row } = findTask(core, request, folder, attached);
      return {
        module,
        id: row.id,
        folder: place.id,
        attachments: attachmentsOf(core, module, row.id),
        demandWrite: () => {
          if (!covers(place.levels.write, person, row.created_by)) throw new OxError('TSK-0033', String(row.id));
        },
        touch: (all) => {
          const { newest_attachment: _newest, ...fields } = fieldsOf(row);
          const counted = { ...fields, number_of_attachments: all.length, ...newestOf(all, 'newest_attachment') };
          noteItemChange(core, person, 'tasks', place.id);
          return updateTask(core, row, counted, placesOf(core, row.id), person.id);
        },
      };
    }
    case attachmentModule.contact: {
      const { book, row } = findContact(core, request, folder, attached);
      return {
        module,
        id: row.id,
        folder: book.id,
        attachments: attachmentsOf(core, module, row.id),
        demandWrite: () => {
          if (!covers(book.levels.write, person, row.created_by)) throw new OxError('CON-0176', String(row.id));
        },
        touch: (all) => {
          const { newest_attachment: _newest, ...fields } = parseFields(row);
          const counted = { ...fields, number_of_attachments: all.length, ...newestOf(all, 'newest_attachment') };
          noteItemChange(core, person, 'contacts', book.id);
          return updateContact(core, row, { folder: book.id, fields: counted, image: undefined, by: person.id });
        },
      };
    }
    case attachmentModule.appointment: {
      const access = readableCalendar(core, person, folder);
      const event = findEvent(access, attached);
      return {
        module,
        id: event.id,
        folder: access.folder.id,
        // An exception has those of its series.
        attachments: event.body.attachments.map(({ managedId }) => attachmentById(core, managedId)!),
        demandWrite: () => demandWrite(access, event),
        touch: (all) => {
          const attachments = all.map(shownAttachment);
          noteItemChange(core, person, 'calendar', access.folder.id);
          return saveEvent(core, event, { ...event.body, attachments }, person.id).stamp;
        },
      };
    }
    default:
      throw new OxError('SVL-0004', `module=${module}`);
  }
}

function newestOf(all: readonly AttachmentRow[], name: string): Record<string, number> {
  return all.length === 0 ? {} : { [name]: Math.max(...all.map(({ created }) => created)) };
}
