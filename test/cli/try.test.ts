import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/cli/command.ts';
import { tryCommand } from '../../src/cli/try.ts';

test('options that make no sense together are refused before anything is asked', async () => {
  for (const args of [
    ['--once'],
    ['--file', 'x.db'],
    ['--cached', '--send-to', 'ben@oxbow.test'],
    ['--cached', '--data', '/nowhere', '--url', 'https://127.0.0.1:1'],
  ]) {
    await assert.rejects(tryCommand.run(args), UsageError, args.join(' '));
  }
});
