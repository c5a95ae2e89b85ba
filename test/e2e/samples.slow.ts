import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sampleFiles, throughOpenXchange, throughOutlook } from './samples.ts';
import { startTestTrial, type TestTrial } from './trial.ts';

describe('all sample mails', { skip: sampleFiles.length === 0 && 'no samples here' }, () => {
  let trial: TestTrial;
  before(async () => {
    trial = await startTestTrial();
  });
  after(() => trial.close());

  test('stored on Open-Xchange read in Outlook as independent parsers read them', async () => {
    const failures = await throughOutlook(trial, 'anna', sampleFiles);
    assert.deepEqual(failures, [], failures.join('\n'));
  });

  test('written in Outlook read on Open-Xchange as independent parsers read them', async () => {
    const failures = await throughOpenXchange(trial, 'ben', sampleFiles);
    assert.deepEqual(failures, [], failures.join('\n'));
  });
});
