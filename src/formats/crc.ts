import { crc32 } from 'node:zlib';

/**
 * The CRC-32 of MS-OXRTFCP 2.1.3.2 and of PidLidDistributionListChecksum: that of zlib without the inversions at both
 * ends.
 */
export const bareCrc32 = (bytes: Uint8Array): number => (crc32(bytes, 0xffffffff) ^ 0xffffffff) >>> 0;
