import { errorMembers, OxError } from '../errors.ts';

/** What an action answers. */
export type Answer =
  /** The envelope of reference 1.2. */
  | { readonly data?: unknown; readonly timestamp?: number; readonly warning?: OxError }
  /** JSON without the envelope. */
  | { readonly bare: unknown }
  /** Bytes. */
  | { readonly file: Buffer; readonly contentType: string; readonly fileName?: string | undefined };

export type Envelope = Record<string, unknown>;

/** The envelope of an answer; a file has none (SVL-0010: an item of `multiple` cannot ask for it). */
export function envelope(answer: Answer, locale: string): unknown {
  if ('bare' in answer) return answer.bare;
  if ('file' in answer) throw new OxError('SVL-0010', 'a file cannot be answered here');
  const members: Envelope = {};
  if (answer.data !== undefined) members.data = answer.data;
  if (answer.timestamp !== undefined) members.timestamp = answer.timestamp;
  if (answer.warning) {
    const warning = errorMembers(answer.warning, locale);
    // The first warning is also written where errors are (reference 1.2).
    Object.assign(members, warning, { warnings: warning });
  }
  return members;
}

/** The envelope of a failure; what is no OxError becomes SVL-0011. */
export function errorEnvelope(error: unknown, locale: string | undefined): Envelope {
  return errorMembers(error instanceof OxError ? error : new OxError('SVL-0011', String(error)), locale);
}

/** The page that answers an upload (reference 1.10). */
export function callbackPage(action: string, members: unknown): string {
  const json = JSON.stringify(members).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html><html><head><META http-equiv="Content-Type" content="text/html; charset=UTF-8"><script type="text/javascript">(parent["callback_${action}"] || window.opener && window.opener["callback_${action}"])(${json})</script></head></html>`;
}
