import type { Session } from './session.ts';

/**
 * RopRelease (MS-OXCROPS 2.2.15.3, 3.2.5.3): errors are not told. What was opened from the object stays, but a logon
 * takes everything of its own with it.
 */
export function release(session: Session, handle: number): void {
  const object = session.handles.get(handle);
  if (object === undefined) return;
  if (object.kind === 'logon') session.removeLogon(object.logonId);
  else session.handles.remove(handle);
  session.notifications.dropHandle(handle);
}
