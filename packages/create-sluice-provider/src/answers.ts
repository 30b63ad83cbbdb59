/** The protocols that there are templates for, with what the question shows. */
export const protocols = {
  sse: 'one request, answered with server-sent events',
  'json-lines': 'one request, answered with a JSON object a line',
  'multi-step': 'a conversation is begun, asked in, and removed',
} as const;

/** A protocol that there is a template for. */
export type Protocol = keyof typeof protocols;

/** All that a provider package is made of. */
export interface Answers {
  /** As on npm: `sluice-provider-weather`, `@weather/sluice-provider`. */
  readonly packageName: string;
  /** The provider's id: `weather`. */
  readonly id: string;
  /** Its name for people: `Weather`. */
  readonly title: string;
  readonly protocol: Protocol;
  /** The address where the service is by default. */
  readonly baseURL: string;
  readonly needsKey: boolean;
}

const exampleName = 'sluice-provider-example';

/** What is taken where nobody says anything. Each may depend on the answers before it. */
export const defaults: {
  readonly packageName: (folder: string | undefined) => string;
  readonly id: (packageName: string) => string;
  readonly title: (id: string) => string;
  readonly protocol: Protocol;
  readonly baseURL: string;
  readonly needsKey: (baseURL: string) => boolean;
} = {
  packageName: (folder) => {
    const slug = slugOf(folder ?? '');
    if (slug === '') return exampleName;
    return slug.includes('provider') ? slug : `sluice-provider-${slug}`;
  },
  id: (packageName) => idFrom(packageName),
  title: (id) => id.split('-').map(capitalised).join(' '),
  protocol: 'sse',
  baseURL: 'http://127.0.0.1:8080',
  needsKey: (baseURL) => !/^(?:localhost|127\.|\[::1\])/.test(new URL(baseURL).hostname),
};

/** The longest id: it is typed often, and stands in names of functions. */
export const longestId = 24;

/** Lower-case letters, digits and single hyphens, which is what is left of any text. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** An id made of any text: of a package's name what tells it from others. */
export function idFrom(text: string): string {
  const [, scope = '', name = text] = /^@([^/]*)\/(.*)$/.exec(text) ?? [];
  const own = slugOf(name).replace(/^(?:sluice-)?provider-?|^sluice-|-?provider$/g, '');
  const letters = (own === '' ? slugOf(scope) : own).replace(/^[^a-z]+/, '');
  return letters.slice(0, longestId).replace(/-+$/, '') || 'example';
}

/** `weather-chat` as `WeatherChat`. */
export function pascalCase(id: string): string {
  return id.split('-').map(capitalised).join('');
}

/** `weather-chat` as `WEATHER_CHAT`. */
export function constantCase(id: string): string {
  return id.replaceAll('-', '_').toUpperCase();
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
