import { parseArgs } from 'node:util';
import { type Command, UsageError } from './command.ts';
import { runUntilSignal } from './run-until-signal.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'the gateway in front of a groupware server',
  help: `oxbow serve --config FILE.yaml

Runs the gateway with the settings of a file (docs/operating.md lists them all):

  listen: 0.0.0.0:443
  publicUrl: https://mail.example.com
  data: /var/lib/oxbow
  tls: { certificate: /etc/ssl/mail.pem, key: /etc/ssl/mail.key }
  backend: { kind: ox, url: https://ox.example.com/appsuite/api }

Ends cleanly on SIGTERM within five seconds.
`,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } } });
    if (!values.config) throw new UsageError('--config FILE.yaml is missing');
    const { readConfiguration, startServer } = await import('../server/index.ts');
    const server = await startServer({ config: readConfiguration(values.config) });
    process.stdout.write(`Oxbow is ready at ${server.url}\n`);
    return runUntilSignal(() => server.close());
  },
};
