import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EventContext, readEvent, writeEvent } from '../../../src/formats/event/index.ts';
import { readCalendar, writeCalendar } from '../../../src/formats/ical/index.ts';
import { freshNamedTags, type MessageContent } from '../../../src/mapi/index.ts';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'samples', 'ical');
const timeZone = 'Europe/Berlin';

test('all calendars of other programs are read into properties and written again', {
  skip: !existsSync(folder),
}, () => {
  const context: EventContext = { tags: freshNamedTags(), timeZone };
  let files = 0;
  let events = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    files += 1;
    const text = readFileSync(path, 'utf8');
    const calendar = readCalendar(text, timeZone);
    // Each event that says when it is, comes in; what else is in the file is named.
    const starts = text.match(/^BEGIN:VEVENT/gim)?.length ?? 0;
    if (starts > 0 && calendar.events.length === 0) assert.ok(calendar.lost.length > 0, name);
    for (const event of calendar.events) {
      events += 1;
      const content: MessageContent = { properties: new Map(), recipients: [], attachments: [] };
      writeEvent(content, event, context);
      const back = readEvent(content, context)?.event;
      assert.equal(back?.uid, event.uid, name);
      assert.equal(back?.start.kind, event.start.kind, name);
      assert.equal(back?.exceptions?.length, event.exceptions?.length, name);
    }
    writeCalendar(calendar, { timeZone });
  }
  assert.ok(files > 1_000 && events > 5_000, `${files} files, ${events} events`);
});
