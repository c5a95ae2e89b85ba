import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sampleFiles, throughOpenXchange, throughOutlook } from './samples.ts';
import { startTestTrial, type TestTrial } from './trial.ts';

/** Some of each kind; samples.slow.ts takes all. */
const kinds = [
  /issue358\.eml$/, // header of tens of kilobytes
  /TestWithInlineHavingContentDisposition\.eml$/, // pictures in HTML
  /japanese_keywords_iso_2022_jp\.eml$/,
  /many_recipients\.eml$/,
  /calendar-event\.eml$/,
  /bounce\.eml$/, // delivery report with the message in it
  /join_teams_meeting\.eml$/,
  /m0005\.mbox$/, // attachments of more than a megabyte
  /sample_msg_eai_4\.eml$/,
  /zcp-11699-utf8\.mbox$/, // NUL in the subject
  /long-header\.eml$/,
  /signed[^/]*\.eml$/,
];
const files = sampleFiles.filter((file) => kinds.some((kind) => kind.test(file)));

describe('sample mails', { skip: files.length === 0 && 'no samples here' }, () => {
  let trial: TestTrial;
  before(async () => {
    trial = await startTestTrial(0.2);
  });
  after(() => trial.close());

  test('stored on Open-Xchange read in Outlook as independent parsers read them', async () => {
    const failures = await throughOutlook(trial, 'anna', files);
    assert.deepEqual(failures, [], failures.join('\n'));
  });

  test('written in Outlook read on Open-Xchange as independent parsers read them', async () => {
    const failures = await throughOpenXchange(trial, 'ben', files);
    assert.deepEqual(failures, [], failures.join('\n'));
  });
});
