import type { RouteAttempt } from '@sluice/core';
import { duration } from '../duration.ts';
import type { Colours } from '../terminal/colours.ts';
import { printableLine } from '../terminal/printable.ts';

/** What is read of a line of the gateway's log. */
interface LogLine {
  readonly msg?: string;
  readonly level?: number;
  readonly error?: { readonly name?: string; readonly code?: string };
  readonly status: number;
  readonly method: string;
  readonly endpoint: string;
  readonly ending: string;
  readonly code?: string;
  readonly model?: string;
  readonly target?: string;
  readonly attempts?: readonly Pick<RouteAttempt, 'target' | 'outcome'>[];
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly outputTokens?: number;
}

/** pino's number for errors. */
const errorLevel = 50;

/** Requests that say nothing about the traffic. */
const quietEndpoints: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * A line of the gateway's log for people at a terminal: `200 answered  fast > local:llama3, first token after 24 ms, 1.2 s`.
 * Nothing for lines that only programs need.
 */
export function accessText(line: string, colours: Colours): string | undefined {
  const entry = JSON.parse(line) as LogLine;
  if (entry.msg !== 'request') {
    // A reload that failed is told with its reason elsewhere.
    const isError = (entry.level ?? 0) >= errorLevel && entry.msg === 'internal error';
    return isError ? colours.red(printableLine(`internal error ${entry.error?.name ?? ''}`)) : undefined;
  }
  if (quietEndpoints.has(entry.endpoint) && entry.status < 400) return undefined;
  const { status, ending, code, totalMs } = entry;
  const state = `${status} ${ending}${code === undefined ? '' : ` (${code})`}`;
  const style = ending === 'answered' ? colours.green : ending === 'refused' ? colours.yellow : colours.red;
  const facts = [whereTo(entry), ...triedBefore(entry), ...pace(entry), duration(totalMs)];
  return `${style(printableLine(state))}  ${printableLine(facts.join(', '))}`;
}

function whereTo({ method, endpoint, model, target }: LogLine): string {
  if (model === undefined) return `${method} ${endpoint}`;
  return target === undefined || target === model ? model : `${model} > ${target}`;
}

function triedBefore({ attempts = [] }: LogLine): readonly string[] {
  return attempts
    .filter(({ outcome }) => outcome !== 'served')
    .map(({ target, outcome }) => `tried ${target} (${outcome})`);
}

function pace({ firstTokenMs, outputTokens }: LogLine): readonly string[] {
  return [
    ...(firstTokenMs === undefined ? [] : [`first token after ${duration(firstTokenMs)}`]),
    ...(outputTokens === undefined ? [] : [`${outputTokens} tokens`]),
  ];
}
