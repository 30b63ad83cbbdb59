import type { ChatErrorCode } from '@sluice/core';
import type { Member, Registry } from '@sluice/registry';
import type { ProviderConfig, SluiceConfig } from '@sluice/registry/config';
import { printableLine } from '../terminal/printable.ts';
import type { OpenRegistryOptions, RegistryWorld } from '../upstream/open-registry.ts';
import { adviceFor } from './advice.ts';
import { checkTarget, type Subject, type TargetCheck } from './check-target.ts';
import { type Environment, environmentOf } from './environment.ts';
import { inParallel } from './in-parallel.ts';
import { openWhatWorks } from './open-what-works.ts';
import { subjectsOf } from './subjects.ts';

/** How one target stands: plain JSON, without keys and without what was asked and answered. */
export type TargetReport = {
  readonly target: string;
  /** The variable that holds the key, where the provider has several. */
  readonly credential?: string;
} & (
  | {
      readonly state: 'works';
      readonly firstTokenMs: number;
      readonly totalMs: number;
      /** The model that answered, as far as the provider tells. */
      readonly model?: string;
    }
  | {
      readonly state: 'fails';
      readonly totalMs: number;
      readonly code: ChatErrorCode;
      readonly message: string;
      /** The first thing to do about it. */
      readonly advice: string;
    }
  | { readonly state: 'not-asked'; readonly message: string; readonly advice?: string }
);

/** What a check found. Plain JSON. */
export interface Diagnosis {
  readonly environment: Environment;
  /** That the sandbox was asked, if it was. */
  readonly notice?: string;
  readonly targets: readonly TargetReport[];
  /** How many of them work. */
  readonly working: number;
}

/** How it is checked. */
export interface CheckOptions extends OpenRegistryOptions {
  /** The longest wait for the first token of each target, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called before the targets are asked. */
  readonly onAsking: (targets: number) => void;
}

/** So many targets are asked at the same time. */
const mostAtOnce = 4;

/** Looks at the environment and asks every target. Throws the `aborted` of its signal. */
export async function diagnose(
  options: CheckOptions,
  world: RegistryWorld,
  nodeVersion: string,
): Promise<Diagnosis> {
  await using opened = await openWhatWorks(options, world);
  const { registry, notice } = opened;
  const targets = registry === undefined ? [] : await checkAll(registry, opened.loaded?.config, options);
  return {
    environment: environmentOf(opened, world.env, nodeVersion),
    ...(notice === undefined ? {} : { notice }),
    targets,
    working: targets.filter(({ state }) => state === 'works').length,
  };
}

async function checkAll(
  registry: Registry,
  config: SluiceConfig | undefined,
  { timeoutMs, signal, onAsking }: CheckOptions,
): Promise<readonly TargetReport[]> {
  const { asked, left } = subjectsOf(registry);
  onAsking(asked.length);
  const reports = await inParallel(asked, mostAtOnce, async (subject) => {
    const member = registry.providers.find(({ id }) => id === subject.name);
    const check = await checkTarget(subject, { timeoutMs, signal });
    return reportOf(subject, check, member, config?.providers[subject.name]);
  });
  return [...reports, ...left.map(({ target, reason }) => leftOut(target, reason))];
}

function leftOut(target: string, reason: string): TargetReport {
  const message = printableLine(reason);
  const [, variable] = /environment variable (\w+) is (?:not set|empty)/.exec(message) ?? [];
  const advice = variable === undefined ? {} : { advice: `set it: export ${variable}=…` };
  return { target, state: 'not-asked', message, ...advice };
}

function reportOf(
  { target, credential, name, model }: Subject,
  check: TargetCheck,
  member: Member | undefined,
  entry: ProviderConfig | undefined,
): TargetReport {
  const who = { target, ...(credential === undefined ? {} : { credential }) };
  const totalMs = Math.round(check.totalMs);
  if (check.works) {
    const firstTokenMs = Math.round(check.firstTokenMs);
    return {
      ...who,
      state: 'works',
      firstTokenMs,
      totalMs,
      ...(check.model === undefined ? {} : { model: check.model }),
    };
  }
  const { error, models } = check;
  const keys = credential === undefined ? keysOf(entry) : [credential];
  const { properties } = (member?.manifest?.options ?? {}) as { readonly properties?: object };
  const takesKey = Object.hasOwn(properties ?? {}, 'apiKey');
  const advice = adviceFor({ error, where: `providers.${name}`, model, models, keys, takesKey });
  return {
    ...who,
    state: 'fails',
    totalMs,
    code: error.code,
    message: printableLine(error.message),
    advice: printableLine(advice),
  };
}

function keysOf({
  apiKeyEnv,
  keysEnv = [],
}: Pick<ProviderConfig, 'apiKeyEnv' | 'keysEnv'> = {}): readonly string[] {
  return apiKeyEnv === undefined ? keysEnv : [apiKeyEnv];
}
