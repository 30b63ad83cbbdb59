/**
 * Commands of READMEs and pages that are not run, by their line, and blocks by their first line; `…` at the end stands for the rest of
 * it. Each has its reason. Programs among them are type-checked all the same. An entry that names nothing any more fails the test.
 */
export const notRun: { readonly [page: string]: { readonly [start: string]: string } } = {
  'README.md': {
    'npm start…': 'CI runs it by itself, in a fresh clone',
    'npm test': 'it is what runs this',
    'npm install --global…': 'the command is installed in the folder, not on the machine',
  },
  'bench/README.md': {
    'npm run bench…': 'measurements, a quarter of an hour',
  },
  'docs/deploy.md': {
    'docker build…': 'needs a container engine; packages/gateway rehearses the steps of the image',
    'docker run…': 'needs a container engine; packages/gateway rehearses the steps of the image',
    'services:': 'compose needs a container engine; its settings are those of the line above it',
    '[Unit]': 'packages/gateway/src/deploy/systemd-unit.test.ts verifies it',
    'upstream sluice…': 'packages/gateway/src/deploy/nginx.test.ts runs nginx with it',
    'scrape_configs:': 'a setting of Prometheus, which is not here',
  },
  'docs/performance.md': {
    'npm run bench…': 'measurements, a quarter of an hour',
  },
  'docs/record-and-replay.md': {
    'import { composed…': 'it needs a cassette; packages/testkit tests every mutation',
  },
  'docs/testing.md': {
    'npm run fuzz…': 'two minutes and more; the unit suite tries one round of each property',
    'npm run soak…': 'ten minutes and more; the unit suite has a run of five seconds',
  },
  'packages/cli/README.md': {
    'npm install --global…': 'the command is installed in the folder, not on the machine',
    'sluice chat': 'a conversation with somebody who types; real-terminal.test.ts of the command has it',
    'sluice init':
      'it asks; docs/guide/gateway.md has it with --yes, real-terminal.test.ts of the command at a terminal',
    'source <(…': 'packages/cli/src/completion is tested in the shells themselves',
    'sluice completion fish…':
      'it writes into the home folder; packages/cli/src/completion is tested in the shells themselves',
  },
  'packages/create-sluice-provider/README.md': {
    'npm create…': 'it asks; docs/guide/write-a-provider.md has it with --yes',
    'cd sluice-provider-weather': 'docs/guide/write-a-provider.md does all three',
    'npm install…': 'docs/guide/write-a-provider.md does all three',
    'npm start…': 'docs/guide/write-a-provider.md does all three',
  },
  'packages/testkit/README.md': {
    '// conformance.test.ts…':
      'it is the one of examples/provider-echo, which runs; a test holds the two equal',
  },
};

/** Pieces of programs, by their first line, with what their reader has before them. They are type-checked with it. */
export const fragments: { readonly [page: string]: { readonly [start: string]: string } } = {
  'packages/provider-h2o/README.md': {
    'await chat.stream(…': `import type { Message } from '@sluice/core';
import { createH2o } from '@sluice/provider-h2o';
const chat = createH2o();
const messages: Message[] = [];`,
  },
  'packages/provider-openai-compatible/README.md': {
    'await local.stream(…': `import type { Message } from '@sluice/core';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
const local = createOpenAICompatible({ id: 'local', baseURL: 'http://127.0.0.1' });
const messages: Message[] = [];
const schema = {};`,
  },
  'packages/sandbox/README.md': {
    '// The stream was closed…': `import assert from 'node:assert/strict';
import { createSandbox } from '@sluice/sandbox';
const sandbox = await createSandbox();`,
  },
  'packages/testkit/README.md': {
    'const declares = {…': `import type { Declarations } from '@sluice/testkit';`,
    'const sandbox = …': `import { createSandbox } from '@sluice/sandbox';
import type { UpstreamDescription } from '@sluice/testkit';
declare function forwardTo(url: string): NonNullable<UpstreamDescription['steps']>;`,
  },
  'docs/record-and-replay.md': {
    'const cassette = …': `import type { ChatProvider } from '@sluice/core';
import { createRegistry } from '@sluice/registry';
import { record } from '@sluice/testkit';
const providers: ChatProvider[] = [];`,
  },
};

/** Files that programs of a page import from beside them. */
export const beside: { readonly [page: string]: { readonly [file: string]: string } } = {
  'packages/testkit/README.md': { 'index.ts': "export { createEcho } from 'sluice-provider-echo';\n" },
};
