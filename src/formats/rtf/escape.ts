/**
 * Text as it stands in RTF (MS-OXRTFEX 2.1.3.1.4.2): its special characters escaped, line ends as \par, all that is not
 * ASCII as \u with one `?` for readers without Unicode (\uc1).
 */
export const escapeRtf = (text: string): string =>
  text.replace(/\r\n|[\\{}\t\n\r]|[^\t\n\r\x20-\x7e]/g, (found) => {
    if (found === '\r\n' || found === '\n' || found === '\r') return '\\par ';
    if (found === '\t') return '\\tab ';
    if (found === '\\' || found === '{' || found === '}') return `\\${found}`;
    const code = found.charCodeAt(0);
    if (code < 0x80) return `\\'${code.toString(16).padStart(2, '0')}`;
    return `\\u${code > 0x7fff ? code - 0x10000 : code}?`;
  });
