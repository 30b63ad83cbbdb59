import { ChatError, type ChatErrorCode, type RouteAttempt, redact } from '@sluice/core';
import { NoTargetError, routeOf } from '@sluice/registry';
import { ConfigError } from '@sluice/registry/config';
import { DiscoveryError } from '@sluice/registry/discovery';
import { exitCodes } from './exit-code.ts';
import { printable, printableLine } from './terminal/printable.ts';
import type { Terminal } from './terminal/terminal.ts';
import { UsageError } from './usage-error.ts';

/** What to do next, where the message does not say it in the words of this command. */
const hints: { readonly [Code in ChatErrorCode]?: string } = {
  auth: '--api-key-env, or apiKeyEnv in sluice.config, names the variable that holds the key',
  'model-not-found': '`sluice models` lists what there is',
  internal: 'SLUICE_DEBUG=1 shows it',
};

/** The same for what only the message tells, not the code. */
const hintsByWords: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /\bmodel is missing: /,
    'name one with --model, or as options.defaultModel in sluice.config; `sluice models` lists them',
  ],
];

/** What messages call by its name in a program, as this command calls it. */
const flagOf: { readonly [name: string]: string } = { baseURL: '--base-url', 'timeout.total': '--timeout' };

/** Tells of a failure in one line, with the stack trace only if SLUICE_DEBUG asks for it. Returns the exit code. */
export async function reportFailure(error: unknown, terminal: Terminal): Promise<number> {
  const [line = '', ...further] = linesOfFailure(error);
  await terminal.complain(line);
  for (const mistake of further) await terminal.err.write(`  ${printableLine(mistake)}\n`);
  if (terminal.io.env.SLUICE_DEBUG && error instanceof Error) {
    await terminal.err.write(`${printable(redact(stacksOf(error)))}\n`);
  }
  return isUsage(error) ? exitCodes.usage : exitCodes.failure;
}

/** Whether the command line or the configuration is wrong, so that nothing was sent. */
function isUsage(error: unknown): boolean {
  return error instanceof UsageError || error instanceof NoTargetError || error instanceof ConfigError;
}

/** What went wrong, in one line; a configuration tells each of several mistakes in a line of its own. */
export function linesOfFailure(error: unknown): readonly string[] {
  return error instanceof ConfigError ? error.message.split('\n') : [failureLine(error)];
}

/** One sentence: what happened, where, what to do. */
export function failureLine(error: unknown): string {
  if (error instanceof UsageError || error instanceof ConfigError || error instanceof DiscoveryError) {
    return error.message;
  }
  if (ChatError.is(error)) {
    const message = messageOf(error).replace(
      /\b(?:baseURL|timeout\.total)\b/g,
      (name) => flagOf[name] ?? name,
    );
    const hint = hints[error.code] ?? hintsByWords.find(([words]) => words.test(message))?.[1];
    const told = hint === undefined ? message : `${message.replace(/\.$/, '')}; ${hint}`;
    return hasBegun(error) ? `the answer is incomplete: ${told}` : told;
  }
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  return `unexpected ${name}: ${redact(message)} (SLUICE_DEBUG=1 shows where)`;
}

/** Whether the one line tells as much as a line for each attempt would: if all failed for the same reason. */
export function failedAlike(attempts: readonly RouteAttempt[]): boolean {
  return new Set(attempts.map(reasonOf)).size <= 1;
}

/** Why an attempt failed, without what is its own: the provider's name, addresses and numbers. */
function reasonOf({ target, outcome, message = '' }: RouteAttempt): string {
  const [provider = target] = target.split(':', 1);
  return `${outcome} ${message.replaceAll(provider, '').replace(/[\d.:]+/g, '')}`;
}

/** Whether a part of the answer was shown before it failed. */
function hasBegun({ partial }: ChatError): boolean {
  return partial !== undefined && (partial.text !== '' || partial.reasoning !== '');
}

function messageOf(error: ChatError): string {
  const attempts = routeOf(error)?.attempts ?? [];
  if (attempts.length === 0 || hasBegun(error)) return error.message;
  const headline = attempts.find(({ outcome }) => outcome === error.code) ?? (attempts[0] as RouteAttempt);
  // One that was tried twice is still one.
  const targets = [...new Set(attempts.map(({ target }) => target))];
  if (targets.length === 1) return alone(headline);
  const told = `${headline.target}: ${headline.message ?? headline.outcome}`;
  return failedAlike(attempts)
    ? `none of ${targets.join(', ')} answered; ${told}`
    : `none of ${targets.length} targets answered; ${told}`;
}

/** The only target. Its target is named once: many messages begin with the provider. */
function alone({ target, message, outcome }: RouteAttempt): string {
  const [provider = target] = target.split(':', 1);
  if (message === undefined) return `${target}: ${outcome}`;
  return message.startsWith(`${provider} `) ? message : `${target}: ${message}`;
}

function stacksOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stacksOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
