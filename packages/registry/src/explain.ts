import type { RouteAttempt, RouteCandidate, RouteDecision } from '@sluice/core';
import { printable } from './printable.ts';

/** The most candidates that an explanation lists. */
const mostListed = 8;

/** In UTF-16 units. */
const longestLine = 2_000;

/**
 * Why a request went where it went, in a few lines for people: what was asked, what was tried and how it went, who was next,
 * and who was left out. Names and reasons come from callers, upstreams and plugins: nothing in them moves a terminal. Pure.
 *
 * @example
 * console.error(explain(stream.route).join('\n'));
 */
export function explain(decision: RouteDecision): readonly string[] {
  const { requested, strategy, candidates, attempts, target } = decision;
  const lines = [headline(decision)];
  const reasons = new Map(candidates.map(({ target: id, reason }) => [id, reason]));
  for (const [index, attempt] of attempts.entries())
    lines.push(`${index + 1}. ${attemptLine(attempt, reasons)}`);
  const tried = new Set(attempts.map(({ target: id }) => id));
  const open = candidates.filter(({ verdict, target: id }) => verdict === 'eligible' && !tried.has(id));
  const refused = candidates.filter(({ verdict, target: id }) => verdict === 'refused' && !tried.has(id));
  lines.push(...listed(open, attempts.length === 0 ? 'would try' : 'not needed'));
  lines.push(...listed(refused, 'left out'));
  if (lines.length === 1 && target === undefined)
    lines.push(`nothing is known for ${requested} (${strategy})`);
  return lines.map((line) => printable(line, longestLine));
}

function headline({ requested, strategy, attempts, target, plan }: RouteDecision): string {
  const how = `${requested} by ${strategy}`;
  if (target !== undefined) {
    return `${how}: ${target} answered${attempts.length > 1 ? ` at attempt ${attempts.length}` : ''}`;
  }
  if (attempts.length > 0) return `${how}: no target answered in ${attempts.length} attempts`;
  return plan.length > 0 ? `${how}: ${plan[0]} would be asked first` : `${how}: no target can take it`;
}

function attemptLine(attempt: RouteAttempt, reasons: ReadonlyMap<string, string>): string {
  const { target, outcome, durationMs, message } = attempt;
  const notes = [
    outcome === 'served' ? reasons.get(target) : message,
    attempt.hedged ? 'beside an attempt that was slow to answer' : undefined,
    attempt.resumed === 'continue' ? 'went on with the answer' : undefined,
    attempt.resumed === 'restart' ? 'began the answer again' : undefined,
    attempt.waitedMs === undefined ? undefined : `after waiting ${attempt.waitedMs} ms`,
    attempt.credential === undefined ? undefined : `with key ${attempt.credential}`,
    attempt.cooled &&
      `${attempt.cooled.what} rests for ${Math.max(1, Math.round(attempt.cooled.forMs / 1000))} s`,
  ].filter((note) => note !== undefined && note !== '');
  const what =
    outcome === 'served' ? `began to answer after ${durationMs} ms` : `${outcome} after ${durationMs} ms`;
  return `${target}: ${what}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

function listed(candidates: readonly RouteCandidate[], what: string): string[] {
  const more = candidates.length - mostListed;
  const lines = candidates.slice(0, mostListed).map(({ target, reason }) => `${what}: ${target} (${reason})`);
  return more > 0 ? [...lines, `${what}: ${more} more`] : lines;
}
