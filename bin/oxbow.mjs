#!/usr/bin/env node
// `npx oxbow …`: sets the clone up if need be and hands over to the pinned Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from '../scripts/setup.mjs';

setUp();
const child = spawn(
  join(root, 'node_modules', '.bin', 'node'),
  [join(root, 'bin/start.mjs'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
