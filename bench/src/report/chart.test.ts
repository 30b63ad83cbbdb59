import { expect, test } from 'vitest';
import { type Bar, chart, type Panel } from './chart.ts';

const bar = (label: string, value: number, more: Partial<Bar> = {}): Bar => ({
  label,
  value,
  least: value,
  most: value,
  kind: 'peer',
  ...more,
});

const panel: Panel = { title: 'short calls', unit: 'µs', bars: [bar('floor', 100), bar('ai', 400)] };

/** The widths of the bars, in their order. */
function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) => Number(width));
}

test('bars are as long as their values', () => {
  const [floor = 0, ai = 0] = widths(chart('t', 's', [panel]));
  expect(ai / floor).toBeCloseTo(4, 1);
});

test('each panel has a scale of its own', () => {
  const small: Panel = { ...panel, bars: [bar('floor', 1), bar('ai', 4)] };
  const [first, , second] = widths(chart('t', 's', [panel, small]));
  expect(first).toBe(second);
});

test('the target is drawn where its value is', () => {
  const svg = chart('t', 's', [{ ...panel, bars: [bar('floor', 100)], target: 100 }]);
  const bars = /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(svg);
  const [start = 0, length = 0] = [bars?.[1], bars?.[2]].map(Number);
  const dashed = /<line x1="([\d.]+)"[^>]*stroke-dasharray/.exec(svg)?.[1];
  expect(Number(dashed)).toBeCloseTo(start + length, 0);
});

test('a panel without a target has no such line', () => {
  expect(chart('t', 's', [panel])).not.toContain('stroke-dasharray');
});

test('two panels stand in a row, and the picture is as high as it must be', () => {
  const height = (panels: readonly Panel[]): number =>
    Number(/height="(\d+)"/.exec(chart('t', 's', panels))?.[1]);
  expect(height([panel, panel])).toBe(height([panel]));
  expect(height([panel, panel, panel])).toBeGreaterThan(height([panel, panel]));
});

test('signs of XML in names are written as text', () => {
  const svg = chart('a < b & "c"', 's', [panel]);
  expect(svg).not.toContain('a < b');
  expect(svg).toContain('a &#60; b &#38; &#34;c&#34;');
});
