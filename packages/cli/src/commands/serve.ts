import { Command, Option } from 'commander';
import { integerFrom, notEmpty } from '../option-values.ts';
import { type LogForm, runServer } from '../serve/run-server.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { OpenRegistryOptions } from '../upstream/open-registry.ts';
import { addConfigOption, addSandboxOptions } from './upstream-options.ts';

interface ServeFlags extends OpenRegistryOptions {
  readonly host?: string;
  readonly port?: number;
  readonly log?: LogForm;
  readonly json?: boolean;
}

const help = `
Examples:
  sluice serve                                       what sluice.config says; without one, the sandbox's models
  sluice serve --port 8080 --config prod.config.json
  sluice serve --json | jq -r 'select(.type=="listening").baseURL'
  kill -HUP <pid>                                    loads the configuration anew

Any OpenAI client can then be pointed at it: OPENAI_BASE_URL=http://127.0.0.1:7300/v1
Paths: /v1/chat/completions, /v1/models, /v1/route/plan, /v1/providers, /metrics, /healthz, /readyz, /openapi.json

A changed configuration is loaded while it runs; one that is wrong is told, and the old one stays. Only an address,
a port and a few limits need a new start. Ctrl-C or SIGTERM lets requests under way end; a second one cuts them.
An address that others reach needs a key: server.keys in the configuration.

Exit codes:
  0    closed after the first signal
  1    it could not be closed cleanly
  2    it did not start: the configuration is wrong, or the address is taken
  129  its terminal was closed
  130  a second Ctrl-C cut requests that were under way; 143: a second SIGTERM`;

/** `sluice serve`. */
export function serveCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('serve')
    .description('serve an OpenAI-compatible API that reaches every configured provider')
    .option('--host <address>', 'address to listen on (default: server.host, else 127.0.0.1)', notEmpty)
    .option(
      '--port <number>',
      'port to listen on (default: server.port, else 7300); 0: any free one',
      integerFrom(0, 65_535),
    )
    .addOption(
      new Option(
        '--log <form>',
        'a line on stderr for each request (default: text on a terminal, else json)',
      ).choices(['text', 'json', 'off']),
    )
    .option(
      '--json',
      'tell what happens as JSON, one object a line: listening, reloaded, reload-failed, closing, cutting, closed',
    )
    .addHelpText('after', help);
  addConfigOption(command);
  return addSandboxOptions(command).action(async (flags: ServeFlags) => {
    const terminal = open(command);
    const { quiet = false } = command.optsWithGlobals<{ readonly quiet?: boolean }>();
    const log = flags.log ?? (quiet ? 'off' : terminal.err.isTerminal ? 'text' : 'json');
    done(await runServer({ ...flags, log }, terminal));
  });
}
