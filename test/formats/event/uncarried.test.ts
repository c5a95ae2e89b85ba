import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { uncarriedProperties, writeEvent } from '../../../src/formats/event/index.ts';
import {
  freshNamedTags,
  type MessageContent,
  PidLid,
  PidTag,
  propertySet,
  setProperty,
} from '../../../src/mapi/index.ts';
import { anyEvent } from './random-event.ts';

test('properties beyond the fields of an event are named, those that the event makes are not', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const context = { tags: freshNamedTags(), timeZone: 'Europe/Berlin' };
      const content: MessageContent = { properties: new Map(), recipients: [], attachments: [] };
      writeEvent(content, event, context);
      assert.deepEqual(uncarriedProperties(content, context), []);
      setProperty(content.properties, context.tags.tagOf(PidLid.BillingInformation), 'project 7');
      setProperty(content.properties, PidTag.FlagStatus, 2);
      setProperty(content.properties, PidTag.EntryId, Buffer.alloc(70));
      const own = { guid: propertySet.publicStrings, name: 'MyField', type: 0x1f };
      setProperty(content.properties, context.tags.tagOf(own), 'mine');
      assert.deepEqual(uncarriedProperties(content, context), [
        `${propertySet.publicStrings}:myfield`,
        'PidLidBillingInformation',
        'PidTagFlagStatus',
      ]);
    }),
    { numRuns: 40 },
  );
});
