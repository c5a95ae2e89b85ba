import { type Command, UsageError } from './command.ts';
import { serveCommand } from './serve.ts';
import { releaseCommand, statusCommand } from './status.ts';
import { trialCommand } from './trial.ts';
import { tryCommand } from './try.ts';

const commands: readonly Command[] = [serveCommand, trialCommand, tryCommand, statusCommand, releaseCommand];

const overview = `oxbow: the connector between Microsoft Outlook and Open-Xchange

  oxbow COMMAND [OPTIONS]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}
  help       what a command does and takes: oxbow help COMMAND
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = commands.find((command) => command.name === args[0]);
    process.stdout.write(about ? about.help : overview);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`oxbow: there is no command "${name}"\n\n${overview}`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    const usage =
      error instanceof UsageError || String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`oxbow ${name}: ${(error as Error).message}\n`);
    if (usage) process.stderr.write(`See: oxbow help ${name}\n`);
    return usage ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
