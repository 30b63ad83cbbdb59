import { Command, Option } from 'commander';
import { configFormats } from '../init/config-text.ts';
import { type InitFlags, initConfig } from '../init/init-config.ts';
import { gathered, notEmpty } from '../option-values.ts';
import type { Terminal } from '../terminal/terminal.ts';

const help = `
Examples:
  sluice init                                            asks
  sluice init --yes --find-local                         whatever answers on this machine
  sluice init --yes -u https://api.example.com/v1 -k EXAMPLE_API_KEY -m large
  sluice init --yes -p h2o -u https://chat.example.com --format json

It writes sluice.config.ts, .js, .mjs or .json into this folder. Keys never stand in it: --api-key-env names the
environment variable that holds one. Only with --find-local, or a question answered with yes, are the usual ports of
Ollama, LM Studio, llama.cpp and vLLM on this machine asked.`;

/** `sluice init`. */
export function initCommand(open: (command: Command) => Terminal, done: (exitCode: number) => void): Command {
  const command = new Command('init')
    .description('write a configuration: ask, or take what the options say')
    .option('-y, --yes', 'ask nothing')
    .option('--find-local', 'look for model servers on this machine')
    .option('-u, --base-url <url>', 'address of a server', notEmpty)
    .option('-k, --api-key-env <name>', 'the environment variable that holds its key', notEmpty)
    .option('-m, --model <name>', 'its model for requests that name none', notEmpty)
    .option('-p, --provider <id>', 'a provider such as h2o; may be repeated', gathered)
    .addOption(
      new Option('--format <language>', 'language of the file (default: by package.json)').choices(
        configFormats,
      ),
    )
    .option('--force', 'overwrite a configuration that is there')
    .addHelpText('after', help);
  return command.action(async (flags: InitFlags) => {
    done(await initConfig(flags, open(command)));
  });
}
