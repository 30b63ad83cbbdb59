import { ChatError, type ChatErrorCode, type ChatRequest, negotiate, type RequestNeeds } from '@sluice/core';
import type { Cooldown, Cooldowns } from './health/cooldowns.ts';
import type { CapabilityMode, Condition } from './route-options.ts';
import type { Target } from './target.ts';

/** What the targets of one request are judged by: read once a request. */
export interface FilterContext {
  readonly request: ChatRequest;
  readonly needs: RequestNeeds;
  readonly mode: CapabilityMode;
  readonly conditions: ReadonlyMap<Target, Condition> | undefined;
  readonly cooldowns: Cooldowns;
  /** Estimate of what the request uses, for limits. */
  readonly tokens: number;
  readonly nowMs: number;
}

/** Why a target cannot take a request. `code` is what it would mean for the caller if every target refused so. */
export interface Refusal {
  readonly code: ChatErrorCode;
  readonly reason: string;
  /** After how many milliseconds it may pass, where it passes by itself. */
  readonly availableInMs?: number;
}

/** One reason to leave a target out. Judging is cheap and allocates nothing; the words are made only where they are read. */
export interface Filter {
  readonly name: string;
  refuses(target: Target, context: FilterContext): boolean;
  describe(target: Target, context: FilterContext): Refusal;
}

/** What a request can be answered without, if the caller would rather have an answer than that. */
const droppable: ReadonlySet<string> = new Set(['json', 'stop']);

/** Every filter, in order: a target's first refusal counts. */
export const filters: readonly Filter[] = [
  {
    name: 'disabled',
    refuses: ({ disabled }) => disabled !== undefined,
    describe: ({ disabled }) => ({ code: 'no-target', reason: disabled ?? 'disabled' }),
  },
  {
    name: 'condition',
    refuses: (target, { conditions, request }) =>
      conditions !== undefined && conditionVerdict(conditions.get(target), request) !== undefined,
    describe: (target, { conditions, request }) => ({
      code: 'no-target',
      reason: conditionVerdict(conditions?.get(target), request) ?? 'its condition is not met',
    }),
  },
  {
    name: 'capability',
    refuses: ({ member }, { needs, mode }) => {
      const { capabilities } = member.provider;
      for (const feature of needs.features) {
        const support = capabilities[feature] ?? 'none';
        if (support === 'native' || (support === 'emulated' && mode !== 'strict')) continue;
        if (support === 'none' && mode === 'warn' && droppable.has(feature)) continue;
        return true;
      }
      return false;
    },
    describe: ({ member }, { request, mode }) => ({
      code: 'unsupported',
      reason: whyUnsupported(member.provider.capabilities, member.id, request, mode),
    }),
  },
  {
    name: 'context',
    refuses: ({ member }, { needs }) => {
      const { maxInputChars } = member.provider.capabilities;
      return maxInputChars !== undefined && needs.inputChars > maxInputChars;
    },
    describe: ({ member }, { needs }) => ({
      code: 'context-length',
      reason: `the messages have ${needs.inputChars} characters, ${member.id} takes ${member.provider.capabilities.maxInputChars}`,
    }),
  },
  {
    name: 'credential',
    refuses: ({ state: { pool } }, { nowMs }) => pool !== undefined && pool.readyAtMs(nowMs) > nowMs,
    describe: ({ state: { pool } }, { nowMs }) => ({
      code: pool?.states(nowMs)[0]?.code ?? 'auth',
      reason: pool?.refusal(nowMs) ?? 'no usable key',
      availableInMs: Math.max(0, (pool?.readyAtMs(nowMs) ?? nowMs) - nowMs),
    }),
  },
  {
    name: 'cooldown',
    refuses: ({ state: { keys } }, { cooldowns, nowMs }) => cooldowns.blocking(keys, nowMs) !== undefined,
    describe: ({ state: { keys } }, { cooldowns, nowMs }) =>
      coolingDown(cooldowns.blocking(keys, nowMs), nowMs),
  },
  {
    name: 'breaker',
    refuses: ({ state: { breaker } }, { nowMs }) => !breaker.allows(nowMs),
    describe: ({ state: { breaker } }, { nowMs }) => ({
      code: 'no-target',
      reason: breaker.refusal(nowMs) ?? 'breaker open',
      availableInMs: Math.max(0, breaker.untilMs - nowMs),
    }),
  },
  {
    name: 'saturated',
    refuses: ({ state: { limits, queue } }, { nowMs, tokens }) =>
      limits !== undefined && (queue.length > 0 || limits.waitMs(nowMs, tokens) > 0),
    describe: ({ state: { limits, queue } }, { nowMs, tokens }) => ({
      code: 'saturated',
      reason: limits?.refusal(nowMs, tokens) ?? `${queue.length} requests are waiting for it`,
      availableInMs: Math.max(0, limits?.waitMs(nowMs, tokens) ?? 0),
    }),
  },
];

/** The filter that leaves a target out; nothing if it can take the request. Changes nothing and allocates nothing. */
export function refusedBy(target: Target, context: FilterContext): Filter | undefined {
  for (const filter of filters) if (filter.refuses(target, context)) return filter;
  return undefined;
}

/** Whether the request has to be sent without something to this target, and what: for mode `warn`. */
export function leftOut({ member }: Target, needs: RequestNeeds, mode: CapabilityMode): readonly string[] {
  if (mode !== 'warn') return [];
  const { capabilities } = member.provider;
  return needs.features.filter(
    (feature) => droppable.has(feature) && (capabilities[feature] ?? 'none') === 'none',
  );
}

/** Why a condition is not met, in words; nothing if it is. */
function conditionVerdict(condition: Condition | undefined, request: ChatRequest): string | undefined {
  if (condition === undefined) return undefined;
  try {
    const verdict = condition(request);
    if (verdict === true) return undefined;
    return typeof verdict === 'string' ? verdict : 'its condition is not met';
  } catch (thrown) {
    // What it threw may quote the request.
    return `its condition failed with ${thrown instanceof Error ? thrown.name : typeof thrown}`;
  }
}

function whyUnsupported(
  capabilities: Parameters<typeof negotiate>[1],
  id: string,
  request: ChatRequest,
  mode: CapabilityMode,
): string {
  try {
    const { warnings } = negotiate(request, capabilities, id);
    const emulated = warnings.filter(({ code }) => code === 'emulated').map(({ message }) => message);
    return `${emulated.join('; ')}${mode === 'strict' ? '; only native support is asked for' : ''}`;
  } catch (error) {
    return ChatError.is(error) ? error.message : `${id} cannot do what the request asks`;
  }
}

function coolingDown(cooldown: Cooldown | undefined, nowMs: number): Refusal {
  if (cooldown === undefined) return { code: 'no-target', reason: 'cooling down' };
  const availableInMs = Math.max(0, cooldown.untilMs - nowMs);
  const seconds = Math.ceil(availableInMs / 100) / 10;
  return {
    code: cooldown.code,
    reason: `${cooldown.scope} cooling down for ${seconds} s more because of ${cooldown.code}`,
    availableInMs,
  };
}
