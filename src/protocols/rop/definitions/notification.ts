import { objectId } from '../../../mapi/index.ts';
import { bool8, struct, u8, u16, u32, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { notificationData } from './notification-data.ts';

/** MS-OXCROPS 2.2.14: notifications. */

/** MS-OXCNOTIF 2.2.1.2.1.1. */
export const notificationTypes = {
  criticalError: 0x0001,
  newMail: 0x0002,
  objectCreated: 0x0004,
  objectDeleted: 0x0008,
  objectModified: 0x0010,
  objectMoved: 0x0020,
  objectCopied: 0x0040,
  searchComplete: 0x0080,
  tableModified: 0x0100,
  statusObjectModified: 0x0200,
  extended: 0x0400,
} as const;

export interface RegisterNotificationRequest {
  readonly notificationTypes: number;
  readonly wantWholeStore: boolean;
  /** Both only without WantWholeStore. */
  readonly folderId?: bigint | undefined;
  readonly messageId?: bigint | undefined;
}
/** The Reserved byte is there only with the extended type; the ids only without WantWholeStore. */
const registerRequest: WireType<RegisterNotificationRequest> = {
  read: (r) => {
    const types = r.u16();
    if (types & notificationTypes.extended) r.u8();
    if (bool8.read(r)) return { notificationTypes: types, wantWholeStore: true };
    return {
      notificationTypes: types,
      wantWholeStore: false,
      folderId: objectId.read(r),
      messageId: objectId.read(r),
    };
  },
  write: (w, value) => {
    w.u16(value.notificationTypes);
    if (value.notificationTypes & notificationTypes.extended) w.u8(0);
    bool8.write(w, value.wantWholeStore);
    if (value.wantWholeStore) return;
    objectId.write(w, value.folderId ?? 0n);
    objectId.write(w, value.messageId ?? 0n);
  },
};
export const RopRegisterNotification = rop(0x29, 'RopRegisterNotification', {
  handles: ['input', 'output'],
  request: registerRequest,
});

/** What the server puts after the answers, without HandleIndex and ReturnValue. */
export const notifyId = 0x2a;
export const notify = struct({ notificationHandle: u32, logonId: u8, notificationData });
export const pendingId = 0x6e;
export const pending = struct({ sessionIndex: u16 });

export const notificationDefinitions = [RopRegisterNotification];
