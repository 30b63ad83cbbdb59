import { expect, test } from 'vitest';
import { keepBlocks } from './condition-blocks.ts';

const template = `before
  // key:begin
  with(key);
  // key:end
  // no-key: without();
 * // no-key: documented
# sse:begin
<!-- key:begin -->
both
<!-- key:end -->
# sse:end
after
`;

test.each([
  [['key'], 'before\n  with(key);\nafter\n'],
  [['no-key'], 'before\n  without();\n * documented\nafter\n'],
  [['key', 'sse'], 'before\n  with(key);\nboth\nafter\n'],
])('with %j alone their blocks stay', (conditions, text) => {
  expect(keepBlocks(template, new Set(conditions))).toBe(text);
});

test.each(['// key:begin\n', '// key:end\n', '// key:begin\n// sse:begin\n// key:end\n// sse:end\n'])(
  'a template whose blocks do not close is an error: %j',
  (broken) => {
    expect(() => keepBlocks(broken, new Set(['key', 'sse']))).toThrow(/close/);
  },
);
