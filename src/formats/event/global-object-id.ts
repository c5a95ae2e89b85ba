/** Byte Array ID of every Global Object ID (MS-OXOCAL 2.2.1.27). */
const signature = Buffer.from('040000008200e00074c5b7101a82e008', 'hex');
/** Begins the data of an id that was made from a UID of another system. */
const foreign = Buffer.from('vCal-Uid\x01\0\0\0', 'latin1');
const dateAt = 16;
const sizeAt = 36;
const headSize = 40;

function isGlobalObjectId(id: Uint8Array): boolean {
  return id.length >= headSize && signature.equals(id.subarray(0, signature.length));
}

/** PidLidCleanGlobalObjectId: the id of the series that an id belongs to. */
export function cleanGlobalObjectId(id: Uint8Array): Buffer {
  const clean = Buffer.from(id);
  if (isGlobalObjectId(id)) clean.fill(0, dateAt, dateAt + 4);
  return clean;
}

/** PidLidGlobalObjectId of one occurrence: the same with its original day (MS-OXOCAL 2.2.1.27; the year big-endian). */
export function globalObjectIdOfDay(id: Uint8Array, day: Temporal.PlainDate): Buffer {
  const dated = Buffer.from(id);
  if (!isGlobalObjectId(id)) return dated;
  dated.writeUInt16BE(day.year, dateAt);
  dated[dateAt + 2] = day.month;
  dated[dateAt + 3] = day.day;
  return dated;
}

/** The original day in an id; undefined in that of a series or a single event. */
export function dayOfGlobalObjectId(id: Uint8Array): Temporal.PlainDate | undefined {
  if (!isGlobalObjectId(id)) return undefined;
  const bytes = Buffer.from(id.buffer, id.byteOffset, id.length);
  const [year, month, day] = [bytes.readUInt16BE(dateAt), bytes[dateAt + 2]!, bytes[dateAt + 3]!];
  if (year === 0 || month < 1 || month > 12 || day < 1) return undefined;
  return Temporal.PlainDate.from({ year, month, day });
}

/**
 * The UID of a Global Object ID (MS-OXCICAL 2.1.3.1.1.20.26): what another system gave, else the clean id in upper-case
 * hexadecimal.
 */
export function uidOfGlobalObjectId(id: Uint8Array): string {
  const clean = cleanGlobalObjectId(id);
  const data = clean.subarray(headSize);
  if (isGlobalObjectId(id) && foreign.equals(data.subarray(0, foreign.length))) {
    const text = data.subarray(foreign.length);
    const end = text.indexOf(0);
    return text.toString('utf8', 0, end < 0 ? text.length : end);
  }
  return clean.toString('hex').toUpperCase();
}

/** PidLidCleanGlobalObjectId of a UID: the id that it spells, else one around it. The inverse of {@link uidOfGlobalObjectId}. */
export function globalObjectIdOfUid(uid: string): Buffer {
  if (/^(?:[0-9a-f]{2}){40,}$/i.test(uid)) {
    const id = Buffer.from(uid, 'hex');
    if (isGlobalObjectId(id) && id.readUInt32LE(sizeAt) === id.length - headSize) return cleanGlobalObjectId(id);
  }
  const data = Buffer.concat([foreign, Buffer.from(uid, 'utf8'), Buffer.alloc(1)]);
  const head = Buffer.alloc(headSize);
  signature.copy(head);
  head.writeUInt32LE(data.length, sizeAt);
  return Buffer.concat([head, data]);
}
