/** MS-OXCMSG 2.2.1.9: one to three characters that are no digits, a colon and a blank. */
const prefix = /^[^\d\s:]{1,3}:[ \t]+/u;

/** Splits a subject into its prefix (as "RE: ", or empty) and the rest (MS-OXCMSG 3.2.5.1). */
export function splitSubject(subject: string): { prefix: string; normalized: string } {
  const found = prefix.exec(subject)?.[0] ?? '';
  return { prefix: found.trimEnd() === '' ? '' : `${found.trimEnd()} `, normalized: subject.slice(found.length) };
}
