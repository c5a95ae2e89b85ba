import { oxLimits } from './limits.ts';

/*
 * A cursor is the newest stamp that was told, and when it was first told: `1717581600123 1717581601000`. Stamps are given
 * before the commit, so an item may become visible after a newer one (ox-http-api 1.8): for a while after a stamp came up,
 * changes are asked for from some time before it. Once nothing newer came for longer they are not told again and again.
 */

/** The stamp from which changes are asked for; `now` in ms since 1970. */
export function sinceOf(cursor: string, now: number): number {
  const [stamp = 0, seen = now] = cursor.split(' ').map(Number);
  return Math.max(0, now - seen < oxLimits.overlapForMs ? stamp - oxLimits.overlapMs : stamp);
}

/** The cursor after an answer with a newest stamp; an empty delta may answer 0 (ox-http-api 1.8). */
export function nextCursor(cursor: string | undefined, newest: number, now: number): string {
  const before = Number(cursor?.split(' ')[0] ?? -1);
  return cursor !== undefined && before >= newest ? cursor : `${newest} ${now}`;
}
