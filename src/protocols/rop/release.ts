import type { Session } from './session.ts';
import type { StreamState } from './stream.ts';

/**
 * RopRelease (MS-OXCROPS 2.2.15.3, 3.2.5.3): errors are not told. What was opened from the object stays, but a logon
 * takes everything of its own with it.
 */
export async function release(session: Session, handle: number): Promise<void> {
  const object = session.handles.get(handle);
  if (object === undefined) return;
  // A folder's property is kept before the next operation looks at it.
  if (object.kind === 'stream') await commitQuietly(object.stream);
  if (object.kind === 'logon') session.removeLogon(object.logonId);
  else session.handles.remove(handle);
  session.notifications.dropHandle(handle);
}

async function commitQuietly(stream: StreamState): Promise<void> {
  try {
    await stream.commit();
  } catch {
    // Not told.
  }
}
