import { closest } from '@sluice/core';
import {
  createSandbox,
  ERA_NAMES,
  type FaultRequest,
  faults,
  parseFault,
  type Sandbox,
} from '@sluice/sandbox';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exitCodes } from '../exit-code.ts';
import { integerFrom, numberFrom } from '../option-values.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

interface SandboxFlags {
  readonly port: number;
  readonly host: string;
  readonly rate?: number;
  readonly fault?: FaultRequest;
  readonly era?: (typeof ERA_NAMES)[number];
  readonly json?: boolean;
}

const help = `
Examples:
  sluice sandbox
  sluice sandbox --port 8090 --rate 20
  sluice sandbox --fault "stall; after=3"

It runs until Ctrl-C. Single requests can ask for a fault by the header x-sandbox-fault.`;

/** `sluice sandbox`. */
export function sandboxCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('sandbox')
    .description('run the upstream servers that speak the protocols for real, on loopback')
    .option('--port <number>', 'port of the front that lists them; 0: any', integerFrom(0, 65_535), 0)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--rate <tokens>', 'tokens per second; 0: at once', numberFrom(0), 30)
    .option(
      '--fault <fault>',
      'what goes wrong with every answer, such as status-503 or "stall; after=3"',
      fault,
    )
    .addOption(new Option('--era <letter>', 'chat-ui era behind the h2o address').choices(ERA_NAMES))
    .option('--json', 'print the addresses as JSON')
    .addHelpText('after', help);
  return command.action(async (flags: SandboxFlags) => {
    done(await runSandbox(flags, open(command)));
  });
}

async function runSandbox(flags: SandboxFlags, terminal: Terminal): Promise<number> {
  await using sandbox = await start(flags);
  const ended = new Promise<void>((resolve) => {
    const stopListening = terminal.io.onSignal(() => {
      stopListening();
      resolve();
    });
  });
  await printAddresses(sandbox, flags.json ?? false, terminal);
  await ended;
  return exitCodes.ok;
}

async function start({ port, host, rate, fault: wanted, era }: SandboxFlags): Promise<Sandbox> {
  try {
    return await createSandbox({
      port,
      host,
      ...(rate === undefined ? {} : { tokensPerSecond: rate }),
      ...(wanted === undefined ? {} : { fault: wanted }),
      ...(era === undefined ? {} : { h2oEra: era }),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(
      `the sandbox cannot listen on ${host}:${port} (${code}); try another --port or --host`,
    );
  }
}

async function printAddresses(
  { url, urls }: Sandbox,
  json: boolean,
  { out, outColours, note }: Terminal,
): Promise<void> {
  if (json) {
    await out.write(`${JSON.stringify({ url, urls })}\n`);
    return;
  }
  const { h2oByEra: _eras, ...services } = urls;
  const width = Math.max(...Object.keys(services).map(({ length }) => length));
  await out.write(`${outColours.bold('sandbox'.padEnd(width))}  ${url}\n`);
  for (const [name, address] of Object.entries(services))
    await out.write(`${name.padEnd(width)}  ${address}\n`);
  await note(`it runs until Ctrl-C; try: sluice chat -u ${urls.openai} -m sandbox "Hello"`);
}

function fault(text: string): FaultRequest {
  try {
    return parseFault(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`${message.replace(/ See the table.*$/, '')} ${faultMeant(text)}`.trim());
  }
}

/** What a fault that there is not may have been meant to be. */
function faultMeant(text: string): string {
  const [name = ''] = text.split(';', 1).map((part) => part.trim());
  const names = faults.map((row) => row.name);
  if (names.some((known) => known === name)) return '';
  const near = closest(name, names);
  return near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
}
