/** Differences that no rule tells, each looked at. */
export const known: Readonly<Record<string, string>> = {
  'text apache-james-mime4j/missing-inner-start-boundary.eml':
    'a multipart whose first delimiter is missing is shown as text, not dropped',
  'text apache-james-mime4j/weird-boundary.eml':
    'blanks at the end of a boundary parameter; readers differ among themselves',
  'attachments closeio-sync-engine/tiny.eml':
    'no empty line after the header of each part; only here the files are found',
  'text jhillyerd-enmime/mime-bad-content-transfer-encoding.eml':
    'binary rubbish labelled as text; every reader shows other rubbish',
  'text kde-kmime/big-allocation.eml': 'a fuzzed multipart without its delimiter is shown as text',
  'text kde-kmime/multipart-parse-abort.eml': 'a fuzzed multipart without its delimiter is shown as text',
  'subject kopano-dev-kopano-core/big5.eml':
    'raw Big5 decoded by the charset of the body; ASCII bytes are half of its letters',
  'text python-cpython/msg_38.eml': 'delimiters inside a part end it; where the rest goes differs',
  'text stalwartlabs-mail-parser/malformed-019.eml': 'a fuzzed message; readers differ among themselves',
  'attachments mvz-email-outlook-message-perl/gpg_signed.eml':
    'a multipart that names no boundary and is called an attachment is kept whole',
  'text tine-groupware-tine/unparseable.mbox': 'a multipart without its delimiter is shown as text',
};
