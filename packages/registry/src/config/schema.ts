import type { Timeouts } from '@sluice/core';
import { z } from 'zod';
import { isCredentialShaped } from '../discovery/credentials-in.ts';
import { allowProblem } from '../discovery/trust.ts';
import type { QueueConfig } from '../engine.ts';
import type { BreakerTuning } from '../health/breaker-tuning.ts';
import type { RetryBudgetConfig } from '../limits/retry-budget.ts';
import type { LimitsConfig } from '../limits/target-limits.ts';
import type { RetryConfig } from '../registry.ts';
import type { RouteOptions } from '../route-options.ts';
import type { BalancedOptions } from '../strategies/balanced.ts';
import type { StrategyName } from '../strategies/by-name.ts';
import type { CanaryOptions } from '../strategies/canary.ts';
import type { TargetSettings } from '../target-settings.ts';
import type { ConditionConfig } from './condition.ts';
import type { ProviderConfig, RouteEntry, SluiceConfig } from './sluice-config.ts';

// Descriptions are short here: they become the hints of editors. What a setting is for stands in sluice-config.ts.

/** A schema for every key of a type: a setting that is added there and forgotten here does not compile. */
type Shape<Type> = { readonly [Key in keyof Required<Type>]: z.ZodType };

const wholeNumber = (least: number): z.ZodNumber => z.number().int().min(least);
const positive = (): z.ZodNumber => z.number().min(0);
const share = (): z.ZodNumber => z.number().min(0).max(1);

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable, such as "YLOKH_API_KEY"');

const providerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens');

const anyName = z.string().min(1).max(200);
const nameList = z.array(anyName).min(1);

const limits = z
  .strictObject({
    concurrency: wholeNumber(1).describe('Calls at the same time.').exactOptional(),
    requestsPerMinute: wholeNumber(1).describe('Calls that begin within any minute.').exactOptional(),
    tokensPerMinute: wholeNumber(1).describe('Tokens, read and written, within any minute.').exactOptional(),
  } satisfies Shape<LimitsConfig>)
  .describe('What a target takes at most; a limit that is not given is none.');

const timeout = z
  .union([
    positive(),
    z.strictObject({
      connect: positive().describe('To open the connection, proxy and TLS included.').exactOptional(),
      firstToken: positive().describe('To the first visible event of an answer.').exactOptional(),
      idle: positive().describe('Between two events.').exactOptional(),
      total: positive().describe('One deadline over all attempts.').exactOptional(),
    } satisfies Shape<Timeouts>),
  ])
  .describe('Limits of a call in milliseconds; one number is the total. 0 is no limit.');

const targetSettings = {
  weight: positive()
    .describe('How much traffic it gets compared with the others. Default 1.')
    .exactOptional(),
  cost: positive().describe('Price per million tokens, in a unit of your own.').exactOptional(),
  limits: limits.exactOptional(),
  disabled: z
    .union([z.boolean(), z.string()])
    .describe('true, or the reason: it gets no requests.')
    .exactOptional(),
} satisfies Shape<TargetSettings>;

type PlainStrategy = Exclude<StrategyName, 'balanced'>;

/** Strategies without options. */
const plainStrategies = Object.keys({
  ordered: true,
  weighted: true,
  'round-robin': true,
  'least-busy': true,
  latency: true,
  cost: true,
} satisfies { readonly [Name in PlainStrategy]: true }) as readonly PlainStrategy[];

const strategyNames: readonly StrategyName[] = [...plainStrategies, 'balanced'];

const strategy = z
  .union([
    z.enum(strategyNames),
    z.discriminatedUnion('name', [
      z.strictObject({ name: z.enum(plainStrategies) }),
      z.strictObject({
        name: z.literal('balanced'),
        reliability: positive().describe('How much failures cost. Default 3.').exactOptional(),
        speed: positive().describe('How much the expected wait counts. Default 1.').exactOptional(),
        price: positive().describe('How much the price counts; 0 ignores it. Default 0.25.').exactOptional(),
      } satisfies Shape<{ name: 'balanced' } & BalancedOptions>),
    ]),
  ])
  .describe('In which order targets are tried. Default balanced.');

const routeOptions = {
  maxAttempts: wholeNumber(1)
    .describe('The most attempts that one request makes, over all targets. Default 3.')
    .exactOptional(),
  capabilities: z
    .enum(['strict', 'emulate', 'warn'])
    .describe('How requests are held against what targets can do. Default emulate.')
    .exactOptional(),
  hedge: z
    .union([
      z.literal(false),
      z.strictObject({
        afterMs: z
          .union([positive(), z.literal('p95')])
          .describe('Milliseconds without an answer, or the 95th percentile of recent first tokens.'),
        max: z.literal(1).describe('Further attempts at the same time.').exactOptional(),
      }),
    ])
    .describe('A second attempt beside one that is slow to answer. Default: none.')
    .exactOptional(),
  resume: z
    .union([z.literal(false), z.enum(['continue', 'restart'])])
    .describe(
      'What happens when an answer fails after it has begun. Default: the failure reaches the reader.',
    )
    .exactOptional(),
  onContentFilter: z
    .enum(['fail', 'next'])
    .describe("What follows when a target's content filter refuses. Default fail.")
    .exactOptional(),
} satisfies Shape<RouteOptions>;

const oneOrMore = z.union([z.string(), nameList]);

const condition = z
  .strictObject({
    minInputChars: wholeNumber(0).describe('The least text, all messages together.').exactOptional(),
    maxInputChars: wholeNumber(0).describe('The most text, all messages together.').exactOptional(),
    hasTools: z.boolean().exactOptional(),
    hasImages: z.boolean().exactOptional(),
    hasAudio: z.boolean().exactOptional(),
    hasFiles: z.boolean().exactOptional(),
    wantsJson: z.boolean().describe('Whether the answer must be JSON.').exactOptional(),
    user: oneOrMore.describe("The request's user, or one of several.").exactOptional(),
    metadata: z
      .record(z.string(), oneOrMore)
      .describe('Values of metadata fields; of each field one, or one of several.')
      .exactOptional(),
  } satisfies Shape<ConditionConfig>)
  .describe('Which requests a target takes: everything that is given must hold.');

const route = z
  .strictObject({
    targets: nameList.describe('provider:model, a provider, or a bare model. Not another route.'),
    fallback: nameList.describe('Targets that are tried when none of the others is left.').exactOptional(),
    strategy: strategy.exactOptional(),
    sticky: z
      .union([z.boolean(), z.strictObject({ metadata: anyName })])
      .describe('Keeps requests of one user, or with one value of a metadata field, at the same target.')
      .exactOptional(),
    canary: z
      .strictObject({ target: anyName, share: share() } satisfies Shape<CanaryOptions>)
      .describe('A target on trial, by its id provider:model, and its share of the requests.')
      .exactOptional(),
    conditions: z
      .record(anyName, condition)
      .describe('Which requests a target takes, by its name in targets or fallback.')
      .exactOptional(),
    ...routeOptions,
  } satisfies Shape<RouteEntry>)
  .superRefine(({ targets, fallback = [], sticky, conditions = {} }, context) => {
    if (sticky && fallback.length > 0) {
      const message = 'cannot stand beside sticky: a key would find its home among the fallbacks';
      context.addIssue({ code: 'custom', path: ['fallback'], message });
    }
    // A key in the wrong place is told by its own mistake, and shown in no other.
    const named = [...targets, ...fallback].filter((name) => !isCredentialShaped(name));
    for (const target of Object.keys(conditions)) {
      if (targets.includes(target) || fallback.includes(target)) continue;
      const message = `names no target of this route; it has ${named.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['conditions', target], message });
    }
  });

const provider = z
  .strictObject({
    use: anyName.describe("The provider's id or package. Default: the name.").exactOptional(),
    options: z
      .record(z.string(), z.unknown())
      .describe('Options of the provider, as its manifest describes them. No credentials.')
      .exactOptional(),
    apiKeyEnv: environmentName.describe('The environment variable that holds the key.').exactOptional(),
    keysEnv: z
      .array(environmentName)
      .min(1)
      .describe('Environment variables that hold several keys, which are used in turn.')
      .exactOptional(),
    optionsEnv: z
      .record(anyName, environmentName)
      .describe('Other options whose values come from environment variables, by their paths.')
      .exactOptional(),
    models: z.array(anyName).describe('Model ids that a bare model name finds here.').exactOptional(),
    aliases: z.record(anyName, anyName).describe('Other names for model ids.').exactOptional(),
    defaultModel: anyName.describe("What the provider's name alone stands for.").exactOptional(),
    ...targetSettings,
    modelSettings: z
      .record(anyName, z.strictObject(targetSettings))
      .describe("Settings of single models; they win over the provider's.")
      .exactOptional(),
  } satisfies Shape<ProviderConfig>)
  .superRefine(({ apiKeyEnv, keysEnv = [] }, context) => {
    if (apiKeyEnv !== undefined && keysEnv.length > 0) {
      const message = 'cannot stand beside apiKeyEnv: name all keys here';
      context.addIssue({ code: 'custom', path: ['keysEnv'], message });
    }
    for (const [index, name] of keysEnv.entries()) {
      if (keysEnv.indexOf(name) === index) continue;
      context.addIssue({ code: 'custom', path: ['keysEnv', index], message: `names ${name} a second time` });
    }
  });

const extraCalls = z.strictObject({
  ratio: share().describe('Extra calls for each request.').exactOptional(),
  minPerSecond: positive().describe('Extra calls per second that there may be in any case.').exactOptional(),
  windowMs: wholeNumber(1).describe('How far back calls count. Default 10000.').exactOptional(),
} satisfies Shape<RetryBudgetConfig>);

const retry = z
  .strictObject({
    baseMs: positive().describe('The most that the first wait takes. Default 250.').exactOptional(),
    maxMs: positive().describe('The most that any wait takes. Default 8000.').exactOptional(),
    maxWaitMs: positive()
      .describe('The longest wait before the same target is tried again; 0 for never. Default 10000.')
      .exactOptional(),
    budget: extraCalls
      .describe('How many extra calls there may be. Default: 20 % of the requests, and one a second.')
      .exactOptional(),
  } satisfies Shape<RetryConfig>)
  .describe('When and how often the same target is tried again.');

const breaker = z
  .strictObject({
    failures: wholeNumber(1)
      .describe('It opens at so many failures within the window. Default 5.')
      .exactOptional(),
    share: share().describe('And if they are this share of the outcomes. Default 0.5.').exactOptional(),
    windowMs: wholeNumber(1).describe('How far back failures count. Default 30000.').exactOptional(),
    inARow: wholeNumber(1).describe('It also opens at so many failures in a row. Default 5.').exactOptional(),
    openMs: wholeNumber(1).describe('How long it stays open the first time. Default 10000.').exactOptional(),
    maxOpenMs: wholeNumber(1).describe('The longest that it stays open. Default 300000.').exactOptional(),
    jitter: share().describe('How much chance takes off an open period. Default 0.2.').exactOptional(),
    goodProbes: wholeNumber(1).describe('Good probes before it closes. Default 2.').exactOptional(),
  } satisfies Shape<BreakerTuning>)
  .describe('When a failing target is shut off, and for how long.');

const queue = z
  .strictObject({
    maxWaiting: wholeNumber(0).describe('The most that wait at one target. Default 100.').exactOptional(),
    maxWaitMs: positive().describe('The longest wait. Default 30000.').exactOptional(),
  } satisfies Shape<QueueConfig>)
  .describe('How requests wait for the last target that is left, if it is full.');

const allowed = z.string().superRefine((entry, context) => {
  const problem = allowProblem(entry);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** The configuration's shape. What it can't say (whether names are known, variables set) is found out when a registry is made. */
export const configSchema: z.ZodType<SluiceConfig> = z
  .strictObject({
    $schema: z.string().describe('Where editors find this schema.').exactOptional(),
    providers: z
      .record(providerName, provider)
      .refine((providers) => Object.keys(providers).length > 0, 'must have at least one provider')
      .describe('Providers by the names under which requests reach them, in the order of preference.'),
    routes: z
      .record(anyName, z.union([nameList, route]))
      .describe('Names of your own for lists of targets.')
      .exactOptional(),
    default: z
      .union([anyName, nameList])
      .describe('Where requests without a model go. Default: the first provider.')
      .exactOptional(),
    strategy: strategy.exactOptional(),
    timeout: timeout.exactOptional(),
    limits: limits.exactOptional(),
    ...routeOptions,
    retry: retry.exactOptional(),
    breaker: breaker.exactOptional(),
    queue: queue.exactOptional(),
    hedgeBudget: extraCalls
      .describe('How many hedges there may be. Default: 10 % of the requests, and one every two seconds.')
      .exactOptional(),
    allow: z
      .array(allowed)
      .describe('Packages whose code may be loaded beside @sluice/provider-*: names, or names of one scope.')
      .exactOptional(),
    seed: wholeNumber(0).describe('Seed of all randomness in routing.').exactOptional(),
    server: z
      .record(z.string(), z.unknown())
      .describe('Settings of the HTTP door, which @sluice/gateway checks.')
      .exactOptional(),
  } satisfies Shape<SluiceConfig>)
  .describe('Configuration of Sluice.');
