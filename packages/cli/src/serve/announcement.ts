import type { ServerSettings } from '@sluice/gateway';
import type { Registry } from '@sluice/registry';
import type { Colours } from '../terminal/colours.ts';
import { printableLine } from '../terminal/printable.ts';

/** What an open door tells whoever opened it. */
export interface Announcement {
  readonly url: string;
  /** What OpenAI clients call the base URL. */
  readonly baseURL: string;
  /** The configuration; missing where the sandbox answers. */
  readonly config?: string;
  readonly routes: readonly string[];
  /** `provider:model`, as far as they are known without asking anybody. */
  readonly models: readonly string[];
  /** Providers that know their models only when they are asked. */
  readonly providers: readonly string[];
  /** Names of the keys that open it. */
  readonly keys: readonly string[];
}

/** Describes a door that listens. Nobody is asked for it. */
export function announcementOf(
  url: string,
  registry: Registry,
  { keys = [] }: ServerSettings,
  config: string | undefined,
): Announcement {
  const usable = registry.providers.filter(({ settingsOf }) => !settingsOf(undefined).disabled);
  return {
    url,
    baseURL: `${url}/v1`,
    ...(config === undefined ? {} : { config }),
    routes: registry.routes,
    models: usable.flatMap(({ id, models, settingsOf }) =>
      models.filter((model) => !settingsOf(model).disabled).map((model) => `${id}:${model}`),
    ),
    providers: usable.filter(({ models }) => models.length === 0).map(({ id }) => id),
    keys: keys.map(({ name }) => name),
  };
}

/** The most models that a terminal gets to see. */
const mostListed = 8;

/** For people at a terminal: what there is, and two ways to try it. */
export function shownAnnouncement(
  announcement: Announcement,
  keyVariable: string | undefined,
  { bold, dim }: Colours,
): readonly string[] {
  const { baseURL, config, keys } = announcement;
  const names = namesOf(announcement);
  const listed = names.slice(0, mostListed);
  const more = names.length - listed.length;
  const rows: readonly (readonly [string, string])[] = [
    ['base URL', baseURL],
    ['configuration', config ?? 'none: the sandbox answers, which is no language model'],
    ['key', keys.length === 0 ? 'none is needed: only this machine gets in' : keys.join(', ')],
    ...[...listed, ...(more > 0 ? [`and ${more} more: sluice models`] : [])].map(
      (name, index) => [index === 0 ? 'models' : '', name] as const,
    ),
  ];
  const key = keys.length === 0 ? 'none' : `"$${keyVariable ?? 'KEY'}"`;
  const body = JSON.stringify({
    model: names[0] ?? '',
    stream: true,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  return [
    bold(`Sluice listens on ${announcement.url}`),
    '',
    ...rows.map(([name, value]) => `  ${dim(name.padEnd(13))}  ${printableLine(value)}`),
    '',
    dim('Point any OpenAI client at it:'),
    `  export OPENAI_BASE_URL=${baseURL} OPENAI_API_KEY=${key}`,
    dim('Or ask by hand:'),
    `  curl -N ${baseURL}/chat/completions -H 'content-type: application/json' \\`,
    ...(keys.length === 0 ? [] : [`    -H "authorization: Bearer $${keyVariable ?? 'KEY'}" \\`]),
    `    -d '${printableLine(body).replaceAll("'", "'\\''")}'`,
    '',
  ];
}

/** For a pipe: a word and its value a line. */
export function plainAnnouncement(announcement: Announcement): readonly string[] {
  const { baseURL, config = 'sandbox', keys } = announcement;
  return [
    ['base-url', baseURL],
    ['config', config],
    ...keys.map((key) => ['key', key]),
    ...namesOf(announcement).map((model) => ['model', model]),
  ].map((words) => words.map((word) => printableLine(word)).join('\t'));
}

/** What a request can have as its model. */
function namesOf({ routes, models, providers }: Announcement): readonly string[] {
  return [...routes, ...models, ...providers];
}
