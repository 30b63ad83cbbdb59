/** What a package may import. */
export interface Arrow {
  /** Packages of ours, by folder name; `*` for all. */
  readonly imports: readonly string[] | '*';
  /** What its tests may import beside that and `testImports`. Default: nothing. */
  readonly tests?: readonly string[];
  /** Why it is so, in words that tell where the code belongs instead. */
  readonly because: string;
}

/** A package from outside that only one part of the house may import. */
export interface Gatekeeper {
  readonly dependency: string;
  /** The folder that may, from the root of the repository. */
  readonly only: string;
  readonly because: string;
}

const providerArrow = (imports: readonly string[]): Arrow => ({
  imports,
  because: 'a provider knows the contract alone; what providers share belongs into core',
});

/** Section 2 of the design: who may import whom. The key is the package's folder name. */
const arrows: Readonly<Record<string, Arrow>> = {
  core: { imports: [], because: 'core is the contract and imports none of our packages' },
  'provider-ylokh': providerArrow(['core', 'provider-openai-compatible']),
  registry: {
    imports: ['core'],
    because: 'the registry finds providers by their manifests and imports none',
  },
  gateway: {
    imports: ['core', 'registry'],
    because: 'the gateway speaks to whatever the registry gives it; the cli is where everything meets',
  },
  cli: { imports: '*', because: 'the cli is where everything meets' },
  sandbox: {
    imports: [],
    because:
      'the sandbox is the other side of the wire and must not share a codec with the code that it tests',
  },
  testkit: { imports: ['core'], because: 'the testkit judges any provider by the contract alone' },
  'ai-sdk': {
    imports: ['core'],
    // What it promises of a registry's retries and routes is seen with a real one, and real targets behind it.
    tests: ['registry', 'provider-openai-compatible'],
    because: 'the adapter takes any provider, and a registry is one',
  },
  'create-sluice-provider': {
    imports: ['core', 'cli'],
    because:
      'its templates are provider packages, which import core and are tried with the cli; the command needs neither',
  },
};

/** The arrow of every package whose folder begins so and that has no row of its own. */
const arrowsByPrefix: Readonly<Record<string, Arrow>> = { 'provider-': providerArrow(['core']) };

/** What tests may import beside what their package may. */
export const testImports: readonly string[] = ['sandbox', 'testkit'];

/** Dependencies with one owner. */
export const gatekeepers: readonly Gatekeeper[] = [
  {
    dependency: 'undici',
    only: 'packages/core/src/http',
    because: 'one HTTP client holds the pools, limits and timeouts; use @sluice/core/http',
  },
];

/** The row that holds for a package's folder, if there is one. */
export function arrowOf(room: string): Arrow | undefined {
  const prefix = Object.keys(arrowsByPrefix).find((start) => room.startsWith(start));
  return Object.hasOwn(arrows, room)
    ? arrows[room]
    : prefix === undefined
      ? undefined
      : arrowsByPrefix[prefix];
}
