import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applicationOf, importedProviders, manifestOf } from './application.fixture.ts';
import { type Discovery, discoverProviders } from './discover-providers.ts';

const statuses = ({ providers }: Discovery): readonly [string, string][] =>
  providers.map(({ packageName, status }) => [packageName, status]);

const messages = ({ diagnostics }: Discovery): readonly string[] => diagnostics.map(({ message }) => message);

describe('the providers of an application', () => {
  it('are listed with manifest, name, version and folder, and none of their code has run', async () => {
    const folder = applicationOf({
      packages: {
        '@sluice/provider-quiet': { sluice: manifestOf('quiet') },
        leftpad: {},
      },
    });
    const { application, providers, diagnostics } = await discoverProviders({ from: folder });
    expect(application).toBe(join(folder, 'package.json'));
    expect(diagnostics).toEqual([]);
    expect(providers).toEqual([
      {
        packageName: '@sluice/provider-quiet',
        version: '1.2.3',
        directory: join(folder, 'node_modules', '@sluice', 'provider-quiet'),
        status: 'available',
        manifest: manifestOf('quiet'),
        load: expect.any(Function),
      },
    ]);
    expect(importedProviders()).not.toContain('quiet');
  });

  it('are the direct ones: neither what a dependency depends on nor what only lies there', async () => {
    const folder = applicationOf({
      packages: {
        '@sluice/provider-a': { sluice: manifestOf('a') },
        '@sluice/provider-b': { sluice: manifestOf('b') },
      },
      packageJson: { dependencies: { '@sluice/provider-b': '1' } },
    });
    expect(statuses(await discoverProviders({ from: folder }))).toEqual([
      ['@sluice/provider-b', 'available'],
    ]);
  });

  it('stand in dependencies and optionalDependencies, in devDependencies only if these are asked for', async () => {
    const folder = applicationOf({
      packages: {
        '@sluice/provider-a': { sluice: manifestOf('a') },
        '@sluice/provider-b': { sluice: manifestOf('b') },
        '@sluice/provider-c': { sluice: manifestOf('c') },
      },
      packageJson: {
        devDependencies: { '@sluice/provider-a': '1' },
        optionalDependencies: { '@sluice/provider-b': '1', '@sluice/provider-absent': '1' },
        dependencies: { '@sluice/provider-c': '1' },
      },
    });
    const names = ({ providers }: Discovery): readonly string[] =>
      providers.map(({ packageName }) => packageName);
    const production = await discoverProviders({ from: folder });
    expect(names(production)).toEqual(['@sluice/provider-c', '@sluice/provider-b']);
    expect(production.diagnostics).toEqual([]);
    expect(names(await discoverProviders({ from: folder, dev: true }))).toEqual([
      '@sluice/provider-c',
      '@sluice/provider-b',
      '@sluice/provider-a',
    ]);
  });

  it.each<[string, (folder: string) => string | URL]>([
    ['a file URL of a module', (folder) => pathToFileURL(join(folder, 'src', 'deep', 'main.js'))],
    ['the text of a file URL', (folder) => pathToFileURL(join(folder, 'src', 'deep', 'main.js')).href],
    ['a folder below, which only marks its modules', (folder) => join(folder, 'src')],
    ['a file that is not there', (folder) => join(folder, 'src', 'other.js')],
  ])('are found from %s', async (_what, from) => {
    const folder = applicationOf({
      packages: { '@sluice/provider-a': { sluice: manifestOf('a') } },
      files: { 'src/package.json': '{"type": "module"}', 'src/deep/main.js': '' },
    });
    expect(statuses(await discoverProviders({ from: from(folder) }))).toEqual([
      ['@sluice/provider-a', 'available'],
    ]);
  });

  it('may lie in the node_modules of a folder above, as in a workspace', async () => {
    const folder = applicationOf({
      packages: { '@sluice/provider-a': { sluice: manifestOf('a') } },
      files: { 'apps/web/package.json': '{"name": "web", "dependencies": {"@sluice/provider-a": "1"}}' },
    });
    const discovery = await discoverProviders({ from: join(folder, 'apps', 'web') });
    expect(statuses(discovery)).toEqual([['@sluice/provider-a', 'available']]);
  });

  it('are found through the links of pnpm, and behind an exports map that hides their package.json', async () => {
    const store = join('node_modules', '.pnpm', 'x@1.2.3', 'node_modules', 'x');
    const folder = applicationOf({
      packages: {
        x: {
          sluice: manifestOf('x', { entry: './provider' }),
          linkedFrom: store,
          code: false,
          packageJson: { exports: { './provider': { import: './esm/provider.js' } } },
          files: { 'esm/provider.js': '' },
        },
      },
    });
    const { providers } = await discoverProviders({ from: folder, allow: ['x'] });
    expect(providers[0]).toMatchObject({ status: 'available', directory: join(folder, store) });
  });
});

describe('trust', () => {
  it('is for our packages and what is allowed; the rest is listed with the reason and how to allow it', async () => {
    const folder = applicationOf({
      packages: {
        '@sluice/provider-a': { sluice: manifestOf('a') },
        '@sluice/providerish': { sluice: manifestOf('b') },
        'sluice-provider-c': { sluice: manifestOf('c') },
        '@acme/d': { sluice: manifestOf('d') },
        '@acmeister/e': { sluice: manifestOf('e') },
        'sluice-provider-f': { sluice: manifestOf('f') },
      },
    });
    const discovery = await discoverProviders({ from: folder, allow: ['sluice-provider-c', '@acme/*'] });
    expect(statuses(discovery)).toEqual([
      ['@sluice/provider-a', 'available'],
      ['@sluice/providerish', 'refused'],
      ['sluice-provider-c', 'available'],
      ['@acme/d', 'available'],
      ['@acmeister/e', 'refused'],
      ['sluice-provider-f', 'refused'],
    ]);
    expect(discovery.diagnostics).toEqual([]);
    const [refused] = discovery.providers.slice(-1);
    expect(refused).toMatchObject({
      manifest: manifestOf('f'),
      reason:
        'sluice-provider-f is installed, but not trusted, so its code is not loaded; to use it, name it: allow: ["sluice-provider-f"]',
    });
    await expect(refused?.load()).rejects.toThrow('allow: ["sluice-provider-f"]');
    expect(importedProviders()).not.toContain('f');
  });

  it('goes by the name that the application wrote, not by what the package calls itself', async () => {
    const folder = applicationOf({
      packages: {
        intruder: { sluice: manifestOf('intruder'), packageJson: { name: '@sluice/provider-h2o' } },
      },
    });
    expect(statuses(await discoverProviders({ from: folder }))).toEqual([['intruder', 'refused']]);
  });

  it.each(['*', 'sluice-*', '', '@acme', '@*/x', 'a/b', '../x'])('%j is nothing to allow', async (entry) => {
    const allowing = discoverProviders({ from: applicationOf({}), allow: ['x', entry] });
    await expect(allowing).rejects.toThrow(TypeError);
    await expect(allowing).rejects.toThrow('allow[1] must be a package name or names of one scope');
  });

  it('is told of a name in allow that is no dependency, with the one that is meant', async () => {
    const folder = applicationOf({ packages: { 'sluice-provider-echo': { sluice: manifestOf('echo') } } });
    const discovery = await discoverProviders({ from: folder, allow: ['sluice-provider-ecko', 'nothing'] });
    expect(discovery.diagnostics.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(messages(discovery)).toEqual([
      `allow names sluice-provider-ecko, which is no dependency of ${join(folder, 'package.json')}; is sluice-provider-echo meant?`,
      `allow names nothing, which is no dependency of ${join(folder, 'package.json')}; add it there, or take it out of "allow"`,
    ]);
  });
});

describe('two packages with one id', () => {
  it('are an error that names both, and neither is used', async () => {
    const folder = applicationOf({
      packages: {
        '@sluice/provider-h2o': { sluice: manifestOf('h2o') },
        '@acme/h2o': { sluice: manifestOf('h2o') },
        '@sluice/provider-a': { sluice: manifestOf('a') },
      },
    });
    const discovery = await discoverProviders({ from: folder, allow: ['@acme/h2o'] });
    expect(statuses(discovery)).toEqual([
      ['@sluice/provider-h2o', 'broken'],
      ['@acme/h2o', 'broken'],
      ['@sluice/provider-a', 'available'],
    ]);
    expect(discovery.diagnostics).toMatchObject([{ severity: 'error', code: 'duplicate-id' }]);
    const [message] = messages(discovery);
    expect(message).toContain('the provider id h2o belongs to two packages, @sluice/provider-h2o (');
    expect(message).toContain(' and @acme/h2o (');
    await expect(discovery.providers[1]?.load()).rejects.toThrow(message);
  });

  it('are none if one of them is not trusted: it takes nothing from the other', async () => {
    const folder = applicationOf({
      packages: {
        intruder: { sluice: manifestOf('h2o') },
        '@sluice/provider-h2o': { sluice: manifestOf('h2o') },
      },
    });
    const discovery = await discoverProviders({ from: folder });
    expect(statuses(discovery)).toEqual([
      ['intruder', 'refused'],
      ['@sluice/provider-h2o', 'available'],
    ]);
    expect(discovery.diagnostics).toEqual([]);
  });
});

describe('a package that is broken is a diagnostic, and the others stay usable', () => {
  const healthy = { '@sluice/provider-healthy': { sluice: manifestOf('healthy') } };
  const name = '@sluice/provider-bad';

  it.each<[string, string, Parameters<typeof applicationOf>[0]['packages'], string]>([
    [
      'its package.json is no JSON',
      'unreadable-package',
      { [name]: { text: '{"name": ' } },
      'it is no valid JSON: ',
    ],
    [
      'its package.json is no object',
      'unreadable-package',
      { [name]: { text: '[]' } },
      'it holds no JSON object; install',
    ],
    ['it has no manifest', 'no-manifest', { [name]: {} }, 'it has no manifest under "sluice"'],
    [
      'its manifest is a text',
      'bad-manifest',
      { [name]: { sluice: 'yes' } },
      'the manifest must be an object',
    ],
    [
      'its manifest is wrong',
      'bad-manifest',
      { [name]: { sluice: { ...manifestOf('bad'), id: 'Bad Id', working: 'yes' } } },
      'its manifest is wrong: id must be lower-case letters, digits and hyphens; working must be true or false',
    ],
    [
      'its manifest is of a later version of the contract',
      'newer-api',
      { [name]: { sluice: { api: 2, everything: 'else' } } },
      'its manifest is of version 2 of the contract, this registry speaks version 1; update @sluice/registry',
    ],
    [
      'its code was not built',
      'bad-entry',
      { [name]: { sluice: manifestOf('bad'), code: false } },
      'entry "." leads nowhere: index.js is missing; was the package built?',
    ],
    [
      'its entry is not exported',
      'bad-entry',
      { [name]: { sluice: manifestOf('bad', { entry: './deep' }) } },
      'entry "./deep" leads nowhere: the package does not export it',
    ],
    ['it is not installed', 'not-installed', {}, 'but it is not installed at '],
  ])('%s', async (_what, code, packages, message) => {
    const folder = applicationOf({
      packages: { ...packages, ...healthy },
      packageJson: { dependencies: { [name]: '1', '@sluice/provider-healthy': '1' } },
    });
    const { providers, diagnostics } = await discoverProviders({ from: folder });
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code,
        packageName: name,
        path: expect.stringContaining(join(folder, 'node_modules', '@sluice', 'provider-bad')),
        message: expect.stringContaining(message),
      },
    ]);
    expect(diagnostics[0]?.message).toContain(name);
    const bad = providers.find(({ packageName }) => packageName === name);
    if (bad) {
      expect(bad).toMatchObject({ status: 'broken', reason: diagnostics[0]?.message });
      await expect(bad.load()).rejects.toThrow(message);
    }
    expect(providers.at(-1)).toMatchObject({ packageName: '@sluice/provider-healthy', status: 'available' });
  });

  it.runIf(process.platform !== 'win32')('a pipe in place of a package.json is not waited for', async () => {
    const folder = applicationOf({ packages: { '@sluice/provider-pipe': { sluice: manifestOf('pipe') } } });
    const file = join(folder, 'node_modules', '@sluice', 'provider-pipe', 'package.json');
    rmSync(file);
    execFileSync('sh', ['-c', 'mkfifo "$0"', file]);
    expect(messages(await discoverProviders({ from: folder }))[0]).toContain('it is no file');
  });

  it('a dependency that is no provider only gets a warning for an unreadable package.json', async () => {
    const folder = applicationOf({ packages: { leftpad: { text: '{' }, absent: {} } });
    const { providers, diagnostics } = await discoverProviders({ from: folder });
    expect(providers).toEqual([]);
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'unreadable-package', packageName: 'leftpad' },
    ]);
  });

  it('an application whose own package.json is broken has no providers and one diagnostic', async () => {
    const folder = applicationOf({ files: { 'package.json': '{ "dependencies": ' } });
    const { providers, diagnostics } = await discoverProviders({ from: folder });
    expect(providers).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'no-application' }]);
    expect(diagnostics[0]?.message).toContain(
      `${join(folder, 'package.json')} cannot be used: it is no valid JSON`,
    );
  });
});

describe('a hostile package does no harm', () => {
  it.each([
    '../../..',
    './../../secret.js',
    '/etc/passwd',
    'fs',
    'node:fs',
    './%2e%2e/x',
    './a/../../b',
    '.\\..\\x',
    './index.js?x',
  ])('entry %j is refused', async (entry) => {
    const folder = applicationOf({
      packages: {
        bad: {
          sluice: manifestOf('bad', { entry }),
          packageJson: { exports: undefined },
          files: { 'index.js': '' },
        },
      },
      files: { 'secret.js': '' },
    });
    const { diagnostics } = await discoverProviders({ from: folder, allow: ['bad'] });
    expect(diagnostics).toMatchObject([{ code: 'bad-entry' }]);
    expect(diagnostics[0]?.message).toContain('is no export path of the package');
  });

  it.each<[string, Parameters<typeof applicationOf>[0]]>([
    [
      'by its exports map',
      { packages: { bad: { sluice: manifestOf('bad'), packageJson: { exports: './../../../secret.js' } } } },
    ],
    [
      'into another package',
      { packages: { bad: { sluice: manifestOf('bad'), packageJson: { exports: './node_modules/x.js' } } } },
    ],
    [
      'by a link',
      {
        packages: {
          bad: { sluice: manifestOf('bad'), packageJson: { exports: './out/secret.js' } },
          'bad/out': { linkedFrom: 'elsewhere', files: { 'secret.js': '' } },
        },
      },
    ],
  ])('code outside the package is not reached %s', async (_how, application) => {
    const folder = applicationOf({
      ...application,
      files: { 'secret.js': '' },
      packageJson: { dependencies: { bad: '1' } },
    });
    const { diagnostics } = await discoverProviders({ from: folder, allow: ['bad'] });
    expect(diagnostics).toMatchObject([{ code: 'bad-entry' }]);
    expect(diagnostics[0]?.message).toMatch(/leads? out of the package/);
  });

  it('keys named __proto__ are left out, and nothing gets a new prototype', async () => {
    const { id: _id, ...rest } = manifestOf('x', { modelAliases: { fast: 'small' } });
    const text = JSON.stringify({ name: 'bad', exports: './index.js', sluice: rest })
      .replace('"fast":"small"', '"__proto__":{"polluted":"yes"},"fast":"small"')
      .replace('"sluice":{', '"sluice":{"__proto__":{"id":"bad"},"id":"good",');
    const folder = applicationOf({ packages: { bad: { text } } });
    const { providers } = await discoverProviders({ from: folder, allow: ['bad'] });
    const [found] = providers;
    expect(found).toMatchObject({ status: 'available', manifest: { id: 'good' } });
    expect(Object.keys(found?.manifest?.modelAliases ?? {})).toEqual(['fast']);
    expect(Object.getPrototypeOf(found?.manifest)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('huge texts and files are neither read nor repeated', async () => {
    const huge = 'x'.repeat(300_000);
    const folder = applicationOf({
      packages: {
        a: { sluice: { ...manifestOf('a'), api: huge } },
        b: { sluice: manifestOf('b', { title: huge }) },
        c: { sluice: manifestOf('c', { homepage: huge.repeat(4) }) },
        d: { sluice: manifestOf('d'), packageJson: { version: huge } },
      },
    });
    const { providers, diagnostics } = await discoverProviders({ from: folder, allow: ['a', 'b', 'c', 'd'] });
    expect(providers.map(({ status }) => status)).toEqual(['broken', 'broken', 'available']);
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'bad-manifest',
      'bad-manifest',
      'unreadable-package',
    ]);
    for (const { message } of diagnostics) expect(message.length).toBeLessThan(1_000);
    for (const { version } of providers) expect(version.length).toBeLessThan(200);
  });

  it('a title cannot move the cursor of the terminal that lists it', async () => {
    const folder = applicationOf({
      packages: { bad: { sluice: manifestOf('bad', { title: '\u001b[2J\u202Egood' }) } },
    });
    const { diagnostics } = await discoverProviders({ from: folder });
    expect(diagnostics[0]?.message).toContain('title must be one printable line');
    expect(diagnostics[0]?.message).not.toContain('\u001b');
  });

  it('a dependency name cannot lead elsewhere', async () => {
    const folder = applicationOf({
      packages: { real: { sluice: manifestOf('real') } },
      packageJson: { dependencies: { '../../outside': '1', '.hidden': '1', '../node_modules/real': '1' } },
    });
    expect((await discoverProviders({ from: folder })).providers).toEqual([]);
  });
});
