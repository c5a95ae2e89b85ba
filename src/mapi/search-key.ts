/** PidTagSearchKey of an address, `TYPE:ADDRESS` in upper case with a NUL (MS-OXOABK 2.2.3.9, MS-OXCMSG 2.2.1.9). */
export const addressSearchKey = (addressType: string, address: string): Buffer =>
  Buffer.from(`${addressType}:${address}\0`.toUpperCase(), 'utf8');

/** Search key of an address-book object by its DN. */
export const exSearchKey = (dn: string): Buffer => addressSearchKey('EX', dn);

/** Search key of an internet address. */
export const smtpSearchKey = (address: string): Buffer => addressSearchKey('SMTP', address);
