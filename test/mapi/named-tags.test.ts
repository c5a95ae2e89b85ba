import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshNamedTags, namedTags, PidLid, PidName } from '../../src/mapi/index.ts';

test('a named property has the id that the mailbox told and its own type', () => {
  const tags = namedTags([PidLid.Location, PidName.Keywords], [0x8123, 0]);
  assert.equal(tags.tagOf(PidLid.Location), 0x8123001f);
  assert.equal(tags.nameOf(0x8123001f)?.lid, 0x8208);
  assert.throws(() => tags.tagOf(PidName.Keywords), /no id/);
});

test('without a mailbox each name gets an id of its own', () => {
  const tags = freshNamedTags();
  const location = tags.tagOf(PidLid.Location);
  assert.notEqual(tags.tagOf(PidName.Keywords) >>> 16, location >>> 16);
  assert.equal(tags.tagOf(PidLid.Location), location);
  assert.equal(tags.nameOf(location)?.lid, 0x8208);
});
