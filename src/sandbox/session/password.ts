import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** The scrypt form of a tenant file: `scrypt:N:r:p:<salt base64>:<hash base64>`. */
export const scryptForm = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

/** Compares a password with the stored plain or scrypt form. */
export async function passwordFits(password: string, stored: string): Promise<boolean> {
  const match = scryptForm.exec(stored);
  if (!match) return same(Buffer.from(password), Buffer.from(stored));
  const hash = Buffer.from(match[5]!, 'base64');
  const cost = { N: Number(match[1]), r: Number(match[2]), p: Number(match[3]), maxmem: 256 * 1024 * 1024 };
  return same(await derive(password, Buffer.from(match[4]!, 'base64'), hash.length, cost), hash);
}

function same(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
