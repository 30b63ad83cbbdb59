import { expect, test } from 'vitest';
import type { Page } from './pages.ts';
import { rewriteLinks } from './rewrite-links.ts';

const routing: Page = { source: 'docs/routing.md', path: 'manual/routing', section: 'manual' };
const all: readonly Page[] = [
  routing,
  { source: 'packages/registry/README.md', path: 'packages/registry', section: 'packages' },
  { source: 'docs/wire.md', path: 'manual/wire', section: 'manual' },
];

test.each([
  ['[a](wire.md)', '[a](/manual/wire)'],
  ['[a](wire.md#h2o)', '[a](/manual/wire#h2o)'],
  ['[a](../packages/registry/README.md)', '[a](/packages/registry)'],
  ['[a](../packages/registry)', '[a](/packages/registry)'],
  [
    '[a](../packages/core/src/error-codes.ts)',
    '[a](https://github.com/sluice-js/sluice/blob/main/packages/core/src/error-codes.ts)',
  ],
  ['[a](#here) and [b](https://example.com/x.md)', '[a](#here) and [b](https://example.com/x.md)'],
  ['[a](wire.md), [b](wire.md)', '[a](/manual/wire), [b](/manual/wire)'],
])('%s becomes %s', (markdown, expected) => {
  expect(rewriteLinks(markdown, routing, all)).toBe(expected);
});

test('what looks like a link in a block of code stays as it is', () => {
  const code = ['```md', '[a](wire.md)', '```', '[a](wire.md)'].join('\n');
  expect(rewriteLinks(code, routing, all)).toBe(
    ['```md', '[a](wire.md)', '```', '[a](/manual/wire)'].join('\n'),
  );
});

test('a link to a source that has moved is a mistake, and told with its page', () => {
  const moved = '[a](../packages/core/src/moved-elsewhere.ts)';
  expect(() => rewriteLinks(moved, routing, all)).toThrow(
    'docs/routing.md links to ../packages/core/src/moved-elsewhere.ts, which is not there',
  );
});
