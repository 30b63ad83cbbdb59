import type { CallOptions } from '@sluice/core';
import { type Command, Option } from 'commander';
import { durationMs, gathered, numberFrom } from '../option-values.ts';
import type { UpstreamOptions } from '../upstream/upstream.ts';

/** Options of every command that talks to an upstream. */
export interface UpstreamFlags extends UpstreamOptions {
  readonly proxy?: string;
  /** In milliseconds. */
  readonly timeout?: number;
}

/** Adds the options that say which upstream to talk to, and how to reach it. */
export function addUpstreamOptions(command: Command): Command {
  return command
    .option('-p, --provider <id>', 'only this provider: h2o, ylokh, flowgpt or openai-compatible')
    .option(
      '-u, --base-url <url>',
      'address of a real upstream (default provider: openai-compatible); without it the embedded sandbox answers',
    )
    .option('-k, --api-key-env <name>', 'the environment variable that holds the upstream’s key')
    .option('--proxy <url>', 'http://, https://, socks5:// or socks5h://, with user:password@ if needed')
    .option('--timeout <time>', 'longest wait for the whole answer, such as 30s, 500ms or 2m', durationMs)
    .addOption(
      new Option(
        '--sandbox-rate <tokens>',
        'tokens per second of the embedded sandbox; 0: at once',
      ).argParser(numberFrom(0)),
    )
    .addOption(
      new Option(
        '--sandbox-down <providers>',
        'takes the servers of these providers in the sandbox down, such as h2o,ylokh; also SLUICE_SANDBOX_DOWN',
      )
        .argParser(gathered)
        .conflicts('baseUrl'),
    );
}

/** How the upstream is reached, as core takes it. */
export function reachOf({ proxy, timeout }: UpstreamFlags): CallOptions {
  return { ...(proxy === undefined ? {} : { proxy }), ...(timeout === undefined ? {} : { timeout }) };
}
