import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { runUntilSignal } from './run-until-signal.ts';

export const defaultTrialData = '.data/trial';

export const trialCommand: Command = {
  name: 'trial',
  summary: 'the gateway with a sandbox Open-Xchange server and sample people, to try it out',
  help: `oxbow trial [--listen HOST:PORT] [--data DIR] [--sandbox FILE.yaml] [--log LEVEL]

Starts the gateway together with a small Open-Xchange-compatible server and the people
anna, ben and carla at oxbow.test (password: oxbow). \`npm start\` runs this.

  --listen HOST:PORT   where to listen (default 127.0.0.1:8443)
  --data DIR           where everything is kept (default ${defaultTrialData}); a second start finds it again
  --sandbox FILE.yaml  another organisation for the sandbox (docs/operating.md, "Tenant file")
  --log LEVEL          debug, info, warn (default), error or silent; log lines go to standard error
`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        listen: { type: 'string', default: '127.0.0.1:8443' },
        data: { type: 'string', default: defaultTrialData },
        sandbox: { type: 'string' },
        log: { type: 'string', default: 'warn' },
      },
    });
    // Help and other commands need none of the server.
    const { startTrial } = await import('../server/index.ts');
    const trial = await startTrial({
      listen: values.listen,
      data: resolve(values.data),
      ...(values.sandbox ? { tenantFile: values.sandbox } : {}),
      log: values.log as 'warn',
    });
    const people = trial.sandbox.people();
    const shown = people.slice(0, 3).map(({ address }) => address);
    process.stdout.write(`
Outlook       add an account with one of these addresses; Autodiscover is at
              ${trial.url}/autodiscover/autodiscover.xml
People        ${shown.join(', ')}${people.length > shown.length ? ` and ${people.length - shown.length} more` : ''}${values.sandbox ? '' : ' (password: oxbow)'}
Open-Xchange  ${trial.url}/ajax
Certificate   signed by ${trial.authorityFile}
Look in       npx oxbow try${values.data === defaultTrialData ? '' : ` --data ${values.data}`}

Oxbow is ready at ${trial.url}
`);
    return runUntilSignal(() => trial.close());
  },
};
