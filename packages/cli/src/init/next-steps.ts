import type { Io } from '../terminal/io.ts';
import type { ChosenProvider } from './chosen-provider.ts';
import type { ProjectFolder } from './project-folder.ts';

/** One thing to do, as it is typed, and what it is for. */
export interface NextStep {
  readonly command: string;
  readonly what: string;
}

/** What to do once the configuration is written. */
export function nextSteps(
  providers: readonly ChosenProvider[],
  { isPackage, dependencies }: ProjectFolder,
  env: Io['env'],
): readonly NextStep[] {
  const packages = ['@sluice/registry', ...new Set(providers.map(({ id }) => `@sluice/provider-${id}`))];
  const missing = packages.filter((name) => !dependencies.has(name));
  const unset = providers.flatMap(({ apiKeyEnv, name }) =>
    apiKeyEnv === undefined || env[apiKeyEnv] ? [] : [{ apiKeyEnv, name }],
  );
  return [
    ...(isPackage && missing.length > 0
      ? [
          {
            command: `npm install ${missing.join(' ')}`,
            what: 'the providers, and the types of the configuration',
          },
        ]
      : []),
    ...unset.map(({ apiKeyEnv, name }) => ({
      command: `export ${apiKeyEnv}=…`,
      what: `the key of ${name}, which is not set`,
    })),
    { command: 'sluice doctor', what: 'asks each target a tiny question' },
    { command: 'sluice serve', what: 'one OpenAI-compatible address for all of them' },
  ];
}
