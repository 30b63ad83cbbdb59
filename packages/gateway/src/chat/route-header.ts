import type { RouteDecision, WarningEvent } from '@sluice/core';

/** The most that one of our headers says, in characters. */
const longestHeader = 1_000;
const longestWord = 200;

const plainWord = /^[\w.:@/+-]*$/;
const special = /[^\x20-\x7e]|["\\]/;

/**
 * Who answered and why, in one line: `local:llama3; strategy=balanced; attempts=2; tried="h2o rate-limited"; why="lowest score"`.
 * Without an answer it begins with `none`. Printable ASCII without quotes or backslashes inside, and bounded: names come from
 * upstreams and from requests.
 */
export function routeHeader({ target, strategy, attempts, candidates }: RouteDecision): string {
  const served = attempts.findLast(({ outcome }) => outcome === 'served');
  const failed = attempts.filter(({ outcome }) => outcome !== 'served');
  const why = target === undefined ? undefined : candidates.find((each) => each.target === target)?.reason;
  const parts = [
    target === undefined ? 'none' : word(target),
    `strategy=${word(strategy)}`,
    `attempts=${attempts.length}`,
    ...(served?.resumed === undefined ? [] : [`resumed=${served.resumed}`]),
    ...(failed.length === 0
      ? []
      : [`tried="${failed.map((each) => `${word(each.target)} ${each.outcome}`).join(', ')}"`]),
    ...(why === undefined || why === '' ? [] : [`why="${printable(why).slice(0, longestWord)}"`]),
  ];
  return cut(parts.join('; '));
}

/** What was asked for and not given: `emulated systemMessage, unsupported-parameter topK`. */
export function warningsHeader(warnings: readonly WarningEvent[]): string {
  return cut(
    warnings
      .map(({ code, feature }) => (feature === undefined ? code : `${code} ${word(feature)}`))
      .join(', '),
  );
}

function cut(text: string): string {
  return text.length <= longestHeader ? text : `${text.slice(0, longestHeader - 3)}...`;
}

function word(text: string): string {
  if (text.length <= longestWord && plainWord.test(text)) return text;
  return printable(text).replace(/[ ;,]/g, '_').slice(0, longestWord);
}

/** Anything but plain characters becomes a question mark, quotes and backslashes too. */
function printable(text: string): string {
  // Nearly always there is nothing to replace, and looking is cheaper.
  if (!special.test(text)) return text;
  return text.replace(/[^\x20-\x7e]|["\\]/g, '?');
}
