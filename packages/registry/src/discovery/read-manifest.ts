import { checkManifest, type ProviderManifest } from '@sluice/core';
import { isPrintable, printable } from '../printable.ts';
import { isJsonObject } from './read-package-json.ts';

/** The version of the contract that this registry speaks. */
const ownApi = 1;

/** The longest text of a manifest that is shown to people, in UTF-16 units: a name, a title, an address. */
const longestText = 1_000;

/** The longest list of models. */
const mostModels = 10_000;

/** How many mistakes are told; the rest repeats itself. */
const mostProblems = 5;

/** A manifest that is right, or why it can't be used. */
export type ManifestReading =
  | { readonly manifest: ProviderManifest }
  | { readonly code: 'bad-manifest' | 'newer-api'; readonly problem: string };

/** Judges what stands under `sluice` in a package.json. Never throws. */
export function readManifest(value: unknown): ManifestReading {
  if (isJsonObject(value) && typeof value.api === 'number' && value.api > ownApi) {
    const problem = `its manifest is of version ${value.api} of the contract, this registry speaks version ${ownApi}; update @sluice/registry`;
    return { code: 'newer-api', problem };
  }
  const problems = [...checkManifest(value), ...(isJsonObject(value) ? unfitTexts(value) : [])];
  if (problems.length === 0) return { manifest: value as unknown as ProviderManifest };
  const told = problems.slice(0, mostProblems).map((problem) => printable(problem, 200));
  const more = problems.length - told.length;
  return {
    code: 'bad-manifest',
    problem: `its manifest is wrong: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
  };
}

/** Texts that a terminal would suffer from. What is no text at all is `checkManifest`'s to find. */
function unfitTexts(manifest: { readonly [key: string]: unknown }): readonly string[] {
  const { id, title, homepage, entry, factory, deprecated, defaultModel, models, modelAliases } = manifest;
  const texts = Object.entries({ id, title, homepage, entry, factory, deprecated, defaultModel });
  const problems = texts.flatMap(([name, text]) =>
    text === undefined || isFit(text) ? [] : [`${name} must be one printable line`],
  );
  const names = [
    ...(Array.isArray(models) ? models : []),
    ...(isJsonObject(modelAliases) ? Object.entries(modelAliases).flat() : []),
  ];
  if (names.length > mostModels) problems.push(`models and modelAliases must be fewer than ${mostModels}`);
  if (!names.every(isFit)) problems.push('models and modelAliases must be printable names');
  return problems;
}

function isFit(text: unknown): boolean {
  return typeof text === 'string' && text.length <= longestText && isPrintable(text);
}
