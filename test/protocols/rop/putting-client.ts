import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { Client } from './mailbox-client.ts';

/** SourceOperation of RopFastTransferDestinationConfigure. */
export const operation = { copyTo: 1, copyProperties: 2, copyMessages: 3, copyFolder: 4 } as const;

/** The whole stream of a download as its bytes. */
export async function fetchBytes(client: Client, handle: number): Promise<Buffer> {
  const portions: Buffer[] = [];
  for (;;) {
    const { fields } = await client.ok(d.RopFastTransferSourceGetBuffer, [handle], {
      bufferSize: d.useMaximum,
      maximumBufferSize: 0xffff,
    });
    portions.push(Buffer.from(fields.transferBuffer));
    if (fields.transferStatus !== d.transferStatus.done) continue;
    await client.release(handle);
    return Buffer.concat(portions);
  }
}

export const bytesOfMessages = async (client: Client, folder: number, messageIds: bigint[]): Promise<Buffer> =>
  fetchBytes(
    client,
    (await client.ok(d.RopFastTransferSourceCopyMessages, [folder], { messageIds, copyFlags: 0, sendOptions: 1 }))
      .handle,
  );

export const bytesOfObject = async (client: Client, object: number): Promise<Buffer> =>
  fetchBytes(
    client,
    (
      await client.ok(d.RopFastTransferSourceCopyTo, [object], {
        level: 0,
        copyFlags: 0,
        sendOptions: 1,
        propertyTags: [],
      })
    ).handle,
  );

export const bytesOfFolder = async (client: Client, folder: number): Promise<Buffer> =>
  fetchBytes(
    client,
    (await client.ok(d.RopFastTransferSourceCopyFolder, [folder], { copyFlags: 0x10, sendOptions: 1 })).handle,
  );

/** An upload into an object. */
export async function destination(client: Client, object: number, sourceOperation: number, copyFlags = 0) {
  const answer = await client.call(d.RopFastTransferDestinationConfigure, [object], { sourceOperation, copyFlags });
  return answer;
}

/** Puts bytes in portions of these sizes, over and over. Gives the ReturnValue of the first that failed, or 0. */
export async function putBytes(
  client: Client,
  handle: number,
  bytes: Uint8Array,
  size: () => number = () => 0x7000,
): Promise<number> {
  for (let at = 0; at < bytes.length; ) {
    const transferData = bytes.subarray(at, at + size());
    const { returnValue } = await client.call(d.RopFastTransferDestinationPutBuffer, [handle], { transferData });
    if (returnValue !== 0) return returnValue;
    at += transferData.length;
  }
  return 0;
}

/** Uploads a stream whole into an object, and ends the upload. Gives a ReturnValue. */
export async function upload(
  client: Client,
  object: number,
  sourceOperation: number,
  bytes: Uint8Array,
  size?: () => number,
): Promise<number> {
  const { handle, returnValue } = await destination(client, object, sourceOperation);
  if (returnValue !== 0) return returnValue;
  const result = await putBytes(client, handle, bytes, size);
  await client.release(handle);
  return result;
}
