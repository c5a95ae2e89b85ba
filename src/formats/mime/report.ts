import { fileTimeFromMs, PidTag, type PropertyBag, setProperty } from '../../mapi/index.ts';
import { parseDate } from './date.ts';
import { decodeHeaderText, fieldValue, type HeaderField, parseFields } from './header.ts';
import type { Part } from './scan.ts';

/** Message classes by Action of a delivery status (MS-OXCMAIL 2.2.3.5.1, RFC 3464 2.3.3); the worst one counts. */
const actions = [
  ['failed', 'REPORT.IPM.Note.NDR'],
  ['delayed', 'REPORT.IPM.Note.Delayed'],
  ['relayed', 'REPORT.IPM.Note.Relayed'],
  ['expanded', 'REPORT.IPM.Note.Expanded'],
  ['delivered', 'REPORT.IPM.Note.DR'],
] as const;

/**
 * What a delivery status or a read receipt makes of a message (MS-OXCMAIL 2.2.3.5). A multipart/report that says
 * neither stays the note that it is.
 */
export async function reportProperties(
  bag: PropertyBag,
  root: Part,
  textOf: (part: Part) => Promise<string>,
): Promise<void> {
  if (root.type.value !== 'multipart/report') return;
  const status = root.children.find(
    ({ type }) => type.value === 'message/delivery-status' || type.value === 'message/global-delivery-status',
  );
  const disposition = root.children.find(({ type }) => type.value === 'message/disposition-notification');
  const machine = status ?? disposition;
  if (!machine) return;
  const groups = (await textOf(machine))
    .split(/\r?\n\r?\n/)
    .map((group) => parseFields(Buffer.from(group)).fields)
    .filter((fields) => fields.length > 0);
  const messageClass = status ? statusClass(groups) : dispositionClass(groups[0] ?? []);
  if (!messageClass) return;
  setProperty(bag, PidTag.MessageClass, messageClass);

  const original = root.children.find(({ type }) =>
    ['message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers'].includes(type.value),
  );
  const fields = original ? parseFields(Buffer.from(headOf(await textOf(original)))).fields : [];
  const subject = decodeHeaderText(fieldValue(fields, 'subject') ?? '');
  if (subject) setProperty(bag, PidTag.OriginalSubject, subject);
  const id = fieldValue(groups[0] ?? [], 'original-message-id') ?? fieldValue(fields, 'message-id');
  if (id) setProperty(bag, PidTag.OriginalMessageId, id);
  const time = parseDate(fieldValue(groups[0] ?? [], 'arrival-date')) ?? parseDate(fieldValue(root.fields, 'date'));
  if (time !== undefined) setProperty(bag, PidTag.ReportTime, fileTimeFromMs(time));
}

const headOf = (text: string): string => text.split(/\r?\n\r?\n/, 1)[0]!;

function statusClass(groups: readonly (readonly HeaderField[])[]): string | undefined {
  const found = new Set(
    groups.map((fields) => /^[a-z]+/.exec((fieldValue(fields, 'action') ?? '').toLowerCase())?.[0]),
  );
  return actions.find(([action]) => found.has(action))?.[1];
}

/** RFC 8098 3.2.6: displayed is read, everything else is not. */
function dispositionClass(fields: readonly HeaderField[]): string | undefined {
  const type = /;\s*([a-z]+)/.exec((fieldValue(fields, 'disposition') ?? '').toLowerCase())?.[1];
  if (!type) return undefined;
  return type === 'displayed' ? 'REPORT.IPM.Note.IPNRN' : 'REPORT.IPM.Note.IPNNRN';
}
