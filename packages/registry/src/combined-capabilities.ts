import type { Capabilities, Support } from '@sluice/core';

type Feature = {
  [Key in keyof Capabilities]-?: Required<Capabilities>[Key] extends Support ? Key : never;
}[keyof Capabilities];

const features: { readonly [Key in Feature]: true } = {
  streaming: true,
  messageHistory: true,
  systemMessage: true,
  tools: true,
  vision: true,
  json: true,
  stop: true,
  seed: true,
  usage: true,
  reasoning: true,
  cancel: true,
  audio: true,
  files: true,
};

/** From best to worst. */
const supports: readonly Support[] = ['native', 'emulated', 'none'];

/** What at least one of several providers can do: what a registry over them can do, as long as that one answers. */
export function combinedCapabilities(all: readonly Capabilities[]): Capabilities {
  const best = (feature: Feature): Support =>
    supports.find((support) => all.some((capabilities) => capabilities[feature] === support)) ?? 'none';
  const limits = all.map(({ maxInputChars }) => maxInputChars);
  const bounded = limits.filter((limit) => limit !== undefined);
  return {
    ...(Object.fromEntries(
      (Object.keys(features) as Feature[]).map((feature) => [feature, best(feature)]),
    ) as {
      readonly [Key in Feature]: Support;
    }),
    needsAuth: all.length > 0 && all.every(({ needsAuth }) => needsAuth),
    parameters: [...new Set(all.flatMap(({ parameters }) => parameters ?? []))],
    ...(bounded.length > 0 && bounded.length === limits.length
      ? { maxInputChars: Math.max(...bounded) }
      : {}),
  };
}
