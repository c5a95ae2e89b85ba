import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addressBookEntryId,
  counterOf,
  ec,
  fileTimeFromMs,
  folderEntryId,
  PidTag,
  type PropertyTag,
  type PropertyValue,
} from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { smtpRow, startClient } from './mailbox-client.ts';

async function written(values: [PropertyTag, PropertyValue][] = [], recipients = 1) {
  const client = await startClient();
  const message = await client.create(client.outbox);
  await client.set(message, [[PidTag.Subject, 'to be sent'], ...values]);
  await client.addRecipients(
    message,
    Array.from({ length: recipients }, (_, id) => ({ id, row: smtpRow(`${id}@outside.test`) })),
  );
  return { client, message };
}

describe('submission (MS-OXOMSG 3.2.4)', () => {
  test('RopTransportSend saves, submits and tells whom the message is from', async () => {
    const { client, message } = await written();
    const { fields } = await client.ok(d.RopTransportSend, [message], {});
    const told = new Map(fields.propertyValues!.map(({ tag, value }) => [tag, value]));
    assert.equal(told.get(PidTag.SenderName), 'Anna');
    assert.equal(told.get(PidTag.SentRepresentingName), 'Anna');
    assert.deepEqual(told.get(PidTag.SenderEntryId), addressBookEntryId('/o=Oxbow/cn=anna'));
    assert.equal(typeof told.get(PidTag.ProviderSubmitTime), 'bigint');
    const [submission] = client.store.submissions;
    assert.equal(submission!.sentFolderId, client.anna.mailbox.specialFolder('sentItems'));
    const stored = client.store.message(submission!.id)!;
    assert.equal(stored.read, true);
    assert.match(stored.properties.get(PidTag.InternetMessageId) as string, /^<[-0-9a-f]{36}@oxbow\.test>$/);
    assert.equal(stored.properties.get(PidTag.SenderSmtpAddress), 'anna@oxbow.test');
    assert.equal(stored.properties.get(PidTag.SenderAddressType), 'EX');
  });

  test('a second time it is ecSubmitted, and after RopAbortSubmit it is not', async () => {
    const { client, message } = await written();
    const messageId = await client.save(message);
    await client.ok(d.RopSubmitMessage, [message], { submitFlags: 0 });
    assert.equal((await client.call(d.RopSubmitMessage, [message], { submitFlags: 0 })).returnValue, ec.submitted);
    await client.ok(d.RopAbortSubmit, [client.logon], { folderId: client.outbox, messageId });
    assert.equal(client.store.submissions.length, 0);
    const again = await client.call(d.RopAbortSubmit, [client.logon], { folderId: client.outbox, messageId });
    assert.equal(again.returnValue, ec.unableToAbort);
    const elsewhere = await client.call(d.RopAbortSubmit, [client.logon], { folderId: client.inbox, messageId });
    assert.equal(elsewhere.returnValue, ec.notFound);
  });

  test('without recipients nothing is sent', async () => {
    const { client, message } = await written([], 0);
    assert.equal((await client.call(d.RopSubmitMessage, [message], { submitFlags: 0 })).returnValue, ec.noRecipients);
  });

  test('PidTagDeleteAfterSubmit deletes, PidTagSentMailEntryId names the folder', async () => {
    const deleted = await written([[PidTag.DeleteAfterSubmit, true]]);
    await deleted.client.ok(d.RopSubmitMessage, [deleted.message], { submitFlags: 0 });
    assert.equal(deleted.client.store.submissions[0]!.sentFolderId, null);

    const { client, message } = await written();
    const { mailbox } = client.anna;
    const entryId = folderEntryId(mailbox.guid, mailbox.replicaGuid, counterOf(client.inbox));
    await client.set(message, [[PidTag.SentMailEntryId, entryId]]);
    await client.ok(d.RopSubmitMessage, [message], { submitFlags: 0 });
    assert.equal(client.store.submissions[0]!.sentFolderId, counterOf(client.inbox));
  });

  test('deferred delivery waits', async () => {
    const at = Date.now() + 3_600_000;
    const { client, message } = await written([[PidTag.DeferredSendTime, fileTimeFromMs(at)]]);
    await client.ok(d.RopSubmitMessage, [message], { submitFlags: 0 });
    assert.equal(client.store.submissions[0]!.notBefore, at);
  });

  test('in the name of somebody else is refused, except for meetings, which go out as oneself', async () => {
    const ben: [PropertyTag, PropertyValue][] = [
      [PidTag.SentRepresentingEntryId, addressBookEntryId('/o=Oxbow/cn=ben')],
      [PidTag.SentRepresentingName, 'Ben'],
    ];
    const refused = await written(ben);
    const { returnValue } = await refused.client.call(d.RopSubmitMessage, [refused.message], { submitFlags: 0 });
    assert.equal(returnValue, ec.accessDenied);
    const { client, message } = await written([...ben, [PidTag.MessageClass, 'IPM.Schedule.Meeting.Request']]);
    await client.ok(d.RopSubmitMessage, [message], { submitFlags: 0 });
    const stored = client.store.message(client.store.submissions[0]!.id)!;
    assert.equal(stored.properties.get(PidTag.SentRepresentingName), 'Anna');
  });

  test('a submission that fails leaves the message to be sent again', async () => {
    const { client, message } = await written();
    client.store.failSubmit = true;
    assert.notEqual((await client.call(d.RopSubmitMessage, [message], { submitFlags: 0 })).returnValue, 0);
    client.store.failSubmit = false;
    await client.ok(d.RopSubmitMessage, [message], { submitFlags: 0 });
    const stored = client.store.message(client.store.submissions[0]!.id)!;
    assert.equal(stored.properties.get(PidTag.Subject), 'to be sent');
  });

  test('the informative operations answer', async () => {
    const client = await startClient();
    const types = (await client.ok(d.RopGetAddressTypes, [client.logon], {})).fields.addressTypes;
    assert.deepEqual(types, ['SMTP', 'EX']);
    const transport = await client.ok(d.RopGetTransportFolder, [client.logon], {});
    assert.equal(transport.fields.folderId, client.outbox);
    await client.ok(d.RopSetSpooler, [client.logon], {});
    await client.ok(d.RopSpoolerLockMessage, [client.logon], { messageId: client.outbox, lockState: 0 });
    const options = await client.ok(d.RopOptionsData, [client.logon], { addressType: 'SMTP', wantWin32: 0 });
    assert.equal(options.fields.optionsInfo.length, 0);
  });
});
