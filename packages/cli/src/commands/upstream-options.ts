import type { CallOptions } from '@sluice/core';
import { proxyFor } from '@sluice/core/http';
import { type Command, Option } from 'commander';
import { durationMs, gathered, notEmpty, numberFrom } from '../option-values.ts';
import type { UpstreamOptions } from '../upstream/upstream.ts';
import { UsageError } from '../usage-error.ts';

/** Options of every command that talks to an upstream. */
export interface UpstreamFlags extends UpstreamOptions {
  readonly proxy?: string;
  /** In milliseconds. */
  readonly timeout?: number;
}

/** Adds the option that names the configuration. */
export function addConfigOption(command: Command): Command {
  return command.addOption(
    new Option(
      '-c, --config <file>',
      'the configuration (default: sluice.config.{ts,js,mjs,json} here or above)',
    )
      .argParser(notEmpty)
      .conflicts(['baseUrl', 'sandboxDown', 'sandboxRate']),
  );
}

/** Adds the options that say how the embedded sandbox behaves. */
export function addSandboxOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--sandbox-rate <tokens>',
        'let the embedded sandbox answer, with so many tokens per second; 0: at once',
      ).argParser(numberFrom(0)),
    )
    .addOption(
      new Option(
        '--sandbox-down <providers>',
        'let it answer with the servers of these providers down, such as h2o,ylokh; also SLUICE_SANDBOX_DOWN',
      )
        .argParser(gathered)
        .conflicts('baseUrl'),
    );
}

/** Adds the options that say which upstream to talk to, and how to reach it. */
export function addUpstreamOptions(command: Command): Command {
  addConfigOption(command)
    .option('-p, --provider <id>', 'only this provider, such as h2o', notEmpty)
    .option(
      '-u, --base-url <url>',
      'address of a real upstream (default provider: openai-compatible) instead of what is configured',
      notEmpty,
    )
    .option('-k, --api-key-env <name>', 'the environment variable that holds the upstream’s key', notEmpty)
    .option('--proxy <url>', 'http://, https://, socks5:// or socks5h://, with user:password@ if needed')
    .option('--timeout <time>', 'longest wait for the whole answer, such as 30s, 500ms or 2m', durationMs);
  return addSandboxOptions(command);
}

/** How the upstream is reached, as core takes it. Throws `UsageError`, which does not quote the proxy's password. */
export function reachOf({ proxy, timeout }: UpstreamFlags): CallOptions {
  if (proxy !== undefined && !isProxy(proxy)) {
    throw new UsageError(
      '--proxy must be an address such as http://host:port or socks5://user:password@host:port',
    );
  }
  return { ...(proxy === undefined ? {} : { proxy }), ...(timeout === undefined ? {} : { timeout }) };
}

function isProxy(address: string): boolean {
  try {
    const proxy = proxyFor(new URL('http://upstream.invalid'), address, {});
    // Throws for a `%` that is no escape: core decodes both for the proxy.
    if (proxy) decodeURIComponent(`${proxy.username}${proxy.password}`);
    return proxy !== undefined;
  } catch {
    return false;
  }
}
